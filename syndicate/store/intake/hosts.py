"""Registered domains that are asked for what is no source: leased whole, as sources' own are.

A domain of pictures alone has a row while it is asked, and for a while after it, so that the second
between two requests and a Retry-After hold on every machine.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, exists, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from syndicate.store.ground import lock_session
from syndicate.store.ground.rowsets import among
from syndicate.store.ground.session import Transaction
from syndicate.store.intake.source_leases import LEASE
from syndicate.store.intake.sources import FetchHost, Source

REST = dt.timedelta(minutes=1)  # a domain that is not to be asked for longer rests
# Of a domain that no source is at; longer than any Retry-After that is believed.
KEPT = dt.timedelta(days=2)


@dataclass(frozen=True)
class Leased:
    """Domains that are ours for a while, and those that asked for rest; the others are busy."""

    ours: frozenset[str]
    resting: frozenset[str]


def lease(tx: Transaction, domains: Collection[str], now: dt.datetime) -> Leased:
    """Take those of these domains that nobody asks now, and that may be asked.

    Args:
        tx: the open transaction.
        domains: registered ones; no source needs to be at them.
        now: aware UTC.
    """
    named = sorted(set(domains))
    if not named:
        return Leased(frozenset(), frozenset())
    rows = [{"domain": each} for each in named]
    tx.execute(insert(FetchHost).values(rows).on_conflict_do_nothing())
    of_these = among(FetchHost.domain, named)
    is_free = or_(FetchHost.leased_until.is_(None), FetchHost.leased_until <= now)
    may_be_asked = or_(FetchHost.not_before.is_(None), FetchHost.not_before <= now)
    free = select(FetchHost.domain).where(of_these, is_free, may_be_asked)
    ours = frozenset(tx.scalars(free.with_for_update(skip_locked=True)))
    taken = update(FetchHost).where(among(FetchHost.domain, sorted(ours)))
    tx.execute(taken.values(leased_until=now + LEASE, holder=lock_session.holder()))
    resting = select(FetchHost.domain).where(of_these, FetchHost.not_before > now + REST)
    return Leased(ours, frozenset(tx.scalars(resting)) - ours)


def forget_idle(tx: Transaction, now: dt.datetime) -> None:
    """Forget domains that no source is at, and that nobody asked for a while. Safe to run twice.

    Where a source came to one at this moment, it is there again at the next call: a source whose
    domain has no row would never be polled.
    """
    is_idle = (FetchHost.not_before < now - KEPT) | FetchHost.not_before.is_(None)
    tx.execute(
        delete(FetchHost).where(
            ~exists().where(Source.domain == FetchHost.domain),
            or_(FetchHost.leased_until.is_(None), FetchHost.leased_until < now - KEPT),
            is_idle,
        )
    )
    lacking = select(Source.domain).where(~exists().where(FetchHost.domain == Source.domain))
    rows = insert(FetchHost).from_select(["domain"], lacking.distinct())
    tx.execute(rows.on_conflict_do_nothing())
