"""The client and the accept log against a real Postfix."""

import email
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from syndicate import clock
from syndicate.mail.recovery import accept_log
from syndicate.mail.relay.addresses import Relay, StartTls
from syndicate.mail.relay.conversation import EnvelopeOutcome, Result
from syndicate.mail.relay.smtp import Session
from syndicate.mail.relay.supply import Envelope
from tests.mail.certificate import make_certificate
from tests.mail.fault_relay import FaultRelay
from tests.mail.postfix import Postfix

pytestmark = [
    pytest.mark.debian("postfix"),
    pytest.mark.skipif(os.getuid() != 0, reason="Postfix starts as root only"),
]


# Nobody answers at port 1, and Postfix gives up at once; what it reports goes to a relay of ours.
RETURNED = """\
maximal_queue_lifetime = 0
bounce_queue_lifetime = 0
transport_maps = inline:{{
    {{ gone+x@example.com = lmtp:inet:127.0.0.1:1 }}
    {{ b@daily.example = lmtp:inet:127.0.0.1:{port} }}
    }}
"""


@pytest.fixture(scope="module")
def returns() -> Iterator[FaultRelay]:
    """Takes what Postfix sends back, by LMTP."""
    with FaultRelay(offered=("PIPELINING",)) as server:
        yield server


@pytest.fixture(scope="module")
def postfix(returns: FaultRelay) -> Iterator[Postfix]:
    folder = Path(tempfile.mkdtemp(prefix="syndicate-pf-", dir="/tmp"))
    folder.chmod(0o755)
    certificate = make_certificate(folder / "both.pem")
    more = f"smtpd_tls_chain_files = {certificate}\n{RETURNED.format(port=returns.port)}"
    server = Postfix(folder, more)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)


def envelope(key: int, address: str | None = None, size: int = 2000) -> Envelope:
    head = f"Message-ID: <{key}.{size}@daily.example>\r\nSubject: Number {key}\r\n"
    address = address or f"reader{key:03}@example.com"
    message = (f"{head}From: news@daily.example\r\nTo: {address}\r\n\r\n".encode(),)
    is_utf8 = not address.isascii()
    return Envelope(
        key, "b@daily.example", address, (*message, b"a line\r\n" * (size // 8)), is_utf8
    )


def send(
    postfix: Postfix, *envelopes: Envelope, is_chunking: bool = False, starttls: StartTls = "never"
) -> list[Result]:
    results: list[Result] = []
    relay = Relay("127.0.0.1", postfix.port, starttls=starttls, is_chunking=is_chunking)
    with Session(relay, connections=3) as session:
        session.send(envelopes, results.append, lambda: float("inf"))
    return sorted(results, key=lambda result: result.key)


def test_our_postfix_has_nothing_to_warn_of(postfix: Postfix) -> None:
    send(postfix, envelope(1))

    # Its log comes after its answer: postlogd is a program that starts when there is a line.
    deadline = time.monotonic() + 30
    while "status=sent" not in postfix.log.read_text():
        assert time.monotonic() < deadline, postfix.log.read_text()
        time.sleep(0.05)

    # Each of its programs would warn when it starts, and ten such lines can stop all of it.
    said = postfix.log.read_text().splitlines()
    assert [line for line in said if "warning:" in line or "error:" in line] == []


@pytest.mark.parametrize("starttls", ["never", "offered"])
@pytest.mark.parametrize("is_chunking", [False, True])
def test_postfix_takes_every_message(
    postfix: Postfix, is_chunking: bool, starttls: StartTls
) -> None:
    size = 70_000 + 16 * is_chunking + 32 * (starttls == "offered")
    since = clock.now()
    envelopes = [envelope(key, size=size) for key in range(60)]

    results = send(postfix, *envelopes, is_chunking=is_chunking, starttls=starttls)

    assert [result.outcome for result in results] == [EnvelopeOutcome.ACCEPTED] * 60
    wanted = {f"<{key}.{size}@daily.example>" for key in range(60)}
    verdict = accept_log.Verdict()
    deadline = time.monotonic() + 20
    while verdict.accepted != wanted and time.monotonic() < deadline:
        time.sleep(0.2)
        verdict = accept_log.search(postfix.log, wanted, since=since, now=clock.now())
    assert verdict.accepted == wanted
    assert verdict.unsure == set()


@pytest.mark.parametrize("is_chunking", [False, True])
def test_postfix_refuses_one_and_takes_the_others(postfix: Postfix, is_chunking: bool) -> None:
    addresses = [None, "nobody@example.com", None, "later@example.com", None, None]

    results = send(
        postfix,
        *(envelope(key, address) for key, address in enumerate(addresses)),
        is_chunking=is_chunking,
    )

    accepted, failed, deferred = (
        EnvelopeOutcome.ACCEPTED,
        EnvelopeOutcome.FAILED,
        EnvelopeOutcome.DEFERRED,
    )
    assert [result.outcome for result in results] == [
        accepted, failed, accepted, deferred, accepted, accepted,
    ]  # fmt: skip
    assert (results[1].code, results[1].enhanced) == (550, "5.1.1")
    assert (results[3].code, results[3].enhanced) == (450, "4.2.1")


def test_postfix_takes_addresses_beyond_ascii(postfix: Postfix) -> None:
    with Session(Relay("127.0.0.1", postfix.port)) as session:
        assert session.has_smtputf8()

    (result,) = send(postfix, envelope(0, "قارئ@example.com"))

    assert result.outcome is EnvelopeOutcome.ACCEPTED


def test_what_was_cut_off_in_mid_body_is_not_in_the_log_as_taken(postfix: Postfix) -> None:
    import socket  # noqa: PLC0415 - only here

    since = clock.now()
    with socket.create_connection(("127.0.0.1", postfix.port)) as connection:
        connection.sendall(b"EHLO x\r\nMAIL FROM:<a@b.example>\r\n")
        connection.sendall(b"RCPT TO:<reader001@example.com>\r\nDATA\r\n")
        time.sleep(0.5)
        connection.sendall(b"Message-ID: <cut@daily.example>\r\n\r\nhalf of it\r\n")
        time.sleep(0.5)

    time.sleep(1)
    verdict = accept_log.search(postfix.log, {"<cut@daily.example>"}, since=since, now=clock.now())
    assert verdict.accepted == set()


def test_what_postfix_returns_names_our_envelope_and_holds_no_body(
    postfix: Postfix, returns: FaultRelay
) -> None:
    address = "gone+x@example.com"

    (result,) = send(postfix, replace(envelope(7, address), envelope_id="m3.7"))

    assert result.outcome is EnvelopeOutcome.ACCEPTED
    deadline = time.monotonic() + 20
    while not returns.accepted and time.monotonic() < deadline:
        time.sleep(0.1)
    report = email.message_from_bytes(returns.accepted[0].content)
    status = report.get_payload(1).get_payload()  # type: ignore[union-attr]
    assert status[0]["Original-Envelope-Id"] == "m3.7"  # type: ignore[index]
    assert status[1]["Original-Recipient"] == f"rfc822;{address}"  # type: ignore[index]
    assert status[1]["Action"] == "failed"  # type: ignore[index]
    headers = report.get_payload(2)
    assert headers.get_content_type() == "text/rfc822-headers"  # type: ignore[union-attr]
    assert b"a line" not in report.as_bytes()
