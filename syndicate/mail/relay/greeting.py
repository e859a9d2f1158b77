"""Opening a connection to a relay: TCP, greeting, EHLO, STARTTLS, AUTH; blocking, with deadlines.

A relay that does not know EHLO is told HELO, and offers nothing then: no encryption, no log-in.

Source: RFC 5321 3.1, 3.2, 4.1.1.1 and 4.5.3.2, RFC 3207, RFC 4954.
"""

import base64
import contextlib
import socket
import ssl
import time
from dataclasses import dataclass

from syndicate.errors import RelayError
from syndicate.mail.relay.addresses import Relay
from syndicate.mail.relay.our_name import our_name
from syndicate.mail.relay.replies import Reply, ReplyReader
from syndicate.redaction import without_addresses

CONNECT_S = 15.0
# RFC 5321 4.5.3.2.1 says five minutes for the greeting; a bulk sender has other relays to try, and
# all of the greeting together must stay well within a lease of 120 s.
GREETING_S = 60.0


@dataclass(frozen=True)
class Capabilities:
    """What a relay offered in its answer to EHLO."""

    words: frozenset[str]
    auth: frozenset[str]

    @property
    def has_pipelining(self) -> bool:
        """Commands may be sent ahead (RFC 2920)."""
        return "PIPELINING" in self.words

    @property
    def has_chunking(self) -> bool:
        """BDAT is known (RFC 3030)."""
        return "CHUNKING" in self.words

    @property
    def has_eight_bit(self) -> bool:
        """Bodies beyond ASCII are taken as they are (RFC 6152)."""
        return "8BITMIME" in self.words

    @property
    def has_dsn(self) -> bool:
        """It may be said what is to be reported back (RFC 3461)."""
        return "DSN" in self.words

    @property
    def has_smtputf8(self) -> bool:
        """Addresses beyond ASCII are taken (RFC 6531)."""
        return "SMTPUTF8" in self.words


def open_connection(
    relay: Relay, *, helo: str | None = None, sender_domain: str = ""
) -> tuple[socket.socket, Capabilities]:
    """Connect, greet, encrypt and log in.

    Args:
        relay: where to.
        helo: the name to give in EHLO; None finds one (`mail.relay.our_name`).
        sender_domain: that the mail comes from; stands in EHLO where this host has no name.

    Returns:
        A blocking socket, ready for MAIL, and what the relay offers on it.

    Raises:
        RelayError: it could not be reached, refused us, or lacks what the settings demand.
    """
    try:
        sock = socket.create_connection((relay.host, relay.port), timeout=CONNECT_S)
    except OSError as error:
        raise RelayError(
            f"The relay {relay.name} cannot be reached ({error}); is it running?"
        ) from error
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        ours, theirs = sock.getsockname()[0], sock.getpeername()[0]
        name = our_name(ours, theirs, chosen=helo, sender_domain=sender_domain)
        return _greet(sock, relay, name)
    except (OSError, RelayError) as error:
        sock.close()
        if isinstance(error, RelayError):
            raise
        raise RelayError(f"The relay {relay.name} broke off its greeting ({error}).") from error


def _greet(sock: socket.socket, relay: Relay, name: str) -> tuple[socket.socket, Capabilities]:
    if relay.is_tls:
        sock = _encrypted(sock, relay)
    talk = _Talk(sock, relay)
    talk.expect(b"", 220)
    offered = _ehlo(talk, name)
    wants_tls = not relay.is_tls and relay.starttls != "off"
    if wants_tls and "STARTTLS" in offered.words:
        talk.expect(b"STARTTLS\r\n", 220)
        talk = _Talk(_encrypted(sock, relay), relay)
        offered = _ehlo(talk, name)
    elif wants_tls and relay.starttls == "required":
        raise RelayError(f"The relay {relay.name} offers no STARTTLS, and the settings demand it.")
    if relay.user is not None:
        _log_in(talk, offered, relay)
    return talk.sock, offered


