"""Receiver groups that asked us to slow down, and the day's numbers of a domain that warms up.

    clear ─ 421, 4.7.x ─> held (10 min, 20, 40 …) ─ over ─> one connection, two, … ─> clear

Source: docs/facts/mail.md#slowing-down.
"""

import datetime as dt

from sqlalchemy import ColumnElement, SmallInteger, delete, exists, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.ground.schema import Table
from syndicate.store.ground.session import Transaction
from syndicate.store.sending.mailings import Batch

FIRST_HOLD = dt.timedelta(minutes=10)
MAX_LEVEL = 4  # 10, 20, 40, 80, 160 minutes
LONGEST_HOLD = FIRST_HOLD * (1 << MAX_LEVEL)


class ReceiverPace(Table):
    """A receiver group that asked us to slow down."""

    __tablename__ = "receiver_pace"

    receiver_group: Mapped[str] = mapped_column(primary_key=True)
    held_until: Mapped[dt.datetime]
    level: Mapped[int] = mapped_column(SmallInteger)  # how often in a row
    connections: Mapped[int] = mapped_column(SmallInteger)  # allowed after the hold
    reason: Mapped[str]
    changed_at: Mapped[dt.datetime]


def slow_down(tx: Transaction, group: str, *, reason: str, now: dt.datetime) -> dt.datetime:
    """Hold a group back; twice as long each time in a row. Two workers at once count once.

    Args:
        tx: the open transaction.
        group: the receiver group.
        reason: the reply's text, without addresses.
        now: aware UTC.

    Returns:
        Until when.
    """
    row = tx.get(ReceiverPace, group, with_for_update=True)
    if row is not None and row.held_until > now:
        return row.held_until
    level = 0 if row is None else min(row.level + 1, MAX_LEVEL)
    until = now + FIRST_HOLD * (1 << level)
    values = {
        "held_until": until,
        "level": level,
        "connections": 1,
        "reason": reason,
        "changed_at": now,
    }
    statement = insert(ReceiverPace).values(receiver_group=group, **values)
    tx.execute(
        statement.on_conflict_do_update(index_elements=[ReceiverPace.receiver_group], set_=values)
    )
    return until


def connections(tx: Transaction, group: str) -> int | None:
    """How many connections a group is allowed just now; None when it never complained."""
    return tx.scalar(select(ReceiverPace.connections).where(ReceiverPace.receiver_group == group))


def ease(tx: Transaction, group: str, *, most: int, now: dt.datetime) -> None:
    """One more connection after a chunk without complaint; forgotten when there are enough."""
    tx.execute(
        delete(ReceiverPace).where(
            ReceiverPace.receiver_group == group, ReceiverPace.connections >= most
        )
    )
    tx.execute(
        update(ReceiverPace)
        .where(ReceiverPace.receiver_group == group)
        .values(connections=ReceiverPace.connections + 1, changed_at=now)
    )


def is_held(now: dt.datetime) -> ColumnElement[bool]:
    """Whether the receiver group of a batch (of an outer query) is held back."""
    return exists().where(
        ReceiverPace.receiver_group == Batch.receiver_group, ReceiverPace.held_until > now
    )


_TAKE_OF_DAY = text(
    """
    INSERT INTO cap_counter (cap, key, window_from, used)
    VALUES ('warm-up', :key, :day, least(:wanted, :most))
    ON CONFLICT (cap, key, window_from) DO UPDATE
        SET used = least(:most, cap_counter.used + :wanted)
    RETURNING new.used - coalesce(old.used, 0)
    """
)


def take_of_day(tx: Transaction, key: str, day: dt.datetime, *, wanted: int, most: int) -> int:
    """Take up to `wanted` of a day's `most` messages; what was taken and not sent is lost.

    Args:
        tx: the open transaction.
        key: the sending domain.
        day: its start, aware UTC.
        wanted: how many.
        most: on that day.
    """
    values = {"key": key, "day": day, "wanted": wanted, "most": most}
    return max(0, int(tx.execute(_TAKE_OF_DAY, values).scalar_one()))
