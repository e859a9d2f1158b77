"""What is no sign of a copy: accidents after which mail leaves as before."""

import datetime as dt
import json
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import update

from syndicate import clock, settings
from syndicate.embedded import child, places
from syndicate.embedded.child import Recipe
from syndicate.embedded.postgres import Postgres
from syndicate.journal import lives
from syndicate.mail.recovery import copy_check
from syndicate.store.ground import session
from syndicate.store.ground.session import transaction
from syndicate.store.maintenance import migrate
from syndicate.store.platform import installation
from syndicate.store.platform.installation import Installation
from syndicate.store.recovery.copies import NUMBERS_AHEAD
from syndicate.store.sending import batch_leases
from syndicate.vocabulary.sending import Lane
from tests import leftovers
from tests.faults import copies
from tests.faults.copies import House
from tests.journal.test_lives import begin
from tests.store.hands import WORKER

pytestmark = pytest.mark.stack

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def folder() -> Iterator[Path]:
    with leftovers.folder() as made:
        yield made


def use(env: pytest.MonkeyPatch, url: str) -> None:
    session.dispose()
    env.setenv("SYNDICATE_DATABASE_URL", url)
    settings.load.cache_clear()


def may_lease() -> bool:
    with transaction() as tx:
        return batch_leases.take(tx, Lane.BULK, worker=WORKER, now=clock.now()) is not None


@pytest.mark.long
def test_a_power_cut_that_takes_the_last_second_of_the_log_is_no_sign(
    settings_env: pytest.MonkeyPatch, folder: Path
) -> None:
    """Somebody has turned synchronous_commit off, and everything dies at once."""
    server = Postgres(folder)
    journal = folder / "journal.jsonl"
    use(settings_env, server.start())
    migrate.upgrade()
    commit_late(server)
    begin()
    copy_check.wake(clock.now(), is_start=True)
    assert may_lease()
    for _ in range(5):
        lives.keep(journal)
    written = lives.head(journal)

    cut_power(server)
    use(settings_env, server.start())
    settings_env.setenv("SYNDICATE_JOURNAL", str(journal))
    settings.load.cache_clear()
    held = copy_check.wake(clock.now(), is_start=True)
    mark = copies.row().mark
    session.dispose()
    server.stop(now=True)
    server.remove()

    assert written is not None
    assert (held, mark) == (None, written.mark)


def commit_late(server: Postgres) -> None:
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET synchronous_commit = off")
        connection.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
        connection.execute("SELECT pg_reload_conf()")
    time.sleep(0.5)
    session.dispose()


def cut_power(server: Postgres) -> None:
    """Kill every process of it without a word."""
    assert server.process is not None
    parent = server.process.pid
    every = [
        int(each.name)
        for each in Path("/proc").iterdir()
        if each.name.isdigit() and is_child(each, parent)
    ]
    os.kill(parent, signal.SIGSTOP)
    for pid in [*every, parent]:
        os.kill(pid, signal.SIGKILL)
    server.process.wait(10)
    server.stop(now=True)


def is_child(process: Path, parent: int) -> bool:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1]) == parent
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.long
def test_a_failover_to_a_replica_is_no_sign(settings_env: pytest.MonkeyPatch, folder: Path) -> None:
    primary = Postgres(folder)
    use(settings_env, primary.start())
    settings_env.setenv("SYNDICATE_JOURNAL", str(folder / "journal.jsonl"))
    settings.load.cache_clear()
    migrate.upgrade()
    with replica_of(primary) as (url, promote):
        begin()
        copy_check.wake(clock.now(), is_start=True)
        lives.keep(folder / "journal.jsonl")
        wait_until_there(primary, url)
        session.dispose()
        primary.stop(now=True)
        promote()

        use(settings_env, url)
        leased_before = may_lease()
        held = copy_check.wake(clock.now())
        leased_after = may_lease()
        session.dispose()
    primary.remove()

    assert (leased_before, held, leased_after) == (False, None, True)


