"""Slots of periodic work that were already taken, so that two beats are as harmless as one.

A slot says who was first, never that somebody must wait: one that lies in the future was taken by a
clock that has been set back since, and is forgotten.
"""

import datetime as dt
import enum
from dataclasses import dataclass

from sqlalchemy import delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, aliased, mapped_column

from syndicate import jobs, phrases
from syndicate.store.ground.schema import Table
from syndicate.store.ground.session import Transaction

# By so much the clocks of two machines may differ before it is called by its name.
SKEW = dt.timedelta(seconds=10)
# Thirty ticks missed: by then mail is late.
LATE = dt.timedelta(seconds=60)


# The journal beside the database could not be kept: noted once a minute while that is so.
JOURNAL_MISSED, JOURNAL_MISSED_EVERY_S = "journal_missed", 60.0


class DueJob(Table):
    """A periodic job's slot that somebody took."""

    __tablename__ = "due_job"

    job: Mapped[str] = mapped_column(primary_key=True)
    slot: Mapped[dt.datetime] = mapped_column(primary_key=True)


class TickState(enum.StrEnum):
    """How the tick is, by the name that `doctor`, `/readyz` and metrics call it."""

    ON_TIME = "on_time"
    LATE = "late"
    NEVER = "never"
    AHEAD = "ahead"  # stamped in the future


@dataclass(frozen=True)
class Tick:
    """When the tick last came.

    Attributes:
        state: whether that is well.
        at: slot of the last one that does not lie in the future, aware UTC.
        ahead_to: slot of the last one that does.
        now: the moment at which it was asked, aware UTC.
    """

    state: TickState
    at: dt.datetime | None
    ahead_to: dt.datetime | None
    now: dt.datetime

    @property
    def age_s(self) -> float:
        """Seconds since the last tick by the clock as it is now; infinite when there was none."""
        return float("inf") if self.at is None else (self.now - self.at).total_seconds()

    @property
    def is_coming(self) -> bool:
        """Whether ticks come by the clock as it is now, whatever stands in the future."""
        return self.age_s <= LATE.total_seconds()

    @property
    def says(self) -> str:
        """What is the matter, in a sentence or two."""
        if self.ahead_to is not None:
            ahead_s = (self.ahead_to - self.now).total_seconds()
            return (
                f"A tick is stamped {ahead_s:.0f} s in the future "
                f"({phrases.moment(self.ahead_to)}): the clock was set back, or the clocks of two "
                f"machines differ. {self._last}"
            )
        return self._last

    @property
    def _last(self) -> str:
        if self.at is None:
            return "There has been no tick yet." if self.ahead_to is None else "None came since."
        if self.is_coming:
            return f"The last tick was {max(0.0, self.age_s):.0f} s ago."
        return f"No tick since {phrases.moment(self.at)}, {self.age_s:.0f} s ago."


def take(tx: Transaction, job: str, slot: dt.datetime) -> bool:
    """Take a slot; False when somebody has it already.

    Args:
        tx: the open transaction.
        job: name of the job.
        slot: start of the slot, aware UTC, the same for whoever asks.
    """
    statement = insert(DueJob).values(job=job, slot=slot).on_conflict_do_nothing()
    return tx.scalar(statement.returning(DueJob.job)) is not None


def forget_ahead(tx: Transaction, now: dt.datetime) -> int:
    """Drop the slots of every job that lie in the future; how many there were. Safe to run twice.

    Args:
        tx: the open transaction.
        now: aware UTC; where none is ahead of it by more than `SKEW`, those that are ahead are
            another machine's present, and stay.
    """
    later = aliased(DueJob)
    is_set_back = exists().where(later.slot > now + SKEW)
    ahead = delete(DueJob).where(DueJob.slot > now, is_set_back).returning(DueJob.job)
    return len(tx.scalars(ahead, execution_options={"synchronize_session": False}).all())


def tick(tx: Transaction, now: dt.datetime) -> Tick:
    """How the tick is, at a moment."""
    is_ahead = DueJob.slot > now + SKEW
    query = select(
        func.max(DueJob.slot).filter(~is_ahead), func.max(DueJob.slot).filter(is_ahead)
    ).where(DueJob.job == jobs.TICK.name)
    at, ahead_to = tx.execute(query).one()
    return Tick(_state(at, ahead_to, now), at, ahead_to, now)


def newest(tx: Transaction, job: str, now: dt.datetime) -> dt.datetime | None:
    """The newest slot of a job that somebody took and that is not to come; None where none is."""
    return tx.scalar(select(func.max(DueJob.slot)).where(DueJob.job == job, DueJob.slot <= now))


def lately(tx: Transaction, prefix: str, *, since: dt.datetime, now: dt.datetime) -> list[str]:
    """The jobs that begin so and of which a slot was taken after a moment, by name.

    Args:
        tx: the open transaction.
        prefix: of their names.
        since: aware UTC.
        now: aware UTC; what is to come does not count.
    """
    query = select(DueJob.job).where(
        DueJob.job.startswith(prefix, autoescape=True), DueJob.slot > since, DueJob.slot <= now
    )
    return list(tx.scalars(query.distinct().order_by(DueJob.job)))


def forget_before(tx: Transaction, moment: dt.datetime) -> None:
    """Drop slots that no beat will ask for again."""
    tx.execute(delete(DueJob).where(DueJob.slot < moment))


def _state(at: dt.datetime | None, ahead_to: dt.datetime | None, now: dt.datetime) -> TickState:
    if ahead_to is not None:
        return TickState.AHEAD
    if at is None:
        return TickState.NEVER
    return TickState.ON_TIME if now - at <= LATE else TickState.LATE
