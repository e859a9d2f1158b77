"""Every mail is whole: three files, rendering in each language, with CSS that survives cutting."""

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from syndicate.reading.records import Words
from syndicate.render import email
from syndicate.render.environment import environment
from syndicate.translations import LANGUAGES
from tests.render.test_email import UNMARKED

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
MAILS = sorted(path.name for path in (TEMPLATES / "mail").iterdir() if path.is_dir())
NOW = dt.datetime(2026, 3, 31, 16, 26, tzinfo=dt.UTC)
PICTURE = {
    "url": "https://example.com/p.jpg",
    "width": 600,
    "height": 400,
    "alt": "A",
    "credit": "EPA",
}
STORY = {
    "position": 0,
    "mask": 1,
    "url": "https://example.com/1",
    **vars(Words("Harbour reopens", standfirst="After the storm.", authors=("City desk",))),
    "language": "en",
    "updated_at": NOW,
    "is_for_subscribers": True,
    "picture": PICTURE,
}
PUBLICATION = {"name": "The Harbour Post", "postal_address": "1 Quay Street"}
NEWSLETTER = {"name": "Morning", "description": "What you need to know"}
ISSUE = {
    "publication": PUBLICATION,
    "newsletter": NEWSLETTER,
    "issue": {"number": 1, "local_date": NOW.date()},
    "zone": "UTC",
    "sections": [{"position": 0, "mask": 1, "name": "City", "language": "en", "stories": [STORY]}],
}
# What each mail is given; a new mail adds its own line.
CONTEXTS: Mapping[str, Mapping[str, Any]] = {
    "alert": ISSUE,
    "digest": ISSUE,
    "confirmation": {
        "publication": PUBLICATION,
        "newsletter": NEWSLETTER,
        "others": [{"name": "Evening", "slot": "confirm_url_1"}],
    },
    "feedback": {
        "publication": PUBLICATION,
        "article": STORY,
        "desk": "City desk",
        "lines": ["The tide was in April."],
        "reply_to": "reader001@example.com",
    },
    "notice": {
        "publication": PUBLICATION,
        "said": "operator:desk has a new passkey for the console: laptop",
        "is_own": True,
        "at": NOW,
        "zone": "UTC",
        "console": "https://news.example/console",
    },
    "article": {"publication": PUBLICATION, "article": STORY, "sender_name": "Sam", "zone": "UTC"},
    "ring": {
        "publication": PUBLICATION,
        "subject": "Ringing: held issues (courier): No. 7 of Morning is held",
        "headline": "Ringing: held issues (courier)",
        "text": "No. 7 of Morning is held: the picture is wrong.",
        "facts": [("Since", "31 Mar 2026 16:26 UTC")],
        "links": [("Look into it", "https://news.example/console/issues/7")],
    },
}
# A reader's copy leaves blocks out: no rule may ask what stands beside or before.
UNCUTTABLE = re.compile(r"[+~](?=[^{}]*\{)|:(?:nth|first|last|only)-|:empty|:has\(")


@pytest.mark.parametrize("mail", MAILS)
def test_each_mail_has_its_three_files(mail: str) -> None:
    files = {path.name for path in (TEMPLATES / "mail" / mail).iterdir()}

    assert files == {"subject.txt", "body.html", "body.txt"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("mail", MAILS)
def test_each_mail_renders(mail: str, language: str) -> None:
    rendered = email.render(mail, language, CONTEXTS[mail])

    assert rendered.subject
    assert all(block.html and block.text for block in rendered.blocks if block.kind == "frame")
    assert re.search(f'<html [^>]*lang="{language}"', email.inline(page(mail, language)))


@pytest.mark.parametrize("mail", MAILS)
def test_each_mail_keeps_the_same_words_in_text_and_html(mail: str) -> None:
    plain = environment("en").get_template(f"mail/{mail}/body.txt").render(given(mail))

    slots = set(re.findall(r"slot:[a-z_]+", page(mail, "en")))

    assert set(re.findall(r"slot:[a-z_]+", plain)) == slots


@pytest.mark.parametrize(
    "path",
    sorted((TEMPLATES / "mail").rglob("*.*")),
    ids=lambda path: f"{path.parent.name}-{path.name}",
)
def test_no_template_writes_a_mark_by_hand(path: Path) -> None:
    assert re.findall(r"slot:|<!--", path.read_text()) == []


def test_every_template_can_be_read() -> None:
    jinja = environment("en")

    for name in jinja.list_templates(extensions=["html", "txt"]):
        assert jinja.get_template(name).name == name


@pytest.mark.parametrize("path", sorted((TEMPLATES / "mail").rglob("*.css")), ids=lambda p: p.name)
def test_no_rule_asks_what_stands_beside(path: Path) -> None:
    rules = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)

    assert UNCUTTABLE.findall(rules) == []


@pytest.mark.parametrize(
    "rule",
    [
        ".story + .story { a: b }",
        ".a ~ .b { a: b }",
        "p:first-child { a: b }",
        "p:nth-of-type(2) { a: b }",
        "p:empty { a: b }",
        "p:has(a) { a: b }",
    ],
)
def test_the_guard_knows_such_a_rule(rule: str) -> None:
    assert UNCUTTABLE.search(rule)


def page(mail: str, language: str) -> str:
    return environment(language).get_template(f"mail/{mail}/body.html").render(given(mail))


def given(mail: str) -> Mapping[str, Any]:
    """A mail's context with the names of slots in their places."""
    return {**CONTEXTS[mail], **UNMARKED}
