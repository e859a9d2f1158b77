"""What operators are told of a source's dates, how often, and in which words."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select

from syndicate.articles import date_notices
from syndicate.articles.changes import alter
from syndicate.articles.date_notices import Dated
from syndicate.articles.decide import Create, Facts, new_entries
from syndicate.articles.embargoes import Hold
from syndicate.articles.identity import identify
from syndicate.reading.records import Entry
from syndicate.store.ground.session import transaction
from syndicate.store.intake.sources import SourceNotice
from syndicate.vocabulary.articles import ArticleState
from tests import rows
from tests.articles.stories import ENTRY, HOUR, NOW, article_of, changed

UNREAD = "8:00, by the desk's clock"
LIVE = Hold(ArticleState.LIVE, None, "")
HELD = Hold(ArticleState.EMBARGOED, None, UNREAD)
UNTIL = Hold(ArticleState.EMBARGOED, NOW + HOUR, UNREAD)


def dated(number: int, hold: Hold, was: Hold | None = None, **said: Any) -> Dated:
    return Dated(number, changed(ENTRY, **said), hold, was)


def held(number: int) -> Dated:
    return dated(number, HELD, embargo_raw=UNREAD)


class Told:
    """A source, and what operators were told of it; `source` stands for its id."""

    def __init__(self) -> None:
        with transaction() as tx:
            publication_id = rows.publication(tx).id
            self.source_id = rows.source(tx, publication_id).id

    def tell(
        self, each: Sequence[Dated], now: dt.datetime = NOW, *, is_pushed: bool = False
    ) -> None:
        facts = Facts(self.source_id, "en", None, {}, is_first_connect=False, is_pushed=is_pushed)
        with transaction() as tx:
            date_notices.tell(tx, facts, each, now)

    def notices(self) -> list[tuple[str, str]]:
        with transaction() as tx:
            found = tx.scalars(select(SourceNotice).order_by(SourceNotice.id))
            return [
                (each.kind, each.message.replace(f"ource {self.source_id} ", "ource S "))
                for each in found
            ]

    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.notices()]


@pytest.fixture
def told(database: str) -> Told:
    assert database
    return Told()


# What a change says of dates


def created(entry: Entry) -> Create:
    facts = Facts(1, "en", None, {}, is_first_connect=False)
    (intent,) = new_entries(identify([entry]), by_link={}, used_keys=[], facts=facts, now=NOW)
    assert isinstance(intent, Create)
    return intent


def test_a_new_article_has_no_hold_before() -> None:
    entry = changed(ENTRY, embargo_until=NOW + HOUR)

    found = date_notices.of_new(7, created(entry))

    assert (found.article_id, found.entry, found.was) == (7, entry, None)
    assert (found.hold.state, found.hold.until) == (ArticleState.EMBARGOED, NOW + HOUR)


def test_a_change_that_moves_no_embargo_says_nothing_of_dates() -> None:
    after = changed(ENTRY, title="Another")
    found = alter(article_of(ENTRY, embargo_said=""), after, now=NOW)
    assert found is not None
    known = dataclasses.replace(found, found=identify([after])[0])

    assert date_notices.of_changed(known) is None
    assert date_notices.of_changed(dataclasses.replace(known, found=None, hold=HELD)) is None


def test_a_change_of_an_embargo_says_how_it_was_before() -> None:
    after = changed(ENTRY, embargo_raw=UNREAD)
    found = alter(article_of(ENTRY, embargo_said=""), after, now=NOW)
    assert found is not None

    said = date_notices.of_changed(dataclasses.replace(found, found=identify([after])[0]))

    assert said == Dated(7, after, HELD, LIVE)


# Held articles


def test_one_that_is_held_is_told_with_what_to_do(told: Told) -> None:
    told.tell([held(7)])

    assert told.notices() == [
        (
            "embargo",
            (
                f"The embargo of article 7 cannot be read: “{UNREAD}”. It is held back until "
                "someone decides: `syndicate articles embargo 7 --until "
                "TIME`, or `--lift`."
            ),
        )
    ]


@pytest.mark.parametrize(
    ("count", "named"),
    [
        (2, "1, 2"),
        (5, "1, 2, 3, 4, 5"),
        (7, "1, 2, 3, 4, 5 and 2 more"),
    ],
)
def test_several_are_one_notice_that_names_five(told: Told, count: int, named: str) -> None:
    told.tell([held(number) for number in range(1, count + 1)])

    assert told.notices() == [
        (
            "embargo",
            (
                f"The embargoes of {count} articles cannot be read, the first being “{UNREAD}”: "
                f"articles {named}. They are held back until someone decides: `syndicate articles "
                "list --held` names them, `syndicate articles embargo ID --lift` publishes one."
            ),
        )
    ]


def test_each_held_article_is_told_however_many_were_before(told: Told) -> None:
    told.tell([held(1)])
    told.tell([held(2)])

    assert told.kinds() == ["embargo", "embargo"]


@pytest.mark.parametrize("hold", [LIVE, Hold(ArticleState.DRAFT, None, UNREAD)])
def test_what_waits_for_nobody_is_told_to_nobody(told: Told, hold: Hold) -> None:
    told.tell([dated(1, hold)])
    told.tell([])

    assert told.notices() == []


# Habits of a source

ZONE = (
    f"An embargo of source S names no zone: “{UNREAD}”, of article 2. Such articles are held back "
    'until that time has come in every zone; set "zone" in the source\'s profile to the one that '
    "is meant."
)
DATES = (
    "A date of source S cannot be read: “yesterday-ish”, of article 2. Such articles get the time "
    "they were first seen and are held from digests; a profile can say how the source writes dates."
)
AHEAD = (
    "Source S dates articles in the future, as article 2. They are held back until then; if the "
    "source's clock or zone is wrong, tell its publisher, and publish one with `syndicate articles "
    "embargo ID --lift`."
)
NO_DATE = dated(2, LIVE, published=None, raw_published="yesterday-ish")
ZONELESS = dated(2, UNTIL, embargo_raw=UNREAD)
FUTURE = dated(2, UNTIL, published=NOW + HOUR)


@pytest.mark.parametrize(
    ("found", "kind", "message"),
    [(ZONELESS, "zone", ZONE), (NO_DATE, "dates", DATES), (FUTURE, "ahead", AHEAD)],
)
def test_a_habit_is_told_with_its_first_article_and_once_a_month(
    told: Told, found: Dated, kind: str, message: str
) -> None:
    plain = dated(1, LIVE)
    told.tell([plain, found, dataclasses.replace(found, article_id=3)])
    told.tell([found], NOW + 29 * rows.DAY)

    assert told.notices() == [(kind, message)]

    told.tell([found], NOW + 31 * rows.DAY)

    assert told.kinds() == [kind, kind]


def test_one_document_may_show_several_habits(told: Told) -> None:
    told.tell([held(1), ZONELESS, NO_DATE, FUTURE])

    assert told.kinds() == ["embargo", "zone", "dates", "ahead"]


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(dataclasses.replace(NO_DATE, was=LIVE), id="unread, of a known article"),
        pytest.param(dataclasses.replace(FUTURE, was=LIVE), id="ahead, of a known article"),
        pytest.param(dated(2, LIVE, published=None), id="no date at all"),
        pytest.param(
            dated(2, LIVE, published=None, updated=NOW, raw_published="x"), id="dated otherwise"
        ),
        pytest.param(dated(2, LIVE, raw_published="Tue, 24 Nov"), id="a date that is read"),
        pytest.param(dated(2, UNTIL, embargo_until=NOW + HOUR), id="an embargo that is read"),
    ],
)
def test_what_is_no_habit_is_not_told(told: Told, found: Dated) -> None:
    told.tell([found])

    assert told.notices() == []


def test_a_date_that_is_an_unread_embargo_is_told_as_one_alone(told: Told) -> None:
    told.tell([dated(1, HELD, published=None, raw_published="x", embargo_raw=UNREAD)])

    assert told.kinds() == ["embargo"]


def test_a_cms_that_pushes_what_is_due_later_means_it(told: Told) -> None:
    told.tell([FUTURE, NO_DATE], is_pushed=True)

    assert told.kinds() == ["dates"]


# Now


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("count", "sentence"),
    [
        (0, ""),
        (1, "1 article is held because its embargo cannot be read: 1."),
        (5, "5 articles are held because their embargoes cannot be read: 5, 4, 3, 2, 1."),
        (6, "6 articles are held because their embargoes cannot be read: 6, 5, 4, 3, 2, …."),
    ],
)
def test_who_waits_for_a_decision_is_named_newest_first(count: int, sentence: str) -> None:
    with transaction() as tx:
        publication_id = rows.publication(tx).id
        held_ids = {
            str(rows.article(tx, publication_id, str(n), state=ArticleState.EMBARGOED).id): str(n)
            for n in range(1, count + 1)
        }
        rows.article(tx, publication_id, "live")
        known = rows.article(tx, publication_id, "known", state=ArticleState.EMBARGOED)
        known.embargo_until = NOW + HOUR

        said = date_notices.held_now(tx)

    head, mark, names = said.partition(": ")
    named = ", ".join(held_ids.get(each, each) for each in names.removesuffix(".").split(", "))
    assert f"{head}{mark}{named}{'.' if said else ''}" == sentence
