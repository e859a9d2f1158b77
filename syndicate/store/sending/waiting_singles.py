"""Single mails that wait for their turn, because more was asked for than leaves at once."""

import datetime as dt

from sqlalchemy import ColumnElement, func, select, update

from syndicate.store.ground.session import Transaction
from syndicate.store.sending.mailings import Batch, Mailing
from syndicate.vocabulary.sending import BatchState, MailingKind, MailingState


def last(
    tx: Transaction, publication_id: int, scope: str, *, now: dt.datetime
) -> dt.datetime | None:
    """When the last that waits leaves; None where none waits.

    Args:
        tx: the open transaction.
        publication_id: in whose name.
        scope: of the mails.
        now: aware UTC.
    """
    query = select(func.max(Batch.not_before)).join(Mailing, Mailing.id == Batch.mailing_id)
    of = (Mailing.publication_id == publication_id, Mailing.scope == scope)
    return tx.scalar(query.where(*of, *_waits(now)))


def counts(tx: Transaction, *, now: dt.datetime) -> dict[tuple[int, str], tuple[int, dt.datetime]]:
    """How many wait, and when the last leaves, by publication and scope."""
    query = (
        select(Mailing.publication_id, Mailing.scope, func.count(), func.max(Batch.not_before))
        .join(Mailing, Mailing.id == Batch.mailing_id)
        .where(*_waits(now))
        .group_by(Mailing.publication_id, Mailing.scope)
    )
    return {
        (publication_id, scope): (count, until)
        for publication_id, scope, count, until in tx.execute(query)
        if publication_id is not None and until is not None
    }


def let_go(tx: Transaction, publication_id: int, scope: str, *, now: dt.datetime) -> int:
    """Let all that wait leave at once; how many. Safe to run twice."""
    of = (Mailing.publication_id == publication_id, Mailing.scope == scope)
    mine = select(Batch.mailing_id).join(Mailing, Mailing.id == Batch.mailing_id)
    freed = (
        update(Batch)
        .where(Batch.mailing_id.in_(mine.where(*of, *_waits(now))))
        .values(not_before=None)
        .execution_options(synchronize_session=False)
    )
    return len(tx.scalars(freed.returning(Batch.mailing_id)).all())


def _waits(now: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    """The conditions of a single mail that nobody has tried to send yet."""
    return (
        Batch.state == BatchState.READY,
        Batch.deferred == 0,
        Batch.not_before > now,
        Mailing.kind == MailingKind.SINGLE,
        Mailing.state == MailingState.SENDING,
    )
