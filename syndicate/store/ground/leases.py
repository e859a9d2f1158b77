"""Taking rows that are due so that nobody else gets them for a while."""

from collections.abc import Mapping
from typing import TypeVar

from sqlalchemy import Select, inspect, select, update

from syndicate.store.ground.schema import Table
from syndicate.store.ground.session import Transaction

T = TypeVar("T", bound=Table)


def lease(
    tx: Transaction, table: type[T], due: Select[int], values: Mapping[str, object]
) -> list[T]:
    """Take the rows that are due, but those that another transaction is taking just now.

    Args:
        tx: the open transaction.
        table: whose rows.
        due: their ids, in the order in which they are taken and no more than are wanted.
        values: what makes them nobody else's: their due time moved ahead, their epoch raised.

    Returns:
        The rows as they are now, in no order.
    """
    (key,) = inspect(table).primary_key
    # Never inlined: as the inner side of a nested loop it would lock as many again for each row.
    locked = due.with_for_update(skip_locked=True).cte("locked")
    taken = (
        update(table)
        .where(key.in_(select(*locked.c)))
        .values(values)
        .returning(table)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return list(tx.scalars(taken))
