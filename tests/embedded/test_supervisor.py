"""A whole stack, seen from outside: what it refuses, what it leaves, and that it leaves nothing."""

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest

from syndicate.embedded import places, plan, probes
from syndicate.embedded.postgres import Postgres
from syndicate.journal import lives
from tests.embedded.processes import of_stack, ordinary_user, wait_for

pytestmark = pytest.mark.stack

PROGRAM = [sys.executable, "-m", "syndicate.cli"]
WORKERS = {f"worker-{name}" for name in plan.WORKERS}
SECRETS = ("secrets/master_key", "secrets/dkim.pem")
READS_ALL = 1 << 2  # CAP_DAC_READ_SEARCH
PROCESSES = {"postgres", "valkey", "mailbox", "web", "beat", *WORKERS}
# Enough for a loaded machine; nothing here is measured.
START_S = 90.0

Up = Callable[..., "Running"]


class Running:
    """A `syndicate up` of its own, and what it said."""

    def __init__(self, prefix: list[str], data_dir: Path, env: Mapping[str, str]) -> None:
        self.data_dir = data_dir
        self.errors = data_dir.parent / "stderr"
        argv = [*prefix, *PROGRAM, "up", "--data-dir", str(data_dir), "--json", "--empty"]
        with self.errors.open("wb") as stderr:
            self.process = subprocess.Popen(
                argv, env=dict(env), stdout=subprocess.PIPE, stderr=stderr, start_new_session=True
            )
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, self.errors.read_text()
        self.run: dict[str, Any] = json.loads(line)

    @property
    def id(self) -> str:
        return str(self.run["stack"])

    def now(self) -> dict[str, Any]:
        """What run.json says now."""
        found: dict[str, Any] = json.loads((self.data_dir / "run.json").read_text())
        return found

    def is_gone(self) -> bool:
        return not of_stack(self.id)

    def close(self) -> None:
        """End what is left of it."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(START_S)
        if self.process.stdout:
            self.process.stdout.close()

    def end(self, number: signal.Signals) -> int:
        """Signal the supervisor and wait for its end.

        Its pid is the one in run.json: what we started may be `unshare` or a shell before it.
        """
        os.kill(int(self.run["pid"]), number)
        return self.process.wait(START_S)


def environment(**more: str) -> dict[str, str]:
    """An environment with no setting in it but a free port."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("SYNDICATE_")}
    return {**clean, "SYNDICATE_PORT": "0", "SYNDICATE_LOG_FORMAT": "json", **more}


@pytest.fixture
def up(data_dir: Path) -> Iterator[Up]:
    """Starts a stack on this test's folder; whatever the test leaves of it is ended."""
    started: list[Running] = []

    def begin(prefix: list[str] | None = None, **env: str) -> Running:
        started.append(Running(prefix or [], data_dir, environment(**env)))
        return started[-1]

    yield begin
    for each in started:
        each.close()
        assert wait_for(each.is_gone, seconds=10)


@pytest.fixture(scope="module")
def stack() -> Iterator[Running]:
    """One stack for all the tests that leave it running."""
    parent = Path(tempfile.mkdtemp(prefix="syndicate-test-"))
    running = Running([], parent / "data", environment())
    yield running
    assert running.end(signal.SIGINT) == 0
    running.close()
    Postgres(running.data_dir).remove()
    shutil.rmtree(parent)


def refused(data_dir: Path, **env: str) -> tuple[int, str]:
    """What an `up` that must not start says: exit code and last line."""
    done = subprocess.run(
        [*PROGRAM, "up", "--data-dir", str(data_dir), "--json", "--empty"],
        env=environment(**env), capture_output=True, text=True, check=False, timeout=START_S,
    )  # fmt: skip
    assert done.stdout == ""
    return done.returncode, done.stderr.strip().splitlines()[-1]


