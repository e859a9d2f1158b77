"""What an editor says of an article by a push is what readers see, to the byte."""

import datetime as dt
import json
from typing import Any

import pytest

from syndicate.articles.editing import Wording
from tests import matrix
from tests.collect import newsroom
from tests.web.desk import BODY, NOTE, PICTURE, Desk, correct, edited, pictured

LATER = "2031-01-01T00:00:00Z"
# What readers saw: the old text, though the desk had pushed a correction of it.
WORDS = {
    "pounds are dollars": (edited("£1.5m", "$1.5m"), "$1.5m"),
    "a headline asks": ({"headline": "The mayor took money?"}, "The mayor took money?"),
    "an accusation is quoted": ({"headline": "The mayor “took money”"}, "The mayor “took money”"),
    "a rise was a fall": (edited("by 1.5%", "by -1.5%"), "by -1.5%"),
    "the wrong man's picture": (edited("man.jpg", "other-man.jpg"), "other-man.jpg"),
    "a link": (edited("resign", "<a href='https://daily.example/why'>resign</a>"), "example/why"),
    "a link that is gone": (
        edited("<a href='https://daily.example/report'>The report</a>", "The report"),
        "<p>The report is out",
    ),
    "a link that leads elsewhere": (edited("example/report", "example/second"), "example/second"),
    "digits": (edited("1.5m", "15m"), "£15m"),
    "other numerals": (edited("1.5%", "١٫٥٪"), "١٫٥٪"),  # noqa: RUF001 - Arabic numbers
    "a currency behind the sum": (edited("£1.5m", "1.5m €"), "1.5m €"),
    "an emphasised not": (edited("did not", "did <em>not</em>"), "did <em>not</em>"),
    "a table": (
        edited("<p>They did", "<table><tr><td>7</td></tr></table><p>They did"),
        "<td>7</td>",
    ),
    "a cross-heading": (edited("<p>They did not resign.</p>", "<h3>Not resigned</h3>"), "<h3>"),
    "a caption in the body": (edited("A man<", "Another man<"), "Another man"),
    "a capital": ({"headline": "The Mayor took money"}, "The Mayor took money"),
    "an accent": ({"headline": "The mayor took moneý"}, "took moneý"),
    "a dash": ({"standfirst": "What the court has – heard."}, "has – heard"),  # noqa: RUF001
    "another author": ({"authors": ["City desk", "Court desk"]}, "Court desk"),
    "the case of an author": ({"authors": ["City Desk"]}, "City Desk"),
    "the lead picture": (pictured(url="https://daily.example/other.jpg"), "example/other.jpg"),
    "the picture behind a number": (pictured(url="https://daily.example/mayor.jpg?w=7"), "?w=7"),
    "a caption": (pictured(caption="The former mayor"), "The former mayor"),
    "a credit": (pictured(credit="Another agency"), "Another agency"),
    "an alternative text": (pictured(alt="A woman at a desk"), "A woman at a desk"),
}  # fmt: skip


@pytest.mark.parametrize(("after", "shown"), matrix.rows(WORDS, every=30))
def test_a_correction_that_older_code_took_for_no_change_reaches_readers(
    desk: Desk, after: dict[str, Any], shown: str
) -> None:
    desk.push()
    assert shown not in desk.page()
    before = desk.entry()

    outcome = desk.push(**after, change="correction", note=NOTE)

    assert (outcome, desk.word()) == ("changed", (2, "correction", NOTE))
    assert shown in desk.page()
    assert NOTE in desk.page()
    assert desk.entry() != before
    assert desk.push(**after, change="correction", note=NOTE) == "unchanged"


@pytest.mark.parametrize(("after", "shown"), matrix.rows(WORDS, every=9))
def test_what_nobody_named_is_published_and_no_correction(
    desk: Desk, after: dict[str, Any], shown: str
) -> None:
    desk.push()

    outcome = desk.push(**after)

    number, change, note = desk.word()
    assert (outcome, number, note) == ("changed", 2, None)
    assert change in {"fix", "update"}
    assert shown in desk.page()
    assert desk.push(**after) == "unchanged"
    assert desk.push() == "changed"
    assert shown not in desk.page()


