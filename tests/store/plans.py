"""Plans that PostgreSQL may choose where it knows little of a table, chosen on purpose."""

from sqlalchemy import text

from syndicate.store.ground.session import Transaction

_NESTED = (
    "hashjoin",
    "mergejoin",
    "hashagg",
    "sort",
    "material",
    "memoize",
    "indexscan",
    "bitmapscan",
)


def nested(tx: Transaction) -> None:
    """For this transaction: an inner side is asked again for each row of the outer one."""
    for each in _NESTED:
        tx.execute(text(f"SET LOCAL enable_{each} = off"))
