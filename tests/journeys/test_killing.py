"""Things die in mid-send: a worker, Valkey with all its data, the supervisor."""

import os
import shutil
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.embedded.processes import of_stack, wait_for
from tests.journeys.running import SYNDICATE, Running, fresh_folder, kind_of, running

IS_LONG = bool(os.environ.get("LONG_FAULTS"))
READERS = 5_000 if IS_LONG else 1_500
CHUNK = 50

pytestmark = pytest.mark.faults


def test_a_killed_worker_and_a_lost_valkey_lose_and_double_nothing() -> None:
    with fresh_folder() as data_dir:
        argv = [*SYNDICATE, "demo", "--json", "--data-dir", str(data_dir), "--port", "0"]
        program = Running([*argv, "--subscribers", str(READERS)], data_dir, {})
        try:
            _kill_in_mid_send(program)
            program.wait()
            _check(program)
            assert program.end() in {0, 5}
        finally:
            program.close()


def test_nothing_is_left_of_a_killed_supervisor() -> None:
    with fresh_folder() as data_dir:
        argv = [*SYNDICATE, "up", "--json", "--data-dir", str(data_dir), "--port", "0"]
        with running(argv, data_dir) as program:
            stack = program.run_file()["stack"]
            assert len(of_stack(stack)) > 8

            program.process.kill()

            assert wait_for(lambda: not of_stack(stack), seconds=5), of_stack(stack)


def _kill_in_mid_send(program: Running) -> None:
    messages = program.data_dir / "mailbox" / "messages"
    _until(program, lambda: _count(messages) > READERS // 10)
    program.kill("worker-bulk")
    _until(program, lambda: _count(messages) > READERS // 3)
    program.kill("valkey")
    for path in (program.data_dir / "valkey").iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def _until(program: Running, condition: object) -> None:
    assert callable(condition)
    deadline = time.monotonic() + 300
    while not condition():
        assert program.process.poll() is None, program.errors.read_text()
        assert time.monotonic() < deadline, program.errors.read_text()
        time.sleep(0.02)


def _count(folder: Path) -> int:
    return sum(1 for _ in folder.iterdir()) if folder.is_dir() else 0


def _check(program: Running) -> None:
    issue = program.said["issue"]
    states = [name for name in issue if name not in {"id", "audience"}]
    assert sum(issue[name] for name in states) == issue["audience"] == READERS
    assert program.said["mailbox"]["duplicates"] == 0
    assert issue["ambiguous"] <= CHUNK
    assert issue["remaining"] == issue["deferred"] == issue["failed"] == 0
    received = Counter(str(mail["To"]) for mail in program.mails() if kind_of(mail) == "digest")
    assert max(received.values()) == 1
    assert len(received) >= issue["accepted"]
    assert READERS - len(received) <= issue["ambiguous"]
