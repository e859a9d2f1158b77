"""Incidents: one for each receiver, sender and reason, taken by one person, closed once."""

import datetime as dt

import pytest
from sqlalchemy import select

from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom import incidents
from syndicate.store.newsroom.incidents import DeliveryIncident, Sample
from tests.rows import NOW

pytestmark = pytest.mark.usefixtures("database")

HOUR = dt.timedelta(hours=1)
BLOCKED = ("google", "daily.example", "blocked")
NO_MORE = Sample(None, None, None)


def report(
    tx: Transaction,
    what: tuple[str, str, str] = BLOCKED,
    *,
    now: dt.datetime = NOW,
    sample: Sample = NO_MORE,
) -> bool:
    return incidents.report(tx, *what, sample=sample, now=now)


def rows(tx: Transaction) -> list[DeliveryIncident]:
    query = select(DeliveryIncident).order_by(DeliveryIncident.id)
    return list(tx.scalars(query.execution_options(populate_existing=True)))


def test_the_first_event_opens_an_incident_and_keeps_what_was_said() -> None:
    with transaction() as tx:
        assert report(tx, sample=Sample(7, "5.7.1", "Blocked for spam"))

        [made] = rows(tx)

    assert (made.receiver, made.domain, made.reason) == BLOCKED
    assert (made.mailing_id, made.code, made.detail) == (7, "5.7.1", "Blocked for spam")
    assert (made.opened_at, made.last_at, made.closed_at) == (NOW, NOW, None)
    assert (made.events, made.taken_at, made.taken_by) == (1, None, None)


def test_one_more_event_is_counted_and_is_no_news() -> None:
    with transaction() as tx:
        report(tx, sample=Sample(7, "5.7.1", "Blocked for spam"))

        assert not report(tx, now=NOW + HOUR, sample=Sample(8, "5.7.2", "Again"))
        assert not report(tx, now=NOW + 2 * HOUR)

        [made] = rows(tx)
    assert (made.events, made.opened_at, made.last_at) == (3, NOW, NOW + 2 * HOUR)
    assert (made.mailing_id, made.code, made.detail) == (7, "5.7.1", "Blocked for spam")


def test_an_event_that_comes_late_moves_no_time_back() -> None:
    with transaction() as tx:
        report(tx)
        report(tx, now=NOW - HOUR)

        [made] = rows(tx)
    assert (made.events, made.last_at) == (2, NOW)


@pytest.mark.parametrize(
    "other",
    [
        ("microsoft", "daily.example", "blocked"),
        ("google", "yawmi.example", "blocked"),
        ("google", "daily.example", "badreputation"),
    ],
)
def test_another_receiver_sender_or_reason_is_an_incident_of_its_own(
    other: tuple[str, str, str],
) -> None:
    with transaction() as tx:
        report(tx)

        assert report(tx, other)

        assert [each.events for each in rows(tx)] == [1, 1]


def test_after_it_was_closed_the_next_event_opens_a_new_one() -> None:
    with transaction() as tx:
        report(tx)
        report(tx)
        [first] = rows(tx)
        assert incidents.close(tx, first.id, now=NOW + HOUR)

        assert report(tx, now=NOW + 2 * HOUR)

        old, new = rows(tx)
        assert (old.events, old.last_at, old.closed_at) == (2, NOW, NOW + HOUR)
        assert (new.events, new.opened_at) == (1, NOW + 2 * HOUR)


def opened(tx: Transaction, *times: dt.datetime) -> list[int]:
    """Incidents of several receivers, by when they were reported last; their ids."""
    for number, at in enumerate(times):
        report(tx, (f"receiver-{number}", "daily.example", "blocked"), now=at)
    return [each.id for each in rows(tx)]


def test_open_ones_come_by_their_newest_event() -> None:
    with transaction() as tx:
        a, b, c, d = opened(tx, NOW, NOW + 2 * HOUR, NOW + HOUR, NOW + 3 * HOUR)
        incidents.close(tx, d, now=NOW)

        assert [each.id for each in incidents.open_ones(tx)] == [b, c, a]


def test_closed_ones_come_by_when_they_were_closed_and_no_more_than_asked() -> None:
    with transaction() as tx:
        a, b, c, _ = opened(tx, NOW, NOW, NOW, NOW)
        for each, after in ((a, 2), (b, 1), (c, 3)):
            incidents.close(tx, each, now=NOW + after * HOUR)

        assert [each.id for each in incidents.closed_ones(tx, limit=9)] == [c, a, b]
        assert [each.id for each in incidents.closed_ones(tx, limit=2)] == [c, a]


def test_open_ones_are_counted_by_reason() -> None:
    with transaction() as tx:
        assert incidents.open_by_reason(tx) == {}
        report(tx, ("google", "daily.example", "blocked"))
        report(tx, ("yahoo", "daily.example", "blocked"))
        report(tx, ("yahoo", "daily.example", "burst"))
        report(tx, ("apple", "daily.example", "authfailure"))
        incidents.close(tx, rows(tx)[-1].id, now=NOW)

        assert incidents.open_by_reason(tx) == {"blocked": 2, "burst": 1}


def test_an_incident_is_open_until_it_is_closed_and_closes_once() -> None:
    with transaction() as tx:
        mine, other = opened(tx, NOW, NOW)
        assert incidents.is_open(tx, mine)
        assert not incidents.is_open(tx, other + 1)

        assert incidents.close(tx, mine, now=NOW)
        assert not incidents.close(tx, mine, now=NOW + HOUR)
        assert not incidents.close(tx, other + 1, now=NOW)

        assert not incidents.is_open(tx, mine)
        assert incidents.is_open(tx, other)
        assert [each.closed_at for each in rows(tx)] == [NOW, None]


def test_an_incident_is_taken_by_whoever_comes_first() -> None:
    with transaction() as tx:
        mine, other = opened(tx, NOW, NOW)

        assert incidents.take(tx, mine, by="Night desk", now=NOW)
        assert not incidents.take(tx, mine, by="Day desk", now=NOW + HOUR)

        assert [(each.id, each.taken_by, each.taken_at) for each in rows(tx)] == [
            (mine, "Night desk", NOW),
            (other, None, None),
        ]


def test_nobody_takes_what_is_closed_or_unknown() -> None:
    with transaction() as tx:
        [mine] = opened(tx, NOW)
        incidents.close(tx, mine, now=NOW)

        assert not incidents.take(tx, mine, by="Night desk", now=NOW)
        assert not incidents.take(tx, mine + 1, by="Night desk", now=NOW)

        assert [each.taken_by for each in rows(tx)] == [None]


def test_an_event_of_what_somebody_looks_after_leaves_it_theirs() -> None:
    with transaction() as tx:
        report(tx)
        incidents.take(tx, rows(tx)[0].id, by="Night desk", now=NOW)

        report(tx, now=NOW + HOUR)

        [made] = rows(tx)
        assert (made.taken_by, made.events) == ("Night desk", 2)
