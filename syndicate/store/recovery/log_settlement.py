"""The deliveries of a database that was restored, and what the relay's accept logs say of them.

A log names mailing and recipient, so rows are found by both. Everything is written while mail is
held: no worker has a batch in hand.

    pending, deferred, failed, ambiguous ─ the log names it ──> accepted
    pending, deferred ─ nothing certain is known of them ─────> ambiguous
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, any_, func, literal, or_, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY

from syndicate.store.ground.schema import sql
from syndicate.store.ground.session import Transaction
from syndicate.store.sending.mailings import Batch, Delivery, Mailing
from syndicate.store.sending.results import finish_mailing
from syndicate.vocabulary.sending import (
    AmbiguousPolicy,
    BatchState,
    DeliveryReason,
    DeliveryState,
    MailingState,
)

# What may have been accepted after the moment that the database holds.
OPEN = DeliveryState.open() | {DeliveryState.FAILED, DeliveryState.AMBIGUOUS}
# Surely more than are begun between a backup and its restore, and half of what a copy skips
# (`restoring.NUMBERS_AHEAD`).
MOST_LOST = 500_000


@dataclass(frozen=True)
class Found:
    """How many deliveries of a mailing, of those that were asked for.

    Attributes:
        waiting: pending or deferred.
        ambiguous: nobody knows.
        open: both of them, and those that failed: a log may settle them.
        accepted: the ledger knows it.
    """

    waiting: int = 0
    ambiguous: int = 0
    open: int = 0
    accepted: int = 0

    def __add__(self, other: "Found") -> "Found":
        """The same of both."""
        return Found(
            self.waiting + other.waiting,
            self.ambiguous + other.ambiguous,
            self.open + other.open,
            self.accepted + other.accepted,
        )


def mailings(
    tx: Transaction, *, until: int, after: int = 0, since: dt.datetime | None = None
) -> list[Mailing]:
    """Mailings up to a number that an accept log may say something of, oldest first.

    Args:
        tx: the open transaction.
        after: the numbers begin after this one.
        until: the newest one that counts.
        since: those that are over count when they were made after this; None leaves them out.
    """
    failed = select(Batch.mailing_id).where(
        Batch.mailing_id == Mailing.id, Batch.failed + Batch.ambiguous > 0
    )
    # One that is being materialised has no deliveries yet.
    is_open = Mailing.state.in_(MailingState.open() - {MailingState.MATERIALISING})
    is_wanted = (
        is_open if since is None else or_(is_open, (Mailing.created_at >= since) & failed.exists())
    )
    query = select(Mailing).where(Mailing.id > after, Mailing.id <= until, is_wanted)
    return list(tx.scalars(query.order_by(Mailing.id)))


def oldest_open(tx: Transaction, *, until: int) -> dt.datetime | None:
    """When the oldest of the mailings that are not over was made, else the newest of all."""
    query = select(func.min(Mailing.created_at)).where(
        Mailing.id <= until, Mailing.state.not_in(MailingState.over())
    )
    newest = select(func.max(Mailing.created_at)).where(Mailing.id <= until)
    return tx.scalar(query) or tx.scalar(newest)


def look(tx: Transaction, mailing_id: int, recipients: Sequence[int] | None = None) -> Found:
    """What the ledger says of these recipients' deliveries, or of everybody's."""
    query = select(Delivery.state, func.count()).where(Delivery.mailing_id == mailing_id)
    if recipients is not None:
        # One array: a parameter each would be thousands.
        query = query.where(
            Delivery.recipient_id == any_(literal(list(recipients), ARRAY(BigInteger)))
        )
    by_state = {row[0]: int(row[1]) for row in tx.execute(query.group_by(Delivery.state))}
    return Found(
        waiting=sum(by_state.get(state, 0) for state in DeliveryState.open()),
        ambiguous=by_state.get(DeliveryState.AMBIGUOUS, 0),
        open=sum(by_state.get(state, 0) for state in OPEN),
        accepted=by_state.get(DeliveryState.ACCEPTED, 0),
    )


_CHANGE = f"""
    WITH locked AS (
        SELECT number FROM batch WHERE mailing_id = :mailing ORDER BY number FOR UPDATE
    ), changed AS (
        UPDATE delivery SET state = CAST(:state AS smallint), reason = :reason, done_at = :now,
            not_before = NULL
        WHERE mailing_id = :mailing AND state = ANY(CAST(:states AS smallint[]))
            AND batch_number IN (SELECT number FROM locked)
            AND (CAST(:recipients AS bigint[]) IS NULL
                OR recipient_id = ANY(CAST(:recipients AS bigint[])))
        RETURNING batch_number, old.state AS was
    ), change AS (
        SELECT batch_number, count(*) AS number,
            count(*) FILTER (WHERE was = {sql(DeliveryState.DEFERRED)}) AS deferred,
            count(*) FILTER (WHERE was = {sql(DeliveryState.FAILED)}) AS failed,
            count(*) FILTER (WHERE was = {sql(DeliveryState.AMBIGUOUS)}) AS ambiguous
        FROM changed GROUP BY batch_number
    ), counted AS (
        UPDATE batch b SET
            accepted = b.accepted
                + CASE WHEN CAST(:state AS smallint) = {sql(DeliveryState.ACCEPTED)}
                    THEN change.number ELSE 0 END,
            deferred = b.deferred - change.deferred,
            failed = b.failed - change.failed,
            ambiguous = b.ambiguous - change.ambiguous
                + CASE WHEN CAST(:state AS smallint) = {sql(DeliveryState.AMBIGUOUS)}
                    THEN change.number ELSE 0 END
        FROM change WHERE b.mailing_id = :mailing AND b.number = change.batch_number
    )
    SELECT count(*) FROM changed
