"""A setup that is killed, and one beside others' work: all of the file or nothing, no lock left.

Each stands where the test wants it: at a lock that the test holds.
"""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from starlette.testclient import TestClient

from syndicate.setup.applying import Applied
from syndicate.vocabulary.sending import MailingState
from syndicate.web.app import build
from tests.mail import steps
from tests.mail.campaign import Plan
from tests.mail.fault_relay import FaultRelay
from tests.setup.test_setup import COURIER, DESK, apply
from tests.web import operators

pytestmark = pytest.mark.usefixtures("database", "valkey_url")
MANY, HALF = 40, 20
BIG = (
    COURIER
    + "".join(
        f'[[sections]]\nslug = "part-{number}"\nname = "Part {number}"\n' for number in range(MANY)
    )
    + DESK
)
ALL = (1, MANY, 1)
NEWSROOM = "SELECT pg_advisory_xact_lock(hashtext('newsroom'))"
_FROZEN = "LOCK TABLE {} IN SHARE MODE"  # is read, and not written
_WAITING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND datname = current_database()
        AND wait_event_type = 'Lock'
"""
_OPEN = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
"""
_MADE = """
    SELECT (SELECT count(*) FROM publication), (SELECT count(*) FROM section),
        (SELECT count(*) FROM operator)
"""
S = 60.0


def until(is_so: Callable[[], bool]) -> None:
    ends = time.monotonic() + S
    while not is_so():
        assert time.monotonic() < ends, "it did not come to that"
        time.sleep(0.02)


@pytest.fixture
def watch(database: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database, autocommit=True) as connection:
        yield connection


def number(watch: psycopg.Connection, asked: str) -> int:
    row = watch.execute(asked).fetchone()
    assert row is not None
    return int(row[0])


@contextmanager
def holding(database: str, lock: str) -> Iterator[psycopg.Connection]:
    """Hold a lock until the block ends."""
    with psycopg.connect(database) as connection:
        connection.execute(lock)
        yield connection


@contextmanager
def full_pipe() -> Iterator[int]:
    """An end to write to of which nobody reads: whoever writes there stands."""
    reads, writes = os.pipe()
    try:
        size = fcntl.fcntl(writes, fcntl.F_GETPIPE_SZ)
        os.write(writes, b" " * size)
        yield writes
    finally:
        os.close(reads)
        os.close(writes)


def begin(file: Path, said: int) -> subprocess.Popen[bytes]:
    argv = [sys.executable, "-m", "syndicate.cli", "setup", str(file)]
    return subprocess.Popen(argv, stdout=said)


@contextmanager
def killed(file: Path, is_there: Callable[[], bool]) -> Iterator[None]:
    """Have the file set up by a process that is killed as soon as it is there; then the block."""
    with full_pipe() as said, begin(file, said) as process:
        try:
            until(is_there)
        finally:
            process.kill()
        assert process.wait(S) == -signal.SIGKILL
        yield


@pytest.mark.parametrize(
    "stands_at",
    [
        pytest.param(NEWSROOM, marks=pytest.mark.long, id="before"),
        pytest.param(_FROZEN.format("section"), marks=pytest.mark.long, id="sections"),
        pytest.param(_FROZEN.format("operator"), id="operators"),
        pytest.param(None, id="made"),
    ],
)
def test_a_killed_setup_made_nothing_or_all_and_the_next_one_finishes(
    stands_at: str | None, database: str, watch: psycopg.Connection, tmp_path: Path
) -> None:
    file = tmp_path / "big.toml"
    file.write_text(BIG)

    if stands_at is None:  # all is made, and nobody was told so

        def is_made() -> bool:
            return number(watch, "SELECT count(*) FROM operator") == 1

        with killed(file, is_made):
            pass
    else:
        with (
            holding(database, stands_at),
            killed(file, lambda: number(watch, _WAITING) == 1),
        ):
            pass
    until(lambda: number(watch, _OPEN) == 0)
    left = watch.execute(_MADE).fetchone()
    done = apply(file)

    expected = (ALL, 0, sum(ALL)) if stands_at is None else ((0, 0, 0), sum(ALL), 0)
    assert (left, len(done.create), done.unchanged) == expected
    assert watch.execute(_MADE).fetchone() == ALL


