"""What the hub delivers when callbacks fail, workers die and topics change meanwhile."""

import datetime as dt

from sqlalchemy import text

from syndicate import clock
from syndicate.feeds import hub
from syndicate.store.ground.session import transaction
from syndicate.store.syndication import hub as rows
from syndicate.store.syndication import hub_turns
from syndicate.store.syndication.hub import DELIVER_RETRIES
from syndicate.vocabulary.feeds import FeedFormat
from tests.feeds import building, hub_steps, newsroom, peer, reading
from tests.feeds.peer import Peer, Request

WEEK = dt.timedelta(days=7)


def test_an_expired_lease_gets_nothing_and_is_forgotten(subscriber: Peer) -> None:
    hub_steps.subscribe(subscriber)
    later = clock.now() + WEEK + dt.timedelta(seconds=60)

    newsroom.article(1, 2)
    building.publish_due(later)
    hub.run_due(later)
    with transaction() as tx:
        rows.forget_expired(tx, later)

    assert subscriber.of("POST") == []
    assert hub_steps.stored() == []


def test_a_failed_delivery_is_tried_again_by_the_plan_and_then_at_the_next_change(
    subscriber: Peer,
) -> None:
    hub_steps.subscribe(subscriber)
    subscriber.answer = lambda _request: (500, b"")
    moment = hub_steps.change()
    waits = []
    for _ in DELIVER_RETRIES:
        due = hub_steps.row(subscriber).deliver_at
        assert due is not None
        waits.append(round((due - clock.now()).total_seconds() / 60))
        hub_steps.set_due(subscriber, moment)
        hub.run_due(clock.now())

    assert waits == [1, 5, 30, 120, 360]
    assert len(subscriber.of("POST")) == 1 + len(DELIVER_RETRIES)
    assert hub_steps.row(subscriber).deliver_at is None
    assert hub_steps.row(subscriber).lease_until is not None

    subscriber.answer = peer.agree
    hub_steps.change(3)
    assert len(subscriber.of("POST")) == 2 + len(DELIVER_RETRIES)
    assert hub_steps.row(subscriber).attempts == 0


def test_a_delivery_that_is_redirected_is_not_followed(subscriber: Peer) -> None:
    hub_steps.subscribe(subscriber)
    subscriber.answer = lambda _request: (307, b"")

    hub_steps.change()

    assert [request.path for request in subscriber.of("POST")] == ["/callback"]
    assert hub_steps.row(subscriber).attempts == 1


def test_a_callback_that_is_gone_is_forgotten(subscriber: Peer) -> None:
    hub_steps.subscribe(subscriber)
    subscriber.answer = lambda _request: (410, b"")

    hub_steps.change()

    assert hub_steps.stored() == []


def test_a_change_during_a_delivery_is_delivered_too(subscriber: Peer) -> None:
    hub_steps.subscribe(subscriber)
    changed: list[bool] = []

    def slow(request: Request) -> tuple[int, bytes]:
        if request.method == "POST" and not changed:
            changed.append(True)
            newsroom.article(1, 3)
            building.publish_due(clock.now())
        return peer.agree(request)

    subscriber.answer = slow
    hub_steps.change()
    hub.run_due(clock.now())

    deliveries = subscriber.of("POST")
    assert len(deliveries) == 2
    assert deliveries[-1].body == reading.documents("everything")[FeedFormat.ATOM, 0].body


def test_a_worker_that_died_with_a_delivery_in_hand_loses_nothing(subscriber: Peer) -> None:
    hub_steps.subscribe(subscriber)
    newsroom.article(1, 2)
    building.publish_due(clock.now())
    with transaction() as tx:
        [mine] = hub_turns.deliveries(tx, now=clock.now(), each=10, limit=10)
        assert len(rows.take_deliveries(tx, [mine.id], now=clock.now())) == 1

    hub.run_due(clock.now())
    assert subscriber.of("POST") == []

    hub.run_due(clock.now() + rows.LEASE)
    assert len(subscriber.of("POST")) == 1


def test_a_fix_of_an_entry_is_pushed_and_an_unchanged_build_is_not(subscriber: Peer) -> None:
    hub_steps.subscribe(subscriber)

    newsroom.publish_all(clock.now())
    hub.run_due(clock.now())
    assert subscriber.of("POST") == []

    newsroom.change(1, headline="Put right")
    building.publish_due(clock.now())
    hub.run_due(clock.now())
    assert len(subscriber.of("POST")) == 1


def _as_older_code_wrote_them() -> None:
    with transaction() as tx:
        tx.execute(text("UPDATE feed SET built_for = regexp_replace(built_for, '^\\S+', '0')"))
        tx.execute(
            text(
                "UPDATE feed_document SET etag = 'older', body = convert_to(replace("
                "convert_from(body, 'UTF8'), 'Story', 'STORY'), 'UTF8')"
            )
        )


def test_feeds_that_newer_code_writes_in_another_way_are_told_to_nobody(subscriber: Peer) -> None:
    hub_steps.subscribe(subscriber)
    _as_older_code_wrote_them()

    building.publish_due(clock.now())
    hub.run_due(clock.now())

    assert [each["title"] for each in reading.json_feed("everything")["items"]] == ["Story 1"]
    assert subscriber.of("POST") == []


def test_news_that_comes_with_newer_code_is_told(subscriber: Peer) -> None:
    hub_steps.subscribe(subscriber)
    _as_older_code_wrote_them()

    hub_steps.change()

    assert [b"Story 2" in each.body for each in subscriber.of("POST")] == [True]
