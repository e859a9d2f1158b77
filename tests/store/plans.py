"""Plans of PostgreSQL: those of what was asked, and those chosen on purpose."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event, text

from syndicate.store.ground import session
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


@contextmanager
def asked() -> Iterator[list[tuple[str, Any]]]:
    """The SELECTs that are asked while the block lasts, each with its values."""
    found: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, values: Any, _context: Any, _m: bool) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            found.append((statement, values))

    event.listen(session.engine(), "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(session.engine(), "before_cursor_execute", note)


def plan(tx: Transaction, statement: str, values: Any) -> str:
    """How PostgreSQL would answer a statement that was asked."""
    connection: Any = tx.session.connection().connection.driver_connection
    with connection.cursor() as cursor:
        return "\n".join(row[0] for row in cursor.execute(f"EXPLAIN {statement}", values))
