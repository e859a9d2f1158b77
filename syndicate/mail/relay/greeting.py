"""Opening a connection to a relay: TCP, greeting, EHLO, STARTTLS, AUTH; blocking, with deadlines.

    connect ─> [TLS] ─> 220 ─> EHLO (else HELO) ─> [STARTTLS ─> TLS ─> EHLO] ─> [AUTH] ─> ready

Each reply has its time and so has the whole, however a relay drips. Nothing that was said before
TLS counts afterwards, and what arrives unasked ends the connection: somebody in between could say
it for the relay (RFC 3207 4.2 and 6). A relay that does not know EHLO is told HELO, and offers
nothing then: no encryption, no log-in.

Source: RFC 5321 3.1, 3.2, 4.1.1.1 and 4.5.3.2, RFC 3207, RFC 4954.
"""

import base64
import re
import socket
import ssl
import time
from dataclasses import dataclass

from syndicate.errors import NameRefusedError, RelayError
from syndicate.mail.relay import privacy
from syndicate.mail.relay.addresses import Relay
from syndicate.mail.relay.our_name import our_name
from syndicate.mail.relay.patience import Patience
from syndicate.mail.relay.replies import Reply, ReplyReader
from syndicate.redaction import without_addresses

CONNECT_S = 15.0  # each address of a name
_KEYWORD = re.compile(r"[A-Z0-9][A-Z0-9-]{0,63}", re.ASCII)  # RFC 5321 4.1.1.1


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
    relay: Relay,
    *,
    helo: str | None = None,
    sender_domain: str = "",
    patience: Patience | None = None,
    is_logging_in: bool = True,
) -> tuple[socket.socket, Capabilities]:
    """Connect, greet, encrypt and log in.

    Args:
        relay: where to.
        helo: the name to give in EHLO; None finds one (`mail.relay.our_name`).
        sender_domain: that the mail comes from; stands in EHLO where this host has no name.
        patience: how long each reply, and all of it, may take.
        is_logging_in: False only looks whether a password could be sent.

    Returns:
        A socket, ready for MAIL, and what the relay offers on it.

    Raises:
        RelayError: it could not be reached, refused us, took too long, or lacks what the settings
            demand.
    """
    clock = _Clock(relay, patience or Patience())
    talk = _Talk(_connected(relay, clock), relay, clock)
    try:
        ours, theirs = talk.sock.getsockname()[0], talk.sock.getpeername()[0]
        is_here = privacy.is_here(ours, theirs)
        name = our_name(ours, theirs, chosen=helo, sender_domain=sender_domain)
        offered = _greet(talk, privacy.rule(relay, is_here=is_here), name)
        if relay.user is not None and is_logging_in:
            _log_in(talk, offered, relay)
    except RelayError:
        talk.sock.close()
        raise
    except OSError as error:
        talk.sock.close()
        raise RelayError(f"The relay {relay.name} broke off its greeting ({error}).") from error
    return talk.sock, offered


