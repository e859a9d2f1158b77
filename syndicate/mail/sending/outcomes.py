"""What a relay's answer means for a delivery, and when a deferred one is tried again. Pure.

accepted   → accepted
deferred   → deferred, again after 1, 5, 15, 60, then every 180 minutes until the mailing expires
failed     → failed
unknown    → ambiguous: it may have arrived
untried    → nothing: it stays pending and costs no attempt

Source: docs/facts/mail.md#unknown-outcomes.
"""

import datetime as dt

from syndicate.mail.relay.belief import CLOSING
from syndicate.mail.relay.conversation import EnvelopeOutcome, Result
from syndicate.redaction import without_addresses
from syndicate.store.sending import results
from syndicate.store.sending.batch_leases import DueDelivery
from syndicate.vocabulary.sending import DeliveryState

DEFERRALS_MIN = (1, 5, 15, 60, 180)
# A fifth earlier or later, so that what was deferred together does not come back together.
JITTER = 0.2
MAX_REASON = 200
_STATES = {
    EnvelopeOutcome.ACCEPTED: DeliveryState.ACCEPTED,
    EnvelopeOutcome.DEFERRED: DeliveryState.DEFERRED,
    EnvelopeOutcome.FAILED: DeliveryState.FAILED,
    EnvelopeOutcome.UNKNOWN: DeliveryState.AMBIGUOUS,
}


def of(result: Result, due: DueDelivery, *, now: dt.datetime) -> results.DeliveryOutcome | None:
    """The outcome to write for one result, or None when nothing was tried.

    Args:
        result: what the relay, or its silence, said.
        due: the delivery.
        now: aware UTC.
    """
    state = _STATES.get(result.outcome)
    if state is None:
        return None
    is_deferred = state is DeliveryState.DEFERRED
    return results.DeliveryOutcome(
        due.ordinal,
        state,
        code=result.code,
        enhanced=result.enhanced,
        reason=None if state is DeliveryState.ACCEPTED else reason_of(result.text),
        not_before=next_try(due, now) if is_deferred else None,
    )


def is_slow_down(outcome: results.DeliveryOutcome) -> bool:
    """Whether a receiver asked for less: 421, or a policy reply 4.7.x.

    Source: docs/facts/mail.md#slowing-down.
    """
    if outcome.state is not DeliveryState.DEFERRED:
        return False
    return outcome.code == CLOSING or (outcome.enhanced or "").startswith("4.7.")


def next_try(due: DueDelivery, now: dt.datetime) -> dt.datetime:
    """When a delivery that was deferred just now is due again, aware UTC."""
    minutes = DEFERRALS_MIN[min(due.attempts, len(DEFERRALS_MIN) - 1)]
    # Spread by recipient, so that the same row gives the same time to whoever asks.
    spread = (due.recipient_id * 2_654_435_761 % 2**32) / 2**32
    return now + dt.timedelta(minutes=minutes * (1 - JITTER + 2 * JITTER * spread))


def reason_of(text: str) -> str:
    """A reply's text as it may be stored and shown: naming nobody, and short."""
    return without_addresses(text)[:MAX_REASON]
