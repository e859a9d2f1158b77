"""The installation itself: which environment the database belongs to, and *stop everything*."""

import datetime as dt

from sqlalchemy import CheckConstraint, select, update
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
