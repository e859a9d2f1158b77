"""The session that says that a process lives, against a real server and a real pooler."""

import os
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import conninfo

from syndicate import settings
from syndicate.store.ground import lock_session
from syndicate.store.ground.lock_session import LockSession, LockSessionError, PooledError

pytestmark = pytest.mark.usefixtures("database")

NAME = uuid.UUID(int=7 << 96)


@pytest.fixture
def session() -> Iterator[LockSession]:
    made = lock_session.open_for(NAME)
    yield made
    made.close()


def hang_up(url: str) -> None:
    """What an operator, or a restart of the server, does to lock sessions."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'syndicate lock' AND datname = current_database()"
        )


def test_a_session_holds_its_lock_until_it_is_closed(session: LockSession) -> None:
    assert not session.is_broken()
    with pytest.raises(LockSessionError, match="taken"):
        lock_session.open_for(NAME)

    session.close()

    assert session.is_broken()
    lock_session.open_for(NAME).close()


def test_a_session_that_the_server_ended_is_broken_at_once(
    session: LockSession, database: str
) -> None:
    hang_up(database)
    ends_at = time.monotonic() + 5

    while not session.is_broken():
        assert time.monotonic() < ends_at

    assert session.is_broken()
    lock_session.open_for(NAME).close()


def test_a_database_that_is_away_is_said_in_a_sentence(settings_env: pytest.MonkeyPatch) -> None:
    settings_env.setenv("SYNDICATE_DATABASE_URL", "postgresql://x@127.0.0.1:1/x")
    settings.load.cache_clear()

    with pytest.raises(LockSessionError, match="The database is away"):
        lock_session.open_for(NAME)


@pytest.fixture
def pooler(database: str) -> Iterator[str]:
    """The address of the database behind pgbouncer, which pools transactions."""
    parts = conninfo.conninfo_to_dict(database)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # It will not run as root, and whoever owns PostgreSQL's folder of sockets may enter it.
    owner = Path(str(parts["host"])).stat().st_uid
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "users.txt").write_text(f'"{parts["user"]}" ""\n')
        (folder / "pgbouncer.ini").write_text(
            f"[databases]\n* = host={parts['host']} user={parts['user']}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
            f"auth_type = any\nauth_file = {folder}/users.txt\npool_mode = transaction\n"
            "ignore_startup_parameters = extra_float_digits,options\n"
        )
        os.chown(folder, owner, -1)
        path = f"{os.environ['PATH']}:/usr/sbin"
        argv = ["pgbouncer", "-q", str(folder / "pgbouncer.ini")]
        with subprocess.Popen(argv, user=owner, env={"PATH": path}, cwd="/") as process:
            yield f"postgresql://{parts['user']}@127.0.0.1:{port}/{parts['dbname']}"
            process.kill()


@pytest.mark.debian("pgbouncer")
def test_behind_a_pooler_there_is_no_session(pooler: str, settings_env: pytest.MonkeyPatch) -> None:
    settings_env.setenv("SYNDICATE_DATABASE_URL", pooler)
    settings.load.cache_clear()
    ends_at = time.monotonic() + 20

    while True:  # until it listens
        assert time.monotonic() < ends_at
        try:
            lock_session.open_for(NAME)
        except PooledError:
            break
        except LockSessionError:
            time.sleep(0.05)