@contextmanager
def standing(
    database: str, file: Path, said: str
) -> Iterator[tuple[Future[Applied], ThreadPoolExecutor]]:
    """A setup that stands with all but its last step done until the block ends."""
    with ThreadPoolExecutor(2) as pool:
        with (
            holding(database, _FROZEN.format("operator")),
            psycopg.connect(database, autocommit=True) as watch,
        ):
            future = pool.submit(apply, file, said)
            until(lambda: number(watch, _WAITING) == 1)
            yield future, pool
        future.result(S)


def test_a_change_beside_a_setup_sees_what_that_one_made(
    database: str, watch: psycopg.Connection, tmp_path: Path
) -> None:
    file = tmp_path / "newsroom.toml"
    apply(file, COURIER)
    headers = operators.bearer()
    said = COURIER.replace("The Courier", "Courier") + '[publications.reasons]\nar = "اشتركت"\n'
    body = {"name": "The Courier", "names": {"ar": "الساعي"}}

    with TestClient(build(), base_url="http://127.0.0.1:8000") as api:
        with standing(database, file, said + DESK) as (_, pool):
            answer = pool.submit(
                api.patch, "/api/v1/publications/courier", json=body, headers=headers
            )
            until(lambda: number(watch, _WAITING) == 2)
        told = answer.result(S).json()
        after = api.get("/api/v1/publications/courier", headers=headers).json()

    changed = {each["field"]: (each["from"], each["to"]) for each in told.pop("changed")}
    assert changed == {"name": ("Courier", "The Courier"), "names": ({}, {"ar": "الساعي"})}
    assert told == after
    assert (after["name"], after["reasons"]) == ("The Courier", {"ar": "اشتركت"})


def test_a_mailing_goes_out_beside_a_setup_of_its_publication(
    database: str, settings_env: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mailing = steps.begin(Plan(audience=2 * HALF))
    said = """\
[[publications]]
slug = "weekly"
was = "daily-1"
name = "The Weekly"
sender_address = "news@weekly.example"
host = "weekly.example"
"""

    with FaultRelay() as relay:
        steps.use(relay, settings_env)
        first = steps.send(lambda: len(relay.accepted) >= HALF)
        with standing(database, tmp_path / "newsroom.toml", said + DESK) as (setup, _):
            rest = steps.send()
            assert not setup.done()

    assert setup.result().create == [("operator", "desk")]
    assert (first < 2 * HALF, first + rest) == (True, 2 * HALF)
    assert steps.state(mailing) is MailingState.DONE
    assert [
        each.rcpt for each in relay.accepted if b"<news@daily.example>" not in each.content
    ] == []


def test_a_setup_that_lost_a_deadlock_is_done_again(
    database: str, watch: psycopg.Connection, tmp_path: Path
) -> None:
    file = tmp_path / "newsroom.toml"
    world = '[[sections]]\nslug = "world"\nname = "World"\n'
    before = COURIER + world + DESK
    apply(file, before)
    said = before.replace('"The Courier"', '"Courier"').replace("World", "Globe")

    with ThreadPoolExecutor(2) as pool, psycopg.connect(database) as other:
        other.execute("SET deadlock_timeout = '1h'")  # so it is the setup that gives way
        other.execute("SELECT FROM operator FOR UPDATE")
        with holding(database, _FROZEN.format("section")):
            setup = pool.submit(apply, file, said)
            until(lambda: number(watch, _WAITING) == 1)
            wanted = pool.submit(other.execute, "SELECT FROM publication FOR UPDATE")
            until(lambda: number(watch, _WAITING) == 2)
        wanted.result(S)
        other.rollback()
        done = setup.result(S)

    assert [(kind, slug) for kind, slug, _ in done.changed] == [
        ("publication", "courier"),
        ("section", "world"),
        ("operator", "desk"),
    ]
    assert apply(file, said).unchanged == len(done.changed)
