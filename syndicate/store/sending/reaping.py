"""After a crash: leases that ran out, and what becomes of the deliveries that were in hand.

A worker that died, or lost its connection to us, may have sent what it intended, or not: nobody
knows. So every delivery it had in hand and that still waits becomes *ambiguous*, and stays so, or
is sent again with the same bytes, as the mailing's policy says.

One whose session is over, and that is not proven dead, may be frozen and go on with its chunk: that
one is left to it until the end of its lease, and all else of its batch becomes a batch of its own.
"""

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import Update, exists, func, select, text, update

from syndicate.store.ground.schema import sql
from syndicate.store.ground.session import Transaction
from syndicate.store.sending.batch_leases import LEASE_S
from syndicate.store.sending.mailings import Batch, Mailing
from syndicate.store.sending.results import counter_changes, finish_mailing, waiting_of
from syndicate.vocabulary.sending import (
    AmbiguousPolicy,
    BatchState,
    DeliveryReason,
    DeliveryState,
    MailingState,
)

MAX_RESENDS = 3
BATCHES_AT_ONCE = 100


@dataclass(frozen=True)
class Reaped:
    """A batch whose lease ran out, or was taken from a worker that is lost."""

    mailing_id: int
    number: int
    ambiguous: int


# In doubt since the end of the lease, after which its worker wrote nothing: the reaper may come
# hours later, when the machine was off, and the accept log is searched around this time.
_TO_AMBIGUOUS = text(
    f"""
    UPDATE delivery d
    SET state = {sql(DeliveryState.AMBIGUOUS)}, reason = {sql(DeliveryReason.WORKER_LOST)},
        done_at = least(CAST(:now AS timestamptz), b.lease_until),
        content_version = CASE WHEN d.resends > 0
            THEN coalesce(d.content_version, b.inflight_version) ELSE b.inflight_version END
    FROM batch b
    WHERE b.mailing_id = :mailing AND b.number = :number AND d.mailing_id = b.mailing_id
        AND d.batch_number = b.number AND d.ordinal = ANY(b.inflight)
        AND d.state IN ({sql(*DeliveryState.open())})
    RETURNING old.state AS was, new.state AS is_now
    """  # noqa: S608 - our own words
)
# The database's clock was set back: a whole lease from now is time enough for whoever lives.
_SHORTEN = text(
    f"""
    UPDATE batch SET lease_until = clock_timestamp() + make_interval(secs => :lease_s)
    WHERE (mailing_id, number) IN (
        SELECT mailing_id, number FROM batch
        WHERE state = {sql(BatchState.LEASED)}
            AND lease_until > clock_timestamp() + make_interval(secs => :lease_s)
        FOR UPDATE SKIP LOCKED
    )
    """  # noqa: S608 - our own words
)
_TO_PENDING = text(
    f"""
    UPDATE delivery SET state = {sql(DeliveryState.PENDING)}, resends = resends + 1,
        done_at = NULL, not_before = NULL
    WHERE mailing_id = :mailing AND batch_number = :number
        AND state = {sql(DeliveryState.AMBIGUOUS)} AND resends < :limit
    RETURNING old.state AS was, new.state AS is_now
    """  # noqa: S608 - our own words
)
_CUT_OFF = text(
    f"""
    WITH last AS (
        SELECT max(number) + 1 AS number FROM batch WHERE mailing_id = :mailing
    ), moved AS (
        UPDATE delivery d SET batch_number = last.number
        FROM batch b, last
        WHERE b.mailing_id = :mailing AND b.number = :number AND d.mailing_id = :mailing
            AND d.batch_number = :number AND d.state IN ({sql(*DeliveryState.open())})
            AND NOT d.ordinal = ANY(b.inflight)
        RETURNING d.state, d.not_before
    ), sums AS (
        SELECT count(*) AS size,
            count(*) FILTER (WHERE state = {sql(DeliveryState.DEFERRED)}) AS deferred,
            -- What is pending waits for nothing.
            CASE WHEN bool_and(state = {sql(DeliveryState.DEFERRED)})
                THEN min(not_before) END AS not_before
        FROM moved HAVING count(*) > 0
    ), made AS (
        INSERT INTO batch (mailing_id, number, lane, priority, receiver_group, size, deferred,
            not_before)
        SELECT b.mailing_id, last.number, b.lane, b.priority, b.receiver_group, sums.size,
            sums.deferred, sums.not_before
        FROM batch b, last, sums WHERE b.mailing_id = :mailing AND b.number = :number
        RETURNING number
    ), left_over AS (
        UPDATE batch b SET size = b.size - sums.size, deferred = b.deferred - sums.deferred
        FROM sums WHERE b.mailing_id = :mailing AND b.number = :number
    )
    SELECT (SELECT number FROM made) AS number
    """  # noqa: S608 - our own words
)


