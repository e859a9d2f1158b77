"""Each process of an installation on one host is killed in turn; how soon that is made good.

A worker: until nothing is in its hands any more. The clock and Valkey: until the next tick, for it
needs both. Web, mailbox, the sample newsroom's server: until it answers again. The supervisor takes
all along and is started again: from when all is up until nothing is in old hands.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import psycopg

from syndicate import jobs, processes
from syndicate.embedded import probes
from syndicate.processes import Process

PATIENCE_S = 60.0
_START_S = 180.0
# What a worker may have in hand: a source, a feed.
_SOURCE = """
    UPDATE fetch_state SET holder = %(id)s, leased_until = now() + interval '2 minutes'
    WHERE source_id = (SELECT min(source_id) FROM fetch_state)
"""
_FEED = """
    UPDATE feed SET holder = %(id)s, due_at = now() + interval '2 minutes'
    WHERE id = (SELECT min(id) FROM feed WHERE gone_at IS NULL)
"""
_IN_HAND = """
    SELECT (SELECT count(*) FROM holder WHERE id = %(id)s)
        + (SELECT count(*) FROM feed WHERE holder = %(id)s)
        + (SELECT count(*) FROM fetch_state WHERE holder = %(id)s AND leased_until IS NOT NULL)
"""
_TICK = "SELECT coalesce(max(slot), 'epoch') FROM due_job WHERE job = %(job)s"


@dataclass
class Installation:
    """One `syndicate up` with the sample newsroom."""

    data_dir: Path
    process: subprocess.Popen[str]
    web_url: str = ""

    @property
    def run(self) -> dict[str, Any]:
        """What run.json says now."""
        found: dict[str, Any] = json.loads((self.data_dir / "run.json").read_text())
        return found

    def pid(self, name: str) -> int:
        """The number of a process now."""
        return int(self.run["processes"][name])

    def asked(self, question: str, **values: object) -> Any:
        """One value of one row; None while the database is away."""
        url = self.run["settings"]["SYNDICATE_DATABASE_URL"]
        try:
            with psycopg.connect(url, connect_timeout=2, autocommit=True) as connection:
                found = connection.execute(question.encode(), values)
                row = found.fetchone() if found.description else None
        except psycopg.OperationalError:
            return None
        return row[0] if row else None


def every(data_dir: Path) -> Iterator[tuple[str, float]]:
    """Kill one after the other; (which, seconds until it was made good)."""
    with _running(data_dir) as up:
        for name in sorted(up.run["processes"]):
            if name != "postgres":
                yield name, _killed(up, name)
        found = [processes.named(pid) for pid in up.run["processes"].values()]
        old = [each for each in found if each.started is not None]  # the others are gone already
        up.process.kill()
        up.process.wait()
        _until(lambda: all(each.is_surely_dead() for each in old), PATIENCE_S)
    with _running(data_dir) as up:
        yield "supervisor", _until(lambda: not any(_in_hand(up, each) for each in old), PATIENCE_S)


def _killed(up: Installation, name: str) -> float:
    before = processes.named(up.pid(name))
    tick = up.asked(_TICK, job=jobs.TICK.name)
    if name.startswith("worker"):
        for statement in (_SOURCE, _FEED):
            up.asked(statement, id=before.id)
    os.kill(before.pid, signal.SIGKILL)
    return _until(_is_good(up, name, before, tick), PATIENCE_S)


def _is_good(up: Installation, name: str, before: Process, tick: object) -> Callable[[], bool]:
    if name.startswith("worker"):
        return lambda: _in_hand(up, before) == 0
    if name == "web":
        return lambda: up.pid(name) != before.pid and probes.web_is_ready(*_address(up))
    if name == "mailbox":
        port = int(str(up.run["settings"]["SYNDICATE_RELAY_URL"]).rpartition(":")[2])
        return lambda: up.pid(name) != before.pid and probes.smtp_is_ready("127.0.0.1", port)
    return lambda: up.asked(_TICK, job=jobs.TICK.name) not in {tick, None}


def _in_hand(up: Installation, process: Process) -> Any:
    return up.asked(_IN_HAND, id=process.id)


def _address(up: Installation) -> tuple[str, int]:
    url = httpx2.URL(up.web_url)
    return url.host, url.port or 80


def _until(is_so: Callable[[], bool], patience_s: float) -> float:
    """Wait until something is so; after how many seconds it was."""
    began = time.monotonic()
    while not is_so():
        if time.monotonic() - began > patience_s:
            raise TimeoutError(f"It is not so after {patience_s:.0f} s.")
        time.sleep(0.05)
    return time.monotonic() - began


@contextmanager
def _running(data_dir: Path) -> Iterator[Installation]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("SYNDICATE_")}
    env = {**clean, "SYNDICATE_PORT": "0", "SYNDICATE_LOG_FORMAT": "json"}
    argv = [sys.executable, "-m", "syndicate.cli", "up", "--data-dir", str(data_dir), "--json"]
    with (data_dir.parent / "up.log").open("a") as errors:
        process = subprocess.Popen(
            argv, env=env, stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True
        )
    assert process.stdout
    try:
        said = json.loads(process.stdout.readline())
        up = Installation(data_dir, process, said["web_url"])
        _until(lambda: bool(up.asked("SELECT count(*) > 4 FROM holder")), _START_S)
        yield up
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(60)
        process.stdout.close()
