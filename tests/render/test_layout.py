"""Mails are laid out as every program shows them: tables, sizes in numbers, headings in order."""

import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from lxml import html
from lxml.html import HtmlElement

from syndicate.render.email import inline
from syndicate.render.environment import environment
from tests.house.test_mails import CONTEXTS, ISSUE, PICTURE, PUBLICATION, STORY
from tests.render.test_email import UNMARKED

LOGO = {"url": "https://example.com/logo.png", "width": 240, "height": 60}
WITHOUT_ALT = {**STORY, "picture": {**PICTURE, "alt": ""}}
SECOND = {
    **STORY,
    "position": 1,
    "mask": 2,
    "is_lead": False,
    "picture": {**PICTURE, "thumb_height": 99},
}


def issue(name: str, *stories: Mapping[str, Any]) -> Mapping[str, Any]:
    section = {"position": 0, "mask": 3, "name": name, "language": "en", "stories": stories}
    publication = {**PUBLICATION, "logo": LOGO}
    return {**ISSUE, "publication": publication, "sections": [section]}


# What mails are given beside `CONTEXTS`, each for a branch of its template.
MORE: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "two-stories": ("digest", issue("City", STORY, SECOND)),
    "no-section": ("digest", issue("", STORY, SECOND)),
    "no-alt": ("digest", issue("City", WITHOUT_ALT, {**SECOND, "picture": WITHOUT_ALT["picture"]})),
    "nothing-new": ("digest", {**ISSUE, "sections": []}),
    "article-no-alt": ("article", {**CONTEXTS["article"], "article": WITHOUT_ALT}),
}
GIVEN = {name: (name, values) for name, values in CONTEXTS.items()} | dict(MORE)


def page(name: str) -> HtmlElement:
    """A mail as it leaves, its styles inlined."""
    mail, values = GIVEN[name]
    template = environment("en").get_template(f"mail/{mail}/body.html")
    return html.document_fromstring(inline(template.render({**values, **UNMARKED})))


def styled(page: HtmlElement) -> Iterator[tuple[HtmlElement, Mapping[str, str]]]:
    """Elements with what their style says."""
    for element in page.iter("*"):
        rules = (each.split(":", 1) for each in element.get("style", "").split(";") if ":" in each)
        yield element, {name.strip(): value.strip() for name, value in rules}


@pytest.mark.parametrize("name", GIVEN)
def test_every_table_is_for_layout_and_says_so(name: str) -> None:
    assert {table.get("role") for table in page(name).iter("table")} == {"presentation"}


@pytest.mark.parametrize("name", GIVEN)
def test_headings_begin_at_the_top_and_leave_no_level_out(name: str) -> None:
    levels = [int(str(each.tag)[1]) for each in page(name).iter("h1", "h2", "h3", "h4", "h5", "h6")]

    assert levels[0] == 1
    assert levels.count(1) == 1
    steps = [after - before for before, after in itertools.pairwise(levels)]
    assert [step for step in steps if step > 1] == []


@pytest.mark.parametrize("name", GIVEN)
def test_every_link_has_words(name: str) -> None:
    links = [
        (link, link.text_content() + "".join(image.get("alt", "") for image in link.iter("img")))
        for link in page(name).iter("a")
    ]

    assert [html.tostring(link) for link, words in links if not words.strip()] == []


@pytest.mark.parametrize(
    ("name", "pictures"),
    [
        ("article", [("600", "400")]),
        ("two-stories", [("240", "60"), ("600", "400"), ("148", "99")]),
    ],
)
def test_pictures_keep_the_numbers_that_the_template_wrote(
    name: str, pictures: list[tuple[str, str]]
) -> None:
    images = list(page(name).iter("img"))

    assert [(image.get("width"), image.get("height")) for image in images] == pictures
    # Where a picture is blocked, its words look like words of their own, not like the headline.
    assert all("font-size" in image.get("style", "") for image in images)


@pytest.mark.parametrize("name", GIVEN)
def test_padding_stands_where_outlook_for_windows_sees_it(name: str) -> None:
    """It gives none to div and a; a button's link takes that of its cell instead."""
    padded = [
        (element, rules["padding"])
        for element, rules in styled(page(name))
        if element.tag in {"a", "div"} and "padding" in rules
    ]

    cells = [(element.getparent(), padding) for element, padding in padded]
    for cell, padding in cells:
        assert cell is not None
        assert cell.tag == "td"
        style = re.sub(r"\s*:\s*", ":", cell.get("style", ""))
        assert f"mso-padding-alt:{padding}" in style
    # A confirmation has one for each newsletter that waits.
    assert len(padded) == {"article": 1, "confirmation": 2}.get(GIVEN[name][0], 0)
