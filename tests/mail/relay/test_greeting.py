"""Opening a connection: EHLO, TLS, AUTH, deadlines, and what each refusal says."""

import base64
import ssl
import time

import pytest

from syndicate.errors import RelayError
from syndicate.mail.relay.addresses import Relay, StartTls
from syndicate.mail.relay.conversation import EnvelopeOutcome, Result
from syndicate.mail.relay.greeting import open_connection
from syndicate.mail.relay.patience import Patience
from syndicate.mail.relay.smtp import Session
from syndicate.mail.relay.supply import Envelope
from tests.mail.certificate import make_certificate
from tests.mail.fault_relay import OFFERED, Event, FaultRelay

LOGIN = {"user": "newsroom", "secret": "s3cret"}
ENVELOPE = Envelope(0, "b@news.example", "reader001@example.com", (b"A: b\r\n\r\nhello\r\n",))


@pytest.fixture(scope="module")
def server_tls(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A certificate that nobody vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(make_certificate(tmp_path_factory.mktemp("tls") / "both.pem"))
    return context


def deliver(relay: Relay) -> EnvelopeOutcome:
    results: list[Result] = []
    with Session(relay, connections=1) as session:
        session.send(iter([ENVELOPE]), results.append, lambda: float("inf"))
    return results[0].outcome


def answering(step: str, answer: bytes) -> FaultRelay:
    return FaultRelay(lambda event: answer if event.step == step else None)


@pytest.mark.parametrize("starttls", ["offered", "never"])
def test_capabilities_are_read_from_ehlo(starttls: StartTls) -> None:
    with FaultRelay(offered=("PIPELINING", "AUTH PLAIN LOGIN", "SIZE 1000")) as server:
        sock, offered = open_connection(server.relay(starttls=starttls))
        sock.close()

    assert offered.has_pipelining
    assert not offered.has_chunking
    assert offered.auth == {"PLAIN", "LOGIN"}


def test_starttls_is_used_where_it_is_offered(server_tls: ssl.SSLContext) -> None:
    with FaultRelay(offered=(*OFFERED, "STARTTLS"), tls=server_tls) as server:
        outcome = deliver(server.relay())

    assert outcome is EnvelopeOutcome.ACCEPTED
    assert [line.split()[0] for line in server.lines][:4] == ["EHLO", "STARTTLS", "EHLO", "MAIL"]


def test_starttls_never_stays_in_the_clear(server_tls: ssl.SSLContext) -> None:
    with FaultRelay(offered=(*OFFERED, "STARTTLS"), tls=server_tls) as server:
        deliver(server.relay(starttls="never"))

    assert "STARTTLS" not in server.lines


def test_required_starttls_is_refused_when_it_is_not_offered() -> None:
    with FaultRelay() as server, pytest.raises(RelayError, match="offers no STARTTLS"):
        open_connection(server.relay(starttls="required"))


def test_required_starttls_wants_a_certificate_that_somebody_vouches_for(
    server_tls: ssl.SSLContext,
) -> None:
    with (
        FaultRelay(offered=(*OFFERED, "STARTTLS"), tls=server_tls) as server,
        pytest.raises(RelayError, match="Nobody vouches for the certificate of the relay"),
    ):
        open_connection(server.relay(starttls="required"))

    assert server.lines == ["EHLO localhost", "STARTTLS"]


def test_starttls_that_fails_is_an_error_and_never_falls_back() -> None:
    server = answering("STARTTLS", b"454 4.7.0 TLS not available\r\n")
    server.offered = (*OFFERED, "STARTTLS")
    with server, pytest.raises(RelayError, match="454"):
        open_connection(server.relay())

    assert not any(line.startswith("MAIL") for line in server.lines)


def test_tls_from_the_first_byte_wants_a_good_certificate(server_tls: ssl.SSLContext) -> None:
    with (
        FaultRelay(tls=server_tls, is_tls_from_start=True) as server,
        pytest.raises(RelayError, match="certificate"),
    ):
        open_connection(server.relay(is_tls=True))


@pytest.mark.parametrize("offered", ["AUTH PLAIN LOGIN", "AUTH LOGIN"])
def test_auth_says_who_we_are(offered: str, server_tls: ssl.SSLContext) -> None:
    with FaultRelay(offered=(*OFFERED, "STARTTLS", offered), tls=server_tls) as server:
        outcome = deliver(server.relay(**LOGIN))

    said = " ".join(server.lines)
    plain = base64.b64encode(b"\0newsroom\0s3cret").decode()
    both = [base64.b64encode(word).decode() for word in (b"newsroom", b"s3cret")]
    assert outcome is EnvelopeOutcome.ACCEPTED
    assert plain in said if "PLAIN" in offered else all(word in said for word in both)


SECRET_WORDS = [base64.b64encode(word).decode() for word in (b"\0newsroom\0s3cret", b"s3cret")]


@pytest.mark.parametrize("wish", [{}, {"starttls": "never"}, {"starttls": "offered"}])
def test_whoever_takes_starttls_away_learns_no_password(wish: dict[str, str]) -> None:
    with (
        FaultRelay(offered=(*OFFERED, "AUTH PLAIN LOGIN")) as server,
        pytest.raises(RelayError, match="offers no encryption, so its password is not sent"),
    ):
        open_connection(server.relay(**LOGIN, **wish))

    assert server.lines == ["EHLO localhost"]


def test_a_password_goes_in_clear_by_its_own_word_alone() -> None:
    with FaultRelay(offered=(*OFFERED, "AUTH PLAIN")) as server:
        outcome = deliver(server.relay(**LOGIN, is_secret_clear=True))

    assert outcome is EnvelopeOutcome.ACCEPTED
    assert server.lines[1] == f"AUTH PLAIN {SECRET_WORDS[0]}"


def test_starttls_is_used_for_a_password_even_where_none_is_wished(
    server_tls: ssl.SSLContext,
) -> None:
    with FaultRelay(offered=(*OFFERED, "STARTTLS", "AUTH PLAIN"), tls=server_tls) as server:
        deliver(server.relay(**LOGIN, starttls="never"))

    assert server.lines[1] == "STARTTLS"


def test_bytes_slipped_in_before_tls_end_the_connection(server_tls: ssl.SSLContext) -> None:
    slipped = b"220 2.0.0 Go ahead\r\n250-relay.example\r\n250 AUTH PLAIN\r\n"
    server = answering("STARTTLS", slipped)
    server.offered, server.tls = (*OFFERED, "STARTTLS"), server_tls
    with server, pytest.raises(RelayError, match="said more than it was asked"):
        open_connection(server.relay(**LOGIN))

    assert server.lines == ["EHLO localhost", "STARTTLS"]


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("connect", b"220 relay.example\r\n250 relay.example\r\n"),
        ("EHLO", b"250-relay.example\r\n250 PIPELINING\r\n250 2.1.0 OK\r\n250 2."),
        ("STARTTLS", b"220 Go ahead\r\n2"),
    ],
)
def test_an_answer_before_its_question_ends_the_greeting(
    step: str, answer: bytes, server_tls: ssl.SSLContext
) -> None:
    server = answering(step, answer)
    server.offered, server.tls = (*OFFERED, "STARTTLS"), server_tls
    with server, pytest.raises(RelayError, match="said more than it was asked"):
        open_connection(server.relay())

    assert not any(line.startswith("MAIL") for line in server.lines)


