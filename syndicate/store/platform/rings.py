"""Rings: one row for each cause that a bell rings for, from when it is found until it is gone.

    found ─> standing ─> rung, and again ─> acknowledged ─┐
                  └───────────────────────────────────────┴─> ended ─> told that it is over

A cause is known by its alarm and its key, so that the same cause is one ring, whatever its text
counts. It ends when it has not been found for a while, and what comes back soon after goes on as
the ring that it was: neither flaps. Its rung rises while nobody has heard it; which way has told
which rung is known by `tellings`.

Source: docs/decisions/0050-bells-are-rows-and-two-watch.md.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ForeignKey, Index, delete, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.ground.schema import Id, Object, Table
from syndicate.store.ground.session import Transaction

# Not found for so long: it is gone.
GONE_AFTER = dt.timedelta(seconds=20)
# Found again so soon after its end: the same ring goes on.
SAME_WITHIN = dt.timedelta(minutes=10)
# So long after its end a way that was away is still told that it is over.
TOLD_FOR = dt.timedelta(hours=1)


class Ring(Table):
    """One cause of one alarm."""

    __tablename__ = "alarm_ring"
    __table_args__ = (
        Index(
            "uq_alarm_ring_standing",
            "alarm",
            "key",
            unique=True,
            postgresql_where="ended_at IS NULL",
        ),
        Index("ix_alarm_ring_next_at", "next_at", postgresql_where="next_at IS NOT NULL"),
    )

    id: Mapped[Id]
    alarm: Mapped[str]
    key: Mapped[str]
    text: Mapped[str]
    path: Mapped[str]  # of the console
    publication_id: Mapped[int | None] = mapped_column(
        ForeignKey("publication.id", ondelete="SET NULL")
    )
    newsletter_id: Mapped[int | None] = mapped_column(
        ForeignKey("newsletter.id", ondelete="SET NULL")
    )
    began_at: Mapped[dt.datetime]
    last_seen_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    rung: Mapped[int] = mapped_column(server_default="0")  # how often it was told
    last_rung_at: Mapped[dt.datetime | None]
    next_at: Mapped[dt.datetime | None]
    acknowledged_at: Mapped[dt.datetime | None]
    acknowledged_by: Mapped[str | None]
    # {"webhook …": {"at": "…", "error": "…"}}: what became of it the last time, by each way.
    outcomes: Mapped[dict[str, dict[str, str]]] = mapped_column(Object(dict), server_default="{}")
    is_test: Mapped[bool] = mapped_column(server_default="false")


@dataclass(frozen=True)
class Cause:
    """What an alarm finds now.

    Attributes:
        alarm: its name.
        key: the same for as long as it is the same.
        text: what it is, in a sentence.
        path: where in the console somebody looks into it.
        settle: how long it must stand before it is told.
        publication_id: whose it is.
        newsletter_id: likewise.
    """

    alarm: str
    key: str
    text: str
    path: str
    settle: dt.timedelta
    publication_id: int | None
    newsletter_id: int | None


def see(tx: Transaction, causes: Sequence[Cause], *, now: dt.datetime) -> None:
    """Write down what is found now: begin what is new, end what is gone. One at a time.

    Args:
        tx: the open transaction, which has the watch (`heartbeats.watch`).
        causes: all that any alarm of a bell finds.
        now: aware UTC.
    """
    standing = {(each.alarm, each.key): each for each in open_ones(tx)}
    for cause in causes:
        row = standing.pop((cause.alarm, cause.key), None)
        if row is None:
            row = _again(tx, cause, now) or _begin(tx, cause, now)
            standing.pop((cause.alarm, cause.key), None)
        row.text, row.path, row.last_seen_at = cause.text, cause.path, now
    for row in standing.values():
        if row.last_seen_at <= now - GONE_AFTER and not row.is_test:
            row.ended_at, row.next_at = now, None
        row.last_seen_at = min(row.last_seen_at, now)  # of a clock that was set back
    tx.flush()


def _again(tx: Transaction, cause: Cause, now: dt.datetime) -> Ring | None:
    """The ring of the same cause that ended just now, standing again; who heard it has heard it."""
    query = (
        select(Ring)
        .where(Ring.alarm == cause.alarm, Ring.key == cause.key, Ring.ended_at > now - SAME_WITHIN)
        .order_by(Ring.id.desc())
        .limit(1)
    )
    row = tx.scalar(query)
    if row is not None:
        row.ended_at = None
        rested = (row.last_rung_at or now) + dt.timedelta(minutes=1)
        is_heard = row.acknowledged_at is not None
        row.next_at = None if is_heard else max(now + cause.settle, rested)
    return row


def _begin(tx: Transaction, cause: Cause, now: dt.datetime) -> Ring:
    row = Ring(
        alarm=cause.alarm,
        key=cause.key,
        publication_id=cause.publication_id,
        newsletter_id=cause.newsletter_id,
        began_at=now,
        next_at=now + cause.settle,
    )
    tx.add(row)
    return row


def add_test(tx: Transaction, alarm: str, text: str, path: str, *, now: dt.datetime) -> Ring:
    """A ring that stands for nothing: it is over as it begins, and told by whoever asked."""
    row = Ring(
        alarm=alarm,
        key=f"test:{now.timestamp()}",
        text=text,
        path=path,
        began_at=now,
        last_seen_at=now,
        ended_at=now,
        is_test=True,
    )
    tx.add(row)
    tx.flush()
    return row


def open_ones(tx: Transaction) -> list[Ring]:
    """All that stand, the newest first."""
    return list(tx.scalars(select(Ring).where(Ring.ended_at.is_(None)).order_by(Ring.id.desc())))


def past(tx: Transaction, *, limit: int, before: int | None = None) -> list[Ring]:
    """Those that are over, the newest first, below an id if one is given."""
    query = select(Ring).where(Ring.ended_at.is_not(None)).order_by(Ring.id.desc()).limit(limit)
    return list(tx.scalars(query if before is None else query.where(Ring.id < before)))


def find(tx: Transaction, ring_id: int) -> Ring | None:
    """The ring of this id."""
    return tx.get(Ring, ring_id)


def acknowledge(tx: Transaction, ring_id: int, *, by: str, now: dt.datetime) -> bool:
    """Write down who has heard it; it is not told again until it is over. Safe to run at once.

    Returns:
        False where somebody was first, or it is over.
    """
    query = select(Ring).where(
        Ring.id == ring_id, Ring.ended_at.is_(None), Ring.acknowledged_at.is_(None)
    )
    row = tx.scalar(query.with_for_update().execution_options(populate_existing=True))
    if row is None:
        return False
    row.acknowledged_at, row.acknowledged_by, row.next_at = now, by, None
    tx.flush()
    return True


def rise(tx: Transaction, now: dt.datetime, wait: Callable[[str, int], dt.timedelta]) -> None:
    """Ring what is due once more, in rows: whoever tells then owes it to every way.

    Args:
        tx: the open transaction, which has the watch.
        now: aware UTC.
        wait: how long a ring of an alarm that was rung so often waits for its next.
    """
    query = select(Ring).where(Ring.next_at <= now, Ring.ended_at.is_(None))
    for row in tx.scalars(query.with_for_update()):
        row.rung, row.last_rung_at = row.rung + 1, now
        row.next_at = now + wait(row.alarm, row.rung)
    tx.flush()


def to_tell(tx: Transaction, now: dt.datetime) -> list[Ring]:
    """What was rung and still stands, and what was over not long ago, the oldest first."""
    is_news = or_(Ring.ended_at.is_(None), Ring.ended_at > now - TOLD_FOR)
    query = select(Ring).where(Ring.rung > 0, ~Ring.is_test, is_news)
    return list(tx.scalars(query.order_by(Ring.id)))


def is_lively(tx: Transaction, now: dt.datetime) -> bool:
    """Whether anything happened of late that a way may not have heard yet."""
    newest = func.greatest(Ring.last_rung_at, Ring.acknowledged_at, Ring.ended_at)
    query = select(Ring.id).where(Ring.rung > 0, newest > now - TOLD_FOR)
    return tx.scalar(query.limit(1)) is not None


def note(
    tx: Transaction, outcomes: Mapping[int, Mapping[str, Mapping[str, str]]], *, now: dt.datetime
) -> None:
    """Write down what became of telling rings: by ring, then by way."""
    for ring_id, ways in outcomes.items():
        row = tx.get(Ring, ring_id, with_for_update=True, populate_existing=True)
        if row is not None:
            row.outcomes = row.outcomes | {way: dict(said) for way, said in ways.items()}
            if row.is_test:
                row.rung, row.last_rung_at = 1, now
    tx.flush()


def forget_before(tx: Transaction, moment: dt.datetime) -> None:
    """Drop those that were over by then."""
    tx.execute(delete(Ring).where(Ring.ended_at < moment))
