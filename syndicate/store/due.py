"""Slots of periodic work that were already taken, so that two beats are as harmless as one."""

import datetime as dt

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.schema import Table
from syndicate.store.session import Transaction


class DueJob(Table):
    """A periodic job's slot that somebody took."""

    __tablename__ = "due_job"

    job: Mapped[str] = mapped_column(primary_key=True)
    slot: Mapped[dt.datetime] = mapped_column(primary_key=True)


def take(tx: Transaction, job: str, slot: dt.datetime) -> bool:
    """Take a slot; False when somebody has it already.

    Args:
        tx: the open transaction.
        job: name of the job.
        slot: start of the slot, aware UTC, the same for whoever asks.
    """
    statement = insert(DueJob).values(job=job, slot=slot).on_conflict_do_nothing()
    return tx.scalar(statement.returning(DueJob.job)) is not None


def newest(tx: Transaction, job: str) -> dt.datetime | None:
    """The newest slot of a job that anybody took, aware UTC; None when it never ran."""
    return tx.scalar(select(func.max(DueJob.slot)).where(DueJob.job == job))


def forget_before(tx: Transaction, moment: dt.datetime) -> None:
    """Drop slots that no beat will ask for again."""
    tx.execute(delete(DueJob).where(DueJob.slot < moment))
