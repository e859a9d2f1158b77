"""What becomes of an article by what its source says of embargoes, before and now."""

import dataclasses
import datetime as dt
from typing import Any

import pytest

from syndicate.articles import embargoes
from syndicate.articles.embargoes import Hold
from syndicate.reading.records import Entry
from syndicate.vocabulary.articles import ArticleState

NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
ENTRY = Entry("Title", "https://daily.example/1", "g", published=NOW - HOUR)
LIVE = Hold(ArticleState.LIVE, None, "")
HELD = Hold(ArticleState.EMBARGOED, None, "ask the desk")


def says(**values: Any) -> Entry:
    return dataclasses.replace(ENTRY, **values)


def known(entry: Entry, before: Hold, *, is_pushed: bool = False, **how: Any) -> tuple[Any, ...]:
    found = embargoes.of_known(entry, before, NOW, is_pushed=is_pushed, **how)
    return found.state, found.until


@pytest.mark.parametrize(
    ("entry", "state", "until"),
    [
        (ENTRY, ArticleState.LIVE, None),
        (says(embargo_until=NOW + HOUR), ArticleState.EMBARGOED, NOW + HOUR),
        (says(embargo_until=NOW), ArticleState.LIVE, None),
        (says(embargo_raw="ask the desk"), ArticleState.EMBARGOED, None),
        (says(embargo_raw="8:00", embargo_until=NOW + HOUR), ArticleState.EMBARGOED, NOW + HOUR),
        (says(embargo_raw="8:00", embargo_until=NOW), ArticleState.LIVE, None),
        (says(published=NOW + HOUR), ArticleState.EMBARGOED, NOW + HOUR),
        (says(published=NOW + HOUR, is_exact=False), ArticleState.LIVE, None),
        (
            says(published=NOW + 2 * HOUR, embargo_until=NOW + HOUR),
            ArticleState.EMBARGOED,
            NOW + 2 * HOUR,
        ),
        (says(state=ArticleState.DRAFT, embargo_raw="ask the desk"), ArticleState.DRAFT, None),
        (says(state=ArticleState.KILLED, embargo_until=NOW + HOUR), ArticleState.KILLED, None),
    ],
)
def test_how_a_new_article_is_held_back(
    entry: Entry, state: ArticleState, until: dt.datetime | None
) -> None:
    found = embargoes.of_new(entry, NOW)

    assert (found.state, found.until) == (state, until)


@pytest.mark.parametrize("is_pushed", [True, False])
def test_what_a_person_decided_stands_while_the_source_says_the_same(is_pushed: bool) -> None:
    unread = says(embargo_raw="ask the desk", title="Another")
    later = Hold(ArticleState.EMBARGOED, NOW + 9 * HOUR, "ask the desk")

    let_out = known(unread, dataclasses.replace(LIVE, said="ask the desk"), is_pushed=is_pushed)
    put_off = known(unread, later, is_pushed=is_pushed)
    by_the_desk = known(
        says(title="Another"), Hold(ArticleState.EMBARGOED, NOW + HOUR, ""), is_pushed=is_pushed
    )

    assert let_out == (ArticleState.LIVE, None)
    assert put_off == (ArticleState.EMBARGOED, NOW + 9 * HOUR)
    assert by_the_desk == (ArticleState.EMBARGOED, NOW + HOUR)


@pytest.mark.parametrize(
    ("entry", "before", "expected"),
    [
        (
            says(embargo_raw="or later"),
            dataclasses.replace(LIVE, said="ask the desk"),
            ArticleState.EMBARGOED,
        ),
        (says(embargo_until=NOW + HOUR), HELD, ArticleState.EMBARGOED),
        (says(embargo_until=NOW - HOUR), HELD, ArticleState.LIVE),
        (ENTRY, HELD, ArticleState.LIVE),
        (says(embargo_raw="ask the desk"), LIVE, ArticleState.EMBARGOED),
        (says(embargo_until=NOW + HOUR), LIVE, ArticleState.EMBARGOED),
        (ENTRY, Hold(ArticleState.DRAFT, None, ""), ArticleState.LIVE),
        (
            says(embargo_raw="ask the desk"),
            Hold(ArticleState.DRAFT, None, "ask the desk"),
            ArticleState.EMBARGOED,
        ),
    ],
)
def test_what_the_source_says_anew_counts(entry: Entry, before: Hold, expected: str) -> None:
    assert known(entry, before)[0] == expected


def test_only_who_pushes_takes_back_by_a_date_of_publication() -> None:
    later = says(published=NOW + HOUR)

    assert known(later, LIVE) == (ArticleState.LIVE, None)
    assert known(later, LIVE, is_pushed=True) == (ArticleState.EMBARGOED, NOW + HOUR)


def test_a_publication_that_is_brought_forward_is_now() -> None:
    planned = Hold(ArticleState.EMBARGOED, NOW + HOUR, (NOW + HOUR).isoformat())

    assert known(ENTRY, planned) == (ArticleState.LIVE, None)
    assert known(says(published=NOW + HOUR / 2), planned) == (
        ArticleState.EMBARGOED,
        NOW + HOUR / 2,
    )


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
    assert known(entry, Hold(ArticleState.LIVE, None, None), is_pushed=is_pushed) == (
        ArticleState.LIVE,
        None,
    )


def test_an_embargo_that_older_code_misread_holds_longer_after_an_upgrade() -> None:
    before = Hold(ArticleState.EMBARGOED, NOW + HOUR, None)

    assert known(says(embargo_until=NOW + 6 * HOUR), before) == (
        ArticleState.EMBARGOED,
        NOW + 6 * HOUR,
    )


def test_a_page_that_did_not_answer_lifts_no_embargo() -> None:
    assert known(ENTRY, HELD, is_partial=True) == (ArticleState.EMBARGOED, None)
    assert known(says(embargo_until=NOW + HOUR), HELD, is_partial=True) == (
        ArticleState.EMBARGOED,
        NOW + HOUR,
    )