def row(running: Running, query: str) -> object:
    with psycopg.connect(running.run["settings"]["SYNDICATE_DATABASE_URL"]) as connection:
        found = connection.execute(query.encode()).fetchone()
    assert found is not None
    return found[0]


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user has no other account")
def test_no_process_runs_as_root_but_the_supervisor(stack: Running) -> None:
    account = places.account_for_root()
    data, journal = stack.data_dir, stack.data_dir / "journal"
    assert wait_for((journal / lives.NAME).exists, seconds=60)
    supervisor = int(stack.run["pid"])

    running = {pid: status(pid) for pid in of_stack(stack.id) if pid != supervisor}

    uids = {pid: set(each["Uid"].split()) for pid, each in running.items()}
    assert set(stack.run["processes"]) == PROCESSES
    assert set(stack.now()["processes"].values()) <= set(running)
    assert {pid: each for pid, each in uids.items() if each != {str(account.uid)}} == {}
    assert {int(each["CapEff"], 16) & ~READS_ALL for each in running.values()} == {0}
    assert {name: modes(data / name) for name in ("", "logs", "secrets", *SECRETS)} == {
        "": (0, 0o710), "logs": (0, 0o700), "secrets": (0, 0o710),
        SECRETS[0]: (0, 0o600), SECRETS[1]: (account.uid, 0o600),
    }  # fmt: skip
    assert {path.stat().st_uid for path in journal.iterdir()} == {account.uid}
    assert {modes(path) for path in (data / "logs").iterdir()} == {(0, 0o600)}


