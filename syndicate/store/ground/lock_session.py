"""The session by which the database knows that this process lives: it holds a lock, and no more.

    opened ─ lock taken ─> held ─ the server hangs up, the process ends ─> broken

PostgreSQL gives an advisory lock back in the moment in which its session ends, whatever ended it.
So whoever gets the lock of another process knows that its session is over: it died, or the database
hung up on it, or was started anew. Behind a pooler that hands server connections from one client to
the next a lock says nothing: there is no such session then, and leases decide alone.

Source: https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS.
"""

import select
import threading
import time
import uuid
from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import pq

from syndicate import settings
from syndicate.errors import TemporaryError

_CONNECT_S = 5
# Who sweeps has a lock for a moment, to look at what its holder left.
_TRIES, _BETWEEN_S = 10, 0.1
_READS = 20  # of what the server may have said at once
# Within 12 s each side finds out that the other's machine is gone (no effect on a socket file).
_KEEPALIVES: Mapping[str, Any] = {
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}
_PREPARE = (
    "SET tcp_keepalives_idle = 5",
    "SET tcp_keepalives_interval = 2",
    "SET tcp_keepalives_count = 3",
    "SET idle_session_timeout = 0",  # idle is all that it is
)
_CHANGING = threading.Lock()
_OPEN: list["LockSession"] = []  # the one of this process, or none


class LockSessionError(TemporaryError):
    """There is no lock session just now."""


class PooledError(LockSessionError):
    """A pooler stands between us and the database: a session of ours is no session there."""


class LockSession:
    """A session that holds the lock of a process.

    Args:
        connection: to the database, the lock taken.
        holder: whose lock.
    """

    def __init__(self, connection: psycopg.Connection[Any], holder: uuid.UUID) -> None:
        self.holder = holder
        self._connection = connection
        self._asking = threading.Lock()
        self._is_broken = False
        self._poll = select.poll()
        self._poll.register(connection.fileno(), select.POLLIN)

    def is_broken(self) -> bool:
        """Whether it has ended, for good; asks this machine's kernel alone, in microseconds."""
        with self._asking:
            self._is_broken = self._is_broken or self._has_ended()
            return self._is_broken

    def close(self) -> None:
        """End it, and give the lock back."""
        with self._asking:
            self._is_broken = True
            self._connection.close()

    def _has_ended(self) -> bool:
        pgconn = self._connection.pgconn
        try:
            for _ in range(_READS):
                if not self._poll.poll(0):
                    break
                pgconn.consume_input()  # a notice, a farewell, or the end
        except psycopg.Error:
            return True
        return pgconn.status != pq.ConnStatus.OK


def current() -> LockSession | None:
    """The session of this process, broken or not; None where it has none."""
    return _OPEN[-1] if _OPEN else None


def holder() -> uuid.UUID | None:
    """Under which name this process takes what it gives back when it dies; None without a lock."""
    session = current()
    return session.holder if session is not None else None


def open_for(name: uuid.UUID) -> LockSession:
    """Open a session and take the lock of a process.

    Raises:
        PooledError: a pooler stands in between.
        LockSessionError: the database is away, or somebody has the lock.
    """
    url = settings.load().need("database_url").replace("+psycopg", "", 1)
    try:
        connection = psycopg.connect(
            url,
            autocommit=True,
            connect_timeout=_CONNECT_S,
            application_name="syndicate lock",
            prepare_threshold=None,
            **_KEEPALIVES,
        )
    except (psycopg.Error, UnicodeError) as error:
        raise LockSessionError(f"The database is away ({type(error).__name__}).") from error
    try:
        _take_lock(connection, name)
        return LockSession(connection, name)
    except psycopg.Error as error:
        connection.close()
        raise LockSessionError(f"The database hung up ({type(error).__name__}).") from error
    except BaseException:
        connection.close()
        raise


def use(session: LockSession) -> None:
    """Let it be the session of this process; the one of before is closed."""
    with _CHANGING:
        before = list(_OPEN)
        _OPEN[:] = [session]
    for each in before:
        each.close()


def leave() -> None:
    """Close the session of this process, where it has one."""
    with _CHANGING:
        before = list(_OPEN)
        _OPEN.clear()
    for each in before:
        each.close()


def key_of(name: uuid.UUID) -> int:
    """The number of a process's lock: 64 bits of its name."""
    return int.from_bytes(name.bytes[:8], "big", signed=True)


def _take_lock(connection: psycopg.Connection[Any], name: uuid.UUID) -> None:
    (pid,) = connection.execute("SELECT pg_backend_pid()").fetchone() or (None,)
    # A pooler tells its clients numbers of its own; PostgreSQL, and a plain proxy, the server's.
    if pid != connection.info.backend_pid:
        raise PooledError("The database is reached through a pooler of connections.")
    for statement in _PREPARE:
        connection.execute(statement)
    for _ in range(_TRIES):
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", [key_of(name)]).fetchone()
        if row == (True,):
            return
        time.sleep(_BETWEEN_S)
    raise LockSessionError("The lock of this process is taken.")
