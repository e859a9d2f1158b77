"""The embedded PostgreSQL: private, kept between runs, and never touched by another version."""

import os
import signal
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from syndicate.embedded import places
from syndicate.embedded.postgres import Postgres, make_socket_dir
from syndicate.errors import OtherPostgresVersionError, RefusedError


@pytest.fixture
def server(data_dir: Path) -> Iterator[Postgres]:
    data_dir.mkdir(mode=0o700)
    found = Postgres(data_dir, durable=False)
    yield found
    found.stop(now=True)
    found.remove()


def ask(url: str, query: str) -> str:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return str(row[0])


def test_it_listens_on_a_private_socket_only(server: Postgres) -> None:
    url = server.start()

    assert ask(url, "SHOW listen_addresses") == ""
    assert ask(url, "SHOW timezone") == "UTC"
    assert (
        ask(url, "SELECT datcollate || datlocale FROM pg_database WHERE datname = 'syndicate'")
        == "CPG_UNICODE_FAST"
    )
    assert server.socket_dir is not None
    assert stat.S_IMODE(server.socket_dir.stat().st_mode) == 0o700


def test_what_was_stored_is_there_after_a_stop_and_after_a_kill(server: Postgres) -> None:
    server.durable = True
    with psycopg.connect(server.start()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
    server.stop()

    url = server.start()
    assert ask(url, "SELECT count(*) FROM kept") == "1"
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO kept VALUES (2)")
    assert server.process is not None
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait(10)
    server.stop()

    assert ask(server.start(), "SELECT count(*) FROM kept") == "2"


@pytest.mark.long
def test_a_stop_leaves_no_socket_and_may_come_twice(server: Postgres) -> None:
    server.start()
    socket_dir, process = server.socket_dir, server.process

    server.stop()
    server.stop()

    assert socket_dir is not None
    assert not socket_dir.exists()
    assert process is not None
    assert process.returncode == 0


def test_another_versions_data_is_refused_untouched(server: Postgres) -> None:
    server.start()
    server.stop()
    place = places.settle(server.data_dir)
    (place.data / "PG_VERSION").write_text("17\n")
    before = sorted((p.name, p.stat().st_mtime_ns) for p in place.data.iterdir())

    with pytest.raises(
        OtherPostgresVersionError,
        match=r"written by PostgreSQL 17, this Syndicate brings 18: .*pg_dump",
    ) as caught:
        server.start()

    assert caught.value.exit_code == 4
    assert caught.value.ids == {"theirs": "17", "ours": "18"}
    assert sorted((p.name, p.stat().st_mtime_ns) for p in place.data.iterdir()) == before


def test_a_first_start_cut_short_begins_anew(server: Postgres) -> None:
    place = places.settle(server.data_dir)
    half = place.data.with_name("data.new")
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")

    assert ask(server.start(), "SELECT 1") == "1"


@pytest.mark.long
def test_two_servers_stand_side_by_side(server: Postgres) -> None:
    other_dir = server.data_dir.parent / "other"
    other_dir.mkdir(mode=0o700)
    other = Postgres(other_dir, durable=False)
    try:
        assert ask(server.start(), "SELECT 1") == ask(other.start(), "SELECT 1")
        assert server.socket_dir != other.socket_dir
    finally:
        other.stop(now=True)
        other.remove()


def test_removing_takes_the_database_and_nothing_else(server: Postgres) -> None:
    server.start()
    server.stop()
    (server.data_dir / "mailbox").mkdir()

    server.remove()

    left = sorted(path.name for path in server.data_dir.iterdir())
    assert left == ["mailbox", "postgres.log"]


def test_a_socket_path_over_the_kernels_limit_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("d" * 90)
    long.mkdir()
    monkeypatch.setattr(os, "access", lambda *_args: False)
    monkeypatch.setattr(tempfile, "tempdir", str(long))

    with pytest.raises(RefusedError, match="too long a path for sockets; set TMPDIR"):
        make_socket_dir("syndicate-pg-")

    assert list(long.iterdir()) == []
