"""Taking publications away with everything that hangs on them, as the sample newsroom is.

What hangs on what is read from the tables' own foreign keys, so that a new table needs no word
here; only the ledger's deliveries, which have none, are named.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, delete, not_, or_, select
from sqlalchemy import Table as SqlTable

from syndicate.store.ground.session import Transaction
from syndicate.store.maintenance.tables import METADATA
from syndicate.store.newsroom.publications import Publication
from syndicate.store.readers.recipients import Recipient
from syndicate.store.readers.subscribers import Subscriber, Subscription
from syndicate.store.sending.mailings import Delivery

_TABLES = METADATA.tables


def remove_publications(tx: Transaction, publication_ids: Collection[int]) -> int:
    """Delete publications with their articles, feeds, newsletters, mailings, and their readers.

    A reader of other newsletters stays, and so does every suppression: whoever wants no mail wants
    none. Safe to run twice.

    Args:
        tx: the open transaction.
        publication_ids: which ones.

    Returns:
        How many subscribers went with them.
    """
    ids = list(publication_ids)
    readers = _readers_of_nothing_else(tx, ids)
    mailings = _TABLES["mailing"]
    gone = select(mailings.c.id).where(_must_hang(mailings, ids))
    tx.execute(delete(Delivery).where(Delivery.mailing_id.in_(gone)))
    for table in reversed(METADATA.sorted_tables):
        condition = _hangs_on(table, ids)
        if condition is not None:
            tx.execute(delete(table).where(condition))
    tx.execute(delete(Recipient).where(Recipient.subscriber_id.in_(readers)))
    tx.execute(delete(Subscriber).where(Subscriber.id.in_(readers)))
    return len(readers)


def _readers_of_nothing_else(tx: Transaction, ids: Sequence[int]) -> list[int]:
    is_theirs = _must_hang(_TABLES["subscription"], ids)
    others = select(Subscription.subscriber_id).where(not_(is_theirs))
    theirs = select(Subscription.subscriber_id).where(is_theirs)
    return list(tx.scalars(theirs.where(Subscription.subscriber_id.not_in(others))))


def _must_hang(table: SqlTable, ids: Sequence[int]) -> ColumnElement[bool]:
    condition = _hangs_on(table, ids)
    if condition is None:
        raise LookupError(f"The table {table.name} no longer belongs to a publication.")
    return condition


def _hangs_on(table: SqlTable, ids: Sequence[int]) -> ColumnElement[bool] | None:
    """The condition under which a row goes with these publications; None where none ever does."""
    if table.name == Publication.__tablename__:
        return table.c.id.in_(ids)
    found = []
    for key in table.foreign_keys:
        above = key.column.table
        if above is table or key.ondelete == "SET NULL":
            continue
        condition = _hangs_on(above, ids)
        if condition is not None:
            found.append(key.parent.in_(select(key.column).where(condition)))
    return or_(*found) if found else None
