"""Writing what became of deliveries: rows and batch counters in one commit, always fenced.

The counters of a batch are changed by what the rows changed, in the same statement's commit, so
that screens can sum batches and a test can compare them with the rows.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, func, or_, select, text, update

from syndicate.store.ground.schema import sql
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom.newsletters import Issue
from syndicate.store.sending.batch_leases import LeasedBatch
from syndicate.store.sending.mailings import Batch, Delivery, Mailing
from syndicate.vocabulary.newsletters import IssueState
from syndicate.vocabulary.sending import AmbiguousPolicy, BatchState, DeliveryState, MailingState

COUNTED = (
    DeliveryState.ACCEPTED,
    DeliveryState.DEFERRED,
    DeliveryState.FAILED,
    DeliveryState.SUPPRESSED,
    DeliveryState.SKIPPED,
    DeliveryState.AMBIGUOUS,
)


@dataclass(frozen=True)
class DeliveryOutcome:
    """What became of one delivery.

    Attributes:
        ordinal: within the batch.
        state: the new state.
        is_attempt: whether the relay said something about this recipient.
        code: SMTP reply code.
        enhanced: status code of RFC 3463.
        reason: why, in a word or a reply's text; never an address.
        not_before: when a deferred one is due again.
    """

    ordinal: int
    state: DeliveryState
    is_attempt: bool = True
    code: int | None = None
    enhanced: str | None = None
    reason: str | None = None
    not_before: dt.datetime | None = None


# Rows and counters in one statement. The batch's row is locked first: whoever else writes to this
# batch waits, or finds another epoch.
_WRITE = text(
    f"""
    WITH fenced AS (
        -- With another epoch there is no row here, and nothing below changes anything.
        SELECT mailing_id, number, inflight_version FROM batch
        WHERE mailing_id = :mailing AND number = :number AND epoch = :epoch
            AND state = {sql(BatchState.LEASED)}
        FOR UPDATE
    ), fresh AS (
        SELECT * FROM unnest(
            CAST(:ordinals AS smallint[]), CAST(:states AS smallint[]),
            CAST(:attempts AS smallint[]), CAST(:codes AS smallint[]),
            CAST(:enhanced AS text[]), CAST(:reasons AS text[]),
            CAST(:not_befores AS timestamptz[])
        ) AS t(ordinal, state, attempt, code, enhanced, reason, not_before)
    ), changed AS (
        UPDATE delivery d
        SET state = fresh.state, attempts = d.attempts + fresh.attempt, code = fresh.code,
            enhanced = fresh.enhanced, reason = fresh.reason, not_before = fresh.not_before,
            -- Which content the copy had: nothing left, so as before; a copy sent again keeps that
            -- of the first one; else the chunk's.
            content_version = CASE WHEN fresh.attempt = 0 THEN d.content_version
                WHEN d.resends > 0 THEN coalesce(d.content_version, fenced.inflight_version)
                ELSE fenced.inflight_version END,
            -- What waits for another attempt is not over.
            done_at = CASE WHEN fresh.state IN ({sql(*DeliveryState.open())}) THEN NULL
                ELSE CAST(:now AS timestamptz) END
        FROM fresh, fenced
        WHERE d.mailing_id = :mailing AND d.batch_number = :number
            -- What is over stays as it is: the same outcome twice changes nothing.
            AND d.ordinal = fresh.ordinal AND d.state IN ({sql(*DeliveryState.open())})
        RETURNING old.state AS was, new.state AS is_now
    ), change AS (
        SELECT {
        ", ".join(
            f"count(*) FILTER (WHERE is_now = {state:d}) - count(*) FILTER (WHERE was = {state:d})"
            f" AS {state.name.lower()}"
            for state in COUNTED
        )
    } FROM changed
    )
    -- Counters move by what changed, not by what was said; the intent is fulfilled.
    UPDATE batch b SET inflight = '{{}}', {
        ", ".join(
            f"{state.name.lower()} = b.{state.name.lower()} + change.{state.name.lower()}"
            for state in COUNTED
        )
    }
    FROM change, fenced
    WHERE b.mailing_id = :mailing AND b.number = :number
    RETURNING b.epoch
    """  # noqa: S608 - names of our own columns
)


def settle(
    tx: Transaction, leased: LeasedBatch, outcomes: Sequence[DeliveryOutcome], *, now: dt.datetime
) -> bool:
    """Write a chunk's outcomes and clear its intent.

    Only deliveries that are pending or deferred change, so that writing twice changes nothing.

    Returns:
        Whether the lease still held; when it did not, nothing was written.
    """
    values = {
        "mailing": leased.mailing_id,
        "number": leased.number,
        "epoch": leased.epoch,
        "now": now,
        "ordinals": [outcome.ordinal for outcome in outcomes],
        "states": [int(outcome.state) for outcome in outcomes],
        "attempts": [int(outcome.is_attempt) for outcome in outcomes],
        "codes": [outcome.code for outcome in outcomes],
        "enhanced": [outcome.enhanced for outcome in outcomes],
        "reasons": [outcome.reason for outcome in outcomes],
        "not_befores": [outcome.not_before for outcome in outcomes],
    }
    return tx.execute(_WRITE, values).scalar() is not None


def counter_changes(rows: Iterable[Row[Any]]) -> dict[str, object]:
    """How rows that went from `was` to `is_now` change their batch's counters."""
    change = dict.fromkeys(COUNTED, 0)
    for row in rows:
        for state, step in ((row.was, -1), (row.is_now, 1)):
            if state in change:
                change[DeliveryState(state)] += step
    return {
        state.name.lower(): getattr(Batch, state.name.lower()) + step
        for state, step in change.items()
        if step
    }


