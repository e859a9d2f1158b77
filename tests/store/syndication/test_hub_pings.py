"""What an outside hub must be told: marked, taken, sent or tried again, each turn fenced."""

import datetime as dt

import pytest
from sqlalchemy import select

from syndicate.store.ground.session import transaction
from syndicate.store.syndication import hub_pings
from syndicate.store.syndication.feeds import Feed
from syndicate.store.syndication.hub_pings import FeedPing, Ping
from syndicate.vocabulary.feeds import FeedFormat
from tests import rows
from tests.rows import DAY, NOW
from tests.store.syndication import published

pytestmark = pytest.mark.usefixtures("database")

TICK = dt.timedelta(microseconds=1)
SECOND = dt.timedelta(seconds=1)
MINUTE = dt.timedelta(minutes=1)
ATOM, JSON, RSS = FeedFormat.ATOM, FeedFormat.JSON, FeedFormat.RSS
Stored = dict[tuple[int, FeedFormat], tuple[dt.datetime, int, int]]


@pytest.fixture
def feed(database: str) -> Feed:  # noqa: ARG001 - the rows go there
    with transaction() as tx:
        return published.feed(tx, rows.publication(tx).id)


def mark(feed_id: int, *forms: FeedFormat, now: dt.datetime = NOW) -> None:
    with transaction() as tx:
        hub_pings.mark(tx, feed_id, forms, now=now)


def take(now: dt.datetime = NOW, limit: int = 9) -> list[Ping]:
    with transaction() as tx:
        return hub_pings.take(tx, now=now, limit=limit)


def stored() -> Stored:
    """When each ping is due, with its attempts and its epoch."""
    with transaction() as tx:
        found = tx.scalars(select(FeedPing)).all()
    return {(row.feed_id, row.format): (row.due_at, row.attempts, row.epoch) for row in found}


def test_each_form_that_changed_is_due_at_once(feed: Feed) -> None:
    mark(feed.id, RSS, ATOM)

    assert stored() == {(feed.id, ATOM): (NOW, 0, 0), (feed.id, RSS): (NOW, 0, 0)}


def test_one_row_stands_for_any_number_of_changes(feed: Feed) -> None:
    with transaction() as tx:
        for form in (RSS, ATOM):
            waits = {"due_at": NOW + DAY, "attempts": 3, "epoch": 7}
            tx.add(FeedPing(feed_id=feed.id, format=form, **waits))

    mark(feed.id, RSS, now=NOW)

    assert stored() == {(feed.id, RSS): (NOW, 0, 8), (feed.id, ATOM): (NOW + DAY, 3, 7)}


def test_a_ping_waits_from_its_moment_on(feed: Feed) -> None:
    with transaction() as tx:
        assert not hub_pings.has_due(tx, NOW)
        hub_pings.mark(tx, feed.id, [RSS], now=NOW)

        assert hub_pings.has_due(tx, NOW)
        assert not hub_pings.has_due(tx, NOW - TICK)


def test_a_ping_that_is_taken_says_whose_it_is_and_is_leased(feed: Feed) -> None:
    with transaction() as tx:
        yawmi = rows.publication(tx, "yawmi")
        other = published.feed(tx, yawmi.id, "yawmi-everything")
        assert other.id != feed.id
        tx.add(FeedPing(feed_id=other.id, format=JSON, due_at=NOW, attempts=2, epoch=7))

    [mine] = take()

    assert (mine.feed_id, mine.form, mine.slug) == (other.id, JSON, "yawmi-everything")
    assert (mine.publication.id, mine.attempts, mine.epoch) == (yawmi.id, 2, 8)
    assert stored() == {(other.id, JSON): (NOW + 40 * SECOND, 2, 8)}
    assert take(NOW + 39 * SECOND) == []
    assert len(take(NOW + 40 * SECOND)) == 1


