"""When each process, and each relay, was last heard: what is gone is known by its silence.

    worker · beat · web     say it themselves, every few seconds
    relay                   is asked by the workers that send, who write down that it answered
    watch                   whoever looks at the bells takes this row; it says since when somebody
                            looks without a break

A process that is frozen says nothing, whatever its pid says. Who has been silent while nobody
looked is given the time to speak again: a house that was off all night rings nothing when it wakes.
"""

import datetime as dt
import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import ARRAY, TEXT, insert
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.ground.schema import Table
from syndicate.store.ground.session import Transaction
from syndicate.store.platform.due import SKEW

WATCH = "watch"
# Whoever looks, looks so often; after a break of so long what was silent is given time again.
WATCH_EVERY = dt.timedelta(seconds=4)
_BREAK = dt.timedelta(seconds=30)
_LOCK = 0x42454C4C  # our own advisory lock: one looks at a time, and nobody waits for it


class HeartKind(enum.StrEnum):
    """What beats."""

    WORKER = "worker"
    BEAT = "beat"
    WEB = "web"
    RELAY = "relay"
    WATCH = "watch"


class Heartbeat(Table):
    """One process or relay, and when it was last heard."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(primary_key=True)  # "worker:bulk@host", "relay:mx:25"
    kind: Mapped[str]
    queues: Mapped[list[str]] = mapped_column(ARRAY(TEXT), server_default="{}")  # of a worker
    began_at: Mapped[dt.datetime]
    heard_at: Mapped[dt.datetime]
    asked_at: Mapped[dt.datetime | None]  # of a relay: when somebody asked it last
    said: Mapped[str | None]  # of a relay: why no mail may leave by it


@dataclass(frozen=True)
class Beat:
    """When something was last heard.

    Attributes:
        name: of it alone, without its kind: "bulk@host", "mx.example:25".
        queues: of a worker.
        heard_at: aware UTC.
        asked_at: of a relay.
        said: of a relay, why no mail may leave by it, in a sentence.
    """

    name: str
    queues: tuple[str, ...]
    heard_at: dt.datetime
    asked_at: dt.datetime | None
    said: str | None = None


def hear(
    tx: Transaction, kind: HeartKind, name: str, *, now: dt.datetime, queues: Sequence[str] = ()
) -> None:
    """Write down that a process lives. Safe to run at once.

    Args:
        tx: the open transaction.
        kind: what it is.
        name: the same after it was started again.
        now: aware UTC.
        queues: that a worker serves.
    """
    values = {"kind": kind, "queues": list(queues), "heard_at": now, "asked_at": None}
    fresh = insert(Heartbeat).values(name=f"{kind}:{name}", began_at=now, **values)
    tx.execute(fresh.on_conflict_do_update(index_elements=[Heartbeat.name], set_=values))


def ask(
    tx: Transaction,
    answers: Mapping[str, bool],
    *,
    now: dt.datetime,
    faults: Mapping[str, str] | None = None,
) -> None:
    """Write down which relays answered just now. Safe to run at once.

    Args:
        tx: the open transaction.
        answers: by a relay's name, whether mail may leave by it.
        now: aware UTC.
        faults: by a relay's name, why it may not, in a sentence.
    """
    for name, has_answered in answers.items():
        said = None if has_answered else (faults or {}).get(name)
        values = {"asked_at": now, "said": said} | ({"heard_at": now} if has_answered else {})
        plain = {"name": f"{HeartKind.RELAY}:{name}", "kind": HeartKind.RELAY, "began_at": now}
        fresh = insert(Heartbeat).values(**(plain | values | {"heard_at": now}))
        tx.execute(fresh.on_conflict_do_update(index_elements=[Heartbeat.name], set_=values))


def watch(tx: Transaction, now: dt.datetime) -> bool:
    """Take the watch until the commit; False while another has it, or has just looked.

    A moment of the future was written by a clock that has been set back since.
    """
    if not tx.scalar(select(func.pg_try_advisory_xact_lock(_LOCK))):
        return False
    row = tx.get(Heartbeat, WATCH, populate_existing=True)
    if row is None:
        row = Heartbeat(name=WATCH, kind=HeartKind.WATCH, began_at=now, heard_at=now - _BREAK)
        tx.add(row)
    if now - WATCH_EVERY < row.heard_at <= now + SKEW:
        return False
    if not now - _BREAK < row.heard_at <= now + SKEW:
        row.began_at = now
    row.heard_at = now
    tx.flush()
    return True


def watched_since(tx: Transaction, now: dt.datetime) -> dt.datetime | None:
    """Since when somebody looks without a break; None where nobody does just now."""
    row = tx.get(Heartbeat, WATCH)
    if row is None or not now - _BREAK < row.heard_at <= now + SKEW:
        return None
    return row.began_at


def looked_at(tx: Transaction) -> dt.datetime | None:
    """When somebody last looked; None where nobody ever did."""
    return tx.scalar(select(Heartbeat.heard_at).where(Heartbeat.name == WATCH))


def known(tx: Transaction, kind: HeartKind, now: dt.datetime) -> list[Beat]:
    """All of a kind that were ever heard, the newest first.

    What was heard in the future was heard by a clock that has been set back since, and says no
    more than that it was there.
    """
    heard_at = func.least(Heartbeat.heard_at, now)
    query = select(Heartbeat.name, Heartbeat.queues, heard_at, Heartbeat.asked_at, Heartbeat.said)
    rows = tx.execute(query.where(Heartbeat.kind == kind).order_by(heard_at.desc()))
    cut = len(kind) + 1
    return [Beat(row[0][cut:], tuple(row[1]), row[2], row[3], row[4]) for row in rows]


def forget_before(tx: Transaction, moment: dt.datetime) -> None:
    """Drop what was not heard since a moment."""
    tx.execute(delete(Heartbeat).where(Heartbeat.heard_at < moment))