def test_what_was_offered_before_tls_is_forgotten(server_tls: ssl.SSLContext) -> None:
    def fault(event: Event) -> bytes | None:
        if event.step == "EHLO" and "STARTTLS" not in server.lines:
            return b"250-relay.example\r\n250-STARTTLS\r\n250-SMTPUTF8\r\n250 AUTH PLAIN\r\n"
        return None

    with FaultRelay(fault, offered=("PIPELINING",), tls=server_tls) as server:
        sock, offered = open_connection(server.relay())
        sock.close()

    assert (offered.words, offered.auth) == (frozenset({"PIPELINING"}), frozenset())


HURRIED = Patience(greeting_s=1.0, step_s=0.4)


def dripping(step: str, answer: bytes, every_s: float) -> FaultRelay:
    """A relay that says one byte at a time."""
    relay = FaultRelay()

    def fault(event: Event) -> bytes | None:
        if event.step == step:
            for byte in answer:
                relay._open[event.connection].sendall(bytes([byte]))
                relay.pause(every_s)
            return b"\r\n"
        return None

    relay.fault = fault
    return relay


@pytest.mark.parametrize("step", ["connect", "EHLO"])
def test_a_relay_that_drips_its_greeting_is_ended(step: str) -> None:
    since = time.monotonic()

    with (
        dripping(step, b"220 relay.example " + b"x" * 400, 0.1) as server,
        pytest.raises(RelayError, match=r"in time \(0\.4 s for each reply"),
    ):
        open_connection(server.relay(), patience=HURRIED)

    assert time.monotonic() - since < 5


