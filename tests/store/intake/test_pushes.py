"""What hubs pushed: kept until it is read, in one worker's hands at a time."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select, text

from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.intake import pushes
from syndicate.store.intake.pushes import LEASE, PUT_OFF, HubPush, SourcePush
from syndicate.store.intake.sources import FetchState
from syndicate.store.intake.websub import HubSubscription
from tests import rows
from tests.rows import NOW

pytestmark = pytest.mark.usefixtures("database")
SECOND = dt.timedelta(seconds=1)


def subscribed(tx: Transaction, name: str = "wire", **columns: Any) -> HubSubscription:
    daily = tx.scalar(text("SELECT id FROM publication")) or rows.publication(tx).id
    return rows.hub_subscription(tx, rows.source(tx, daily, name).id, **columns)


def kept(tx: Transaction, found: HubSubscription, body: bytes = b"x", **columns: Any) -> int:
    """What a hub sent, kept at `NOW`; its id."""
    plain = {"content_type": "text/xml", "body": body, "at": NOW, "due_at": NOW}
    return rows.added(tx, SourcePush(subscription_id=found.id, **(plain | columns))).id


def waiting(tx: Transaction) -> list[tuple[int, dt.datetime, int]]:
    query = select(SourcePush.id, SourcePush.due_at, SourcePush.attempts).order_by(SourcePush.id)
    return [(id_, due_at, attempts) for id_, due_at, attempts in tx.execute(query)]


def taken(tx: Transaction, now: dt.datetime = NOW, limit: int = 9) -> list[int]:
    return [push.id for push in pushes.take_due(tx, now, limit=limit)]


def test_what_a_hub_sent_is_taken_as_it_came() -> None:
    with transaction() as tx:
        found = subscribed(tx, topic="https://daily.example/self")
        pushes.keep(tx, found, "t" * 201, b"\x00\xff", NOW)
        tx.flush()

        (push,) = pushes.take_due(tx, NOW, limit=1)

        assert push == HubPush(
            id=push.id,
            source_id=found.source_id,
            topic="https://daily.example/self",
            content_type="t" * 200,
            body=b"\x00\xff",
            at=NOW,
            attempts=1,
        )


def test_what_is_taken_is_nobody_elses_for_a_minute() -> None:
    with transaction() as tx:
        push = kept(tx, subscribed(tx))

        assert pushes.has_due(tx, NOW)
        assert not pushes.has_due(tx, NOW - SECOND)
        assert taken(tx, NOW - SECOND) == []
        assert taken(tx) == [push]
        assert not pushes.has_due(tx, NOW + LEASE - SECOND)
        assert taken(tx, NOW + LEASE - SECOND) == []
        assert taken(tx, NOW + LEASE) == [push]
        assert waiting(tx) == [(push, NOW + 2 * LEASE, 2)]


def test_what_came_first_is_taken_first_each_with_its_own_source() -> None:
    with transaction() as tx:
        one, two = subscribed(tx, "one"), subscribed(tx, "two")
        ids = [kept(tx, found, due_at=NOW - n * SECOND) for n, found in enumerate((one, two, one))]
        # Its row stands behind the others now.
        tx.execute(text("UPDATE source_push SET attempts = 0 WHERE id = :id"), {"id": ids[0]})

        found = pushes.take_due(tx, NOW, limit=2)

        assert [(push.id, push.source_id) for push in found] == [
            (ids[0], one.source_id),
            (ids[1], two.source_id),
        ]
        assert taken(tx) == ids[2:]


def test_two_workers_take_different_deliveries() -> None:
    with transaction() as tx:
        found = subscribed(tx)
        ids = [kept(tx, found) for _ in range(2)]

    with transaction() as first, transaction() as second:
        second.execute(text("SET LOCAL lock_timeout = '100ms'"))
        assert (taken(first, limit=1), taken(second)) == (ids[:1], ids[1:])


def test_what_is_given_back_waits_two_seconds_and_counts_no_attempt() -> None:
    with transaction() as tx:
        found = subscribed(tx)
        push, other = kept(tx, found, attempts=2), kept(tx, found)
        taken(tx, limit=1)

        pushes.put_off(tx, push, NOW)

        assert waiting(tx) == [(push, NOW + PUT_OFF, 2), (other, NOW, 0)]


def test_a_delivery_is_forgotten_alone() -> None:
    with transaction() as tx:
        found = subscribed(tx)
        push, other = kept(tx, found), kept(tx, found)

        for _ in range(2):
            pushes.drop(tx, push)

        assert [row[0] for row in waiting(tx)] == [other]


def next_at(tx: Transaction) -> list[dt.datetime]:
    return list(tx.scalars(select(FetchState.next_at).order_by(FetchState.source_id)))


def test_what_waits_for_sources_is_forgotten_and_they_are_asked_instead() -> None:
    with transaction() as tx:
        one, two, other = (subscribed(tx, name) for name in ("one", "two", "other"))
        kept(tx, one)
        kept(tx, one)
        stays = kept(tx, other)

        pushes.drop_of(tx, {one.source_id, two.source_id}, NOW + SECOND)

        assert [row[0] for row in waiting(tx)] == [stays]
        assert next_at(tx) == [NOW + SECOND, NOW + SECOND, NOW]


def test_sources_for_which_nothing_waits_keep_their_time() -> None:
    with transaction() as tx:
        found = subscribed(tx)

        pushes.drop_of(tx, {found.source_id}, NOW + SECOND)

        assert next_at(tx) == [NOW]


def test_a_delivery_goes_with_its_subscription() -> None:
    with transaction() as tx:
        kept(tx, subscribed(tx))

        tx.execute(text("DELETE FROM hub_subscription"))

        assert waiting(tx) == []
