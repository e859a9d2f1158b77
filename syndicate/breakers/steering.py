"""What operators see of the limits, and lift: one visitor's, one mailbox's, or a whole flood's.

A limit is lifted for whoever is at it now: they begin anew. What waits behind a publication's limit
leaves at once then. Nothing is lifted for ever.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from syndicate.breakers import doors, known
from syndicate.breakers.rules import Counts, Limit
from syndicate.breakers.visitors import visitor
from syndicate.errors import BadAddressError, NotFoundError
from syndicate.newsroom.verbs import allow, verb
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import publications
from syndicate.store.platform import audit, caps
from syndicate.store.platform.caps import Spent
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.store.readers import recipients
from syndicate.store.sending import waiting_singles
from syndicate.vocabulary.acts import Act

SHOWN = 20
# A counter's key of this length is kept of addresses; older ones have all digits of their hash.
_SHORT = 32


@dataclass(frozen=True)
class Standing:
    """A limit, and who is at it now.

    Attributes:
        limit: which.
        spent: who has used it up, the most used first; `SHOWN` at most, and one more if there are.
    """

    limit: Limit
    spent: Sequence[Spent]


@dataclass(frozen=True)
class Waiting:
    """Mail of a publication that waits behind a limit.

    Attributes:
        limit: of the publication; lifting it lets the mail go.
        publication: its slug.
        count: how many mails.
        until: when the last leaves, aware UTC.
    """

    limit: str
    publication: str
    count: int
    until: dt.datetime


@dataclass(frozen=True)
class Lifted:
    """What lifting did: counters that begin anew, and mails that leave at once."""

    counters: int
    mails: int


def every(tx: Transaction, *, actor: Actor, now: dt.datetime) -> list[Standing]:
    """Every limit, and who is at it now.

    Raises:
        NotAllowedError: the actor may not read all of the installation.
    """
    allow(actor, Permission.READ)
    return [Standing(each, _spent(tx, each, now)) for each in known.LIMITS]


def waiting(tx: Transaction, *, now: dt.datetime) -> list[Waiting]:
    """Mail that waits behind a publication's limit."""
    slugs = {each.id: each.slug for each in publications.all_publications(tx)}
    limits = {door.scope: door.paper.name for door in doors.DOORS}
    return [
        Waiting(limits[scope], slugs[whose], count, until)
        for (whose, scope), (count, until) in waiting_singles.counts(tx, now=now).items()
        if scope in limits
    ]


def called(tx: Transaction, limit: Limit, key: str) -> str:
    """What a counter's key is called: a publication by its slug, all else as it stands."""
    if limit.counts is Counts.PUBLICATION and key.isdecimal():
        found = publications.find(tx, int(key[:9]))
        return found.slug if found is not None else key
    return key


@verb(Permission.STEER)
def lift(tx: Transaction, name: str, key: str = "", *, actor: Actor, now: dt.datetime) -> Lifted:
    """Let whoever is at a limit begin anew, and what waits behind it leave. Safe to run twice.

    Args:
        tx: the open transaction.
        name: of the limit.
        key: for whom: as the list shows it, or an IP address, an email address, a domain, a
            publication's slug; empty for all who are at it.
        actor: who asks.
        now: aware UTC.

    Raises:
        NotFoundError: there is no such limit.
        NotAllowedError: the actor may not steer mail of all of the installation.
    """
    allow(actor, Permission.STEER)
    limit = named(name)
    keys = _keys(tx, limit, key.strip())
    counters = caps.forget(tx, limit.name, keys, used=limit.most, since=_since(limit, now))
    mails = _let_go(tx, limit, keys, now)
    if counters or mails:
        audit.record(
            tx,
            at=now,
            actor=actor.name,
            action=Act.LIMIT_LIFT,
            subject=f"limit:{limit.name}",
            counters=counters,
            mails=mails,
        )
    return Lifted(counters, mails)


def named(name: str) -> Limit:
    """The limit of a name.

    Raises:
        NotFoundError: there is none.
    """
    found: Mapping[str, Limit] = {each.name: each for each in known.LIMITS}
    if name not in found:
        raise NotFoundError(
            f"There is no limit {name[:60]}; `syndicate limits list` shows them all.", name=name
        )
    return found[name]


def _spent(tx: Transaction, limit: Limit, now: dt.datetime) -> Sequence[Spent]:
    since = _since(limit, now)
    return caps.spent(tx, limit.name, used=limit.most, since=since, limit=SHOWN + 1)


def _since(limit: Limit, now: dt.datetime) -> dt.datetime:
    """From when windows count now."""
    return now - limit.lasts if limit.is_rolling else limit.window(now)


def _let_go(tx: Transaction, limit: Limit, keys: Sequence[str] | None, now: dt.datetime) -> int:
    scopes = [door.scope for door in doors.DOORS if door.paper is limit]
    whose = [
        each.id
        for each in publications.all_publications(tx)
        if keys is None or str(each.id) in keys
    ]
    return sum(
        waiting_singles.let_go(tx, each, scope, now=now) for scope in scopes for each in whose
    )


def _keys(tx: Transaction, limit: Limit, typed: str) -> list[str] | None:
    """The counters that somebody means; None for all."""
    if not typed:
        return None
    if limit.counts is Counts.ADDRESS:
        return [typed, visitor(typed).address]
    if limit.counts is Counts.NETWORK:
        return [typed, visitor(typed).network]
    if limit.counts is Counts.PUBLICATION:
        found = publications.by_slug(tx, typed)
        return [typed] if found is None else [str(found.id)]
    hashed = [recipients.hash_of(each).hex() for each in _spellings(limit, typed)]
    return [typed, *hashed, *(each[:_SHORT] for each in hashed)]


def _spellings(limit: Limit, typed: str) -> list[str]:
    """What a limit of mail counts of an address or a domain that somebody types."""
    if limit.counts is Counts.DOMAIN:
        return [typed.lower()]
    if limit.counts not in {Counts.RECIPIENT, Counts.MAILBOX}:
        return []
    try:
        address = recipients.normalise(typed, is_known=True)
    except BadAddressError:
        return []
    return [recipients.mailbox_of(address) if limit.counts is Counts.MAILBOX else address]