def change_batch(
    tx: Transaction,
    mailing_id: int,
    number: int,
    rows: Iterable[Row[Any]],
    **more: object,
) -> None:
    """Change a locked batch's counters by rows that went from `was` to `is_now`, and more."""
    values = counter_changes(rows) | more
    if values:
        tx.execute(
            update(Batch)
            .where(Batch.mailing_id == mailing_id, Batch.number == number)
            .values(**values)
            .execution_options(synchronize_session=False)
        )


def give_back(
    tx: Transaction, leased: LeasedBatch, *, now: dt.datetime, not_before: dt.datetime | None = None
) -> bool:
    """End a lease: the batch is done, or ready again when its next delivery is due.

    Args:
        tx: the open transaction.
        leased: the lease.
        now: aware UTC.
        not_before: hold the batch back till then (no tokens, a dead relay).

    Returns:
        Whether the lease still held.
    """
    waiting, earliest = waiting_of(tx, leased.mailing_id, leased.number)
    statement = (
        update(Batch)
        .where(
            Batch.mailing_id == leased.mailing_id,
            Batch.number == leased.number,
            Batch.epoch == leased.epoch,
            Batch.state == BatchState.LEASED,
        )
        .values(
            state=BatchState.READY if waiting else BatchState.DONE,
            not_before=not_before or earliest,
            lease_until=None,
            worker=None,
            inflight=[],
        )
        .returning(Batch.epoch)
        .execution_options(synchronize_session=False)
    )
    is_ours = tx.scalar(statement) is not None
    if is_ours and not waiting:
        finish_mailing(tx, leased.mailing_id, now=now)
    return is_ours


def waiting_of(tx: Transaction, mailing_id: int, number: int) -> tuple[int, dt.datetime | None]:
    """How many deliveries of a batch still wait, and when the first is due (None: now)."""
    is_pending = Delivery.state == DeliveryState.PENDING
    query = select(
        func.count(),
        func.count().filter(is_pending),
        func.min(Delivery.not_before).filter(~is_pending),
    ).where(
        Delivery.mailing_id == mailing_id,
        Delivery.batch_number == number,
        Delivery.state.in_(DeliveryState.open()),
    )
    waiting, pending, earliest = tx.execute(query).one()
    return waiting, None if pending else earliest


def has_open_batch(now: dt.datetime) -> ColumnElement[bool]:
    """Whether a mailing (of an outer query) has a batch that is not over.

    What is ambiguous under *reconcile* waits for the relay's log until the mailing expires.
    """
    waits_for_log = and_(
        Batch.ambiguous > 0,
        Mailing.policy == AmbiguousPolicy.RECONCILE,
        Mailing.expires_at > now,
    )
    return exists().where(
        Batch.mailing_id == Mailing.id, or_(Batch.state != BatchState.DONE, waits_for_log)
    )


def finish_mailing(tx: Transaction, mailing_id: int, *, now: dt.datetime) -> None:
    """Mark a mailing, and its issue, as done when its last batch is. Safe to run twice.

    The mailing's row is locked first, so that of two workers that end the last two batches at once
    one sees both.
    """
    mailing = tx.scalar(select(Mailing).where(Mailing.id == mailing_id).with_for_update())
    # A cancelled mailing stays cancelled, though its last batch comes back.
    if mailing is None or mailing.state not in MailingState.under_way():
        return
    if tx.scalar(select(Mailing.id).where(Mailing.id == mailing_id, has_open_batch(now))):
        return
    mailing.state = MailingState.DONE
    mailing.done_at = now
    if mailing.issue_id is not None:
        tx.execute(update(Issue).where(Issue.id == mailing.issue_id).values(state=IssueState.DONE))
