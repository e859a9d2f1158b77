"""The client against a relay of ours that does everything right, then everything wrong."""

import threading
import time
from collections.abc import Callable

import pytest

from syndicate.errors import RelayError
from syndicate.mail.relay.conversation import EnvelopeOutcome, Result
from syndicate.mail.relay.patience import Patience
from syndicate.mail.relay.smtp import Session
from syndicate.mail.relay.supply import BatchLostError, Envelope
from tests.mail.fault_relay import WITHOUT_PIPELINING, Event, FaultRelay, HangUp

HURRIED = Patience(command_s=0.5, body_s=0.5)
FOR_EVER = float("inf")


def envelope(key: int, size: int = 200) -> Envelope:
    body = b"X-Number: %d\r\n\r\n" % key + b"a line of text\r\n" * (size // 16)
    return Envelope(key, f"b+{key}@news.example", f"reader{key:03}@example.com", (body,))


def send(  # noqa: PLR0913 - a test names what it wants
    relay: FaultRelay,
    count: int,
    *,
    connections: int = 1,
    size: int = 200,
    patience: Patience | None = None,
    renew: Callable[[], float] = lambda: FOR_EVER,
    is_chunking: bool = False,
) -> dict[int, Result]:
    results: list[Result] = []
    target = relay.relay(is_chunking=is_chunking)
    with Session(target, connections=connections, patience=patience) as session:
        session.send((envelope(key, size) for key in range(count)), results.append, renew)
    assert len({result.key for result in results}) == len(results)
    return {result.key: result for result in results}


def outcomes(results: dict[int, Result]) -> list[EnvelopeOutcome]:
    return [results[key].outcome for key in sorted(results)]


def once(step: str, answer: bytes, *, at: int = 0) -> Callable[[Event], bytes | None]:
    """A fault that answers one step wrongly, when `at` messages have been kept."""
    done: list[Event] = []

    def fault(event: Event) -> bytes | None:
        if event.step == step and event.taken == at and not done:
            done.append(event)
            return answer
        return None

    return fault


@pytest.mark.parametrize("connections", [1, 3])
@pytest.mark.parametrize("is_chunking", [False, True])
def test_send_hands_over_every_message_whole(connections: int, is_chunking: bool) -> None:
    with FaultRelay() as relay:
        results = send(relay, 25, connections=connections, size=100_000, is_chunking=is_chunking)

    assert outcomes(results) == [EnvelopeOutcome.ACCEPTED] * 25
    assert sorted(relay.recipients()) == [f"reader{key:03}@example.com" for key in range(25)]
    for taken in relay.accepted:
        key = int(taken.rcpt[6:9])
        assert taken.content == envelope(key, 100_000).message[0]
        assert taken.mail_from == f"b+{key}@news.example"


def test_send_without_pipelining_waits_for_each_reply() -> None:
    with FaultRelay(offered=WITHOUT_PIPELINING) as relay:
        results = send(relay, 5)

    assert outcomes(results) == [EnvelopeOutcome.ACCEPTED] * 5
    assert not any(b"MAIL" in segment and b"RCPT" in segment for segment in relay.segments)


def test_send_lets_the_next_envelope_travel_with_the_end_of_a_body() -> None:
    with FaultRelay() as relay:
        send(relay, 3)

    whole = b"\r\n.\r\nMAIL FROM:<b+1@news.example>\r\nRCPT TO:<reader001@example.com>\r\nDATA\r\n"
    assert any(segment.endswith(whole) for segment in relay.segments)


REFUSALS = [
    ("MAIL", b"550 5.7.1 Not you\r\n", EnvelopeOutcome.FAILED, 550),
    ("MAIL", b"451 4.3.0 Later\r\n", EnvelopeOutcome.DEFERRED, 451),
    ("RCPT", b"550 5.1.1 Unknown\r\n", EnvelopeOutcome.FAILED, 550),
    ("RCPT", b"450 4.2.1 Busy\r\n", EnvelopeOutcome.DEFERRED, 450),
    ("DATA", b"554 5.7.0 No\r\n", EnvelopeOutcome.FAILED, 554),
    ("DATA", b"452 4.3.1 Full\r\n", EnvelopeOutcome.DEFERRED, 452),
    ("refuse", b"554 5.6.0 Bad\r\n", EnvelopeOutcome.FAILED, 554),
    ("refuse", b"451 4.7.1 Greylisted\r\n", EnvelopeOutcome.DEFERRED, 451),
]


@pytest.mark.parametrize("offered", [None, WITHOUT_PIPELINING])
@pytest.mark.parametrize(("step", "answer", "outcome", "code"), REFUSALS)
def test_a_refused_step_concerns_its_own_message_only(
    step: str, answer: bytes, outcome: EnvelopeOutcome, code: int, offered: tuple[str, ...] | None
) -> None:
    relay = FaultRelay(once(step, answer, at=2))
    if offered is not None:
        relay.offered = offered
    with relay:
        results = send(relay, 6)

    refused = [key for key, result in results.items() if result.outcome is outcome]
    assert len(refused) == 1
    assert results[refused[0]].code == code
    others = [result.outcome for key, result in results.items() if key != refused[0]]
    assert others == [EnvelopeOutcome.ACCEPTED] * 5
    assert f"reader{refused[0]:03}@example.com" not in relay.recipients()
    assert len(relay.accepted) == 5


@pytest.mark.parametrize(("step", "answer", "outcome", "code"), REFUSALS[:4])
def test_a_refused_envelope_before_a_chunk_concerns_its_own_message_only(
    step: str, answer: bytes, outcome: EnvelopeOutcome, code: int
) -> None:
    with FaultRelay(once(step, answer, at=2)) as relay:
        results = send(relay, 6, is_chunking=True)

    assert sorted(result.outcome.value for result in results.values()) == sorted(
        [outcome.value] + [EnvelopeOutcome.ACCEPTED.value] * 5
    )
    assert {result.code for result in results.values()} == {250, code}


def test_354_after_a_refused_recipient_gets_an_empty_body() -> None:
    """RFC 2920 3.1: a server may say 354 although every RCPT failed."""

    def fault(event: Event) -> bytes | None:
        if event.step == "RCPT" and "reader001" in event.argument:
            return b"550 5.1.1 Unknown\r\n"
        return b"354 Go on\r\n" if event.step == "DATA" else None

    relay = FaultRelay(fault)
    with relay:
        relay_says_354 = send(relay, 4)

    assert relay_says_354[1].outcome is EnvelopeOutcome.FAILED
    assert relay_says_354[1].code == 550
    assert [relay_says_354[key].outcome for key in (0, 2, 3)] == [EnvelopeOutcome.ACCEPTED] * 3
    assert "reader001@example.com" not in relay.recipients()


def test_a_lost_250_is_unknown_and_the_rest_goes_on() -> None:
    def fault(event: Event) -> bytes | None:
        if event.step == "body" and event.taken == 3:
            raise HangUp
        return None

    with FaultRelay(fault) as relay:
        results = send(relay, 8)

    assert [
        key for key, result in results.items() if result.outcome is EnvelopeOutcome.UNKNOWN
    ] == [2]
    told = {key for key, result in results.items() if result.outcome is EnvelopeOutcome.ACCEPTED}
    assert {f"reader{key:03}@example.com" for key in told | {2}} == set(relay.recipients())
    assert {result.outcome for result in results.values()} <= {
        EnvelopeOutcome.ACCEPTED,
        EnvelopeOutcome.UNKNOWN,
        EnvelopeOutcome.UNTRIED,
    }


def test_a_reset_after_354_leaves_the_message_untried_or_unknown() -> None:
    def fault(event: Event) -> bytes | None:
        if event.step == "midway" and event.connection == 0 and event.taken == 1:
            raise HangUp
        return None

    with FaultRelay(fault) as relay:
        results = send(relay, 4, size=8_000_000)

    # 8 MB do not fit into the socket's buffers, so that the end cannot have been written.
    assert results[1].outcome is EnvelopeOutcome.UNTRIED
    assert "reader001@example.com" not in relay.recipients()


def test_a_reset_at_mail_leaves_everything_untried_and_reconnects() -> None:
    def fault(event: Event) -> bytes | None:
        if event.step == "MAIL" and event.connection == 0:
            raise HangUp
        return None

    with FaultRelay(fault) as relay:
        results = send(relay, 4)

    assert results[0].outcome is EnvelopeOutcome.UNTRIED
    assert [results[key].outcome for key in (1, 2, 3)] == [EnvelopeOutcome.ACCEPTED] * 3
    assert relay.connections == 2


def test_421_ends_the_connection_and_the_next_one_goes_on() -> None:
    def fault(event: Event) -> bytes | None:
        if event.step == "MAIL" and event.connection == 0 and event.taken == 2:
            return b"421 4.7.0 Enough for one connection\r\n"
        return None

    with FaultRelay(fault) as relay:
        results = send(relay, 6)

    assert results[2].outcome is EnvelopeOutcome.UNTRIED
    assert [results[key].outcome for key in (0, 1, 3, 4, 5)] == [EnvelopeOutcome.ACCEPTED] * 5


def test_a_relay_that_falls_silent_is_given_up_in_time() -> None:
    relay = FaultRelay()

    def fault(event: Event) -> bytes | None:
        if event.step == "RCPT" and event.taken == 1:
            relay.pause(30)
        return None

    relay.fault = fault
    with relay:
        results = send(relay, 2, patience=HURRIED)

    assert outcomes(results) == [EnvelopeOutcome.ACCEPTED, EnvelopeOutcome.UNTRIED]


def test_a_relay_that_takes_a_body_and_falls_silent_leaves_it_unknown() -> None:
    relay = FaultRelay()

    def fault(event: Event) -> bytes | None:
        if event.step == "body":
            relay.pause(30)
        return None

    relay.fault = fault
    with relay:
        results = send(relay, 1, patience=HURRIED)

    assert outcomes(results) == [EnvelopeOutcome.UNKNOWN]


def test_a_reply_in_drops_is_read_whole() -> None:
    relay = FaultRelay()

    def fault(event: Event) -> bytes | None:
        if event.step == "body":
            for connection in relay._open:
                for part in (b"25", b"0-2.0", b".0 Kept", b"\r", b"\n250 2.0.0 as 42\r"):
                    connection.sendall(part)
                    relay.pause(0.01)
            return b"\n"
        return None

    relay.fault = fault
    with relay:
        results = send(relay, 1)

    assert results[0] == Result(0, EnvelopeOutcome.ACCEPTED, 250, "2.0.0", "2.0.0 Kept 2.0.0 as 42")


NOISE = [b"250-first\r\nnot a reply\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\xff" * 70_000]


@pytest.mark.parametrize("noise", NOISE)
def test_what_is_no_smtp_reply_costs_the_connection_and_nothing_else(noise: bytes) -> None:
    with FaultRelay(once("RCPT", noise, at=1)) as relay:
        results = send(relay, 3)

    assert results[0].outcome is EnvelopeOutcome.ACCEPTED
    assert results[1].outcome is EnvelopeOutcome.UNTRIED
    assert results[2].outcome is EnvelopeOutcome.ACCEPTED


def test_pipelining_refused_in_mid_session_is_a_deferral_of_those_messages() -> None:
    def fault(event: Event) -> bytes | None:
        if event.step == "RCPT" and event.taken == 2 and event.connection == 0:
            return b"421 4.5.0 Improper use of pipelining\r\n"
        return None

    with FaultRelay(fault) as relay:
        results = send(relay, 5)

    assert results[2].outcome is EnvelopeOutcome.UNTRIED
    assert [results[key].outcome for key in (0, 1, 3, 4)] == [EnvelopeOutcome.ACCEPTED] * 4


def test_a_dead_relay_is_an_error_and_no_result() -> None:
    with FaultRelay() as relay:
        target = relay.relay()
    results: list[Result] = []

    with Session(target) as session, pytest.raises(RelayError):
        session.send(iter([envelope(0)]), results.append, lambda: FOR_EVER)

    assert results == []


def test_a_relay_that_refuses_new_connections_keeps_the_open_one() -> None:
    def fault(event: Event) -> bytes | None:
        return b"421 4.7.0 Too many\r\n" if event.step == "connect" and event.connection else None

    with FaultRelay(fault) as relay:
        results = send(relay, 10, connections=3)

    assert outcomes(results) == [EnvelopeOutcome.ACCEPTED] * 10


def test_no_message_begins_with_less_than_ten_seconds_of_lease() -> None:
    with FaultRelay() as relay:
        results = send(relay, 3, renew=lambda: time.monotonic() + 9)

    assert outcomes(results) == [EnvelopeOutcome.UNTRIED] * 3
    assert relay.accepted == []


def test_a_body_is_not_sent_when_the_lease_ran_short_behind_its_envelope() -> None:
    is_short = threading.Event()
    relay = FaultRelay()

    def fault(event: Event) -> bytes | None:
        if event.step == "DATA":
            is_short.set()
            relay.pause(1.2)  # until the client has looked after its lease once more
        return None

    relay.fault = fault
    with relay:
        results = send(relay, 2, renew=lambda: time.monotonic() + (5 if is_short.is_set() else 60))

    assert outcomes(results) == [EnvelopeOutcome.UNTRIED] * 2
    assert relay.accepted == []


def test_every_socket_closes_when_the_lease_is_lost() -> None:
    relay = FaultRelay()
    asked: list[float] = []

    def renew() -> float:
        asked.append(time.monotonic())
        if relay.accepted:
            raise BatchLostError("somebody else's")
        return FOR_EVER

    def fault(event: Event) -> bytes | None:
        if event.step == "body":
            relay.pause(5)
        return None

    relay.fault = fault
    results: list[Result] = []
    with relay, Session(relay.relay(), connections=2) as session:
        with pytest.raises(BatchLostError):
            session.send((envelope(key) for key in range(5)), results.append, renew)
        assert session._open == []

    assert {result.outcome for result in results} <= {
        EnvelopeOutcome.UNKNOWN,
        EnvelopeOutcome.UNTRIED,
    }
    assert EnvelopeOutcome.UNKNOWN in {result.outcome for result in results}


def test_421_every_few_messages_costs_connections_and_no_message() -> None:
    def fault(event: Event) -> bytes | None:
        if event.step == "MAIL" and event.taken and event.taken % 10 == 0:
            key = (event.taken, event.connection)
            if event.taken not in {taken for taken, _ in ended}:
                ended.append(key)
                return b"421 4.7.0 Enough for one connection\r\n"
        return None

    ended: list[tuple[int, int]] = []
    with FaultRelay(fault) as relay:
        results = send(relay, 45, connections=2)

    told = outcomes(results)
    assert told.count(EnvelopeOutcome.ACCEPTED) + told.count(EnvelopeOutcome.UNTRIED) == 45
    assert told.count(EnvelopeOutcome.UNTRIED) <= 2 * len(ended)
    assert len(ended) >= 3


def test_a_storm_of_deferrals_for_one_domain_leaves_the_others_alone() -> None:
    def fault(event: Event) -> bytes | None:
        return b"452 4.2.2 Busy\r\n" if event.step == "RCPT" and "7@" in event.argument else None

    with FaultRelay(fault) as relay:
        results = send(relay, 60, connections=3)

    deferred = {
        key for key, result in results.items() if result.outcome is EnvelopeOutcome.DEFERRED
    }
    assert deferred == {key for key in range(60) if key % 10 == 7}
    assert len(relay.accepted) == 54