def _connected(relay: Relay, clock: "_Clock") -> socket.socket:
    why: OSError | None = None
    try:
        found = socket.getaddrinfo(relay.host, relay.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        found, why = [], error if isinstance(error, OSError) else OSError(str(error))
    for family, kind, protocol, _, address in found:
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(min(CONNECT_S, clock.left_s("the connection")))
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            sock.close()
            why = error
        except RelayError:
            sock.close()
            raise
        else:
            return sock
    raise RelayError(f"The relay {relay.name} cannot be reached ({why}); is it running?") from why


def _greet(talk: "_Talk", rule: privacy.Rule, name: str) -> Capabilities:
    relay = talk.relay
    if relay.is_tls:
        talk.encrypt(rule)
    talk.expect(b"", 220, "its greeting")
    offered = _ehlo(talk, name)
    if not relay.is_tls and rule.wants_tls:
        if "STARTTLS" in offered.words:
            talk.expect(b"STARTTLS\r\n", 220, "STARTTLS")
            talk.encrypt(rule)
            offered = _ehlo(talk, name)
        elif rule.needs_tls:
            raise privacy.not_offered(relay)
    if relay.user is not None and not (talk.is_encrypted or relay.is_secret_clear):
        raise privacy.not_in_clear(relay)
    return offered


class _Clock:
    """How long a relay's greeting may go on."""

    def __init__(self, relay: Relay, patience: Patience) -> None:
        self.relay = relay
        self.patience = patience
        self.ends_at = time.monotonic() + patience.greeting_s
        self.step()

    def step(self) -> None:
        """The next reply is awaited from now on."""
        self.step_ends_at = min(self.ends_at, time.monotonic() + self.patience.step_s)

    def left_s(self, what: str) -> float:
        """The seconds left for a reply.

        Raises:
            RelayError: none are.
        """
        left_s = self.step_ends_at - time.monotonic()
        if left_s <= 0:
            raise RelayError(
                f"The relay {self.relay.name} did not finish {what} in time "
                f"({self.patience.step_s:g} s for each reply, {self.patience.greeting_s:g} s for "
                "its whole greeting)."
            )
        return left_s


class _Talk:
    """One command, one reply."""

    def __init__(self, sock: socket.socket, relay: Relay, clock: _Clock) -> None:
        self.sock = sock
        self.relay = relay
        self.clock = clock
        self.reader = ReplyReader()

    @property
    def is_encrypted(self) -> bool:
        return isinstance(self.sock, ssl.SSLSocket)

    def encrypt(self, rule: privacy.Rule) -> None:
        """Begin TLS; what was said before is forgotten.

        Raises:
            RelayError: nobody vouches for the relay's certificate, and the rule demands that.
        """
        self.clock.step()
        self.sock.settimeout(self.clock.left_s("TLS"))
        try:
            self.sock = rule.context().wrap_socket(self.sock, server_hostname=self.relay.host)
        except ssl.SSLCertVerificationError as error:
            raise privacy.not_vouched_for(self.relay, error) from error
        self.reader = ReplyReader()

    def expect(self, command: bytes, code: int, what: str) -> Reply:
        reply = self.ask(command, what)
        if reply.code != code:
            raise RelayError(
                f"The relay {self.relay.name} answered {said(reply)}.", code=reply.code
            )
        return reply

    def ask(self, command: bytes, what: str) -> Reply:
        self.clock.step()
        if command:
            self.sock.settimeout(self.clock.left_s(what))
            self.sock.sendall(command)
        replies: list[Reply] = []
        while not replies:
            replies = list(self.reader.feed(self._receive(what)))
        if len(replies) > 1 or self.reader.has_rest:
            raise RelayError(
                f"The relay {self.relay.name} said more than it was asked, behind "
                f"{said(replies[0])}: it is broken, or something in between speaks for it."
            )
        return replies[0]

    def _receive(self, what: str) -> bytes:
        while True:
            self.sock.settimeout(self.clock.left_s(what))
            try:
                received = self.sock.recv(65536)
            except TimeoutError:
                continue
            if not received:
                raise RelayError(f"The relay {self.relay.name} hung up during its greeting.")
            return received


def _ehlo(talk: _Talk, name: str) -> Capabilities:
    reply = talk.ask(b"EHLO %b\r\n" % name.encode("ascii"), "EHLO")
    if not reply.is_ok:
        _helo(talk, name, reply)
        return Capabilities(frozenset(), frozenset())
    words: set[str] = set()
    auth: set[str] = set()
    for line in reply.lines[1:]:
        word, _, rest = line.upper().partition(" ")
        if _KEYWORD.fullmatch(word):
            words.add(word)
        if word == "AUTH":
            auth.update(rest.split())
    return Capabilities(frozenset(words), frozenset(auth))


def _helo(talk: _Talk, name: str, refusal: Reply) -> None:
    """Greet a relay that knows no EHLO, or takes none (RFC 5321 3.2)."""
    helo = b"HELO %b\r\n" % name.encode("ascii")
    if not refusal.is_permanent or not talk.ask(helo, "HELO").is_ok:
        raise NameRefusedError(
            f"The relay {talk.relay.name} refused EHLO: {said(refusal)}.", code=refusal.code
        )


def said(reply: Reply) -> str:
    """A reply as a sentence may repeat it."""
    return without_addresses(f"{reply.code} {reply.text}".rstrip())[:300]


def _log_in(talk: _Talk, offered: Capabilities, relay: Relay) -> None:
    user, secret = (relay.user or "").encode(), (relay.secret or "").encode()
    if "PLAIN" in offered.auth:
        token = base64.b64encode(b"\0" + user + b"\0" + secret)
        talk.expect(b"AUTH PLAIN %b\r\n" % token, 235, "AUTH")
    elif "LOGIN" in offered.auth:
        talk.expect(b"AUTH LOGIN\r\n", 334, "AUTH")
        talk.expect(base64.b64encode(user) + b"\r\n", 334, "AUTH")
        talk.expect(base64.b64encode(secret) + b"\r\n", 235, "AUTH")
    else:
        raise RelayError(f"The relay {relay.name} offers neither AUTH PLAIN nor LOGIN.")