def test_a_relay_that_is_in_time_with_each_reply_and_never_done_is_ended() -> None:
    def slow(event: Event) -> bytes | None:
        server.pause(0.3)
        return b"334 VXNlcm5hbWU6\r\n" if event.step == "AUTH" else None

    patience = Patience(greeting_s=0.8, step_s=0.6)
    with FaultRelay(slow, offered=("AUTH LOGIN",)) as server:
        relay = server.relay(**LOGIN, is_secret_clear=True)
        with pytest.raises(RelayError, match=r"did not finish AUTH in time"):
            open_connection(relay, patience=patience)


@pytest.mark.parametrize(
    "answer",
    [
        b"250-relay.example\r\n" * 100_000,
        b"250-" + b"x" * 10_000_000,
        b"250-relay.example\r\n550 no\r\n",
        b"250-relay.example\r\n000 OK\r\n",
        b"abc OK\r\n",
        b"2500 OK\r\n",
    ],
)
def test_an_endless_or_senseless_answer_to_ehlo_is_an_error(answer: bytes) -> None:
    with answering("EHLO", answer) as server, pytest.raises(RelayError, match="The relay s"):
        open_connection(server.relay())


def test_auth_that_is_refused_is_an_error_without_the_secret() -> None:
    server = answering("AUTH", b"535 5.7.8 Bad credentials\r\n")
    server.offered = (*OFFERED, "AUTH PLAIN")
    with server, pytest.raises(RelayError, match="535") as caught:
        open_connection(server.relay(**LOGIN, is_secret_clear=True))

    assert "s3cret" not in str(caught.value)


def test_auth_that_is_not_offered_is_an_error() -> None:
    with FaultRelay() as server, pytest.raises(RelayError, match="neither AUTH PLAIN nor LOGIN"):
        open_connection(server.relay(**LOGIN, is_secret_clear=True))


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("connect", b"554 5.7.1 Go away\r\n"),
        ("EHLO", b"421 4.3.2 Busy\r\n"),
        ("EHLO", b"451 4.3.0 Later\r\n"),
        ("connect", b"?\r\n"),
    ],
)
def test_a_refused_greeting_is_an_error(step: str, answer: bytes) -> None:
    with answering(step, answer) as server, pytest.raises(RelayError):
        open_connection(server.relay())

    assert [line for line in server.lines if line.startswith(("HELO", "MAIL"))] == []


@pytest.mark.parametrize(
    "answer",
    [
        b"502 5.5.1 Not implemented\r\n",
        b"500 What?\r\n",
        b"550-This server is old,\r\n550 say HELO\r\n",
    ],
)
def test_a_relay_that_knows_no_ehlo_is_told_helo_and_gets_plain_mail(answer: bytes) -> None:
    with answering("EHLO", answer) as server:
        outcome = deliver(server.relay())

    assert outcome is EnvelopeOutcome.ACCEPTED
    verbs = [line.split()[0] for line in server.lines]
    assert verbs[:5] == ["EHLO", "HELO", "MAIL", "RCPT", "DATA"]
    assert server.lines[2] == "MAIL FROM:<b@news.example>"


def test_a_relay_that_takes_neither_ehlo_nor_helo_is_an_error_with_its_first_words() -> None:
    def refuse(event: Event) -> bytes | None:
        return b"554 5.7.1 Go away\r\n" if event.step in {"EHLO", "HELO"} else None

    with (
        FaultRelay(refuse) as server,
        pytest.raises(RelayError, match=r"refused EHLO: 554 5\.7\.1 Go away"),
    ):
        open_connection(server.relay())


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [({"starttls": "required"}, "offers no STARTTLS"), (LOGIN, "its password is not sent")],
)
def test_helo_hides_nothing_that_the_settings_demand(wish: dict[str, str], sentence: str) -> None:
    with answering("EHLO", b"502 No\r\n") as server, pytest.raises(RelayError, match=sentence):
        open_connection(server.relay(**wish))


def test_a_relay_that_hangs_up_in_its_greeting_is_an_error() -> None:
    def hang_up(event: Event) -> bytes | None:
        if event.step == "EHLO":
            raise OSError
        return None

    with FaultRelay(hang_up) as server, pytest.raises(RelayError):
        open_connection(server.relay())
