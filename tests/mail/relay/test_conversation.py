"""A relay that greets and then falls silent: left in time, and told in the log."""

import time

import pytest
from structlog.testing import capture_logs

from syndicate.mail.relay.conversation import EnvelopeOutcome, Patience, Result
from syndicate.mail.relay.smtp import Session
from syndicate.mail.relay.supply import Envelope
from tests.mail.fault_relay import Event, FaultRelay

MESSAGE = Envelope(0, "b@news.example", "reader001@example.com", (b"X-Number: 0\r\n\r\n",))


def silent(step: str, seconds: float) -> FaultRelay:
    """A relay that says nothing to a step for a while."""
    relay = FaultRelay()

    def fault(event: Event) -> bytes | None:
        if event.step == step:
            relay.pause(seconds)
        return None

    relay.fault = fault
    return relay


def send(relay: FaultRelay, patience: Patience) -> EnvelopeOutcome:
    results: list[Result] = []
    with Session(relay.relay(), connections=1, patience=patience) as session:
        session.send([MESSAGE], results.append, lambda: float("inf"))
    return results[0].outcome


def test_a_relay_that_greets_and_falls_silent_is_left_long_before_its_five_minutes() -> None:
    since = time.monotonic()

    with silent("MAIL", 30) as relay:
        outcome = send(relay, Patience(first_s=0.5))
        lasted_s = time.monotonic() - since

    assert outcome is EnvelopeOutcome.UNTRIED  # nobody got it: another relay may have it
    assert lasted_s < 10


def test_a_relay_that_has_answered_once_has_all_its_time() -> None:
    with silent("RCPT", 2.5) as relay:
        assert send(relay, Patience(first_s=0.5)) is EnvelopeOutcome.ACCEPTED


@pytest.mark.parametrize("step", ["MAIL", "body"])
def test_a_silence_stands_in_the_log_once(step: str) -> None:
    with silent(step, 3.5) as relay, capture_logs() as logged:
        name = relay.relay().name
        outcome = send(relay, Patience(told_s=0.5))

    assert outcome is EnvelopeOutcome.ACCEPTED
    [said] = [each for each in logged if each["event"] == "relay_fell_silent"]
    assert (said["relay"], said["after"], said["log_level"]) == (name, step, "warning")
