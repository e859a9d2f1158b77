"""The database connection of this process and the transaction that all work happens in.

    with transaction() as tx:
        row = articles.find(tx, article_id)
        tx.hint(jobs.PUBLISH_FEEDS)          # sent after the commit, or not at all

No network, SMTP, template or file work while one is open
(docs/facts/postgresql.md#open-transactions). `tx` is thin on purpose:
the SQLAlchemy session, plus hints that fire after the commit.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DisconnectionError,
    IntegrityError,
    OperationalError,
)
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from syndicate import jobs, settings
from syndicate.errors import SettingsError
from syndicate.store.ground import driver

# The database did not answer, or hung up: for the faces, which know no SQLAlchemy.
DatabaseDownError = OperationalError
# A value that no column holds reached the database: whoever asked sent it.
BadValueError = DataError
# What was to be written cannot be: a text that no column holds, a value that its table forbids.
UnstorableError = (DataError, IntegrityError)
# A server that restarted was away for longer than this.
_IDLE_S = 1.0
_MAKING = threading.Lock()
# By address. What SQLAlchemy compiled stays with an engine when its connections are closed.
_ENGINES: dict[str, Engine] = {}
T = TypeVar("T")


class Transaction:
    """One open transaction."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.execute = session.execute
        self.scalars = session.scalars
        self.scalar = session.scalar
        self.get = session.get
        self.add = session.add
        self.flush = session.flush
        self.hints: list[tuple[jobs.Job, tuple[int, ...]]] = []

    def hint(self, job: jobs.Job, *ids: int) -> None:
        """Hint at a job once this transaction has committed; the same hint twice is sent once."""
        if (job, ids) not in self.hints:
            self.hints.append((job, ids))


def engine() -> Engine:
    """The connection pool of this process: one, however many threads ask first.

    Raises:
        SettingsError: no database is set, or the address is none.
    """
    url = settings.load().need("database_url")
    with _MAKING:
        if url not in _ENGINES:
            _ENGINES[url] = _made(url)
        return _ENGINES[url]


def _made(url: str) -> Engine:
    try:
        pool = create_engine(
            driver_url(url),
            pool_size=5,
            max_overflow=20,
            # What an error quotes stands in a log: a story under embargo, a reader's address.
            hide_parameters=True,
            connect_args={"options": "-c timezone=UTC", "application_name": "syndicate"},
        )
    except (ArgumentError, ImportError, ValueError) as error:
        # Without the address: a password stands in it.
        raise SettingsError(
            "SYNDICATE_DATABASE_URL is not the address of a PostgreSQL; "
            "write it as postgresql://user:password@host:5432/name."
        ) from error
    driver.guard(pool)
    event.listen(pool, "checkin", _remember)
    event.listen(pool, "checkout", _ask_if_idle)
    return pool


def _remember(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info["used_at"] = time.monotonic()


def _ask_if_idle(
    connection: Any, record: ConnectionPoolEntry, _proxy: PoolProxiedConnection
) -> None:
    """Ask a connection that was idle whether it still stands; one just used is not asked."""
    if time.monotonic() - record.info.get("used_at", time.monotonic()) < _IDLE_S:
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        connection.rollback()
    except psycopg.Error as error:
        raise DisconnectionError from error


def driver_url(url: str) -> str:
    """A postgresql:// address in SQLAlchemy's spelling with the psycopg 3 driver named."""
    for scheme in ("postgresql://", "postgres://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    return url


def dispose() -> None:
    """Close every connection: after a fork, and between tests. The next transaction opens one."""
    for pool in _ENGINES.values():
        pool.dispose()


@contextmanager
def transaction() -> Iterator[Transaction]:
    """Open a transaction; commit at the end of the block, roll back on any exception.

    Yields:
        The transaction. Its hints are sent after the commit.
    """
    with Session(engine(), expire_on_commit=False) as session:
        tx = Transaction(session)
        with session.begin():
            yield tx
    for job, ids in tx.hints:
        jobs.hint(job, *ids)


@contextmanager
def undone(tx: Transaction) -> Iterator[None]:
    """Do work within an open transaction and take it back at the end, with the hints it gave."""
    savepoint = tx.session.begin_nested()
    hints = list(tx.hints)
    yield
    savepoint.rollback()
    tx.hints = hints


@contextmanager
def apart(tx: Transaction) -> Iterator[None]:
    """Do work within an open transaction that costs only itself when it fails.

    What it raised is passed on, what it did is taken back, and the transaction goes on.
    """
    with tx.session.begin_nested():
        yield


def twice(work: Callable[[], T]) -> T:
    """Do work of one transaction, and again when PostgreSQL rolled it back to end a deadlock.

    Whoever locks many rows locks them in one order, so that there is none; this is for the day on
    which an order was overlooked. Not for work that does more than its transaction.

    Returns:
        What the work returns.
    """
    try:
        return work()
    except OperationalError as error:
        if not isinstance(error.orig, psycopg.errors.DeadlockDetected):
            raise
    return work()
