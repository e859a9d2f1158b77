"""Taking back all that a process leased whose session is over, whatever room it stands in.

    proven dead ───> everything: batches with their chunk, sources, feeds, callbacks
    not proven ────> what is not in flight. A chunk, and what was begun with callbacks, stay its own
                     until the end of their leases; a source or a feed is fenced by its epoch, so
                     that whoever goes on with it writes nothing.

Source: docs/decisions/0047-a-death-is-noticed.md.
"""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, exists, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from syndicate import jobs
from syndicate.processes import Process
from syndicate.store.ground.session import Transaction
from syndicate.store.intake.pushes import SourcePush
from syndicate.store.intake.sources import FetchHost, FetchState
from syndicate.store.platform import holders
from syndicate.store.sending import reaping
from syndicate.store.sending.reaping import Reaped
from syndicate.store.syndication import hub
from syndicate.store.syndication.feeds import Feed
from syndicate.store.syndication.hub import FeedCallback
from syndicate.store.syndication.hub_pings import FeedPing

# What becomes due with the rows of a table.
_WAKES: Mapping[str, jobs.Job] = {
    FetchState.__tablename__: jobs.COLLECT_DUE,
    SourcePush.__tablename__: jobs.COLLECT_DUE,
    Feed.__tablename__: jobs.PUBLISH_FEEDS,
    FeedCallback.__tablename__: jobs.HUB,
    FeedPing.__tablename__: jobs.HUB,
}


@dataclass(frozen=True)
class TakenBack:
    """What was taken back from one process.

    Attributes:
        batches: of mail.
        rows: how many of each other table.
    """

    batches: list[Reaped]
    rows: dict[str, int]


def take_back(tx: Transaction, process: Process, *, is_dead: bool, now: dt.datetime) -> TakenBack:
    """Take back what a process leased, and forget it when nothing is left. Safe to run twice.

    Args:
        tx: the open transaction, which has the lock of the process (`holders.seize`).
        process: whose session is over.
        is_dead: it is proven that it does nothing more.
        now: aware UTC.
    """
    name = process.id
    batches = reaping.take_from(tx, name, is_dead=is_dead, now=now)
    found = _collecting(tx, name) | _building(tx, name, now)
    if is_dead:
        found |= _telling(tx, name, now)
    rows = {table: count for table, count in found.items() if count}
    if batches:
        tx.hint(jobs.SEND_URGENT)
        tx.hint(jobs.SEND_BULK)
    for table in rows.keys() & _WAKES.keys():
        tx.hint(_WAKES[table])
    if not _holds(tx, name, now):
        holders.forget(tx, process)
    return TakenBack(batches, rows)


def _collecting(tx: Transaction, name: uuid.UUID) -> dict[str, int]:
    free = {"leased_until": None, "holder": None}
    return {
        FetchState.__tablename__: _free(
            tx, FetchState, name, {**free, "epoch": FetchState.epoch + 1}, FetchState.leased_until
        ),
        FetchHost.__tablename__: _free(tx, FetchHost, name, free, FetchHost.leased_until),
    }


def _building(tx: Transaction, name: uuid.UUID, now: dt.datetime) -> dict[str, int]:
    fields = {"due_at": func.least(Feed.due_at, now), "epoch": Feed.epoch + 1, "holder": None}
    return {Feed.__tablename__: _free(tx, Feed, name, fields, Feed.due_at)}


def _telling(tx: Transaction, name: uuid.UUID, now: dt.datetime) -> dict[str, int]:
    callback = {
        "verify_at": _at_once(FeedCallback.verify_at, now),
        "deliver_at": _at_once(FeedCallback.deliver_at, now),
        "epoch": FeedCallback.epoch + 1,
        "holder": None,
    }
    ping = {"due_at": now, "epoch": FeedPing.epoch + 1, "holder": None}
    push = {"due_at": now, "holder": None}
    return {
        FeedCallback.__tablename__: _free(tx, FeedCallback, name, callback),
        FeedPing.__tablename__: _free(tx, FeedPing, name, ping),
        SourcePush.__tablename__: _free(tx, SourcePush, name, push),
    }


def _at_once(due: InstrumentedAttribute[Any], now: dt.datetime) -> Any:
    """Now for what is leased; what waits for another try goes on waiting."""
    return case((due <= now + hub.LEASE, func.least(due, now)), else_=due)


def _free(
    tx: Transaction,
    table: Any,
    name: uuid.UUID,
    values: Mapping[str, Any],
    leased: InstrumentedAttribute[Any] | None = None,
) -> int:
    """Free the rows of a table that a process holds, where the column says that they are leased."""
    statement = update(table).where(table.holder == name)
    if leased is not None:
        statement = statement.where(leased.is_not(None))
    found = tx.execute(statement.values(values).execution_options(synchronize_session=False))
    return int(getattr(found, "rowcount", 0))


def _holds(tx: Transaction, name: uuid.UUID, now: dt.datetime) -> bool:
    """Whether anything is left in the hands of a process whose leases have not run out."""
    if reaping.has_leased(tx, name):
        return True
    callback = exists().where(
        FeedCallback.holder == name,
        or_(FeedCallback.verify_at > now, FeedCallback.deliver_at > now),
    )
    ping = exists().where(FeedPing.holder == name, FeedPing.due_at > now)
    push = exists().where(SourcePush.holder == name, SourcePush.due_at > now)
    return bool(tx.scalar(select(or_(callback, ping, push))))
