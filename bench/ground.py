"""What the figures stand on: PostgreSQL, a sink and workers as processes on this machine."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from sqlalchemy import text

from syndicate.embedded import child
from syndicate.embedded.child import Recipe
from syndicate.embedded.postgres import Postgres
from syndicate.embedded.running import Adoption
from syndicate.store.ground.session import dispose, transaction
from syndicate.store.maintenance import migrate

ROOT = Path(__file__).resolve().parents[1]
MASTER_KEY = "00112233445566778899aabbccddeeff" * 2


@dataclass
class Ground:
    """A database and a sink.

    Attributes:
        folder: of everything; deleted by whoever made it.
        env: the settings that workers get.
    """

    folder: Path
    env: dict[str, str] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self.postgres = Postgres(self.folder)
        database = self.postgres.start()
        self.sink_folder = self.folder / "sink"
        recipe = Recipe(
            name="sink",
            argv=[sys.executable, "-m", "bench.sink", "--dir", str(self.sink_folder)],
            env=dict(os.environ) | {"PYTHONPATH": str(ROOT)},
            log_file=self.folder / "sink.log",
        )
        self.sink = child.start(recipe)
        child.wait_until((self.sink_folder / "port").exists, self.sink, recipe)
        self.port = int((self.sink_folder / "port").read_text())
        self.env |= {
            "SYNDICATE_DATABASE_URL": database,
            "SYNDICATE_REDIS_URL": "unix:///nonexistent/valkey.sock",
            "SYNDICATE_RELAY_URL": f"smtp://127.0.0.1:{self.port}",
            "SYNDICATE_MASTER_KEY": MASTER_KEY,
            "SYNDICATE_ENVIRONMENT": "test",
            "SYNDICATE_CONFIG": "/nonexistent/syndicate.toml",
            "SYNDICATE_LOG_LEVEL": "error",
        }
        self.adoption = Adoption(self.env)
        migrate.upgrade()
        return self

    def __exit__(self, *_error: object) -> None:
        dispose()
        self.adoption.undo()
        child.end(self.sink, ((signal.SIGTERM, 5.0),))
        self.postgres.stop(now=True)
        self.postgres.remove()

    def workers(self, count: int, arguments: Sequence[str], env: Mapping[str, str]) -> "Crew":
        """Start workers that wait at a barrier: `python -m …`, each with these arguments."""
        environment = dict(os.environ) | {"PYTHONPATH": str(ROOT)} | dict(env)
        return Crew(
            [
                subprocess.Popen(  # noqa: S603 - our own program
                    [sys.executable, "-m", *arguments],
                    env=environment,
                    cwd=ROOT,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                )
                for _ in range(count)
            ]
        )

    def taken(self) -> int:
        """Lines in the sink's log."""
        return len((self.sink_folder / "accept.log").read_bytes().splitlines())


class Crew:
    """Workers that start together: each says a line when it is ready and waits for one."""

    def __init__(self, processes: list[subprocess.Popen[bytes]]) -> None:
        self.processes = processes

    def run(self) -> tuple[float, list[dict[str, Any]]]:
        """Let them go.

        Returns:
            Seconds that the slowest took, and the JSON object that each printed last.
        """
        for process in self.processes:
            assert process.stdout is not None  # noqa: S101 - asked for above
            process.stdout.readline()
        started = time.monotonic()
        for process in self.processes:
            assert process.stdin is not None  # noqa: S101 - asked for above
            process.stdin.write(b"go\n")
            process.stdin.flush()
        said = [process.communicate()[0] for process in self.processes]
        seconds = time.monotonic() - started
        if any(process.returncode for process in self.processes):
            raise RuntimeError("a worker of the benchmark failed; its error stands above")
        return seconds, [json.loads(each.splitlines()[-1]) for each in said]


def at_the_barrier(work: Callable[[], dict[str, Any]]) -> None:
    """A worker's side of `Crew`: ready, wait, work, and say what it cost."""
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    before = time.process_time()
    said = work()
    usage = resource.getrusage(resource.RUSAGE_SELF)
    said |= {"cpu_s": time.process_time() - before, "peak_mb": usage.ru_maxrss / 1024}
    sys.stdout.write(json.dumps(said) + "\n")


def cpu_s_of(pid: int) -> float:
    """Seconds of CPU that a process has taken so far (proc(5), utime and stime)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wal_bytes() -> int:
    """How much write-ahead log there has ever been."""
    with transaction() as tx:
        return int(tx.scalar(text("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")) or 0)


def commit_pending() -> None:
    """Let nothing of the setting-up be written during the measurement."""
    with transaction() as tx:
        tx.execute(text("ANALYZE"))
        tx.execute(text("CHECKPOINT"))
