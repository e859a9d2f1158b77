"""Which ring was told by which way, and how each way is.

    well ──> failing: tried again after 15 s, then twice as long, 15 minutes at most ──> well

A way is claimed by one round at a time, for as long as a round can last, so that two processes tell
nothing twice; no transaction is open while it is told. Of a ring each way remembers how far it told
it: which rung, that somebody looks after it, that it is over.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from syndicate.store.ground.schema import Table
from syndicate.store.ground.session import Transaction

# Longer than a round lasts: one that died holds its ways no longer.
CLAIM = dt.timedelta(seconds=60)
_FIRST_AGAIN = dt.timedelta(seconds=15)
_LAST_AGAIN = dt.timedelta(minutes=15)
_MOST_DOUBLINGS = 10
# Longer than anything waits: what a clock that was set back since has put off is due.
_NEVER_SO_LONG = dt.timedelta(hours=2)
FAILING_TRIES = 2  # one failure is a moment; it is called failing after the next


class BellWay(Table):
    """How a way of telling rings is."""

    __tablename__ = "alarm_way"

    way: Mapped[str] = mapped_column(primary_key=True)
    busy_until: Mapped[dt.datetime | None]  # a round is telling by it
    next_at: Mapped[dt.datetime | None]  # it is not tried before
    tries: Mapped[int]  # that failed, one after another
    failing_since: Mapped[dt.datetime | None]
    error: Mapped[str]  # what it did, as a sentence goes on: "answered 500"
    told_at: Mapped[dt.datetime | None]  # last


class BellTelling(Table):
    """How far a ring was told to one who hears of it."""

    __tablename__ = "alarm_telling"

    # Of no table: what was told is known for longer than rings are kept.
    ring_id: Mapped[int] = mapped_column(primary_key=True)
    hearer: Mapped[str] = mapped_column(primary_key=True)
    rung: Mapped[int]
    is_acknowledged: Mapped[bool]
    is_over: Mapped[bool]
    told_at: Mapped[dt.datetime]


@dataclass(frozen=True)
class Told:
    """How far a ring was told to a hearer; by itself: not at all."""

    rung: int = 0
    is_acknowledged: bool = False
    is_over: bool = False


@dataclass(frozen=True)
class Health:
    """How a way is that was tried.

    Attributes:
        way: its key.
        failing_since: aware UTC; None where it took what it was told last.
        error: what it did then, as a sentence goes on: "answered 500".
        tries: how many failed since.
        told_at: when it last took something.
    """

    way: str
    failing_since: dt.datetime | None
    error: str
    tries: int
    told_at: dt.datetime | None

    @property
    def is_failing(self) -> bool:
        """Whether more than a moment went wrong."""
        return self.failing_since is not None and self.tries >= FAILING_TRIES


def told(tx: Transaction, ring_ids: Collection[int]) -> dict[tuple[int, str], Told]:
    """How far each of these rings was told, by ring and hearer."""
    rows = tx.scalars(select(BellTelling).where(BellTelling.ring_id.in_(ring_ids)))
    return {
        (row.ring_id, row.hearer): Told(row.rung, row.is_acknowledged, row.is_over) for row in rows
    }


def claim(tx: Transaction, ways: Collection[str], now: dt.datetime) -> set[str]:
    """Take those ways that nobody tells by now and that may be tried, for a round."""
    if not ways:
        return set()
    blank = {"tries": 0, "error": ""}
    rows = [{"way": each, **blank} for each in sorted(ways)]
    tx.execute(insert(BellWay).values(rows).on_conflict_do_nothing())
    query = select(BellWay).where(
        BellWay.way.in_(ways), _is_over(BellWay.busy_until, now), _is_over(BellWay.next_at, now)
    )
    found = tx.scalars(query.order_by(BellWay.way).with_for_update(skip_locked=True)).all()
    for row in found:
        row.busy_until = now + CLAIM
    tx.flush()
    return {row.way for row in found}


def _is_over(
    column: InstrumentedAttribute[dt.datetime | None], now: dt.datetime
) -> ColumnElement[bool]:
    return or_(column.is_(None), column <= now, column > now + _NEVER_SO_LONG)


def note_told(tx: Transaction, ring_id: int, hearer: str, far: Told, now: dt.datetime) -> None:
    """Write down how far a ring was told to somebody. Safe to run twice."""
    values = {**vars(far), "told_at": now}
    row = insert(BellTelling).values(ring_id=ring_id, hearer=hearer, **values)
    keys = [BellTelling.ring_id, BellTelling.hearer]
    tx.execute(row.on_conflict_do_update(index_elements=keys, set_=values))


def succeed(tx: Transaction, way: str, now: dt.datetime, *, after_s: float = 0.0) -> None:
    """A way took what it was told; it may be tried again so many seconds later."""
    _write(
        tx,
        way,
        busy_until=None,
        next_at=now + dt.timedelta(seconds=after_s),
        tries=0,
        failing_since=None,
        error="",
        told_at=now,
    )


def fail(tx: Transaction, way: str, error: str, now: dt.datetime) -> None:
    """A way took nothing; it waits twice as long as the last time, 15 minutes at most."""
    tries = tx.scalar(select(BellWay.tries).where(BellWay.way == way)) or 0
    again = min(_FIRST_AGAIN * 2 ** min(tries, _MOST_DOUBLINGS), _LAST_AGAIN)
    _write(
        tx,
        way,
        busy_until=None,
        next_at=now + again,
        tries=tries + 1,
        failing_since=func.coalesce(BellWay.failing_since, now),
        error=error,
    )


def release(tx: Transaction, ways: Collection[str]) -> None:
    """Give back ways by which nothing was told. Safe to run twice."""
    tx.execute(update(BellWay).where(BellWay.way.in_(ways)).values(busy_until=None))


def _write(tx: Transaction, way: str, **values: object) -> None:
    tx.execute(update(BellWay).where(BellWay.way == way).values(values))


def health(tx: Transaction, ways: Collection[str]) -> dict[str, Health]:
    """How each of these ways is that was ever tried, by its key."""
    rows = tx.scalars(select(BellWay).where(BellWay.way.in_(ways)).order_by(BellWay.way))
    return {
        row.way: Health(row.way, row.failing_since, row.error, row.tries, row.told_at)
        for row in rows
    }


def told_otherwise(
    tx: Transaction, hearers: Sequence[str], since: dt.datetime
) -> list[tuple[int, str]]:
    """The rings that others heard of since a moment and none of these hearers did.

    Returns:
        (ring, hearer) pairs; a ring has one for each who heard of it.
    """
    own = select(BellTelling.ring_id).where(BellTelling.hearer.in_(hearers))
    query = select(BellTelling.ring_id, BellTelling.hearer).where(
        BellTelling.told_at >= since,
        BellTelling.hearer.not_in(hearers),
        BellTelling.ring_id.not_in(own),
    )
    return [(row[0], row[1]) for row in tx.execute(query)]


def forget_before(tx: Transaction, before: dt.datetime) -> None:
    """Forget what was told before a moment. Safe to run twice."""
    tx.execute(delete(BellTelling).where(BellTelling.told_at < before))
