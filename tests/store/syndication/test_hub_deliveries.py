"""What is due to the hub's subscribers: taken as the topic stands, tried again, given up."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select

from syndicate.store.ground.session import transaction
from syndicate.store.syndication import hub, hub_turns
from syndicate.store.syndication.feeds import Feed
from syndicate.store.syndication.hub import FeedCallback, HubDelivery
from syndicate.vocabulary.feeds import FeedFormat
from tests import rows
from tests.rows import DAY, NOW
from tests.store.syndication import published

pytestmark = pytest.mark.usefixtures("database")

TICK = dt.timedelta(microseconds=1)
SECOND = dt.timedelta(seconds=1)
MINUTE = dt.timedelta(minutes=1)
ATOM, RSS = FeedFormat.ATOM, FeedFormat.RSS


@pytest.fixture
def feed(database: str) -> Feed:  # noqa: ARG001 - the rows go there
    """A feed with the topics of two forms."""
    with transaction() as tx:
        made = published.feed(tx, rows.publication(tx).id)
        for form in (ATOM, RSS):
            published.document(tx, made.id, form)
        return made


def due(feed: Feed, name: str = "callback", **columns: Any) -> int:
    with transaction() as tx:
        return published.callback(tx, feed.id, name, **({"deliver_at": NOW} | columns)).id


def take(now: dt.datetime = NOW, limit: int = 9) -> list[HubDelivery]:
    with transaction() as tx:
        turns = hub_turns.deliveries(tx, now=now, each=limit, limit=limit)
        return hub.take_deliveries(tx, [each.id for each in turns], now=now)


def taken(now: dt.datetime = NOW) -> HubDelivery:
    [found] = take(now)
    return found


def row(subscription_id: int) -> FeedCallback:
    with transaction() as tx:
        return tx.session.get_one(FeedCallback, subscription_id)


def stored() -> list[int]:
    with transaction() as tx:
        return [each.id for each in hub.subscriptions(tx)]


def test_a_delivery_holds_the_topic_as_it_stands_and_is_leased(feed: Feed) -> None:
    with transaction() as tx:
        published.document(tx, feed.id, ATOM, page=1)
        published.document(tx, published.feed(tx, feed.publication_id, "other").id, ATOM)
    mine = due(feed, format=ATOM, secret=b"secret", attempts=2, epoch=7)

    assert taken() == HubDelivery(
        id=mine,
        epoch=8,
        topic="topic of callback",
        form=ATOM,
        callback="https://peer.example/callback",
        host="peer.example",
        secret=b"secret",
        attempts=2,
        etag=f"etag of atom 0 of {feed.id}",
        body=f"atom 0 of {feed.id}".encode(),
    )
    assert row(mine).deliver_at == NOW + 40 * SECOND
    assert take(NOW + 39 * SECOND) == []
    assert [each.epoch for each in take(NOW + 40 * SECOND)] == [9]


@pytest.mark.parametrize(
    ("columns", "is_taken"),
    [
        ({"deliver_at": NOW + TICK}, False),
        ({"deliver_at": None}, False),
        ({"lease_until": NOW}, False),
        ({"lease_until": NOW + TICK}, True),
        ({"lease_until": None}, False),
        ({"format": FeedFormat.JSON}, False),  # nothing was built of it
    ],
)
def test_what_is_due_is_taken_within_a_lease(
    feed: Feed, columns: dict[str, Any], *, is_taken: bool
) -> None:
    due(feed, **columns)

    assert bool(take()) is is_taken


def test_deliveries_are_taken_by_who_waited_longest(feed: Feed) -> None:
    late, second, early = (
        due(feed, name, deliver_at=NOW - after)
        for name, after in (("late", 0 * TICK), ("b", MINUTE), ("early", 2 * MINUTE))
    )
    twin = due(feed, "twin", deliver_at=NOW - MINUTE)

    order = [[each.id for each in take(limit=1)] for _ in range(5)]

    assert order == [[early], [second], [twin], [late], []]


def test_each_form_of_a_feed_is_delivered_as_it_is(feed: Feed) -> None:
    due(feed, "a", format=ATOM)
    due(feed, "b", format=RSS)

    assert {each.form: each.body for each in take()} == {
        form: f"{form} 0 of {feed.id}".encode() for form in (ATOM, RSS)
    }


def test_a_topic_that_was_taken_is_noted_and_due_no_more(feed: Feed) -> None:
    mine, other = due(feed, attempts=2), due(feed, "other", deliver_at=NOW + DAY)
    delivery = taken()

    with transaction() as tx:
        hub.delivered(tx, delivery, 202, now=NOW + SECOND)

    made = row(mine)
    assert (made.deliver_at, made.attempts, made.delivered_etag) == (None, 0, delivery.etag)
    assert (made.last_at, made.last_status) == (NOW + SECOND, 202)
    assert (row(other).deliver_at, row(other).last_at) == (NOW + DAY, None)


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(0, 1), (1, 5), (2, 30), (3, 120), (4, 360), (5, None), (9, None)]
)
def test_a_topic_that_was_not_taken_is_tried_again_by_the_plan_and_given_up(
    feed: Feed, attempts: int, minutes: int | None
) -> None:
    mine = due(feed, attempts=attempts, delivered_etag="before")
    delivery = taken()

    with transaction() as tx:
        hub.not_delivered(tx, delivery, 503, now=NOW)

    made = row(mine)
    assert made.deliver_at == (None if minutes is None else NOW + minutes * MINUTE)
    assert (made.attempts, made.last_at, made.last_status) == (attempts + 1, NOW, 503)
    assert made.delivered_etag == "before"


def test_a_host_that_said_nothing_has_no_status(feed: Feed) -> None:
    mine = due(feed, last_status=200)
    delivery = taken()

    with transaction() as tx:
        hub.not_delivered(tx, delivery, None, now=NOW)

    assert row(mine).last_status is None


def test_a_topic_that_changed_while_it_was_sent_stays_due(feed: Feed) -> None:
    mine = due(feed)
    delivery = taken()
    with transaction() as tx:
        hub.topic_changed(tx, feed.id, [ATOM], now=NOW + SECOND)

    with transaction() as tx:
        hub.delivered(tx, delivery, 200, now=NOW + 2 * SECOND)
        hub.not_delivered(tx, delivery, 503, now=NOW + 2 * SECOND)
        hub.forget(tx, delivery.id, delivery.epoch)

    made = row(mine)
    assert (made.deliver_at, made.attempts) == (NOW + SECOND, 0)
    assert (made.delivered_etag, made.last_at) == (None, None)


def test_a_callback_that_is_gone_is_forgotten_and_nobody_else(feed: Feed) -> None:
    mine, other = due(feed), due(feed, "other", deliver_at=None)
    delivery = taken()

    with transaction() as tx:
        hub.forget(tx, mine, delivery.epoch)
        hub.forget(tx, mine, delivery.epoch)

    assert stored() == [other]


@pytest.mark.parametrize(
    ("columns", "is_kept"),
    [
        ({"lease_until": NOW}, False),
        ({"lease_until": NOW + TICK}, True),
        ({"lease_until": None}, True),
        ({"lease_until": NOW, "wanted": "subscribe"}, True),
        ({"lease_until": NOW, "denied": "Ended."}, True),
    ],
)
def test_a_lease_that_ended_is_forgotten_unless_somebody_renews_it_or_is_to_be_told(
    feed: Feed, columns: dict[str, Any], *, is_kept: bool
) -> None:
    due(feed, **columns)

    with transaction() as tx:
        hub.forget_expired(tx, NOW)

    assert bool(stored()) is is_kept


def test_subscriptions_come_oldest_first_of_one_feed_or_of_all(feed: Feed) -> None:
    with transaction() as tx:
        other = published.feed(tx, feed.publication_id, "other")
    first, theirs, last = due(feed, "z"), due(other, "b"), due(feed, "a")
    with transaction() as tx:
        tx.session.get_one(FeedCallback, first).attempts = 1

    with transaction() as tx:
        assert [each.id for each in hub.subscriptions(tx)] == [first, theirs, last]
        assert [each.id for each in hub.subscriptions(tx, feed.id)] == [first, last]


def test_subscriptions_go_with_their_feed(feed: Feed) -> None:
    due(feed)
    with transaction() as tx:
        tx.session.delete(tx.session.get_one(Feed, feed.id))

    with transaction() as tx:
        assert tx.scalars(select(FeedCallback)).all() == []