def reap(tx: Transaction, *, now: dt.datetime) -> list[Reaped]:
    """Take back every lease that ran out. Safe to run twice, or at once.

    Returns:
        The batches taken back, with how many of their deliveries became ambiguous.
    """
    tx.execute(_SHORTEN, {"lease_s": LEASE_S})
    query = (
        select(Batch)
        .where(Batch.state == BatchState.LEASED, Batch.lease_until < func.clock_timestamp())
        .limit(BATCHES_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    return [_take_back(tx, batch, now) for batch in tx.scalars(query).all()]


def take_from(
    tx: Transaction, worker: uuid.UUID, *, is_dead: bool, now: dt.datetime
) -> list[Reaped]:
    """Take back what a worker leased whose lock session is over. Safe to run twice, or at once.

    Args:
        tx: the open transaction, in which nobody else can get the worker's lock.
        worker: its name in the leases.
        is_dead: it is proven to write nothing more; else a chunk in flight stays its own.
        now: aware UTC.

    Returns:
        The batches taken back, and those made of the rest of one.
    """
    query = (
        select(Batch)
        .where(Batch.state == BatchState.LEASED, Batch.worker == worker)
        .order_by(Batch.mailing_id, Batch.number)
        .with_for_update(skip_locked=True)
    )
    found = [
        _take_back(tx, batch, now) if is_dead or not batch.inflight else _cut_off(tx, batch)
        for batch in tx.scalars(query).all()
    ]
    return [each for each in found if each is not None]


def has_leased(tx: Transaction, worker: uuid.UUID) -> bool:
    """Whether any batch is still in a worker's hands."""
    theirs = exists().where(Batch.state == BatchState.LEASED, Batch.worker == worker)
    return bool(tx.scalar(select(theirs)))


def requeue_ambiguous(tx: Transaction, mailing_id: int, number: int) -> int:
    """Send a batch's ambiguous deliveries again, with the same bytes, where the policy is *resend*.

    Returns:
        How many; each at most three times.
    """
    query = select(Mailing.id).where(
        Mailing.id == mailing_id,
        Mailing.policy == AmbiguousPolicy.RESEND,
        # One that is paused sends them when it goes on: nobody else would ask again.
        Mailing.state.in_(MailingState.under_way()),
    )
    if tx.scalar(query) is None:
        return 0
    keys = {"mailing": mailing_id, "number": number, "limit": MAX_RESENDS}
    rows = tx.execute(_TO_PENDING, keys).all()
    if rows:
        tx.execute(_batch(mailing_id, number).values(**counter_changes(rows)))
    return len(rows)


def _take_back(tx: Transaction, batch: Batch, now: dt.datetime) -> Reaped:
    keys = {"mailing": batch.mailing_id, "number": batch.number}
    rows = tx.execute(_TO_AMBIGUOUS, keys | {"now": now}).all()
    tx.execute(_batch(**keys).values(**(counter_changes(rows) or {"epoch": Batch.epoch})))
    requeue_ambiguous(tx, batch.mailing_id, batch.number)
    waiting, earliest = waiting_of(tx, batch.mailing_id, batch.number)
    tx.execute(
        _batch(**keys).values(
            state=BatchState.READY if waiting else BatchState.DONE,
            epoch=Batch.epoch + 1,
            not_before=earliest,
            lease_until=None,
            worker=None,
            inflight=[],
        )
    )
    if not waiting:
        finish_mailing(tx, batch.mailing_id, now=now)
    return Reaped(batch.mailing_id, batch.number, len(rows))


def _cut_off(tx: Transaction, batch: Batch) -> Reaped | None:
    """Make what waits in a batch and is not in flight a batch of its own; None where nothing is.

    Its worker finds those rows no more (`batch_leases.intend`), and may still write what became of
    its chunk.
    """
    # Numbers are given one at a time.
    tx.execute(select(Mailing.id).where(Mailing.id == batch.mailing_id).with_for_update())
    keys = {"mailing": batch.mailing_id, "number": batch.number}
    row = tx.execute(_CUT_OFF, keys).one()
    if row.number is None:
        return None
    return Reaped(batch.mailing_id, row.number, 0)


def _batch(mailing: int, number: int) -> Update:
    return (
        update(Batch)
        .where(Batch.mailing_id == mailing, Batch.number == number)
        .execution_options(synchronize_session=False)
    )
