"""Partitions of the ledger, made ahead of need and dropped whole when their time is over."""

from sqlalchemy import Connection, event, func, select, text

from syndicate.store.mailings import Delivery, Mailing
from syndicate.store.session import Transaction

MAILINGS_PER_PARTITION = 100_000
# Room in each page for the row's own update, so that no index is touched (notes/mail 0.6).
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
    newest = tx.scalar(select(func.coalesce(func.max(Mailing.id), 0))) or 0
    current = newest // MAILINGS_PER_PARTITION
    for index in (current, current + 1):
        tx.execute(text(statement(index)))


def _make_first(_table: object, connection: Connection, **_options: object) -> None:
    for index in (0, 1):
        connection.execute(text(statement(index)))


event.listen(Delivery.__table__, "after_create", _make_first)
