"""Ambiguous deliveries that the relay's accept log may settle, and writing down what it said.

ambiguous ─ in the log ─> accepted
          ─ not in it ─> pending, where the policy is *reconcile*: sent again, same bytes
          ─ unsure ────> ambiguous; asked again after a minute

A mailing whose time is over is asked for an hour more: what the log holds is accepted, and nothing
of it is sent again.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import and_, or_, select, text

from syndicate.store.ground.schema import sql
from syndicate.store.ground.session import Transaction
from syndicate.store.sending.mailings import Batch, Delivery, Mailing
from syndicate.store.sending.reaping import MAX_RESENDS
from syndicate.store.sending.results import change_batch, finish_mailing
from syndicate.vocabulary.sending import (
    AmbiguousPolicy,
    BatchState,
    DeliveryReason,
    DeliveryState,
    Lane,
    MailingState,
)

AT_ONCE = 2000
ASK_AGAIN = dt.timedelta(minutes=1)
AFTER_THE_END = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Doubt:
    """One ambiguous delivery.

    Attributes:
        since: when it became ambiguous.
        is_urgent: whether it can wait for a log only for a while.
        is_over: whether its mailing is: it is not sent again.
    """

    mailing_id: int
    number: int
    ordinal: int
    recipient_id: int
    language: str
    content_version: int | None
    since: dt.datetime | None
    is_urgent: bool
    is_over: bool


def ready(tx: Transaction, *, now: dt.datetime, lag: dt.timedelta) -> list[Doubt]:
    """Ambiguous deliveries that are older than the log's lag.

    Args:
        tx: the open transaction.
        now: aware UTC.
        lag: how long the relay may need from its 250 to its log.
    """
    query = (
        select(
            Delivery.mailing_id,
            Delivery.batch_number,
            Delivery.ordinal,
            Delivery.recipient_id,
            Delivery.language,
            Delivery.content_version,
            Delivery.done_at,
            Batch.lane == Lane.URGENT,
            Mailing.state == MailingState.DONE,
        )
        .join(
            Batch,
            and_(Batch.mailing_id == Delivery.mailing_id, Batch.number == Delivery.batch_number),
        )
        .join(Mailing, Mailing.id == Batch.mailing_id)
        .where(
            or_(
                Mailing.state.in_(MailingState.under_way()),
                and_(Mailing.state == MailingState.DONE, Mailing.done_at > now - AFTER_THE_END),
            ),
            # Under the other policies nobody waits for the log.
            Mailing.policy == AmbiguousPolicy.RECONCILE,
            # Spares reading the deliveries of batches in which nothing is in doubt.
            Batch.ambiguous > 0,
            Delivery.state == DeliveryState.AMBIGUOUS,
            # The log may still be about to say it.
            Delivery.done_at <= now - lag,
            or_(Delivery.not_before.is_(None), Delivery.not_before <= now),
        )
        .limit(AT_ONCE)
    )
    return [Doubt(*row) for row in tx.execute(query)]


_SETTLE = text(
    f"""
    WITH told AS (
        -- One that was sent again too often is not sent once more: it stays ambiguous.
        SELECT d.ordinal, CASE
            WHEN said.state = {sql(DeliveryState.PENDING)} AND d.resends >= :limit
                THEN {sql(DeliveryState.AMBIGUOUS)}
            ELSE said.state END AS state
        FROM unnest(CAST(:ordinals AS smallint[]), CAST(:states AS smallint[]))
            AS said(ordinal, state)
        -- Only what is still in doubt: the same word twice changes nothing.
        JOIN delivery d ON d.mailing_id = :mailing AND d.batch_number = :number
            AND d.ordinal = said.ordinal AND d.state = {sql(DeliveryState.AMBIGUOUS)}
    )
    UPDATE delivery d SET
        state = told.state,
        -- Counted, for a copy that was sent before keeps the content that it had.
        resends = d.resends
            + CASE WHEN told.state = {sql(DeliveryState.PENDING)} THEN 1 ELSE 0 END,
        reason = CASE told.state
            WHEN {sql(DeliveryState.ACCEPTED)} THEN {sql(DeliveryReason.ACCEPT_LOG)}
            WHEN {sql(DeliveryState.PENDING)} THEN NULL
            ELSE d.reason END,
        done_at = CASE WHEN told.state = {sql(DeliveryState.PENDING)} THEN NULL
            ELSE d.done_at END,
        -- Unsure: the log is asked again after a minute, and not before.
        not_before = CASE WHEN told.state = {sql(DeliveryState.AMBIGUOUS)}
            THEN CAST(:again AS timestamptz) END
    FROM told
    WHERE d.mailing_id = :mailing AND d.batch_number = :number AND d.ordinal = told.ordinal
    -- Both, so that the batch's counters move by what really changed.
    RETURNING old.state AS was, new.state AS is_now
    """  # noqa: S608 - our own words
)


def settle(
    tx: Transaction,
    batch: tuple[int, int],
    *,
    accepted: Collection[int],
    absent: Collection[int],
    unsure: Collection[int],
    now: dt.datetime,
) -> bool:
    """Write down what the log said about deliveries of one batch. Safe to run twice.

    Args:
        tx: the open transaction.
        batch: mailing and number.
        accepted: ordinals that the relay took.
        absent: ordinals that it never took.
        unsure: ordinals that nothing certain is known of.
        now: aware UTC.

    Returns:
        False when a worker has the batch in hand: ask again.
    """
    mailing_id, number = batch
    locked = tx.scalar(
        select(Batch)
        .where(Batch.mailing_id == mailing_id, Batch.number == number)
        .with_for_update(skip_locked=True)
    )
    if locked is None or locked.state is BatchState.LEASED:
        return False
    said = (
        dict.fromkeys(accepted, DeliveryState.ACCEPTED)
        | dict.fromkeys(absent, DeliveryState.PENDING)
        | dict.fromkeys(unsure, DeliveryState.AMBIGUOUS)
    )
    rows = tx.execute(
        _SETTLE,
        {
            "mailing": mailing_id,
            "number": number,
            "ordinals": list(said),
            "states": [int(state) for state in said.values()],
            "limit": MAX_RESENDS,
            "again": now + ASK_AGAIN,
        },
    ).all()
    has_pending = any(row.is_now == DeliveryState.PENDING for row in rows)
    more = {"state": BatchState.READY, "not_before": None} if has_pending else {}
    change_batch(tx, mailing_id, number, rows, **more)
    finish_mailing(tx, mailing_id, now=now)
    return True
