"""Leasing batches: who may send what, until when; the fence around everything a worker writes.

    take ─> (intend ─> … ─> settle)* ─> give_back          a worker that lives
    take ─> intend ─> ✗ ─> reap                            a worker that died: `reaping`
    take ─> intend ─> ✗ ─> the rest is cut off             one whose session ended: likewise

Each take raises the batch's epoch; every later write names the epoch it was given and changes
nothing when another has come since. Lease times are the database's own clock.
"""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, text, update

from syndicate.store.ground.schema import sql
from syndicate.store.ground.session import Transaction
from syndicate.store.platform.installation import MAY_LEAVE
from syndicate.store.readers.recipients import Recipient
from syndicate.store.readers.subscribers import Subscription
from syndicate.store.sending.bars import FACTS, WHY
from syndicate.store.sending.holds import MAILING_IS_HELD
from syndicate.store.sending.mailings import Batch, Delivery, Mailing
from syndicate.store.sending.pacing import is_held
from syndicate.vocabulary.sending import (
    BatchState,
    DeliveryReason,
    DeliveryState,
    Lane,
    MailingState,
)

LEASE_S = 120
LEASE = text(f"interval '{LEASE_S} seconds'")


@dataclass(frozen=True)
class LeasedBatch:
    """A batch in a worker's hands.

    Attributes:
        mailing_id: with `number`, the batch.
        number: within the mailing.
        epoch: the fence; every write of this lease names it.
        receiver_group: who runs the mailboxes.
    """

    mailing_id: int
    number: int
    epoch: int
    receiver_group: str


@dataclass(frozen=True)
class DueDelivery:
    """One delivery of a leased batch that is due.

    Attributes:
        ordinal: within the batch.
        recipient_id: whose address it is.
        address: normalised; empty when it was purged.
        subscription_id: None for a single message.
        choice: bitmap over story positions.
        language: of the frame.
        attempts: replies had so far.
        content_version: what must be sent again byte for byte, for a first copy may have arrived;
            None takes the newest. Where a relay refused the first copy there is no other.
    """

    ordinal: int
    recipient_id: int
    address: str
    subscription_id: int | None
    choice: int
    language: str
    attempts: int
    content_version: int | None


def take(tx: Transaction, lane: Lane, *, worker: uuid.UUID, now: dt.datetime) -> LeasedBatch | None:
    """Lease the most urgent batch of a lane that is ready, or None.

    Args:
        tx: the open transaction.
        lane: urgent or bulk.
        worker: this worker's own id.
        now: batches and mailings that are held back until later than this are left alone.
    """
    wanted = (
        select(Batch.mailing_id, Batch.number)
        .join(Mailing, Mailing.id == Batch.mailing_id)
        .where(_is_ready(now), Batch.lane == lane)
        # Singles before alerts before digests, and the older mailing first.
        .order_by(Batch.priority, Batch.mailing_id, Batch.number)
        .limit(1)
        .with_for_update(of=Batch, skip_locked=True)
        # Never inlined: as the inner side of a nested loop it would lock a batch for each row.
        .cte("wanted")
    )
    statement = (
        update(Batch)
        .where(Batch.mailing_id == wanted.c.mailing_id, Batch.number == wanted.c.number)
        .values(
            state=BatchState.LEASED,
            # From here on whoever held it before can write nothing of it.
            epoch=Batch.epoch + 1,
            worker=worker,
            # The database's clock, which is the reaper's too: those of workers may differ.
            lease_until=func.clock_timestamp() + LEASE,
            inflight=[],
        )
        .returning(Batch.mailing_id, Batch.number, Batch.epoch, Batch.receiver_group)
        .execution_options(synchronize_session=False)
    )
    row = tx.execute(statement).one_or_none()
    return None if row is None else LeasedBatch(*row)


def ready_lanes(tx: Transaction, now: dt.datetime) -> set[Lane]:
    """The lanes that have a batch to take."""
    query = select(Batch.lane).join(Mailing, Mailing.id == Batch.mailing_id).where(_is_ready(now))
    return set(tx.scalars(query.distinct()))


