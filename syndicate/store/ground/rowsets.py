"""Many rows as one parameter: a JSON document that the server unpacks.

    UPDATE article_source SET … FROM {rows_of("seen", ArticleSource, ["id", "title"])} …
    tx.execute(statement, {"seen": as_json(rows)})

So a statement is the same for one row and for a thousand: it is compiled once in a process and
planned once on a connection. A parameter for each column of each row made storing a feed cost four
times the processor time of parsing it (measured).
"""

import datetime as dt
import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, any_, cast
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import NullType

from syndicate import bounds
from syndicate.store.ground.schema import Table

T = TypeVar("T")
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def rows_of(name: str, table: type[Table], columns: Iterable[str], **others: str) -> str:
    """A FROM item: the rows of a JSON parameter, with the types of a table's columns.

    Args:
        name: of the parameter, and of the rows.
        table: whose columns they have.
        columns: those that the rows have.
        **others: columns that the table does not have, with their types.
    """
    types = {each: _type_of(table.__table__.c[each]) for each in columns}
    named = ", ".join(f"{column} {kind}" for column, kind in (types | others).items())
    return f"json_to_recordset(CAST(:{name} AS json)) AS {name} ({named})"


def _type_of(column: ColumnElement[Any]) -> str:
    # A foreign key learns its type when all tables are there; every id of ours is of this one.
    is_open = isinstance(column.type, NullType)
    return "bigint" if is_open else column.type.compile(_DIALECT)


def as_json(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as `rows_of` reads them.

    Raises:
        OutOfBoundsError: a moment is none that rows may hold.
    """
    return json.dumps(list(rows), default=_as_text, ensure_ascii=False)


def _as_text(value: Any) -> str:
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"  # as PostgreSQL reads bytea
    if isinstance(value, dt.datetime):
        return bounds.sayable(value).isoformat()
    raise TypeError(f"no column holds a {type(value).__name__}")


def among(column: InstrumentedAttribute[T], values: Collection[T]) -> ColumnElement[bool]:
    """The condition that a column has one of these values: one parameter, where IN makes many."""
    return column == any_(cast(list(values), ARRAY(column.type)))