@contextmanager
def replica_of(primary: Postgres) -> Iterator[tuple[str, Callable[[], None]]]:
    """A streaming replica; its address, and what makes it the primary."""
    place = places.settle(primary.data_dir)
    data = place.data.with_name("replica")
    copy = ["--pgdata", str(data), "--write-recovery-conf", "--checkpoint=fast", "--no-sync"]
    run(place, "pg_basebackup", f"--host={primary.socket_dir}", "--username=syndicate", *copy)
    sockets = place.data.with_name("sockets")
    sockets.mkdir()
    if place.account is not None:
        os.chown(sockets, place.account.uid, place.account.gid)
    recipe = Recipe(
        name="replica",
        argv=[
            str(place.programs / "postgres"), "-D", str(data), "-c", "listen_addresses=",
            "-c", "max_connections=200",
            "-c", f"unix_socket_directories={sockets}", "-c", "cluster_name=replica",
        ],
        env=places.program_env(),
        log_file=primary.data_dir / "replica.log",
        account=place.account,
    )  # fmt: skip
    process = child.start(recipe)
    url = f"postgresql://syndicate@/syndicate?host={sockets}"
    try:
        child.wait_until(lambda: answers(url), process, recipe)
        yield url, lambda: run(place, "pg_ctl", "promote", "--wait", "-D", str(data))
    finally:
        child.end(process, ((signal.SIGQUIT, 5.0),))
        shutil.rmtree(data, ignore_errors=True)


def run(place: places.Places, name: str, *arguments: str) -> None:
    done = places.run_program([str(place.programs / name), *arguments], place.account)
    assert done.returncode == 0, done.stderr


def answers(url: str) -> bool:
    try:
        with psycopg.connect(url) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def wait_until_there(primary: Postgres, url: str) -> None:
    with psycopg.connect(primary.url()) as connection:
        [at] = connection.execute("SELECT pg_current_wal_lsn()::text").fetchone() or [""]
    with psycopg.connect(url, autocommit=True) as connection:
        for _ in range(100):
            query = "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn"
            if connection.execute(query, [at]).fetchone() == (True,):
                return
            time.sleep(0.1)
    raise AssertionError("the replica did not follow")


@pytest.mark.long
@pytest.mark.parametrize("by", [HOUR, -HOUR])
def test_another_host_whose_clock_is_wrong_is_no_sign(house: House, by: dt.timedelta) -> None:
    house.begin()
    copies.open_newsroom(readers=3)
    copies.work()
    lives.keep(house.journal)
    for path in (house.journal, house.journal.with_name("journal.jsonl.mark")):
        copies.grow_old(path, -by)

    held = [house.start() for _ in range(2)]
    copies.work()

    assert held == [None, None]
    assert sorted(house.sink.taken().values()) == [1, 1, 1]
    # What is wrong with its times does not hide a copy either.
    backup = house.dump("nightly")
    house.restore_into(backup, "house")
    copies.stay_at_home()
    with transaction() as tx:
        tx.execute(update(Installation).values(mark=0))
    assert "its journal knows of later work" in str(house.start())


@pytest.mark.long
@pytest.mark.parametrize("ahead", [1, NUMBERS_AHEAD + 1])
def test_a_copy_for_tests_that_mails_by_the_same_relay_is_no_sign(house: House, ahead: int) -> None:
    """Its numbers were moved on when it was released; those next to ours are of a lost time."""
    house.begin()
    copies.open_newsroom(readers=3)
    copies.grow_old_life()
    copies.work()
    [mailing] = copies.mailings()
    line = json.loads(house.sink.log.read_text().splitlines()[0])
    named = copies.message_id(mailing.id + ahead, 1)
    with house.sink.log.open("a") as log:
        log.write(json.dumps(line | {"at": clock.now().isoformat(), "message_id": named}) + "\n")

    held = house.start()

    assert (held is None) == (ahead > 1)


def test_a_server_that_nobody_has_compared_is_told_after_a_minute(house: House) -> None:
    house.begin()
    with transaction() as tx:
        earlier = Installation.compared_for - HOUR
        tx.execute(update(Installation).values(compared_for=earlier))
        soon = copy_check.silence(tx, clock.now() - 10_000 * HOUR)
        late = copy_check.silence(tx, clock.now() + HOUR)

    assert soon is None
    assert "this database has not been compared" in str(late)
    assert house.start() is None
    with transaction() as tx:
        assert copy_check.silence(tx, clock.now() + HOUR) is None


def test_one_command_lets_mail_leave_that_was_held_for_nothing(house: House) -> None:
    """Somebody moved the database to another PostgreSQL; all that waits is sent, once."""
    house.begin()
    copies.open_newsroom()
    copies.tick()
    copies.compose_what_is_due()
    copies.send(lambda: len(house.sink.taken()) >= copies.CHUNK)
    house.restore_into(house.dump("moved"), "moved")
    assert house.start() is not None

    house.release()
    copies.work()

    assert sorted(house.sink.taken().values()) == [1] * copies.READERS
    with transaction() as tx:
        assert installation.held_why(tx) is None
