"""After a crash: leases that ran out, and what becomes of the deliveries that were in hand.

A worker that died, or lost its connection to us, may have sent what it intended, or not: nobody
knows. So every delivery it had in hand and that still waits becomes *ambiguous*, and stays so, or
is sent again with the same bytes, as the mailing's policy says.
"""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Update, func, select, text, update

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
    """A batch whose lease ran out."""

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


def _batch(mailing: int, number: int) -> Update:
    return (
        update(Batch)
        .where(Batch.mailing_id == mailing, Batch.number == number)
        .execution_options(synchronize_session=False)
    )
