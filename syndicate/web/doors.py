"""Who may be connected, for how long and with how much, before anything is known of them.

A connection that has said no whole request yet costs us its place, and nothing else tells an honest
reader on a slow line from one of a thousand half requests. So places are not refused: the newest
takes that of whoever has waited longest without saying a whole request. What is being answered is
never cut off for another.

    connected ──> head ──> body ──> being answered ──> idle ──> head …
    └── may lose its place ──┘                      └─ may ─┘

Behind a proxy every peer is that proxy, so the bound for each address does not hold for it; the
shipped one has bounds of its own for each visitor.

Source: docs/decisions/0046-bounds-before-authentication.md; RFC 9112 9.5, 9.8 (closing).
"""

import asyncio
import resource
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Container
from dataclasses import dataclass
from typing import Protocol

from syndicate import logs
from syndicate.breakers import visitors

log = logs.get(__name__)

KIB = 1024
_SWEEP_S = 1.0
_TOLD_EVERY_S = 60.0
# Database, broker, log, files of forms: what this process has open besides connections.
_OTHER_FILES = 256
_FEWEST = 64
_FILES = 8192


@dataclass(frozen=True)
class Pace:
    """How fast a body must come.

    Attributes:
        start_s: how long it may take besides what its bytes take.
        bytes_per_s: the slowest line that is waited for.
        quiet_s: how long nothing may come.
    """

    start_s: float
    bytes_per_s: int
    quiet_s: float

    def is_over(self, *, taken_s: float, quiet_s: float, size: int) -> bool:
        """Whether a body has taken too long.

        Args:
            taken_s: since its head was whole.
            quiet_s: since something of it came.
            size: bytes of it that came.
        """
        return quiet_s > self.quiet_s or taken_s > self.start_s + size / self.bytes_per_s


# A form of 64 KiB over GPRS; of 4 MiB a server's notice; a list of readers over a poor line.
OF_A_STRANGER = Pace(start_s=30, bytes_per_s=500, quiet_s=30)
OF_A_SERVER = Pace(start_s=30, bytes_per_s=16 * KIB, quiet_s=30)
OF_AN_OPERATOR = Pace(start_s=60, bytes_per_s=2 * KIB, quiet_s=60)


@dataclass(frozen=True)
class Limits:
    """What one web process bears.

    Attributes:
        connections: of everybody.
        of_one_peer: of one IPv4 address or IPv6 household that is no proxy of ours.
        head_bytes: request line and header lines.
        header_lines: trailers included.
        head_s: from the first byte of a head, or the connection, to its end.
        idle_s: between an answer and the next request.
        idle_of_a_proxy_s: the same for a proxy, which must be the one that closes: a form that it
            sends on a connection that we close just then would be lost.
        of_a_stranger: how fast a body must come from whoever is not known.
        framing_bytes: of a body in pieces, beyond the pieces.
        stalled_s: in which a client must take something of what it was sent; the kernel holds some
            of it too, which a reader on GPRS takes a while for.
        taken_bytes: how much at least.
        unread_bytes: what was sent and is not taken, of everybody.
        linger_s: after an answer that came before the end of its request, so that it is read.
        linger_bytes: how much of that rest is thrown away at most.
    """

    connections: int = 1000
    of_one_peer: int = 100
    head_bytes: int = 32 * KIB
    header_lines: int = 100
    head_s: float = 30.0
    idle_s: float = 15.0
    idle_of_a_proxy_s: float = 75.0
    of_a_stranger: Pace = OF_A_STRANGER
    framing_bytes: int = 128 * KIB
    stalled_s: float = 60.0
    taken_bytes: int = 4 * KIB
    unread_bytes: int = 64 * KIB * KIB
    linger_s: float = 5.0
    linger_bytes: int = 16 * KIB * KIB


class Guest(Protocol):
    """A connection, as its place sees it."""

    peer: str
    is_of_a_proxy: bool

    def review(self, now: float) -> None:
        """End it if it has had its time."""

    def unread(self) -> int:
        """Bytes that were sent and not taken."""

    def drop(self) -> None:
        """End it at once, without a word."""


