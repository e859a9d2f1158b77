"""The installation itself: which environment the database belongs to, and *stop everything*."""

import datetime as dt

from sqlalchemy import CheckConstraint, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.schema import Table
from syndicate.store.session import Transaction


class Installation(Table):
    """The only row of this table."""

    __tablename__ = "installation"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    environment: Mapped[str]
    stopped_at: Mapped[dt.datetime | None]  # stop everything: no mail leaves while this is set
    stopped_why: Mapped[str | None]
    system_id: Mapped[int | None]  # of the PostgreSQL cluster that this database grew up in


# Not everybody may ask: then a restore is not noticed, and the operator must stop everything first.
_SYSTEM_ID = text(
    "SELECT CASE WHEN has_function_privilege('pg_control_system()', 'execute') "
    "THEN (SELECT system_identifier FROM pg_control_system()) END"
)
RESTORED = (
    "this database was restored into another PostgreSQL: what it holds as unsent may have been sent"
)


def hold_if_restored(tx: Transaction, now: dt.datetime) -> bool:
    """Stop everything when this database lives in another cluster than it grew up in.

    A copy of yesterday would send yesterday's mail again (design §5.11). The first one to ask
    writes down where the database lives. Safe to run twice.

    Returns:
        Whether it was found out just now.
    """
    here = tx.scalar(_SYSTEM_ID)
    is_home = select(Installation.id).where(Installation.system_id == here)
    if here is None or tx.scalar(is_home) is not None:
        return False
    row = tx.scalar(select(Installation).with_for_update())
    if row is None or row.system_id == here:
        return False
    is_first, row.system_id = row.system_id is None, here
    if is_first:
        return False
    row.stopped_at, row.stopped_why = now, RESTORED
    return True


def stamp(tx: Transaction, environment: str) -> None:
    """Stamp a database that has no environment yet; one that has keeps its own."""
    tx.execute(insert(Installation).values(id=1, environment=environment).on_conflict_do_nothing())


def read(tx: Transaction) -> Installation | None:
    """The row, or None before the first start."""
    return tx.scalar(select(Installation))


def stop_everything(tx: Transaction, *, now: dt.datetime, why: str) -> None:
    """Let no more mail leave, from any worker, within one chunk (design G6)."""
    tx.execute(update(Installation).values(stopped_at=now, stopped_why=why))


def release(tx: Transaction) -> None:
    """Let mail leave again."""
    tx.execute(update(Installation).values(stopped_at=None, stopped_why=None))
