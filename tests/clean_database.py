"""One database that every test finds as it was made: emptied after each, which is much quicker
than making another. A test that changed the tables, or filled them much, has it made anew."""

import copy
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import LiteralString, TypeVar

import psycopg
from psycopg import sql

from syndicate.store.platform.installation import HOME

_MOST_BYTES = 16 * 2**20

_TABLES: LiteralString = """
SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""
_SEQUENCES: LiteralString = """
SELECT oid::regclass::text FROM pg_class
WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace
"""
# Counts what is done to tables, so that their shape is looked at after such a test alone.
_COUNTED: LiteralString = """
CREATE SCHEMA house;
CREATE SEQUENCE house.alterations;
CREATE FUNCTION house.count_one() RETURNS event_trigger LANGUAGE plpgsql
  AS $$ BEGIN PERFORM nextval('house.alterations'); END $$;
CREATE EVENT TRIGGER alterations ON ddl_command_end EXECUTE FUNCTION house.count_one();
"""
_ALTERATIONS: LiteralString = "SELECT (last_value, is_called) FROM house.alterations"
# A sum of hashes, and no text to sort.
_SHAPE: LiteralString = """
SELECT sum(hashed) FROM (
  SELECT hash_record_extended((oid, relname, reloptions), 1) AS hashed FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind <> 't'
  UNION ALL
  SELECT hash_record_extended((attrelid, attname, atttypid, attnotnull, attisdropped), 2)
    FROM pg_attribute
    WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
  UNION ALL
  SELECT hash_record_extended((oid, conname), 3) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
  UNION ALL
  SELECT hash_record_extended((oid, proname), 4) FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace
  UNION ALL
  SELECT hash_record_extended((oid, tgname), 5) FROM pg_trigger WHERE NOT tgisinternal
) AS lines
"""
# A copy of a database is held until somebody releases it; this one was never sent from.
_AT_HOME = sql.SQL(f"UPDATE installation SET home = {HOME}")  # noqa: S608 - our own text
_SIZE: LiteralString = """
SELECT coalesce(sum(pg_relation_size(oid)), 0) FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""
# Whoever still holds a connection is gone before the next test, as is what they had not committed.
_END_OTHERS: LiteralString = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND pid <> ALL (%s)
"""
# Of these, who waits for the next statement and holds nothing.
_IDLE: LiteralString = """
SELECT pid FROM pg_stat_activity AS activity
WHERE pid = ANY (%s) AND state = 'idle' AND datname = current_database()
  AND NOT EXISTS (SELECT FROM pg_locks WHERE pg_locks.pid = activity.pid)