def dues() -> Select[int, int, str, int, int, str, int, int | None]:
    """Deliveries as `DueDelivery` holds them, of every mailing: narrow it down."""
    return (
        select(
            Delivery.ordinal,
            Delivery.recipient_id,
            Recipient.address,
            Subscription.id,
            Delivery.choice,
            Delivery.language,
            Delivery.attempts,
            # A copy that may have arrived is sent again with the content that it had.
            case((Delivery.resends > 0, Delivery.content_version)),
        )
        .join(Recipient, Recipient.id == Delivery.recipient_id)
        .join(Mailing, Mailing.id == Delivery.mailing_id)
        # A single goes to an address that may have no subscription.
        .outerjoin(
            Subscription,
            and_(
                Subscription.subscriber_id == Recipient.subscriber_id,
                Subscription.newsletter_id == Mailing.newsletter_id,
            ),
        )
    )


def due_deliveries(tx: Transaction, leased: LeasedBatch, now: dt.datetime) -> list[DueDelivery]:
    """The pending and the due deferred deliveries of a batch, in order."""
    query = (
        dues()
        .where(
            Delivery.mailing_id == leased.mailing_id,
            Delivery.batch_number == leased.number,
            or_(
                Delivery.state == DeliveryState.PENDING,
                and_(Delivery.state == DeliveryState.DEFERRED, Delivery.not_before <= now),
            ),
        )
        .order_by(Delivery.ordinal)
    )
    return [DueDelivery(*row) for row in tx.execute(query)]


# One statement, for it is half of what a chunk costs the database. Left out are those for whom one
# of the bars holds by now: `store.sending.bars`.
_INTEND = text(
    f"""
    WITH chunk AS (
        SELECT reader.ordinal, {WHY} AS why FROM (
            SELECT d.ordinal, {FACTS},
                -- What is left of what they chose; a single's choice is 0, for it has no stories. A
                -- copy that may have arrived is sent again with its own content, which lacks
                -- nothing.
                nullif(d.choice, 0) & ~(CAST(:withheld AS bigint)
                    | CASE WHEN d.resends = 0 THEN CAST(:missing AS bigint) ELSE 0 END) AS choice,
                0 AS wanted
            FROM delivery d JOIN recipient r ON r.id = d.recipient_id
            JOIN mailing m ON m.id = :mailing
            LEFT JOIN subscription s ON s.subscriber_id = r.subscriber_id
                AND s.newsletter_id = m.newsletter_id
            WHERE d.mailing_id = :mailing AND d.batch_number = :number
                AND d.ordinal = ANY(:ordinals)
        ) reader
    ), held AS (
        -- The intent: if this worker dies now, these are in doubt and no others.
        UPDATE batch SET
            inflight = ARRAY(SELECT ordinal FROM chunk WHERE why IS NULL ORDER BY ordinal),
            inflight_version = :version,
            lease_until = clock_timestamp() + make_interval(secs => :lease_s)
        -- The fence: with another epoch the batch is somebody else's.
        WHERE mailing_id = :mailing AND number = :number AND epoch = :epoch
            AND state = {sql(BatchState.LEASED)}
            -- Paused, cancelled, held or corrected since the batch was read: nothing begins.
            AND EXISTS (SELECT 1 FROM mailing WHERE id = :mailing
                AND state = {sql(MailingState.SENDING)}
                AND content_version = :version AND renew_since IS NULL
                AND NOT {MAILING_IS_HELD})
            AND {MAY_LEAVE}
            -- Its session was over, and what it had not begun was cut off (`reaping`).
            AND (SELECT count(*) FROM chunk) = cardinality(CAST(:ordinals AS smallint[]))
        RETURNING epoch
    ), cleared AS (
        -- A choice says what was sent, so what is held back leaves it; but not where a first copy
        -- may have gone with it.
        UPDATE delivery d SET choice = d.choice & ~CAST(:held_back AS bigint)
        FROM held WHERE CAST(:held_back AS bigint) <> 0 AND d.mailing_id = :mailing
            AND d.batch_number = :number AND d.ordinal = ANY(:ordinals)
            AND (d.choice & CAST(:held_back AS bigint)) <> 0 AND d.resends = 0
    )
    -- One row whatever happened: `held` is 0 where nothing may be sent.
    SELECT (SELECT count(*) FROM held) AS held,
        coalesce((SELECT jsonb_object_agg(ordinal, why)
            FROM chunk WHERE why IS NOT NULL), '{{}}') AS barred
    """  # noqa: S608 - our own text
)


