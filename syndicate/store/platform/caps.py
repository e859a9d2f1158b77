"""Counters that guard mail: how often an address, recipient or article was used in a window.

They live in PostgreSQL and not in Redis, because losing them would open the door to abuse.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.ground.schema import Table
from syndicate.store.ground.session import Transaction


class CapCounter(Table):
    """How much of one cap one key used in one window."""

    __tablename__ = "cap_counter"

    cap: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    window_from: Mapped[dt.datetime] = mapped_column(primary_key=True)
    used: Mapped[int]


@dataclass(frozen=True)
class Spent:
    """A key that used a cap up, and how much of it."""

    key: str
    used: int


def take(tx: Transaction, cap: str, key: str, *, window_from: dt.datetime, limit: int) -> bool:
    """Use one of a cap's `limit` in a window; False when it is used up."""
    return use(tx, cap, key, window_from=window_from) <= limit


def use(tx: Transaction, cap: str, key: str, *, window_from: dt.datetime) -> int:
    """Use one of a cap in a window; how many were used, with it.

    The counter is raised and read in one statement, so that fifty posts at once get `limit` through
    and not fifty. It counts refused attempts too.
    """
    statement = insert(CapCounter).values(cap=cap, key=key, window_from=window_from, used=1)
    return tx.execute(
        statement.on_conflict_do_update(
            index_elements=[CapCounter.cap, CapCounter.key, CapCounter.window_from],
            set_={"used": CapCounter.used + 1},
        ).returning(CapCounter.used)
    ).scalar_one()


def used_since(tx: Transaction, cap: str, key: str, moment: dt.datetime) -> int:
    """How much of a cap a key used in windows that began after a moment.

    For caps whose window begins with each use ("three in any 24 hours"): take with
    `window_from=now`, and hold a lock of your own on what the key stands for, so that two cannot
    ask at once.
    """
    query = select(func.coalesce(func.sum(CapCounter.used), 0)).where(
        CapCounter.cap == cap, CapCounter.key == key, CapCounter.window_from > moment
    )
    return tx.execute(query).scalar_one()


def used_by(
    tx: Transaction, cap: str, keys: Collection[str], *, window_from: dt.datetime
) -> dict[str, int]:
    """How much of a cap each key used in one window; a key that used none is not among them."""
    query = select(CapCounter.key, CapCounter.used).where(
        CapCounter.cap == cap, CapCounter.key.in_(keys), CapCounter.window_from == window_from
    )
    return {row.key: row.used for row in tx.execute(query)}


def spent(tx: Transaction, cap: str, *, used: int, since: dt.datetime, limit: int) -> list[Spent]:
    """Keys that used so much of a cap, or more, in windows that began since a moment.

    Args:
        tx: the open transaction.
        cap: which.
        used: this much at least.
        since: windows that began then count.
        limit: how many keys at most; the most used first.
    """
    total = func.sum(CapCounter.used)
    query = (
        select(CapCounter.key, total.label("total"))
        .where(CapCounter.cap == cap, CapCounter.window_from >= since)
        .group_by(CapCounter.key)
        .having(total >= used)
        .order_by(total.desc(), CapCounter.key)
        .limit(limit)
    )
    return [Spent(row.key, int(row.total)) for row in tx.execute(query)]


def forget(
    tx: Transaction, cap: str, keys: Collection[str] | None, *, used: int, since: dt.datetime
) -> int:
    """Let keys of a cap begin anew; how many did. Safe to run twice.

    Args:
        tx: the open transaction.
        cap: which.
        keys: whose; None for all that used so much.
        used: see `keys`.
        since: windows that began then are dropped.
    """
    found = delete(CapCounter).where(CapCounter.cap == cap, CapCounter.window_from >= since)
    if keys is None:
        many = select(CapCounter.key).where(CapCounter.cap == cap, CapCounter.window_from >= since)
        found = found.where(
            CapCounter.key.in_(
                many.group_by(CapCounter.key).having(func.sum(CapCounter.used) >= used)
            )
        )
    else:
        found = found.where(CapCounter.key.in_(keys))
    return len(set(tx.scalars(found.returning(CapCounter.key))))


def beyond(tx: Transaction, cap: str, limit: int, *, since: dt.datetime) -> list[CapCounter]:
    """Where more than a limit was used in windows that began since a moment, the oldest first."""
    query = select(CapCounter).where(
        CapCounter.cap == cap, CapCounter.window_from >= since, CapCounter.used > limit
    )
    return list(tx.scalars(query.order_by(CapCounter.window_from, CapCounter.key)))


def wait_for(tx: Transaction, cap: str, key: str) -> None:
    """Wait for whoever else uses a cap for a key just now: the lock for `used_since`."""
    tx.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"{cap}:{key}"))))


def forget_some(tx: Transaction, cap: str, *, before: dt.datetime, limit: int) -> int:
    """Drop windows of a cap that began before a moment, so many at most; how many."""
    row = tuple_(CapCounter.cap, CapCounter.key, CapCounter.window_from)
    old = select(CapCounter.cap, CapCounter.key, CapCounter.window_from).where(
        CapCounter.cap == cap, CapCounter.window_from < before
    )
    gone = delete(CapCounter).where(row.in_(old.limit(limit)))
    dropped = gone.returning(CapCounter.key).execution_options(synchronize_session=False)
    return len(tx.scalars(dropped).all())


def forget_before(tx: Transaction, moment: dt.datetime) -> None:
    """Drop windows that ended."""
    tx.execute(delete(CapCounter).where(CapCounter.window_from < moment))
