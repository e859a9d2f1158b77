"""Sending again, on an operator's word: what failed, waits, or is ambiguous.

Of a mailing as a whole what was accepted is never sent again; one reader's own copy is, for whoever
asks for it (docs/decisions/0031). A batch that a worker has in hand is left alone.
"""

import datetime as dt
import enum
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import text

from syndicate.store.ground.schema import sql
from syndicate.store.ground.session import Transaction
from syndicate.vocabulary.sending import BatchState, DeliveryState, MailingState

_PICKED = f"""
    FROM delivery d
    JOIN recipient r ON r.id = d.recipient_id
    JOIN batch b ON b.mailing_id = d.mailing_id AND b.number = d.batch_number
    WHERE d.mailing_id = :mailing AND b.state <> {sql(BatchState.LEASED)}
        AND d.state = ANY(CAST(:states AS smallint[]))
        AND (CAST(:receiver_group AS text) IS NULL OR r.receiver_group = :receiver_group)
        AND (CAST(:error AS text) IS NULL OR d.enhanced LIKE :error || '%'
            OR CAST(d.code AS text) LIKE :error || '%')
"""
_COUNT = text(f"SELECT count(*) {_PICKED}")
_REQUEUE = text(
    f"""
    WITH locked AS (
        SELECT number FROM batch
        WHERE mailing_id = :mailing AND state <> {sql(BatchState.LEASED)} FOR UPDATE
    ), picked AS (
        SELECT d.batch_number, d.ordinal {_PICKED}
            AND d.batch_number IN (SELECT number FROM locked)
    ), changed AS (
        UPDATE delivery d
        SET state = {sql(DeliveryState.PENDING)}, reason = NULL, not_before = NULL, done_at = NULL,
            resends = d.resends
                + CASE WHEN d.state = {sql(DeliveryState.AMBIGUOUS)} THEN 1 ELSE 0 END
        FROM picked
        WHERE d.mailing_id = :mailing AND d.batch_number = picked.batch_number
            AND d.ordinal = picked.ordinal
        RETURNING d.batch_number, old.state AS was
    ), change AS (
        SELECT batch_number,
            count(*) FILTER (WHERE was = {sql(DeliveryState.DEFERRED)}) AS deferred,
            count(*) FILTER (WHERE was = {sql(DeliveryState.FAILED)}) AS failed,
            count(*) FILTER (WHERE was = {sql(DeliveryState.AMBIGUOUS)}) AS ambiguous
        FROM changed GROUP BY batch_number
    ), woken AS (
        UPDATE batch b SET state = {sql(BatchState.READY)}, not_before = NULL,
            deferred = b.deferred - change.deferred,
            failed = b.failed - change.failed, ambiguous = b.ambiguous - change.ambiguous
        FROM change WHERE b.mailing_id = :mailing AND b.number = change.batch_number
        RETURNING b.number
    ), opened AS (
        UPDATE mailing SET state = {sql(MailingState.SENDING)}, done_at = NULL,
            expires_at = greatest(expires_at, :expires_at)
        WHERE id = :mailing AND (SELECT count(*) FROM woken) > 0
    )
    SELECT count(*) FROM changed
    """  # noqa: S608 - our own text
)

# What has been handed over, or may have been, keeps the content that it had.
_ONE = text(
    f"""
    WITH locked AS (
        SELECT number FROM batch WHERE mailing_id = :mailing AND state <> {sql(BatchState.LEASED)}
            AND number = (SELECT batch_number FROM delivery
                WHERE mailing_id = :mailing AND recipient_id = :recipient)
        FOR UPDATE
    ), changed AS (
        UPDATE delivery d
        SET state = {sql(DeliveryState.PENDING)}, reason = NULL, not_before = NULL, done_at = NULL,
            code = NULL, enhanced = NULL, resends = d.resends
                + CASE WHEN d.state = {sql(DeliveryState.FAILED)} THEN 0 ELSE 1 END
        FROM locked
        WHERE d.mailing_id = :mailing AND d.batch_number = locked.number
            AND d.recipient_id = :recipient
            AND d.state IN ({sql(*DeliveryState.done_with())})
        RETURNING d.batch_number, old.state AS was
    ), woken AS (
        UPDATE batch b SET state = {sql(BatchState.READY)}, not_before = NULL,
            accepted = b.accepted
                - CASE WHEN was = {sql(DeliveryState.ACCEPTED)} THEN 1 ELSE 0 END,
            failed = b.failed - CASE WHEN was = {sql(DeliveryState.FAILED)} THEN 1 ELSE 0 END,
            ambiguous = b.ambiguous
                - CASE WHEN was = {sql(DeliveryState.AMBIGUOUS)} THEN 1 ELSE 0 END
        FROM changed WHERE b.mailing_id = :mailing AND b.number = changed.batch_number
        RETURNING b.number
    ), opened AS (
        UPDATE mailing SET state = {sql(MailingState.SENDING)}, done_at = NULL,
            expires_at = greatest(expires_at, :expires_at)
        WHERE id = :mailing AND (SELECT count(*) FROM woken) > 0
    )
    SELECT count(*) FROM changed
    """  # noqa: S608 - our own text
)


class Resendable(enum.StrEnum):
    """What may be sent again, as people name it."""

    REMAINING = "remaining"
    DEFERRED = "deferred"
    FAILED = "failed"
    AMBIGUOUS = "ambiguous"

    @property
    def state(self) -> DeliveryState:
        """The state of such deliveries."""
        is_pending = self is Resendable.REMAINING
        return DeliveryState.PENDING if is_pending else DeliveryState[self.name]


@dataclass(frozen=True)
class Choice:
    """Which deliveries of a mailing.

    Attributes:
        states: such as say that nobody was reached, or nobody knows.
        receiver_group: only of this one.
        error: only with a code or enhanced status that begins so: "5.1.1", "4.7", "550".
    """

    states: Collection[DeliveryState]
    receiver_group: str | None = None
    error: str | None = None


def count(tx: Transaction, mailing_id: int, choice: Choice) -> int:
    """How many deliveries `requeue` would take."""
    return int(tx.execute(_COUNT, _values(mailing_id, choice)).scalar_one())


def requeue(tx: Transaction, mailing_id: int, choice: Choice, *, expires_at: dt.datetime) -> int:
    """Make deliveries pending again and their mailing *sending*.

    Args:
        tx: the open transaction.
        mailing_id: of a mailing that is sending, paused, cancelled or done.
        choice: which of its deliveries.
        expires_at: the mailing lasts at least until then, aware UTC.

    Returns:
        How many.
    """
    values = _values(mailing_id, choice) | {"expires_at": expires_at}
    return int(tx.execute(_REQUEUE, values).scalar_one())


def requeue_one(
    tx: Transaction, mailing_id: int, recipient_id: int, *, expires_at: dt.datetime
) -> bool:
    """Make one reader's copy pending again, also one that was accepted, and its mailing *sending*.

    Args:
        tx: the open transaction.
        mailing_id: of a mailing that is sending or done.
        recipient_id: whose.
        expires_at: the mailing lasts at least until then, aware UTC.

    Returns:
        False where nothing was handed over yet, or a worker has the batch in hand.
    """
    values = {"mailing": mailing_id, "recipient": recipient_id, "expires_at": expires_at}
    return bool(tx.execute(_ONE, values).scalar_one())


def _values(mailing_id: int, choice: Choice) -> dict[str, object]:
    return {
        "mailing": mailing_id,
        "states": [int(state) for state in choice.states],
        "receiver_group": choice.receiver_group,
        "error": choice.error,
    }
