"""A subscriber of a feed that is no more is told so by its hub, and why (WebSub 5.2)."""

import datetime as dt

import pytest

from syndicate import clock
from syndicate.feeds import hub
from syndicate.store.ground.session import transaction
from syndicate.store.syndication import feeds
from syndicate.store.syndication import hub as rows
from tests.feeds.hub_steps import IP, TOPIC, change, form, stored, subscribe
from tests.feeds.peer import Peer

RETIRED = {
    "hub.mode": "denied",
    "hub.topic": TOPIC,
    "hub.reason": "This feed is no longer published.",
}


def retire() -> None:
    with transaction() as tx:
        assert feeds.retire(tx, "everything", now=clock.now())


def run(after: dt.timedelta = dt.timedelta(0)) -> None:
    """As the tick does: only where something is due."""
    moment = clock.now() + after
    with transaction() as tx:
        is_due = rows.has_due(tx, moment)
    if is_due:
        hub.run_due(moment)


def test_subscribers_of_a_retired_feed_are_told_and_forgotten(subscriber: Peer) -> None:
    """They heard nothing more, and held their lease to its end."""
    subscribe(subscriber)
    retire()

    run()
    run()

    assert [request.query for request in subscriber.of("GET")][1:] == [RETIRED]
    assert stored() == []


def test_the_query_of_their_callback_is_kept(subscriber: Peer) -> None:
    subscribe(subscriber, callback=subscriber.url("/callback?for=us"))
    retire()

    run()

    assert subscriber.of("GET")[-1].query == {"for": "us", **RETIRED}


def test_subscribers_of_a_feed_that_moved_are_told_where_to(subscriber: Peer) -> None:
    subscribe(subscriber)
    with transaction() as tx:
        assert feeds.move(tx, "everything", "https://elsewhere.example/feed")

    run()

    assert subscriber.of("GET")[-1].query["hub.reason"] == (
        "This feed has moved to https://elsewhere.example/feed; subscribe there."
    )
    assert stored() == []


def test_who_asked_just_before_is_told_too(subscriber: Peer) -> None:
    hub.ask(form(subscriber), clock.now(), ip=IP)
    retire()

    run()

    assert [request.query for request in subscriber.of("GET")] == [RETIRED]
    assert stored() == []


@pytest.mark.parametrize("status", [404, 410, 301])
def test_an_answer_of_whatever_kind_is_enough(subscriber: Peer, status: int) -> None:
    subscribe(subscriber)
    retire()
    subscriber.answer = lambda _request: (status, b"")

    run()

    assert stored() == []


def test_a_subscriber_in_trouble_is_told_again_and_forgotten_at_last(subscriber: Peer) -> None:
    subscribe(subscriber)
    retire()
    subscriber.answer = lambda _request: (503, b"")

    run()
    run()
    assert len(stored()) == 1
    assert len(subscriber.of("GET")) == 2

    run(after=dt.timedelta(hours=1))
    assert [request.query for request in subscriber.of("GET")][1:] == [RETIRED] * 4
    assert stored() == []


def test_nothing_is_delivered_of_a_feed_that_is_no_more(subscriber: Peer) -> None:
    subscribe(subscriber)
    change(2)
    delivered = len(subscriber.of("POST"))
    retire()

    change(3)

    assert len(subscriber.of("POST")) == delivered


def test_subscribers_of_other_feeds_hear_nothing_of_it(subscriber: Peer) -> None:
    subscribe(subscriber, topic=TOPIC.replace("everything", "featured"))
    retire()

    run()

    assert [request.query["hub.mode"] for request in subscriber.of("GET")] == ["subscribe"]
    assert len(stored()) == 1
