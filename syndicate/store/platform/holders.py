"""Processes that hold leases, each by a lock that ends with its session (`ground.lock_session`).

    announced (lock held) ─ session over ─> lost ─ all taken back ─> forgotten
                                             ├ proven dead: in hand too
                                             └ not proven: but for what it has in hand, which is its
                                               own until the end of its lease

A process without a row here, or behind a pooler, is known by its leases alone.
Source: docs/decisions/0047-a-death-is-noticed.md.
"""

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.processes import Process
from syndicate.store.ground import lock_session
from syndicate.store.ground.schema import Table
from syndicate.store.ground.session import Transaction


class Holder(Table):
    """A process that holds leases, or did until it died."""

    __tablename__ = "holder"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    place: Mapped[str]  # `processes.Process`
    pid: Mapped[int]
    started: Mapped[int | None]
    lock: Mapped[int]  # number of its advisory lock
    since: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    died_at: Mapped[dt.datetime | None]  # whoever started it saw it end


@dataclass(frozen=True)
class Lost:
    """A process whose session is over.

    Attributes:
        process: which one.
        is_reaped: whoever started it saw it end.
    """

    process: Process
    is_reaped: bool

    def is_surely_dead(self) -> bool:
        """Whether it can never go on with what it has in hand."""
        return self.is_reaped or self.process.is_surely_dead()


# A lock of 64 bits stands in two halves there.
_LOST = text(
    """
    SELECT place, pid, started, died_at FROM holder
    WHERE NOT EXISTS (
        SELECT FROM pg_locks
        WHERE locktype = 'advisory' AND granted AND objsubid = 1
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND classid::bigint = (holder.lock >> 32) & 4294967295
            AND objid::bigint = holder.lock & 4294967295)
    ORDER BY id
    """
)


def announce(tx: Transaction, process: Process) -> None:
    """Say that a process holds its lock. Safe to run twice."""
    row = {
        "id": process.id,
        "place": process.place,
        "pid": process.pid,
        "started": process.started,
        "lock": lock_session.key_of(process.id),
    }
    said = insert(Holder).values(row)
    tx.execute(said.on_conflict_do_nothing(index_elements=[Holder.id]))


def lost(tx: Transaction) -> list[Lost]:
    """Those whose lock nobody holds."""
    return [
        Lost(Process(row.place, row.pid, row.started), row.died_at is not None)
        for row in tx.execute(_LOST)
    ]


def seize(tx: Transaction, process: Process) -> bool:
    """Take the lock of a process until the end of this transaction, so that it cannot come back.

    Returns:
        False where somebody has it: the process, or another who sweeps.
    """
    key = lock_session.key_of(process.id)
    return bool(tx.scalar(select(func.pg_try_advisory_xact_lock(key))))


def note_death(tx: Transaction, process: Process, *, now: dt.datetime) -> bool:
    """Write down that whoever started a process saw it end; False for one that held nothing."""
    statement = (
        update(Holder)
        .where(Holder.id == process.id)
        .values(died_at=func.coalesce(Holder.died_at, now))
        .returning(Holder.id)
        .execution_options(synchronize_session=False)
    )
    return tx.scalar(statement) is not None


def forget(tx: Transaction, process: Process) -> None:
    """Drop one of which nothing is left. Safe to run twice."""
    tx.execute(delete(Holder).where(Holder.id == process.id))
