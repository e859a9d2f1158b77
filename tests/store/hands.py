"""A worker's steps on the ledger, one commit each, for the tests of leases and results."""

import datetime as dt
import uuid

from sqlalchemy import select, text, update

from syndicate.store.ground.session import transaction
from syndicate.store.sending import batch_leases, ledger, reaping, results
from syndicate.store.sending.batch_leases import LeasedBatch
from syndicate.store.sending.mailings import Batch, Delivery
from syndicate.store.sending.results import DeliveryOutcome
from syndicate.vocabulary.sending import DeliveryState, Lane
from tests.mail.campaign import NOW

WORKER, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)
LATER = NOW + dt.timedelta(minutes=1)


def take(
    worker: uuid.UUID = WORKER, lane: Lane = Lane.BULK, now: dt.datetime = NOW
) -> LeasedBatch | None:
    with transaction() as tx:
        return batch_leases.take(tx, lane, worker=worker, now=now)


def taken(worker: uuid.UUID = WORKER, lane: Lane = Lane.BULK) -> LeasedBatch:
    leased = take(worker, lane=lane)
    assert leased is not None
    return leased


def intend(
    leased: LeasedBatch, *ordinals: int, version: int = 1, withheld: int = 0, missing: int = 0
) -> dict[int, str] | None:
    with transaction() as tx:
        barred = batch_leases.intend(
            tx, leased, ordinals, version=version, now=NOW, withheld=withheld, missing=missing
        )
    return None if barred is None else dict(barred)


def settle(leased: LeasedBatch, state: DeliveryState, *ordinals: int, **more: object) -> bool:
    outcomes = [DeliveryOutcome(ordinal, state, **more) for ordinal in ordinals]  # type: ignore[arg-type]
    with transaction() as tx:
        return results.settle(tx, leased, outcomes, now=NOW)


def give_back(leased: LeasedBatch, not_before: dt.datetime | None = None) -> bool:
    with transaction() as tx:
        return results.give_back(tx, leased, now=NOW, not_before=not_before)


def run_out(leased: LeasedBatch) -> None:
    """Let two minutes go by for one lease."""
    with transaction() as tx:
        tx.execute(
            update(Batch)
            .where(Batch.mailing_id == leased.mailing_id, Batch.number == leased.number)
            .values(lease_until=text("clock_timestamp() - interval '1 second'"))
        )


def reap() -> list[reaping.Reaped]:
    with transaction() as tx:
        return reaping.reap(tx, now=NOW)


def states(mailing_id: int) -> list[DeliveryState]:
    with transaction() as tx:
        query = select(Delivery.state).where(Delivery.mailing_id == mailing_id)
        return list(tx.scalars(query.order_by(Delivery.batch_number, Delivery.ordinal)))


def batch(leased: LeasedBatch) -> Batch:
    with transaction() as tx:
        row = tx.get(Batch, (leased.mailing_id, leased.number))
        assert row is not None
        return row


def assert_counts_agree(mailing_id: int) -> ledger.Counts:
    with transaction() as tx:
        by_batch = ledger.counts(tx, mailing_id)
        assert by_batch == ledger.counts_by_row(tx, mailing_id)
    assert by_batch.remaining >= 0
    return by_batch


def due(leased: LeasedBatch, now: dt.datetime = NOW) -> list[int]:
    with transaction() as tx:
        return [each.ordinal for each in batch_leases.due_deliveries(tx, leased, now)]
