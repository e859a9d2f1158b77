"""Which relay a batch takes: by weight, and past those that are dead; one session for each.

The choice is a function of the batch, so that two workers need not agree on anything; it only
changes while a relay is left alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Self

from syndicate.mail.pacing import pace
from syndicate.mail.relay.addresses import Relay
from syndicate.mail.relay.patience import Patience
from syndicate.mail.relay.smtp import Session
from syndicate.store.sending.batch_leases import LeasedBatch

_SPREAD = 2_654_435_761  # Knuth's multiplier: neighbouring batches go apart


def choose(
    relays: Sequence[Relay],
    leased: LeasedBatch,
    is_dead: Callable[[Relay], bool],
    pool: str = "",
) -> Relay | None:
    """The relay for a batch, or None when all of its pool are dead. Pure.

    Args:
        relays: all of them.
        leased: the batch.
        is_dead: whether a relay is left alone just now.
        pool: of the relays that take it; "" for those that are in none.
    """
    alive = [relay for relay in in_pool(relays, pool) if not is_dead(relay)]
    total = sum(relay.weight for relay in alive)
    if not total:
        return None
    place = (leased.mailing_id * 1_000_003 + leased.number) * _SPREAD % 2**32 % total
    for relay in alive:
        place -= relay.weight
        if place < 0:
            return relay
    return alive[-1]


def in_pool(relays: Sequence[Relay], pool: str) -> Sequence[Relay]:
    """The relays that take what names a pool, or names none; all, where there are no such.

    Relays of other pools never stand in for one that is dead: whose mail leaves from which address
    is what receivers remember.
    """
    return [each for each in relays if each.pool == pool] or (
        in_pool(relays, "") if pool else relays
    )


class Routes:
    """The relays of one run, with a session for each that was used.

    Args:
        relays: all of them.
        connections: that a worker opens to one relay, unless the relay's own address says.
        helo: the name that relays are told; None finds one.
        patience: with relays; their first reply is waited for as their breakers say.
    """

    def __init__(
        self,
        relays: Sequence[Relay],
        *,
        connections: int,
        helo: str | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.relays = relays
        self.connections = connections
        self.helo = helo
        self.patience = patience or Patience()
        self._sessions: dict[str, Session] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        for session in self._sessions.values():
            session.close()

    def has_any(self, pool: str | None = None) -> bool:
        """Whether a relay is alive, as far as we know: any, or one that takes a pool's mail."""
        relays = self.relays if pool is None else in_pool(self.relays, pool)
        return any(not _is_dead(relay) for relay in relays)

    def pause_s(self, pool: str) -> float:
        """For how many seconds all relays that take a pool's mail are left alone."""
        return min(pace.breaker(each.name).left_s() for each in in_pool(self.relays, pool))

    def session(
        self, leased: LeasedBatch, sender_domain: str = "", pool: str = ""
    ) -> Session | None:
        """The session for a batch of a domain's mail, or None when every relay for it is dead."""
        relay = choose(self.relays, leased, _is_dead, pool)
        if relay is None:
            return None
        if relay.name not in self._sessions:
            most = relay.connections or self.connections
            self._sessions[relay.name] = Session(relay, connections=most, helo=self.helo)
        session = self._sessions[relay.name]
        session.sender_domain = sender_domain
        first_s = pace.breaker(relay.name).first_reply_s()
        session.patience = replace(self.patience, first_s=first_s)
        return session

    def most(self, session: Session) -> int:
        """Connections that one worker opens to a session's relay."""
        return session.relay.connections or self.connections


def _is_dead(relay: Relay) -> bool:
    return pace.breaker(relay.name).is_open()
