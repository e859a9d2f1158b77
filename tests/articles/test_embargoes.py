"""What becomes of an article by what its source says of embargoes, before and now."""

import dataclasses
import datetime as dt
from typing import Any

import pytest

from syndicate.articles import embargoes
from syndicate.articles.embargoes import Hold
from syndicate.reading.records import Entry

NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
ENTRY = Entry("Title", "https://daily.example/1", "g", published=NOW - HOUR)
LIVE = Hold("live", None, "")
HELD = Hold("embargoed", None, "ask the desk")


def says(**values: Any) -> Entry:
    return dataclasses.replace(ENTRY, **values)


def known(entry: Entry, before: Hold, *, is_pushed: bool = False, **how: Any) -> tuple[Any, ...]:
    found = embargoes.of_known(entry, before, NOW, is_pushed=is_pushed, **how)
    return found.state, found.until


@pytest.mark.parametrize(
    ("entry", "state", "until"),
    [
        (ENTRY, "live", None),
        (says(embargo_until=NOW + HOUR), "embargoed", NOW + HOUR),
        (says(embargo_until=NOW), "live", None),
        (says(embargo_raw="ask the desk"), "embargoed", None),
        (says(embargo_raw="8:00", embargo_until=NOW + HOUR), "embargoed", NOW + HOUR),
        (says(embargo_raw="8:00", embargo_until=NOW), "live", None),
        (says(published=NOW + HOUR), "embargoed", NOW + HOUR),
        (says(published=NOW + HOUR, is_exact=False), "live", None),
        (says(published=NOW + 2 * HOUR, embargo_until=NOW + HOUR), "embargoed", NOW + 2 * HOUR),
        (says(state="draft", embargo_raw="ask the desk"), "draft", None),
        (says(state="killed", embargo_until=NOW + HOUR), "killed", None),
    ],
)
def test_how_a_new_article_is_held_back(
    entry: Entry, state: str, until: dt.datetime | None
) -> None:
    found = embargoes.of_new(entry, NOW)

    assert (found.state, found.until) == (state, until)


@pytest.mark.parametrize("is_pushed", [True, False])
def test_what_a_person_decided_stands_while_the_source_says_the_same(is_pushed: bool) -> None:
    unread = says(embargo_raw="ask the desk", title="Another")
    later = Hold("embargoed", NOW + 9 * HOUR, "ask the desk")

    let_out = known(unread, dataclasses.replace(LIVE, said="ask the desk"), is_pushed=is_pushed)
    put_off = known(unread, later, is_pushed=is_pushed)
    by_the_desk = known(
        says(title="Another"), Hold("embargoed", NOW + HOUR, ""), is_pushed=is_pushed
    )

    assert let_out == ("live", None)
    assert put_off == ("embargoed", NOW + 9 * HOUR)
    assert by_the_desk == ("embargoed", NOW + HOUR)


@pytest.mark.parametrize(
    ("entry", "before", "expected"),
    [
        (says(embargo_raw="or later"), dataclasses.replace(LIVE, said="ask the desk"), "embargoed"),
        (says(embargo_until=NOW + HOUR), HELD, "embargoed"),
        (says(embargo_until=NOW - HOUR), HELD, "live"),
        (ENTRY, HELD, "live"),
        (says(embargo_raw="ask the desk"), LIVE, "embargoed"),
        (says(embargo_until=NOW + HOUR), LIVE, "embargoed"),
        (ENTRY, Hold("draft", None, ""), "live"),
        (says(embargo_raw="ask the desk"), Hold("draft", None, "ask the desk"), "embargoed"),
    ],
)
def test_what_the_source_says_anew_counts(entry: Entry, before: Hold, expected: str) -> None:
    assert known(entry, before)[0] == expected


def test_only_who_pushes_takes_back_by_a_date_of_publication() -> None:
    later = says(published=NOW + HOUR)

    assert known(later, LIVE) == ("live", None)
    assert known(later, LIVE, is_pushed=True) == ("embargoed", NOW + HOUR)


def test_a_publication_that_is_brought_forward_is_now() -> None:
    planned = Hold("embargoed", NOW + HOUR, (NOW + HOUR).isoformat())

    assert known(ENTRY, planned) == ("live", None)
    assert known(says(published=NOW + HOUR / 2), planned) == ("embargoed", NOW + HOUR / 2)


@pytest.mark.parametrize(
    "entry",
    [
        says(embargo_raw="ask the desk"),
        says(embargo_raw="8:00", embargo_until=NOW + HOUR),
        says(published=NOW + HOUR),
    ],
)
@pytest.mark.parametrize("is_pushed", [True, False])
def test_what_was_live_before_an_upgrade_stays_live(entry: Entry, is_pushed: bool) -> None:
    assert known(entry, Hold("live", None, None), is_pushed=is_pushed) == ("live", None)


def test_an_embargo_that_older_code_misread_holds_longer_after_an_upgrade() -> None:
    before = Hold("embargoed", NOW + HOUR, None)

    assert known(says(embargo_until=NOW + 6 * HOUR), before) == ("embargoed", NOW + 6 * HOUR)


def test_a_page_that_did_not_answer_lifts_no_embargo() -> None:
    assert known(ENTRY, HELD, is_partial=True) == ("embargoed", None)
    assert known(says(embargo_until=NOW + HOUR), HELD, is_partial=True) == ("embargoed", NOW + HOUR)