def test_a_note_alone_is_a_correction_and_once(desk: Desk) -> None:
    desk.push()

    assert desk.push(change="correction", note="We named the wrong court.") == "changed"
    assert desk.push(change="correction", note="We named the wrong court.") == "unchanged"
    assert desk.word() == (2, "correction", "We named the wrong court.")
    assert "We named the wrong court." in desk.page()
    assert desk.entry("corrections")["id"].endswith("2")
    assert desk.push(change="correction", note="We named the wrong judge.") == "changed"
    assert desk.word() == (3, "correction", "We named the wrong judge.")


@pytest.mark.parametrize("change", [None, "fix", "update"])
def test_a_note_that_is_called_no_correction_is_none(desk: Desk, change: str | None) -> None:
    desk.push()

    assert desk.push(change=change, note=NOTE) == "unchanged"
    assert desk.word()[:2] == (1, "first")


@pytest.mark.parametrize("gone", [{"channels": []}, {"rights_until": "2026-11-24T08:30:00Z"}])
def test_a_picture_whose_right_was_withdrawn_is_gone(desk: Desk, gone: dict[str, Any]) -> None:
    desk.push()
    assert "mayor.jpg" in desk.page()
    assert "mayor.jpg" in json.dumps(desk.entry())

    assert desk.push(**pictured(**gone)) == "changed"

    assert "mayor.jpg" not in desk.page()
    assert "mayor.jpg" not in json.dumps(desk.entry())
    assert desk.word()[0] == 1  # no revision: the text is the same
    assert desk.push(**pictured(**gone)) == "unchanged"


def test_a_right_is_given_back_by_saying_so_and_not_by_silence(desk: Desk) -> None:
    desk.push(**pictured(channels=[]))

    assert desk.push(headline="Another headline") == "changed"
    assert "mayor.jpg" not in desk.page()
    assert desk.push(headline="Another headline", **pictured(channels=None)) == "changed"
    assert "mayor.jpg" in desk.page()


def test_a_picture_left_out_of_the_list_is_bound_by_its_rights_in_the_body(desk: Desk) -> None:
    body = BODY.replace("https://daily.example/man.jpg", PICTURE["url"])
    desk.push(body_html=body, **pictured(channels=[]))

    assert desk.push(body_html=body, pictures=[]) == "unchanged"

    assert "mayor.jpg" not in desk.page()
    assert "mayor.jpg" not in json.dumps(desk.entry())


def test_a_picture_that_was_taken_out_is_gone(desk: Desk) -> None:
    desk.push()

    assert desk.push(pictures=[]) == "changed"

    assert "mayor.jpg" not in desk.page()
    assert "mayor.jpg" not in json.dumps(desk.entry())


def test_an_article_that_moves_leaves_its_old_section_and_enters_the_new_one(desk: Desk) -> None:
    desk.push()
    assert (bool(desk.entry("world")), bool(desk.entry("middle-east"))) == (True, False)

    assert desk.push(section="Middle East") == "changed"

    assert (bool(desk.entry("world")), bool(desk.entry("middle-east"))) == (False, True)
    assert desk.word()[0] == 1
    assert desk.push(section="Nowhere") == "unchanged"
    assert bool(desk.entry("middle-east"))


def test_a_tag_that_was_removed_is_gone(desk: Desk) -> None:
    desk.push()
    assert sorted(desk.entry()["tags"]) == ["Harbour", "Money", "World"]

    assert desk.push(tags=["Harbour"]) == "changed"
    assert sorted(desk.entry()["tags"]) == ["Harbour", "World"]
    assert desk.push(tags=[]) == "changed"
    assert desk.entry()["tags"] == ["World"]
    assert desk.push(tags=[]) == "unchanged"


def test_a_tag_is_spelt_as_the_newsroom_spelt_it_last(desk: Desk) -> None:
    desk.push()

    assert desk.push(tags=["harbour", "Money"]) == "changed"

    assert sorted(desk.entry()["tags"]) == ["Money", "World", "harbour"]


@pytest.mark.parametrize(
    ("after", "column", "expected"),
    matrix.rows(
        [
            ({"language": "ar"}, "direction", "rtl"),
            ({"access": "paid"}, "access", "paid"),
            ({"kind": "opinion"}, "kind", "opinion"),
            ({"url": "https://daily.example/moved"}, "url", "https://daily.example/moved"),
            (
                {"published_at": "2026-11-20T08:00:00Z"},
                "published_at",
                dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC),
            ),
        ],
        every=2,
    ),
)
def test_what_else_an_editor_says_takes_effect(
    desk: Desk, after: dict[str, Any], column: str, expected: object
) -> None:
    desk.push()

    assert desk.push(**after) == "changed"

    assert getattr(newsroom.only_article(), column) == expected
    assert desk.word()[0] == 1
    assert desk.push(**after) == "unchanged"