def status(pid: int) -> dict[str, str]:
    """What the kernel says of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def modes(path: Path) -> tuple[int, int]:
    """Whose a file is, and who may do what with it."""
    return path.stat().st_uid, stat.S_IMODE(path.stat().st_mode)


@pytest.mark.long
def test_another_command_finds_the_stack_by_its_folder(stack: Running) -> None:
    env = environment(SYNDICATE_DATA_DIR=str(stack.data_dir))

    done = subprocess.run(
        [*PROGRAM, "doctor", "--json"], env=env, capture_output=True, text=True, check=False
    )

    states = {each["check"]: each["state"] for each in json.loads(done.stdout)["checks"]}
    assert done.returncode == 0, done.stdout
    assert {states[name] for name in ("database", "broker", "relay", "web", "clock")} == {"ok"}


@pytest.mark.long
def test_a_command_finds_the_stack_by_the_database_that_both_name(up: Up, database: str) -> None:
    running = up(SYNDICATE_DATABASE_URL=database)
    env = environment(SYNDICATE_DATA_DIR=str(running.data_dir), SYNDICATE_DATABASE_URL=database)

    done = subprocess.run(
        [*PROGRAM, "doctor", "--only", "database,broker,relay,web", "--json"],
        env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip

    states = {each["check"]: each["state"] for each in json.loads(done.stdout)["checks"]}
    assert states == dict.fromkeys(("database", "broker", "relay", "web"), "ok"), done.stdout
    running.end(signal.SIGINT)


@pytest.mark.long
def test_one_more_sender_joins_the_stack_by_its_folder(stack: Running, tmp_path: Path) -> None:
    ready = probes.ReadySocket(tmp_path / "ready")
    env = environment(SYNDICATE_DATA_DIR=str(stack.data_dir), NOTIFY_SOCKET=str(ready.path))
    log_file = tmp_path / "log"

    with log_file.open("wb") as said, closing(ready):
        argv = [*PROGRAM, "worker", "bulk", "--name", "bulk-2"]
        worker = subprocess.Popen(argv, env=env, stdout=said, stderr=said)
        is_ready = wait_for(ready.said_ready, seconds=START_S)
        worker.terminate()

    assert is_ready, log_file.read_text()
    assert worker.wait(START_S) == 0


@pytest.mark.long
def test_parts_that_die_come_back(stack: Running) -> None:
    names = ("worker-urgent", "valkey", "mailbox", "web")
    before = stack.now()["processes"]
    in_the_way = stack.data_dir / "run.json.new"
    in_the_way.mkdir()  # as on a full disk: nothing new is written

    for name in names:
        os.kill(before[name], signal.SIGKILL)
    assert wait_for(lambda: is_ready(f"{stack.run['web_url']}/readyz"), seconds=START_S)
    assert stack.now()["processes"] == before
    in_the_way.rmdir()

    def are_back() -> bool:
        processes = stack.now()["processes"]
        return all(processes[name] != before[name] for name in names)

    assert wait_for(are_back, seconds=START_S)
    assert wait_for(lambda: is_ready(f"{stack.run['web_url']}/readyz"), seconds=START_S)


@pytest.mark.long
def test_a_killed_supervisor_takes_all_along_and_the_next_finds_the_data_and_stops_in_order(
    up: Up,
) -> None:
    first = up()
    with psycopg.connect(first.run["settings"]["SYNDICATE_DATABASE_URL"]) as connection:
        connection.execute("INSERT INTO due_job VALUES ('kept', now())")
    key = (first.data_dir / "secrets" / "master_key").read_text()

    first.end(signal.SIGKILL)

    assert wait_for(first.is_gone, seconds=5), of_stack(first.id)

    second = up()

    assert row(second, "SELECT count(*) FROM due_job WHERE job = 'kept'") == 1
    assert (second.data_dir / "secrets" / "master_key").read_text() == key
    assert [path for path in first.run["socket_dirs"] if Path(path).exists()] == []
    assert second.end(signal.SIGTERM) == 0
    _see_that_the_stop_was_orderly(second)
    _see_that_another_versions_folder_stays_untouched(second.data_dir)


def _see_that_the_stop_was_orderly(running: Running) -> None:
    assert running.is_gone()
    assert not (running.data_dir / "run.json").exists()
    assert [path for path in running.run["socket_dirs"] if Path(path).exists()] == []
    assert "database system is shut down" in (running.data_dir / "logs/postgres.log").read_text()


def _see_that_another_versions_folder_stays_untouched(data_dir: Path) -> None:
    mark = places.settle(data_dir).data / "PG_VERSION"
    mark.write_text("17\n")

    code, said = refused(data_dir)

    assert code == 4
    assert "was written by PostgreSQL 17, this Syndicate brings 18" in said
    assert mark.read_text() == "17\n"


def is_ready(address: str) -> bool:
    try:
        return httpx2.get(address).status_code == 200
    except httpx2.TransportError:
        return False


@pytest.mark.long
def test_an_ordinary_users_stack_ends_in_one_sentence_when_postgresql_dies(up: Up) -> None:
    prefix = ordinary_user()
    if prefix is None:
        pytest.skip("this machine lets root become no ordinary user (unshare --user)")

    running = up(prefix)
    has_own_room = (running.data_dir / "postgres").is_dir()
    os.kill(running.run["processes"]["postgres"], signal.SIGKILL)

    assert running.process.wait(START_S) == 1
    said = running.errors.read_text().strip().splitlines()[-1]
    assert said.startswith("syndicate: PostgreSQL ended by itself; its log ")
    assert said.endswith("nothing that was stored is lost, start again.")
    assert has_own_room
    assert not (running.data_dir / places.POINTER).exists()
    assert wait_for(running.is_gone, seconds=10)


@pytest.mark.long
def test_a_port_in_use_is_refused_before_anything_is_written(data_dir: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = str(taken.getsockname()[1])

        code, said = refused(data_dir, SYNDICATE_PORT=port)

    assert (code, data_dir.exists()) == (4, False)
    assert said.startswith(f"syndicate: Another program listens on 127.0.0.1:{port}; ")


BAD_SETTINGS = [
        ({"SYNDICATE_PROT": "8081"}, 2, "did you mean SYNDICATE_PORT?"),
        ({"SYNDICATE_HOST": "news.invalid"}, 3, "The host news.invalid does not resolve"),
        ({"SYNDICATE_HOST": "192.0.2.1"}, 2, "192.0.2.1 is not an address of this machine"),
        ({"SYNDICATE_MASTER_KEY": "geheim"}, 2, "SYNDICATE_MASTER_KEY must be 64 hex digits"),
        ({"SYNDICATE_ENVIRONMENT": "production"}, 4, "set SYNDICATE_DATABASE_URL and"),
    ]  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize(("env", "code", "words"), BAD_SETTINGS)
def test_a_bad_setting_is_one_sentence_and_nothing_is_written(
    data_dir: Path, env: dict[str, str], code: int, words: str
) -> None:
    found, said = refused(data_dir, **env)

    assert found == code
    assert words in said
    assert not data_dir.exists()
