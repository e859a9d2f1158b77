"""What a relay's answer means for a delivery."""

import datetime as dt

import pytest

from syndicate.mail.relay.conversation import EnvelopeOutcome, Result
from syndicate.mail.sending import outcomes
from syndicate.store.sending.batch_leases import DueDelivery
from syndicate.vocabulary.sending import DeliveryState

NOW = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)


def due(attempts: int = 0, recipient_id: int = 7) -> DueDelivery:
    return DueDelivery(3, recipient_id, "reader001@example.com", 5, 1, "en", attempts, None)


CASES = [
    (EnvelopeOutcome.ACCEPTED, DeliveryState.ACCEPTED),
    (EnvelopeOutcome.DEFERRED, DeliveryState.DEFERRED),
    (EnvelopeOutcome.FAILED, DeliveryState.FAILED),
    (EnvelopeOutcome.UNKNOWN, DeliveryState.AMBIGUOUS),
]


@pytest.mark.parametrize(("outcome", "state"), CASES)
def test_each_result_has_its_state(outcome: EnvelopeOutcome, state: DeliveryState) -> None:
    written = outcomes.of(Result(3, outcome, 450, "4.2.1", "busy"), due(), now=NOW)

    assert written is not None
    assert (written.ordinal, written.state, written.code) == (3, state, 450)
    assert written.is_attempt
    assert (written.not_before is not None) == (state is DeliveryState.DEFERRED)


def test_what_was_never_tried_changes_nothing() -> None:
    assert outcomes.of(Result(3, EnvelopeOutcome.UNTRIED), due(), now=NOW) is None


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(0, 1), (1, 5), (2, 15), (3, 60), (4, 180), (5, 180), (50, 180)]
)
def test_a_deferred_delivery_waits_longer_each_time(attempts: int, minutes: int) -> None:
    waits = [
        (outcomes.next_try(due(attempts, recipient), NOW) - NOW).total_seconds() / 60
        for recipient in range(1, 500)
    ]

    assert min(waits) >= minutes * 0.8
    assert max(waits) <= minutes * 1.2
    assert max(waits) - min(waits) > minutes * 0.3
    assert outcomes.next_try(due(attempts), NOW) == outcomes.next_try(due(attempts), NOW)


def test_a_reason_is_cut_after_its_addresses_are_gone() -> None:
    """Half an address is one that nobody recognises."""
    told = outcomes.reason_of("x" * (outcomes.MAX_REASON - 5) + " reader001@example.com")

    assert told == "x" * (outcomes.MAX_REASON - 5) + " (add"


def test_a_reason_keeps_what_is_no_address() -> None:
    told = outcomes.reason_of("5.1.1 <reader001@example.com>: user unknown")

    assert told == "5.1.1 <(address)>: user unknown"
