"""A relay that falls silent is left in time; one that ends its sessions early gets all the same."""

import time
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from syndicate.mail.relay.conversation import EnvelopeOutcome, Result
from syndicate.mail.relay.patience import Patience
from syndicate.mail.relay.smtp import Session
from syndicate.mail.relay.supply import Envelope
from tests.mail.fault_relay import Event, FaultRelay

MESSAGE = Envelope(0, "b@news.example", "reader001@example.com", (b"X-Number: 0\r\n\r\n",))


def forever() -> float:
    return float("inf")


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
        session.send([MESSAGE], results.append, forever)
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


@pytest.mark.parametrize("offered", [("PIPELINING",), ()])
def test_a_relay_that_ends_each_session_after_one_message_gets_them_all(
    offered: tuple[str, ...],
) -> None:
    def fault(event: Event) -> bytes | None:
        ends = b"250 2.0.0 Kept\r\n421 4.7.0 One message a session\r\n"
        return ends if event.step == "body" else None

    with FaultRelay(fault, offered=offered) as relay:
        left, results, told = list(range(20)), list[Result](), dict[int, Result]()
        for _ in range(8):  # what went ahead is left for the next chunk
            with Session(relay.relay(), connections=1) as session:
                session.send([replace(MESSAGE, key=key) for key in left], results.append, forever)
            told = {result.key: result for result in results}
            left = [key for key in left if told[key].outcome is EnvelopeOutcome.UNTRIED]

    assert left == []
    assert [result for result in results if result.text == "not started"] == []
    assert {result.outcome for result in told.values()} == {EnvelopeOutcome.ACCEPTED}
    assert len(relay.accepted) == len(told) == 20
