"""A source that operators change: other values, another address, retired, in use again."""

import datetime as dt
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from syndicate.store.ground.session import Transaction
from syndicate.store.intake import sources
from syndicate.store.intake.sources import FetchHost, FetchState, Source
from syndicate.vocabulary.sources import SourceState


def change(tx: Transaction, source: Source, **columns: Any) -> None:
    """Give a source's columns other values."""
    for name, value in columns.items():
        setattr(source, name, value)
    tx.flush()


def move(tx: Transaction, source: Source, url: str, *, now: dt.datetime) -> None:
    """Give a source another address, due at once, as an operator corrects it."""
    source.url, source.domain = url, sources.domain_of(url)
    tx.flush()
    tx.execute(insert(FetchHost).values(domain=source.domain).on_conflict_do_nothing())
    tx.execute(
        update(FetchState)
        .where(FetchState.source_id == source.id)
        .values(next_at=now, moved_to=None, moved_since=None, moved_seen=0, gone_since=None)
    )


def retire(tx: Transaction, source: Source, *, message: str, now: dt.datetime) -> None:
    """Let a source rest for good, in no list; what it brought stays, and a notice says so."""
    change(tx, source, state=SourceState.PAUSED, retired_at=now)
    sources.notice(tx, source.id, kind="retired", message=message, now=now)


def bring_back(tx: Transaction, source: Source, *, message: str, now: dt.datetime) -> None:
    """Take a source that was retired into use again, due at once with a clean record."""
    change(tx, source, retired_at=None)
    sources.set_state(tx, source.id, SourceState.ACTIVE, message=message, now=now)
    tx.session.refresh(source)
