"""The watch: what is told, how often, until when, and that neither stop nor hour silences it."""

import datetime as dt
from collections.abc import Mapping, Sequence

import pytest
from sqlalchemy import update

from syndicate import clock
from syndicate.alarms import watch
from syndicate.alarms.memory import AWAY_FOR, DatabaseBell
from syndicate.alarms.ringing import ALARMS
from syndicate.alarms.telling.ring import Outcome, Ring
from syndicate.settings import Settings
from syndicate.store.ground.session import transaction
from syndicate.store.platform import heartbeats, rings
from syndicate.store.platform.installation import Installation
from syndicate.vocabulary.bells import Bell, RingState, Severity
from syndicate.vocabulary.sending import MailingState
from tests import rows

SECOND = dt.timedelta(seconds=1)
MINUTE = dt.timedelta(minutes=1)


class Ears:
    """Hears what is told, as one way that remembers nothing."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.heard: list[Ring] = []
        self.outcomes = outcomes or (Outcome("ears", told_at=clock.now()),)

    def all_of(
        self, found: Sequence[Ring], _configured: Settings, _now: dt.datetime
    ) -> Mapping[int, Sequence[Outcome]]:
        self.heard += found
        return {each.id: self.outcomes for each in found}

    def one(self, ring: Ring, _configured: Settings, _now: dt.datetime) -> Sequence[Outcome]:
        self.heard.append(ring)
        return self.outcomes

    def said(self) -> list[tuple[str, RingState, int]]:
        return [(each.bell, each.state, each.rung) for each in self.heard]


def paused_mailing() -> None:
    with transaction() as tx:
        newsletter = rows.newsletter(tx, rows.publication(tx).id)
        made = rows.mailing(
            tx,
            rows.issue(tx, newsletter.id),
            publication_id=newsletter.publication_id,
            state=MailingState.PAUSED,
        )
        rows.batch(tx, made, size=4)


def watched(ears: Ears, after: dt.timedelta = dt.timedelta(0)) -> bool:
    """Look and tell, as if so much time went by from now."""
    now = clock.now() + after
    is_lively = watch.look(now)
    watch.tell(now, ears.all_of)
    return is_lively


def last() -> rings.Ring:
    with transaction() as tx:
        (found,) = [*rings.open_ones(tx), *rings.past(tx, limit=9)]
    return found


@pytest.mark.usefixtures("database")
def test_a_page_is_told_at_once_and_as_one_line_of_its_alarm() -> None:
    paused_mailing()
    ears = Ears(Outcome("webhook", told_at=clock.now()))

    is_lively = watched(ears)

    (ring,) = ears.heard
    assert is_lively
    assert (ring.bell, ring.state, ring.rung) == ("paused_mailings", RingState.RINGING, 1)
    assert (ring.severity, ring.owner, ring.publication) == (Severity.PAGE, "operators", "daily")
    assert ring.key == "mailing:1"
    assert ring.text == "No. 1 of Morning is paused with 4 remaining."
    assert ring.runbook == "http://localhost:8080/docs/runbooks/held"
    assert ring.link == f"http://localhost:8080/console/alarms/{ring.id}"
    assert set(last().outcomes) == {"webhook"}


@pytest.mark.usefixtures("database")
def test_whoever_is_woken_is_rung_again_after_one_five_fifteen_and_thirty_minutes() -> None:
    waits = [watch.wait_after("paused_mailings", rung) // MINUTE for rung in range(1, 7)]
    by_day = [watch.wait_after("holds", rung) // MINUTE for rung in range(1, 3)]

    assert waits == [1, 5, 15, 30, 30, 30]
    assert by_day == [24 * 60, 24 * 60]


@pytest.mark.usefixtures("database")
def test_a_stop_of_everything_silences_no_bell() -> None:
    with transaction() as tx:
        tx.execute(update(Installation).values(stopped_at=clock.now(), stopped_why="Wrong list"))
    ears = Ears()

    watched(ears)

    assert ears.said() == [("stopped", RingState.RINGING, 1)]


@pytest.mark.usefixtures("database")
def test_a_bell_that_is_over_is_told_by_the_same_ring() -> None:
    paused_mailing()
    ears, start = Ears(), clock.now()
    watched(ears)
    with transaction() as tx:
        tx.execute(update(rings.Ring).values(last_seen_at=start - rings.GONE_AFTER))
        rings.see(tx, [], now=start + SECOND)

    watch.tell(start + 2 * SECOND, ears.all_of)

    first, over = ears.heard
    assert (first.state, over.state) == (RingState.RINGING, RingState.OVER)
    assert (first.id, first.rung) == (over.id, over.rung)


@pytest.mark.usefixtures("database")
def test_who_acknowledged_is_told_to_the_others_by_name() -> None:
    paused_mailing()
    ears = Ears()
    watched(ears)
    with transaction() as tx:
        rows.operator(tx, name="Night desk")
        rings.acknowledge(tx, last().id, by="operator:desk", now=clock.now())

    watched(ears, dt.timedelta(hours=1))

    assert [(each.rung, each.acknowledged_by) for each in ears.heard] == [
        (1, None),
        (1, "Night desk"),
    ]


@pytest.mark.usefixtures("database")
def test_what_a_way_answered_is_kept_with_the_ring() -> None:
    paused_mailing()
    ears = Ears(Outcome("webhook", error="It answered 500."), Outcome("mail", told_at=clock.now()))

    watched(ears)

    assert last().outcomes["webhook"] == {"error": "It answered 500."}
    assert set(last().outcomes["mail"]) == {"at"}


@pytest.mark.usefixtures("database")
def test_an_empty_house_rings_nothing() -> None:
    ears = Ears()

    lively = [watched(ears, minute * MINUTE) for minute in range(5)]

    assert (ears.heard, lively) == ([], [False] * 5)


@pytest.mark.usefixtures("database")
def test_of_two_who_watch_one_looks() -> None:
    now = clock.now()
    with transaction() as one, transaction() as other:
        taken = [heartbeats.watch(tx, now) for tx in (one, other)]
    with transaction() as tx:
        again = heartbeats.watch(tx, now + SECOND)
        later = heartbeats.watch(tx, now + 5 * SECOND)

    assert (taken, again, later) == ([True, False], False, True)


@pytest.mark.usefixtures("database")
def test_a_watch_of_the_future_keeps_nobody_from_looking() -> None:
    now = clock.now()
    with transaction() as tx:
        heartbeats.watch(tx, now + dt.timedelta(hours=1))
        taken = heartbeats.watch(tx, now)
        since = heartbeats.watched_since(tx, now)

    assert (taken, since) == (True, now)


def test_a_database_that_is_gone_rings_from_memory_and_is_over_when_it_answers() -> None:
    ears = Ears()
    bell, since = DatabaseBell(ears.one), clock.now()

    for after in (0, 29, 30, 31, 89, 90, 91):
        bell.is_away(since, since + after * SECOND)
    bell.answers()
    bell.answers()

    assert AWAY_FOR == 30 * SECOND
    assert ears.said() == [
        ("database", RingState.RINGING, 1),
        ("database", RingState.RINGING, 2),
        ("database", RingState.OVER, 2),
    ]
    assert {each.key for each in ears.heard} == {"database"}
    assert {each.began_at for each in ears.heard} == {since}


def test_a_database_that_starts_again_rings_nothing() -> None:
    ears = Ears()
    bell, since = DatabaseBell(ears.one), clock.now()

    bell.is_away(since, since + 29 * SECOND)
    bell.answers()

    assert ears.heard == []


def listened(bell: DatabaseBell, seen_at: dt.datetime, since: dt.datetime, *after: int) -> None:
    for second in after:
        bell.listen(seen_at, since + second * SECOND)


def test_a_process_that_was_frozen_does_not_take_the_database_for_gone() -> None:
    """It saw the database last before it froze, which was minutes ago."""
    ears = Ears()
    bell, since = DatabaseBell(ears.one), clock.now()

    listened(bell, since, since, 0, 1, 2, *range(100, 129))
    listened(bell, since + 129 * SECOND, since, 129, 130)

    assert ears.heard == []


def test_a_database_that_falls_silent_while_somebody_listens_is_told() -> None:
    ears = Ears()
    bell, since = DatabaseBell(ears.one), clock.now()

    listened(bell, since, since, *range(32))
    listened(bell, since + 32 * SECOND, since, 32)

    assert [each.state for each in ears.heard] == [RingState.RINGING, RingState.OVER]


def test_every_bell_has_an_alarm_that_rings_it() -> None:
    assert {alarm.bell for alarm in ALARMS if alarm.bell} == set(Bell)