def test_a_line_break_in_a_headline_is_a_blank(desk: Desk) -> None:
    desk.push()

    assert desk.push(headline=" The mayor\n  took\tmoney ") == "unchanged"


HELD = [
    ({"embargo_until": LATER}, {}, "embargoed"),
    ({"embargo_until": LATER}, {"published_at": "2026-11-24T07:00:00Z"}, "embargoed"),
    ({"embargo_until": LATER}, {"embargo_until": None}, "live"),
    ({"published_at": LATER}, {"published_at": None}, "embargoed"),
    ({"published_at": LATER}, {"published_at": "2026-11-24T07:00:00Z"}, "live"),
    ({"state": "draft"}, {}, "draft"),
    ({"state": "draft", "embargo_until": LATER}, {"state": "live"}, "embargoed"),
    ({"state": "draft"}, {"state": "live"}, "live"),
    ({"state": "draft"}, {"state": "killed"}, "killed"),
    ({"state": "draft"}, {"change": "kill"}, "killed"),
]


@pytest.mark.parametrize(("held", "after", "state"), matrix.rows(HELD, every=6))
def test_silence_lets_nothing_out(
    desk: Desk, held: dict[str, Any], after: dict[str, Any], state: str
) -> None:
    desk.push(**held)
    assert desk.entry() == {}

    desk.push(headline="Another headline", **after)

    assert newsroom.only_article().state.value == state
    assert bool(desk.entry()) == (state == "live")
    if state == "embargoed":
        assert newsroom.only_article().embargo_until == dt.datetime(2031, 1, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "name", matrix.rows(["access", "kind", "language", "published_at", "url"], every=2)
)
def test_what_is_left_out_stays_as_it_was(desk: Desk, name: str) -> None:
    said = {"access": "paid", "kind": "opinion", "language": "ar"}
    desk.push(**said)
    before = getattr(newsroom.only_article(), name)

    desk.push(**{**said, name: None}, headline="Another headline")

    assert getattr(newsroom.only_article(), name) == before


def test_a_cms_that_names_a_kill_kills(desk: Desk) -> None:
    desk.push()

    assert desk.push(change="kill", note="It was wrong.") == "changed"

    assert newsroom.only_article().state.value == "killed"
    assert desk.entry() == {}


def test_a_cms_that_repeats_the_desks_own_correction_changes_nothing(desk: Desk) -> None:
    desk.push()
    after = edited("£1.5m", "$1.5m")
    correct(Wording(body=after["body_html"]))

    assert desk.push(**after) == "unchanged"
    assert desk.push(**after, change="correction", note=NOTE) == "unchanged"
    assert desk.word() == (2, "correction", NOTE)


def test_the_same_correction_of_the_desk_is_published_once(desk: Desk) -> None:
    desk.push()

    assert correct(Wording(headline="The mayor gave money"))
    assert not correct(Wording(headline="The mayor gave money"))
    assert not correct(Wording())
    assert desk.word() == (2, "correction", NOTE)


def test_what_no_feed_can_hold_is_left_out_of_a_correction(desk: Desk) -> None:
    desk.push()

    correct(Wording(headline="The mayor\x02 gave money", body="<p>It\x03 rose.</p>"))

    assert newsroom.only_article().headline == "The mayor gave money"
    assert newsroom.only_article().body_html == "<p>It rose.</p>"


def test_a_standfirst_that_was_taken_from_the_body_is_corrected_with_it(desk: Desk) -> None:
    desk.push(standfirst="", body_html="<p>It rose by three metres.</p>")

    correct(Wording(body="<p>It rose by four metres.</p>"))

    assert newsroom.only_article().standfirst == "It rose by four metres."
    assert desk.push(standfirst="", body_html="<p>It rose by four metres.</p>") == "unchanged"


def test_a_standfirst_of_its_own_stays_when_the_body_is_corrected(desk: Desk) -> None:
    desk.push()

    correct(Wording(body="<p>It rose by four metres.</p>"))

    assert newsroom.only_article().standfirst == "What the court has heard."