class Doors:
    """The places of one web process.

    Args:
        limits: what it bears.
        proxies: addresses whose word on the client's address is taken.
    """

    def __init__(self, limits: Limits, proxies: Container[str | None]) -> None:
        self.limits = limits
        self._proxies = proxies
        self._guests: set[Guest] = set()
        # The one who has waited longest stands first.
        self._waiting: OrderedDict[Guest, None] = OrderedDict()
        self._of_peer: dict[str, set[Guest]] = defaultdict(set)
        self._waiting_of: dict[str, OrderedDict[Guest, None]] = defaultdict(OrderedDict)
        self._refused: Counter[str] = Counter()
        self._told_at = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def is_proxy(self, host: str | None) -> bool:
        """Whether a peer is a proxy of ours; one of a Unix socket always is."""
        return host is None or host in self._proxies

    def let_in(self, guest: Guest) -> bool:
        """Find a place for a connection; False where everybody is being answered."""
        is_full = len(self._guests) >= self.limits.connections
        if is_full and not self._make_room(self._waiting):
            self.note("connections")
            return False
        own = self._of_peer[guest.peer]
        if not guest.is_of_a_proxy and len(own) >= self.limits.of_one_peer:
            if not self._make_room(self._waiting_of[guest.peer]):
                self.note("connections_of_one_peer")
                return False
            own = self._of_peer[guest.peer]
        self._guests.add(guest)
        own.add(guest)
        self.waits(guest)
        self._wake()
        return True

    def waits(self, guest: Guest) -> None:
        """It has said no whole request yet: from now on it may lose its place."""
        self.is_heard(guest)
        self._waiting[guest] = None
        self._waiting_of[guest.peer][guest] = None

    def is_heard(self, guest: Guest) -> None:
        """It keeps its place until it waits again."""
        self._waiting.pop(guest, None)
        if guest.peer in self._waiting_of:
            self._waiting_of[guest.peer].pop(guest, None)

    def has_left(self, guest: Guest) -> None:
        """Its place is free. Safe to say twice."""
        self.is_heard(guest)
        self._guests.discard(guest)
        if guest.peer not in self._of_peer:
            return
        self._of_peer[guest.peer].discard(guest)
        if not self._of_peer[guest.peer]:
            del self._of_peer[guest.peer]
            self._waiting_of.pop(guest.peer, None)

    def note(self, cause: str) -> None:
        """Count a refusal; the log tells all of a minute in one line."""
        self._refused[cause] += 1

    def bound_unread(self) -> None:
        """Drop whoever leaves most unread, while all of them leave too much."""
        sizes = {guest: guest.unread() for guest in self._guests}
        over = sum(sizes.values()) - self.limits.unread_bytes
        for guest in sorted(sizes, key=lambda each: -sizes[each]) if over > 0 else ():
            if over <= 0:
                return
            over -= sizes[guest]
            self.note("unread")
            self._drop(guest)

    def _make_room(self, waiting: OrderedDict[Guest, None]) -> bool:
        victim = next(iter(waiting), None)
        if victim is None:
            return False
        self.note("waited_longest")
        self._drop(victim)
        return True

    def _drop(self, guest: Guest) -> None:
        self.has_left(guest)
        guest.drop()

    def _wake(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_SWEEP_S, self._sweep)

    def _sweep(self) -> None:
        self._timer = None
        now = asyncio.get_running_loop().time()
        for guest in list(self._guests):
            guest.review(now)
        self.bound_unread()
        if self._refused and now - self._told_at > _TOLD_EVERY_S:
            self._told_at = now
            log.warning("connections_cut_short", **self._refused)
            self._refused.clear()
        if self._guests or self._refused:
            self._wake()


def peer_of(host: str | None) -> str:
    """What counts as one peer: an IPv4 address, an IPv6 household; "" for a Unix socket."""
    return visitors.around(host, visitors.OF_ADDRESS) if host else ""


def with_files() -> Limits:
    """The limits as far as this process may have files open; it asks for as many as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    usual = Limits()
    if soft == resource.RLIM_INFINITY:
        return usual
    return Limits(connections=max(_FEWEST, min(usual.connections, soft - _OTHER_FILES)))