class _Talk:
    """One command, one reply."""

    def __init__(self, sock: socket.socket, relay: Relay) -> None:
        self.sock = sock
        self.relay = relay
        self.reader = ReplyReader()
        self.deadline = time.monotonic() + GREETING_S
        sock.settimeout(GREETING_S)

    def expect(self, command: bytes, code: int) -> Reply:
        reply = self.ask(command)
        if reply.code != code:
            raise RelayError(
                f"The relay {self.relay.name} answered {_said(reply)}.", code=reply.code
            )
        return reply

    def ask(self, command: bytes) -> Reply:
        if command:
            self.sock.sendall(command)
        replies: list[Reply] = []
        while not replies:
            replies = list(self.reader.feed(self.receive()))
        return replies[0]

    def receive(self) -> bytes:
        self.sock.settimeout(max(0.001, self.deadline - time.monotonic()))
        received = self.sock.recv(65536)
        if not received:
            raise RelayError(f"The relay {self.relay.name} hung up during the greeting.")
        return received


def _encrypted(sock: socket.socket, relay: Relay) -> socket.socket:
    context = ssl.create_default_context()
    if not relay.is_tls and relay.starttls == "auto":
        # Opportunistic: encryption without proof beats none (RFC 7435).
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    with contextlib.ExitStack() as stack:
        stack.callback(sock.close)
        wrapped = context.wrap_socket(sock, server_hostname=relay.host)
        stack.pop_all()
    return wrapped


def _ehlo(talk: _Talk, name: str) -> Capabilities:
    refusal, offered = _lines(talk, name)
    if refusal is not None:
        _helo(talk, name, refusal)
    words: set[str] = set()
    auth: set[str] = set()
    for line in offered:
        word, _, rest = line.upper().partition(" ")
        words.add(word)
        if word == "AUTH":
            auth.update(rest.split())
    return Capabilities(frozenset(words), frozenset(auth))


def _helo(talk: _Talk, name: str, refusal: Reply) -> None:
    """Greet a relay that knows no EHLO, or takes none (RFC 5321 3.2)."""
    is_heard = refusal.is_permanent and talk.ask(b"HELO %b\r\n" % name.encode("ascii")).is_ok
    if not is_heard:
        raise RelayError(
            f"The relay {talk.relay.name} refused EHLO: {_said(refusal)}.", code=refusal.code
        )


def _said(reply: Reply) -> str:
    return without_addresses(f"{reply.code} {reply.text}".rstrip())


def _lines(talk: _Talk, name: str) -> tuple[Reply | None, list[str]]:
    """The EHLO reply line by line: unlike other replies, its lines are data of their own.

    Returns:
        The reply where it is a refusal, and what is offered.
    """
    talk.sock.sendall(b"EHLO %b\r\n" % name.encode("ascii"))
    received = b""
    while True:
        received += talk.receive()
        lines = received.decode("utf-8", "replace").splitlines()
        if received.endswith(b"\n") and lines[-1][3:4] != "-":
            break
    if not lines[0].startswith("250"):
        return next(ReplyReader().feed(received)), []
    return None, [line[4:].strip() for line in lines[1:]]


def _log_in(talk: _Talk, offered: Capabilities, relay: Relay) -> None:
    user, secret = (relay.user or "").encode(), (relay.secret or "").encode()
    if "PLAIN" in offered.auth:
        token = base64.b64encode(b"\0" + user + b"\0" + secret)
        talk.expect(b"AUTH PLAIN %b\r\n" % token, 235)
    elif "LOGIN" in offered.auth:
        talk.expect(b"AUTH LOGIN\r\n", 334)
        talk.expect(base64.b64encode(user) + b"\r\n", 334)
        talk.expect(base64.b64encode(secret) + b"\r\n", 235)
    else:
        raise RelayError(f"The relay {relay.name} offers neither AUTH PLAIN nor LOGIN.")
