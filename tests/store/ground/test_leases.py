"""Rows that are due are taken by one, and what another is taking just now is left to it."""

import datetime as dt

import pytest
from sqlalchemy import Select, select, text

from syndicate.store.ground.leases import lease
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.intake.sources import FetchState
from tests import rows
from tests.rows import NOW
from tests.store import plans

pytestmark = pytest.mark.usefixtures("database")
LATER = NOW + dt.timedelta(minutes=1)


def sources(tx: Transaction, count: int) -> list[int]:
    """Sources that are due, the newest longest."""
    daily = rows.publication(tx).id
    ids = [rows.source(tx, daily, f"s{number}").id for number in range(count)]
    for number, source_id in enumerate(ids):
        due_at = {"at": NOW - dt.timedelta(seconds=number), "id": source_id}
        tx.execute(text("UPDATE fetch_state SET next_at = :at WHERE source_id = :id"), due_at)
    return ids


def due(limit: int = 9) -> Select[int]:
    query = select(FetchState.source_id).where(FetchState.next_at <= NOW)
    return query.order_by(FetchState.next_at).limit(limit)


def take(tx: Transaction, limit: int = 9) -> list[FetchState]:
    values = {"next_at": LATER, "epoch": FetchState.epoch + 1}
    return lease(tx, FetchState, due(limit), values)


def test_rows_that_are_due_are_taken_once_and_come_as_they_are_now() -> None:
    with transaction() as tx:
        ids = sources(tx, 2)
        tx.session.expire_all()

        taken = take(tx)

        assert sorted(row.source_id for row in taken) == ids
        assert {(row.next_at, row.epoch) for row in taken} == {(LATER, 1)}
        assert take(tx) == []


def test_what_the_transaction_had_in_hand_is_as_it_is_now() -> None:
    with transaction() as tx:
        (source_id,) = sources(tx, 1)
        before = tx.get(FetchState, source_id)
        assert before is not None

        take(tx)

        assert (before.next_at, before.epoch) == (LATER, 1)


def test_no_more_are_taken_than_are_wanted_in_the_order_that_is_asked_for() -> None:
    with transaction() as tx:
        ids = sources(tx, 3)

        assert [[row.source_id for row in take(tx, 1)] for _ in range(4)] == (
            [[ids[2]], [ids[1]], [ids[0]], []]
        )


def test_no_more_are_taken_however_it_is_planned() -> None:
    with transaction() as tx:
        sources(tx, 5)
        # In the order in which they stand in the table.
        longest_first = (
            "UPDATE fetch_state SET next_at = next_at - source_id * interval '-1 minute'"
        )
        tx.execute(text(f"{longest_first} - interval '1 day'"))
        plans.nested(tx)

        assert [len(take(tx, 2)) for _ in range(4)] == [2, 2, 1, 0]


def test_what_is_not_due_stays_as_it_is() -> None:
    with transaction() as tx:
        ids = sources(tx, 2)
        tx.execute(text("UPDATE fetch_state SET next_at = :at"), {"at": LATER})

        assert take(tx) == []

        epochs = tx.scalars(select(FetchState.epoch).where(FetchState.source_id.in_(ids)))
        assert list(epochs) == [0, 0]


def test_what_another_takes_just_now_is_left_to_it_and_nobody_waits() -> None:
    with transaction() as tx:
        ids = sources(tx, 3)

    with transaction() as first, transaction() as second:
        taken = [row.source_id for row in take(first, 1)]
        second.execute(text("SET LOCAL lock_timeout = '100ms'"))
        others = [row.source_id for row in take(second)]

    assert taken == [ids[2]]
    assert sorted(others) == ids[:2]


def test_a_lease_of_nothing_due_is_nothing() -> None:
    with transaction() as tx:
        assert take(tx) == []
