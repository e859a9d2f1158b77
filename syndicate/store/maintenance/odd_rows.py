"""Rows that hold what nobody can use, and how to put each right: what `syndicate doctor` reads.

Older code let more in than is let in today, and a hand by SQL can write anything. Whoever reads
many rows survives such a one (`store.ground.driver`, `errors.BAD_ROW`); this says which row it is.
An old story from 1969 is no such row: what can be read as it stands is well.

The conditions follow from the columns themselves, so that a new table is looked at too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import BigInteger, Column, ColumnElement, Date, DateTime, Integer, String, Table
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from syndicate import bounds, zones
from syndicate.store.ground.schema import Object
from syndicate.store.ground.session import Transaction
from syndicate.store.maintenance.tables import METADATA
from syndicate.vocabulary.sources import SourceKind

# The ledger's moments are our own clock's, and its rows go to millions.
_OURS_ALONE = frozenset({"delivery"})
# What people see of a story and of the house; twice what the API takes, in bytes of four each.
MOST_BYTES = 80_000
_SHOWN = frozenset({"article", "revision", "picture", "featured", "section", "tag", "feed",
                    "newsletter", "publication", "source"})  # fmt: skip
# Addresses by their names, and what has another: a subscriber's callback is a whole one, ours the
# end of an address of our own.
_ADDRESSES = re.compile(r"(?:.+_)?url|callback")
_ENDS_OF_ADDRESSES = frozenset({"hub_subscription.callback"})
_ADDRESS = r"^https?://(\[[0-9A-Fa-f:.]+\]|[^][/?#\s]+)(:[0-9]{1,5})?([/?#]|$)"
_LANGUAGE = r"^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*$"


@dataclass(frozen=True)
class OddRow:
    """One value of one row that nobody can use.

    Attributes:
        table: where it stands.
        key: a condition of SQL that finds the row; never an address of a person.
        column: which value it is.
        why: a clause about the value, without its words.
        value: what to put in its place, as SQL.
    """

    table: str
    key: str
    column: str
    why: str
    value: str

    @property
    def repair(self) -> str:
        """The statement that puts it right."""
        return f"UPDATE {self.table} SET {self.column} = {self.value} WHERE {self.key}"  # noqa: S608 - for a person


@dataclass(frozen=True)
class _Fault:
    """What can be wrong with a column: when it is, in what words, and the value to put there."""

    column: Column[object]
    is_so: ColumnElement[bool]
    why: str
    value: str


def found(tx: Transaction, *, most: int) -> list[OddRow]:
    """Rows of any table that hold what nobody can use, at most so many of each table.

    It reads every table once but the ledger's, so it is for a person who asks.
    """
    unknown = sorted(name for name in _zones(tx) if zones.zone(name) is None)
    return [
        each
        for table in METADATA.sorted_tables
        if table.name not in _OURS_ALONE and (faults := list(_faults(table, unknown)))
        for each in _in(tx, table, faults, most)
    ]


def _in(tx: Transaction, table: Table, faults: list[_Fault], most: int) -> Iterator[OddRow]:
    flags = [sa.func.coalesce(each.is_so, sa.false()) for each in faults]
    query = sa.select(_key(table), *flags).where(sa.or_(*flags)).limit(most)
    for key, *marks in tx.execute(query):
        for fault, is_so in zip(faults, marks, strict=True):
            if is_so:
                yield OddRow(table.name, key, fault.column.name, fault.why, fault.value)


def _key(table: Table) -> ColumnElement[str]:
    """The condition that finds a row; by its place where the key could be somebody's address."""
    keys = list(table.primary_key.columns)
    if all(isinstance(each.type, BigInteger | Integer) for each in keys):
        parts = [sa.func.concat(f"{each.name} = ", each) for each in keys]
        return sa.func.concat_ws(" AND ", *parts)
    return sa.func.concat("ctid = '", sa.literal_column(f"{table.name}.ctid"), "'")


def _faults(table: Table, zones: list[str]) -> Iterator[_Fault]:
    is_so: ColumnElement[bool]
    for column in table.columns:
        kind, nothing = column.type, "NULL" if column.nullable else None
        if isinstance(kind, Date | DateTime):
            first, last = bounds.FIRST, bounds.LAST
            ends = (first.date(), last.date()) if isinstance(kind, Date) else (first, last)
            is_so = sa.not_(column.between(*ends))
            yield _Fault(column, is_so, "is not a time in the calendar", nothing or "now()")
        elif isinstance(kind, JSONB | Object):
            shapes = ["object", "null"] if column.nullable else ["object"]
            is_so = sa.func.jsonb_typeof(column).not_in(shapes)
            yield _Fault(column, is_so, "is not an object", nothing or "'{}'")
        elif isinstance(kind, ARRAY):
            is_so = sa.func.array_position(column, sa.null()).is_not(None)
            put = f"array_remove({column.name}, NULL)"
            yield _Fault(column, is_so, "has a NULL among its values", put)
        elif isinstance(kind, String) and not isinstance(kind, sa.Enum):
            yield from _faults_of_a_text(table, column, nothing, zones)


def _faults_of_a_text(
    table: Table, column: Column[object], nothing: str | None, zones: list[str]
) -> Iterator[_Fault]:
    is_given = sa.func.coalesce(column, "") != ""
    if str(column) in _ENDS_OF_ADDRESSES:
        return
    if _ADDRESSES.fullmatch(column.name):
        is_so = sa.and_(is_given, sa.not_(column.regexp_match(_ADDRESS)))
        if str(column) == "source.url":  # of one that is not fetched: whatever name it was given
            is_so = sa.and_(is_so, table.c.kind.in_(SourceKind.fetched()))
        yield _Fault(column, is_so, "is not a web address", nothing or "'https://…'")
    elif column.name == "zone" and zones:
        yield _Fault(column, column.in_(zones), "is not a time zone", "'UTC'")
    elif column.name == "language":
        is_so = sa.and_(is_given, sa.not_(column.regexp_match(_LANGUAGE)))
        yield _Fault(column, is_so, "is not a language", nothing or "'en'")
    elif table.name in _SHOWN and column.name != "body_html":
        is_so = sa.func.octet_length(column) > MOST_BYTES
        put = f"left({column.name}, 500)"
        yield _Fault(column, is_so, "is longer than any page or mail shows", put)


def _zones(tx: Transaction) -> set[str]:
    columns = [
        table.c.zone for table in METADATA.sorted_tables if isinstance(table.c.get("zone"), Column)
    ]
    return set(tx.scalars(sa.union(*(sa.select(each) for each in columns))))
