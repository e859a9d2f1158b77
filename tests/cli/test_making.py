"""`syndicate publications`, `sections`, `desks`: every field is an option, every list a table."""

import io
import json
import re
from pathlib import Path

import pytest
from PIL import Image

from syndicate.cli import desks, publications, sections
from tests.cli.asking import Answer, ask

pytestmark = pytest.mark.usefixtures("database")
NEW = ("--name", "The Courier", "--language", "en", "--zone", "Europe/London")
SENDER = ("--sender-address", "news@courier.example")


@pytest.fixture
def courier(database: str) -> None:
    assert database
    assert ask(publications.app, "add", "courier", *NEW, *SENDER).code == 0


def as_json(answer: Answer) -> dict[str, object]:
    found: dict[str, object] = json.loads(answer.out)
    return found


def test_a_publication_is_made_shown_and_listed() -> None:
    made = ask(publications.app, "add", "courier", *NEW, *SENDER)

    assert made == Answer(0, "The publication courier was added.\n", made.err)
    shown = as_json(ask(publications.app, "show", "courier", "--json"))
    assert (shown["id"], shown["zone"], shown["names"]) == (1, "Europe/London", {})
    table = ask(publications.app, "list").out
    assert re.search(r"courier +The Courier +en +Europe/London +news@courier.example", table)
    assert "the sender address" in ask(publications.app, "show", "courier").out


@pytest.mark.usefixtures("courier")
def test_a_change_says_what_from_when_and_who_sees_it(tmp_path: Path) -> None:
    logo = tmp_path / "logo.png"
    picture = io.BytesIO()
    Image.new("RGB", (3, 2)).save(picture, "PNG")
    logo.write_bytes(picture.getvalue())

    told = ask(publications.app, "set", "courier", "--reply-to", "desk@courier.example",
               "--names", "ar=الساعي", "--names", "de=Der Bote", "--logo", logo)  # fmt: skip

    assert told.out.splitlines() == [
        "names: nothing -> ar: الساعي; de: Der Bote (at once, for readers)",
        "reply to: nothing -> desk@courier.example (from the next mail, for readers)",
        f"logo: nothing -> PNG, 3 by 2, {told.out.split()[-7]} (at once, for readers and feeds)",
    ]
    assert as_json(ask(publications.app, "set", "courier", "--reply-to", "", "--json")) == {
        "slug": "courier",
        "changed": [
            {
                "field": "reply_to",
                "from": "desk@courier.example",
                "to": None,
                "takes_effect": "from the next mail",
                "touches": ["readers"],
            }
        ],
    }
    assert ask(publications.app, "set", "courier", "--reply-to", "").out == (
        "Nothing changed: the publication courier was already like that.\n"
    )


@pytest.mark.usefixtures("courier")
def test_a_section_follows_its_slug_and_is_retired() -> None:
    where = ("--publication", "courier")
    ask(desks.app, "add", "world", *where, "--name", "World desk")
    ask(sections.app, "add", "world", *where, "--name", "World", "--desk", "world")

    told = ask(sections.app, "set", "world", "--slug", "globe", "--json")

    assert as_json(told)["slug"] == "globe"
    assert [each["slug"] for each in json.loads(ask(sections.app, "list", "--json").out)[
        "sections"]] == ["globe"]  # fmt: skip
    assert as_json(ask(sections.app, "retire", "globe", "--json")) == {"retired": "globe"}
    assert ask(desks.app, "retire", "world").out == (
        "The desk is gone; sections that it was behind have none then.\n"
    )


def test_all_that_is_wrong_is_said_at_once() -> None:
    refused = ask(publications.app, "add", "The Courier", "--name", "", "--zone", "Mars")

    assert refused.code == 2
    for part in ("slug is small letters", "needs its name", "no time zone Mars", "its language"):
        assert part in refused.err
    assert ask(sections.app, "add", "world", "--name", "World").code == 2
    assert ask(sections.app, "show", "world").err.startswith("There is no publication yet; ")
    assert ask(publications.app, "show", "courier").code == 3


@pytest.mark.usefixtures("courier")
def test_a_publication_is_named_where_there_are_several() -> None:
    alone = ask(sections.app, "add", "world", "--name", "World")
    assert ask(publications.app, "add", "gazette", *NEW, *SENDER).code == 0
    doubtful = ask(sections.app, "add", "sport", "--name", "Sport")

    assert (alone.code, alone.out) == (0, "The section world was added.\n")
    assert (doubtful.code, doubtful.out) == (2, "")
    assert doubtful.err.startswith("A section needs its publication. ")
    assert ask(sections.app, "show", "world").err.startswith(
        "There are several publications; name one by its slug, "
    )
