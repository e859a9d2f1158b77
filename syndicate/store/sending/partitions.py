"""Partitions of the ledger, made ahead of need and dropped whole when their time is over."""

import datetime as dt

from sqlalchemy import Connection, event, exists, func, or_, select, text

from syndicate.store.ground.session import Transaction
from syndicate.store.sending.mailings import Delivery, Mailing
from syndicate.vocabulary.sending import MailingState

MAILINGS_PER_PARTITION = 100_000
# Room in each page for the row's own update, so that no index is touched.
FILLFACTOR = 60


def statement(index: int) -> str:
    """The DDL of partition `index`, which holds mailings [index·100,000, (index+1)·100,000)."""
    start = index * MAILINGS_PER_PARTITION
    return (
        f"CREATE TABLE IF NOT EXISTS delivery_p{index:05d} PARTITION OF delivery "
        f"FOR VALUES FROM ({start}) TO ({start + MAILINGS_PER_PARTITION}) "
        f"WITH (fillfactor = {FILLFACTOR})"
    )


def make_ahead(tx: Transaction) -> None:
    """Make the partition of the newest mailing and the one after it. Safe to run twice."""
    make_for(tx, tx.scalar(select(func.coalesce(func.max(Mailing.id), 0))) or 0)


def make_for(tx: Transaction, mailing_id: int) -> None:
    """Make the partition of a mailing and the one after it. Safe to run twice."""
    current = mailing_id // MAILINGS_PER_PARTITION
    for index in (current, current + 1):
        tx.execute(text(statement(index)))


def drop_over(tx: Transaction, *, before: dt.datetime) -> list[str]:
    """Drop partitions of which every mailing was over before a moment. Safe to run twice.

    A whole file goes at once: no row is deleted one by one. Mailings and the counters of their
    batches stay, so that old screens still add up.

    Args:
        tx: the open transaction.
        before: aware UTC.

    Returns:
        Their names.
    """
    newest = int(tx.scalar(select(func.coalesce(func.max(Mailing.id), 0))) or 0)
    dropped = []
    for name in tx.scalars(_PARTITIONS):
        index = int(name.removeprefix("delivery_p"))
        start = index * MAILINGS_PER_PARTITION
        end = start + MAILINGS_PER_PARTITION
        if end > newest or _has_young(tx, start, end, before):
            continue
        # Nobody waits behind a drop that waits: the next upkeep comes in ten minutes.
        tx.execute(text("SET LOCAL lock_timeout = '4s'"))
        tx.execute(text(f"DROP TABLE {name}"))
        dropped.append(name)
    return dropped


_PARTITIONS = text(
    "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
    "WHERE i.inhparent = 'delivery'::regclass ORDER BY c.relname"
)


def _has_young(tx: Transaction, start: int, end: int, before: dt.datetime) -> bool:
    is_young = or_(
        Mailing.state.not_in(MailingState.over()),
        func.coalesce(Mailing.done_at, Mailing.expires_at) >= before,
    )
    query = exists().where(Mailing.id >= start, Mailing.id < end, is_young)
    return bool(tx.scalar(select(query)))


def _make_first(_table: object, connection: Connection, **_options: object) -> None:
    for index in (0, 1):
        connection.execute(text(statement(index)))


event.listen(Delivery.__table__, "after_create", _make_first)
