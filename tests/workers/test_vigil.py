"""A worker keeps its lock, whatever the server does, and sees whose is not held any more."""

import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import select

from syndicate import processes, settings
from syndicate.store.ground import lock_session
from syndicate.store.ground.session import transaction
from syndicate.store.platform import holders
from syndicate.store.platform.holders import Holder
from workers.vigil import Vigil

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def _no_session_left() -> Iterator[None]:
    yield
    lock_session.leave()


def pids() -> set[int]:
    with transaction() as tx:
        return set(tx.scalars(select(Holder.pid)))


def test_a_worker_has_its_lock_before_it_leases_and_again_after_a_restart(database: str) -> None:
    vigil = Vigil()
    vigil.look()
    first = lock_session.current()
    assert first is not None
    assert pids() == {processes.own().pid}

    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
            "AND datname = current_database()"
        )
    while not first.is_broken():
        pass
    vigil.look()  # a connection that was used a moment ago is found dead now
    vigil.look()

    second = lock_session.current()
    assert second is not None
    assert second is not first
    assert not second.is_broken()


def test_whoever_is_awake_forgets_a_process_that_died() -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(99)"]) as child:
        process = processes.named(child.pid)
        child.kill()
    with transaction() as tx:
        holders.announce(tx, process)

    Vigil().look()

    assert pids() == {processes.own().pid}


def test_without_a_database_it_looks_again(settings_env: pytest.MonkeyPatch) -> None:
    settings_env.setenv("SYNDICATE_DATABASE_URL", "postgresql://x@127.0.0.1:1/x")

    settings.load.cache_clear()

    Vigil().look()

    assert lock_session.current() is None