def intend(  # noqa: PLR0913 - whose, which, of what and when, each by its name
    tx: Transaction,
    leased: LeasedBatch,
    ordinals: Sequence[int],
    *,
    version: int,
    now: dt.datetime,
    withheld: int = 0,
    missing: int = 0,
) -> Mapping[int, DeliveryReason] | None:
    """Write down that these deliveries are about to be attempted, and renew the lease.

    Args:
        tx: the open transaction; nothing may be sent before it has committed.
        leased: the lease.
        ordinals: of the chunk.
        version: of the content that is sent to those that had none yet.
        now: whose pause ends later than this is left out; aware UTC.
        withheld: bits of stories that may not be shown any more (`withholding`); they leave
            the stored choices, so that a choice says what was sent, but where a first copy may
            have arrived with them.
        missing: bits of stories that this version's content has no block of; likewise, but a first
            copy that may have arrived is sent again with its own content, which has them.

    Returns:
        Ordinal to reason for those that must not be attempted after all (*nothing chosen*: of those
        who chose only what is withheld or missing);
        None when nothing may be sent: the lease, or one of the deliveries, was lost, the mailing is
        not *sending* any more or held, has newer content or waits for it, or everything is stopped.
    """
    row = tx.execute(
        _INTEND,
        {
            "mailing": leased.mailing_id,
            "number": leased.number,
            "epoch": leased.epoch,
            "ordinals": list(ordinals),
            "version": version,
            "now": now,
            "withheld": withheld,
            "missing": missing,
            "held_back": withheld | missing,
            "lease_s": LEASE_S,
        },
    ).one()
    return (
        {int(ordinal): DeliveryReason(why) for ordinal, why in row.barred.items()}
        if row.held
        else None
    )


def renew(tx: Transaction, leased: LeasedBatch) -> bool:
    """Hold a batch for another 120 s; False when it is somebody else's by now."""
    statement = (
        update(Batch)
        .where(_fence(leased))
        .values(lease_until=func.clock_timestamp() + LEASE)
        .returning(Batch.epoch)
        .execution_options(synchronize_session=False)
    )
    return tx.scalar(statement) is not None


def end(tx: Transaction, leased: LeasedBatch) -> None:
    """Let a batch's lease be over now, for `store.sending.reaping` to take the batch back.

    For its holder alone, and only when nothing is sent of it any more. Safe to run twice.
    """
    tx.execute(
        update(Batch)
        .where(_fence(leased))
        .values(lease_until=func.clock_timestamp())
        .execution_options(synchronize_session=False)
    )


def _fence(leased: LeasedBatch) -> ColumnElement[bool]:
    return and_(
        Batch.mailing_id == leased.mailing_id,
        Batch.number == leased.number,
        Batch.epoch == leased.epoch,
        Batch.state == BatchState.LEASED,
    )


def _is_ready(now: dt.datetime) -> ColumnElement[bool]:
    return and_(
        Batch.state == BatchState.READY,
        Mailing.state == MailingState.SENDING,
        Mailing.renew_since.is_(None),
        or_(Batch.not_before.is_(None), Batch.not_before <= now),
        ~is_held(now),
        text(MAY_LEAVE),
        text(f"NOT {MAILING_IS_HELD}"),
    )