"""

Made = TypeVar("Made")


@dataclass(frozen=True)
class Snapshot:
    """Every row of a database, as COPY writes it, and where the sequences stood."""

    rows: dict[str, bytes]
    sequences: sql.Composed


class CleanDatabase:
    """Gives a clean copy of the migrated database, again and again.

    Args:
        admin_url: of a database from which others may be made.
        url_of: the address of a database by its name.
        template: the migrated database.
    """

    def __init__(self, admin_url: str, url_of: Callable[[str], str], template: str) -> None:
        self._admin_url, self._url_of, self._template = admin_url, url_of, template
        self._made = 0
        self._is_there = False
        self._shape: object = None
        self._alterations: object = None
        self._first_rows: list[object] = []
        self._filled = self._as_made = sql.Composed([])
        self._kept: frozenset[str] = frozenset()
        self._sequences = sql.Composed([])
        self._own: psycopg.Connection | None = None
        self._made_once: dict[object, tuple[object, Snapshot]] = {}

    @property
    def url(self) -> str:
        """Where it is now."""
        return self._url_of(f"clean_{self._made}")

    def take(self) -> str:
        """The address of the clean database."""
        if not self._is_there:
            self._make()
        return self.url

    def give_back(self, kept: Collection[int] = ()) -> bool:
        """Undo what a test did to it.

        Args:
            kept: the connections that the next test may use again, by the numbers of their
                PostgreSQL processes.

        Returns:
            Whether it may: all of them stand and hold nothing. Else every one of them was ended.
        """
        connection = self._connected()
        idle = {row[0] for row in connection.execute(_IDLE, [list(kept)])} if kept else set()
        may = idle == set(kept)
        connection.execute(_END_OTHERS, [list(idle) if may else []])
        return self._undo(connection) and may

    def _undo(self, connection: psycopg.Connection) -> bool:
        """Whether the same database stands there, empty; else it was dropped."""
        if (
            self._has_shape(connection)
            and self._kept_rows(connection) == self._first_rows
            and int(str(self._value(connection, _SIZE))) <= _MOST_BYTES
        ):
            self._empty(connection)
            return True
        self._drop()
        return False

    def once(self, key: object, make: Callable[[], Made]) -> Made:
        """What `make` writes into the clean database: done once, then put there again by COPY.

        Args:
            key: of this state; the same key means the same rows.
            make: fills the database that `take` gave, and says what tests are to know of it.

        Returns:
            A copy of what it said.
        """
        if key in self._made_once:
            said, snapshot = self._made_once[key]
            self._put_back(snapshot)
        else:
            said = make()
            self._made_once[key] = (said, self._snapshot())
        return copy.deepcopy(said)  # type: ignore[return-value]  # the key's own

    def _snapshot(self) -> Snapshot:
        connection = self._connected()
        rows = {}
        for name in (str(row[0]) for row in connection.execute(self._filled)):
            query = sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(sql.Identifier(name))
            with connection.cursor().copy(query) as out:
                rows[name] = b"".join(bytes(block) for block in out)
        return Snapshot(rows, _positions(connection, self._sequences))

    def _put_back(self, snapshot: Snapshot) -> None:
        connection = self._connected()
        connection.execute("SET session_replication_role = replica")
        for name, rows in snapshot.rows.items():
            table = sql.Identifier(name)
            if name in self._kept:
                connection.execute(sql.SQL("DELETE FROM {}").format(table))
            query = sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(table)
            with connection.cursor().copy(query) as into:
                into.write(rows)
        connection.execute(snapshot.sequences)
        connection.execute(_AT_HOME)  # the snapshot may be of a database before this one

    def _connected(self) -> psycopg.Connection:
        """One connection for all tests; another one when a test ended it."""
        if self._own is not None and not self._own.closed:
            try:
                self._own.execute("SELECT 1")
            except psycopg.OperationalError:
                self._own.close()
        if self._own is None or self._own.closed:
            # What is asked after each test is planned once: planning takes longer than the answer.
            self._own = psycopg.connect(self.url, autocommit=True, prepare_threshold=1)
        return self._own

    def _make(self) -> None:
        self._made += 1
        name = sql.Identifier(f"clean_{self._made}")
        with psycopg.connect(self._admin_url, autocommit=True) as connection:
            copied = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
            connection.execute(copied.format(name, sql.Identifier(self._template)))
        self._is_there = True
        connection = self._connected()
        tables = [str(row[0]) for row in connection.execute(_TABLES)]
        connection.execute(_AT_HOME)
        self._filled = _one_row_each("SELECT {} WHERE EXISTS (SELECT FROM {})", tables)
        self._kept = frozenset(str(row[0]) for row in connection.execute(self._filled))
        self._first_rows = self._kept_rows(connection)
        self._shape = self._value(connection, _SHAPE)
        connection.execute(_COUNTED)
        self._alterations = self._value(connection, _ALTERATIONS)
        sequences = [str(row[0]) for row in connection.execute(_SEQUENCES)]
        self._sequences = _one_row_each("SELECT {}, last_value, is_called FROM {}", sequences)
        self._as_made = _positions(connection, self._sequences)

    def _empty(self, connection: psycopg.Connection) -> None:
        filled = {str(row[0]) for row in connection.execute(self._filled)} - self._kept
        # As a replica does: no foreign key asks for an order.
        as_replica = sql.SQL("SET session_replication_role = replica")
        deletes = [sql.SQL("DELETE FROM {}").format(sql.Identifier(each)) for each in filled]
        connection.execute(sql.SQL("; ").join([as_replica, *deletes, self._as_made]))

    def close(self) -> None:
        """Let the database's server end."""
        if self._own is not None:
            self._own.close()

    def _drop(self) -> None:
        self.close()
        name = sql.Identifier(f"clean_{self._made}")
        with psycopg.connect(self._admin_url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
        self._is_there = False

    def _has_shape(self, connection: psycopg.Connection) -> bool:
        """Whether the tables are as they were made."""
        alterations = self._value(connection, _ALTERATIONS)
        if alterations == self._alterations:
            return True
        self._alterations = alterations
        return self._value(connection, _SHAPE) == self._shape

    def _kept_rows(self, connection: psycopg.Connection) -> list[object]:
        """Rows that a migration wrote, which must be as they were."""
        rows = sql.SQL("SELECT string_agg(t::text, ',' ORDER BY t::text) FROM {} AS t")
        return [
            connection.execute(rows.format(sql.Identifier(each))).fetchone()
            for each in sorted(self._kept)
        ]

    @staticmethod
    def _value(connection: psycopg.Connection, query: LiteralString) -> object:
        row = connection.execute(query).fetchone()
        return row[0] if row else None


def _positions(connection: psycopg.Connection, sequences: sql.Composed) -> sql.Composed:
    """The statement that puts each sequence where it stands now."""
    return sql.SQL("; ").join(
        sql.SQL("SELECT setval({}, {}, {})").format(name, value, called)
        for name, value, called in connection.execute(sequences)
    )


def _one_row_each(query: LiteralString, names: Sequence[str]) -> sql.Composed:
    """One query of the same words about each: {} is the name, first as text, then as it is."""
    parts = [sql.SQL(query).format(sql.Literal(each), sql.Identifier(each)) for each in names]
    return sql.SQL(" UNION ALL ").join(parts)