def test_pings_are_taken_by_who_waited_longest_and_no_more_than_asked(feed: Feed) -> None:
    with transaction() as tx:
        second = published.feed(tx, feed.publication_id, "second")
    mark(second.id, RSS, ATOM, now=NOW)
    mark(feed.id, RSS, now=NOW)
    mark(second.id, JSON, now=NOW - MINUTE)
    mark(feed.id, JSON, now=NOW + TICK)

    order = [[(each.feed_id, each.form) for each in take(limit=1)] for _ in range(5)]

    assert order == [
        [(second.id, JSON)],
        [(feed.id, RSS)],
        [(second.id, ATOM)],
        [(second.id, RSS)],
        [],
    ]


def test_two_workers_at_once_take_different_pings(feed: Feed) -> None:
    mark(feed.id, RSS, ATOM)

    with transaction() as first, transaction() as second:
        mine = hub_pings.take(first, now=NOW, limit=1)
        theirs = hub_pings.take(second, now=NOW, limit=9)

    assert [[each.form for each in found] for found in (mine, theirs)] == [[ATOM], [RSS]]


def test_what_was_sent_goes_and_nothing_else_does(feed: Feed) -> None:
    mark(feed.id, RSS, ATOM)
    with transaction() as tx:
        mark_of_other = published.feed(tx, feed.publication_id, "other").id
    mark(mark_of_other, RSS)
    mine = next(each for each in take() if (each.feed_id, each.form) == (feed.id, RSS))

    with transaction() as tx:
        hub_pings.sent(tx, mine)

    assert set(stored()) == {(feed.id, ATOM), (mark_of_other, RSS)}


@pytest.mark.parametrize(("attempts", "minutes"), [(0, 1), (1, 5), (2, 30), (3, 120), (4, 360)])
def test_a_ping_that_failed_is_sent_again_by_the_plan(
    feed: Feed, attempts: int, minutes: int
) -> None:
    with transaction() as tx:
        for form in (RSS, ATOM):
            tx.add(FeedPing(feed_id=feed.id, format=form, due_at=NOW, attempts=attempts))
    atom, rss = take()

    with transaction() as tx:
        assert hub_pings.not_sent(tx, rss, now=NOW)

    held = NOW + 40 * SECOND
    assert stored() == {
        (feed.id, RSS): (NOW + minutes * MINUTE, attempts + 1, 1),
        (feed.id, ATOM): (held, attempts, atom.epoch),
    }


def test_a_ping_that_failed_five_times_is_given_up_until_the_next_change(feed: Feed) -> None:
    with transaction() as tx:
        tx.add(FeedPing(feed_id=feed.id, format=RSS, due_at=NOW, attempts=5))
        tx.add(FeedPing(feed_id=feed.id, format=ATOM, due_at=NOW + DAY))
    [mine] = take()

    with transaction() as tx:
        assert not hub_pings.not_sent(tx, mine, now=NOW)
    assert set(stored()) == {(feed.id, ATOM)}

    mark(feed.id, RSS)
    assert stored()[feed.id, RSS] == (NOW, 0, 0)


@pytest.mark.parametrize("attempts", [0, 5])
def test_a_topic_that_changed_while_its_ping_was_sent_stays_due(feed: Feed, attempts: int) -> None:
    with transaction() as tx:
        tx.add(FeedPing(feed_id=feed.id, format=RSS, due_at=NOW, attempts=attempts))
    [mine] = take()
    mark(feed.id, RSS, now=NOW + SECOND)

    with transaction() as tx:
        hub_pings.sent(tx, mine)
        hub_pings.not_sent(tx, mine, now=NOW + MINUTE)

    assert stored() == {(feed.id, RSS): (NOW + SECOND, 0, 2)}


def test_without_an_outside_hub_nothing_waits_for_it(feed: Feed) -> None:
    mark(feed.id, RSS, ATOM)

    with transaction() as tx:
        hub_pings.forget_all(tx)
        assert not hub_pings.has_due(tx, NOW + DAY)

    assert stored() == {}
