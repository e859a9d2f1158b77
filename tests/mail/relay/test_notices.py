"""What relays are asked to report back; one that does not offer it is asked nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.mail.relay import notices
from syndicate.mail.relay.conversation import EnvelopeOutcome, Result
from syndicate.mail.relay.smtp import Session
from syndicate.mail.relay.supply import Envelope
from tests.mail.fault_relay import OFFERED, WITHOUT_PIPELINING, Event, FaultRelay

ADDRESSES = ("reader000@example.com", "re+a=der@example.com", "قارئ@example.com")


def send(relay: FaultRelay, *, is_chunking: bool = False) -> list[Result]:
    results: list[Result] = []
    envelopes = [
        Envelope(
            key,
            "b@daily.example",
            address,
            (b"Subject: x\r\n\r\nhello\r\n",),
            is_utf8=not address.isascii(),
            envelope_id=f"m1.{key}",
        )
        for key, address in enumerate(ADDRESSES)
    ]
    with Session(relay.relay(is_chunking=is_chunking), connections=1) as session:
        session.send(envelopes, results.append, lambda: float("inf"))
    return sorted(results, key=lambda result: result.key)


@pytest.mark.parametrize("offered", [OFFERED, WITHOUT_PIPELINING], ids=["pipelining", "plain"])
@pytest.mark.parametrize("is_chunking", [False, True])
def test_a_relay_that_offers_it_is_told_what_to_report(
    offered: tuple[str, ...], is_chunking: bool
) -> None:
    with FaultRelay(offered=(*offered, "DSN")) as relay:
        results = send(relay, is_chunking=is_chunking)

    assert [result.outcome for result in results] == [EnvelopeOutcome.ACCEPTED] * 3
    assert [line for line in relay.lines if line.startswith("MAIL")] == [
        "MAIL FROM:<b@daily.example> RET=HDRS ENVID=m1.0",
        "MAIL FROM:<b@daily.example> RET=HDRS ENVID=m1.1",
        "MAIL FROM:<b@daily.example> SMTPUTF8 RET=HDRS ENVID=m1.2",
    ]
    assert [line for line in relay.lines if line.startswith("RCPT")] == [
        "RCPT TO:<reader000@example.com> NOTIFY=FAILURE,DELAY ORCPT=rfc822;reader000@example.com",
        "RCPT TO:<re+a=der@example.com> NOTIFY=FAILURE,DELAY ORCPT=rfc822;re+2Ba+3Dder@example.com",
        "RCPT TO:<قارئ@example.com> NOTIFY=FAILURE,DELAY",
    ]
    assert relay.recipients() == list(ADDRESSES)


def test_another_is_told_nothing() -> None:
    with FaultRelay() as relay:
        send(relay)

    assert not [line for line in relay.lines if "NOTIFY" in line or "RET=" in line]


def test_a_refusal_of_one_leaves_the_others_alone() -> None:
    def fault(event: Event) -> bytes | None:
        is_second = event.step == "RCPT" and "re+a=der" in event.argument
        return b"555 5.5.4 not that parameter\r\n" if is_second else None

    with FaultRelay(fault, offered=(*OFFERED, "DSN")) as relay:
        results = send(relay)

    accepted, failed = EnvelopeOutcome.ACCEPTED, EnvelopeOutcome.FAILED
    assert [result.outcome for result in results] == [accepted, failed, accepted]


@given(st.binary(max_size=60))
def test_xtext_is_printable_and_reads_back(text: bytes) -> None:
    written = notices.xtext(text)

    assert all(33 <= byte <= 126 and byte != ord("=") for byte in written)
    parts = written.split(b"+")
    read = parts[0] + b"".join(bytes([int(part[:2], 16)]) + part[2:] for part in parts[1:])
    assert read == text
