"""Things die in mid-send: Valkey with all its data and, in the long form, the bulk worker too.

A killed worker's batch is taken up again when its lease of 120 s is over: too long for every push.
"""

import os
import shutil
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.journeys.running import SYNDICATE, Running, fresh_folder, kind_of

IS_LONG = bool(os.environ.get("LONG_FAULTS"))
READERS = 5_000 if IS_LONG else 1_000
CHUNK = 50

pytestmark = pytest.mark.stack


@pytest.mark.long
def test_what_dies_in_mid_send_loses_and_doubles_nothing() -> None:
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


def _kill_in_mid_send(program: Running) -> None:
    messages = program.data_dir / "mailbox" / "messages"
    _until(program, lambda: _count(messages) > READERS // 10)
    if IS_LONG:
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