"""  # noqa: S608 - our own words
_CHANGED = text(_CHANGE)


def accept(tx: Transaction, mailing_id: int, recipients: Sequence[int], *, now: dt.datetime) -> int:
    """Note deliveries as accepted, as the log says. Safe to run twice.

    Returns:
        How many were something else before.
    """
    return _change(
        tx, mailing_id, DeliveryState.ACCEPTED, OPEN, recipients, DeliveryReason.ACCEPT_LOG, now
    )


def doubt(
    tx: Transaction,
    mailing_id: int,
    recipients: Sequence[int] | None = None,
    *,
    now: dt.datetime,
) -> int:
    """Note waiting deliveries as ambiguous: nobody knows whether they were sent. Safe to run twice.

    Args:
        tx: the open transaction.
        mailing_id: of the mailing.
        recipients: whose; None means everybody's.
        now: aware UTC.

    Returns:
        How many.
    """
    return _change(
        tx,
        mailing_id,
        DeliveryState.AMBIGUOUS,
        DeliveryState.open(),
        recipients,
        DeliveryReason.RESTORED,
        now,
    )


def ask_no_log(tx: Transaction, mailing_id: int) -> None:
    """Leave what is ambiguous to a person: the log that would settle it cannot be trusted."""
    tx.execute(update(Mailing).where(Mailing.id == mailing_id).values(policy=AmbiguousPolicy.SKIP))


_END_BATCHES = text(
    f"""
    UPDATE batch b SET state = {sql(BatchState.DONE)}, not_before = NULL
    WHERE b.mailing_id = :mailing AND b.state = {sql(BatchState.READY)} AND NOT EXISTS (
        SELECT FROM delivery d WHERE d.mailing_id = b.mailing_id AND d.batch_number = b.number
            AND d.state IN ({sql(*DeliveryState.open())}))
    """  # noqa: S608 - our own words
)


def end_what_is_over(tx: Transaction, mailing_id: int, *, now: dt.datetime) -> None:
    """End batches in which nothing waits any more, and their mailing. Safe to run twice."""
    tx.execute(_END_BATCHES, {"mailing": mailing_id})
    finish_mailing(tx, mailing_id, now=now)


_STRANGERS = text(
    f"""
    SELECT count(*) FROM unnest(CAST(:mailings AS bigint[]), CAST(:recipients AS bigint[]))
        AS named(mailing_id, recipient_id)
    LEFT JOIN delivery d USING (mailing_id, recipient_id)
    LEFT JOIN batch b ON b.mailing_id = d.mailing_id AND b.number = d.batch_number
    LEFT JOIN mailing m ON m.id = named.mailing_id
    WHERE named.mailing_id BETWEEN :newest + 1 AND :newest + :most
        OR m.state = {sql(MailingState.MATERIALISING)}
        OR d.state IN ({sql(*DeliveryState.open())}) AND d.resends = 0
            AND NOT (b.state = {sql(BatchState.LEASED)} AND d.ordinal = ANY(b.inflight))
    """  # noqa: S608 - our own words
)


def strangers(tx: Transaction, named: Sequence[tuple[int, int]], *, newest: int) -> int:
    """How many deliveries that a relay accepted this database never gave to one.

    Whatever a worker begins to send is written down before, so there are none but in a copy.

    Args:
        tx: the open transaction.
        named: (mailing, recipient) pairs, read from the log before this was called.
        newest: the last number that was given to a mailing. What is beyond it by more than
            `MOST_LOST` belongs to a copy of this database, whose numbers were moved on.
    """
    values = {
        "mailings": [mailing for mailing, _ in named],
        "recipients": [recipient for _, recipient in named],
        "newest": newest,
        "most": MOST_LOST,
    }
    return int(tx.execute(_STRANGERS, values).scalar_one())


def has_leases(tx: Transaction) -> bool:
    """Whether a batch is still in somebody's hands."""
    query = select(Batch.number).where(Batch.state == BatchState.LEASED).limit(1)
    return tx.scalar(query) is not None


def _change(  # noqa: PLR0913, PLR0917 - one statement, used thrice
    tx: Transaction,
    mailing_id: int,
    state: DeliveryState,
    states: Collection[DeliveryState],
    recipients: Sequence[int] | None,
    reason: DeliveryReason,
    now: dt.datetime,
) -> int:
    values = {
        "mailing": mailing_id,
        "state": int(state),
        "states": [int(each) for each in states],
        "recipients": None if recipients is None else list(recipients),
        "reason": reason,
        "now": now,
    }
    return int(tx.execute(_CHANGED, values).scalar_one())
