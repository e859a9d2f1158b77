"""One installation as an operator runs it, on a small disk and under a clock that can be set.

PostgreSQL, Valkey and the relay are servers of the operator's own, each started again by whoever
looks after the machine; everything of ours runs under `syndicate up`, which is started again too
when it ends.
"""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg

from syndicate.embedded import child, places
from syndicate.embedded.child import Process, Recipe
from syndicate.embedded.postgres import Postgres
from syndicate.embedded.valkey import Valkey, _parameters, wheel_program
from tests.faults.soak.disk import Disk
from tests.faults.soak.newsroom import SIGN_UP_DOMAIN
from tests.faults.soak.shifted_clock import ShiftedClock
from tests.journeys.running import CHECKOUT, SYNDICATE, clean_env

DROP = 0.0005
_DISK_MB = 3_000
_START_S = 180.0


class House:
    """Everything of one installation, to be broken.

    Args:
        folder: of everything; every account may enter it.
        pace: what the relay is sent at, as SYNDICATE_MAIL_PACE says it: `200/s 4`.
        more_env: further settings of ours.
    """

    def __init__(self, folder: Path, *, pace: str, more_env: Mapping[str, str]) -> None:
        self.folder = folder
        self.pace = pace
        self.more_env = more_env
        self.disk = Disk(folder / "disk", megabytes=_DISK_MB)
        self.clock = ShiftedClock(folder)
        self.data_dir = self.disk.folder / "syndicate"
        self.sink_dir = folder / "sink"
        self.postgres: Process | None = None
        self.valkey: Process | None = None
        self.sink: Process | None = None
        self.up: Process | None = None
        self.starts = 0
        self.held_down: set[str] = set()  # what a fault keeps from being started again

    def __enter__(self) -> Self:
        self.disk.__enter__()
        try:
            self._start_all()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.disk.relieve()
        for process, ways in (
            (self.up, ((signal.SIGINT, 60.0),)),
            (self.sink, ((signal.SIGTERM, 5.0),)),
            (self.valkey, ((signal.SIGTERM, 10.0),)),
            (self.postgres, ((signal.SIGQUIT, 10.0),)),
        ):
            if process is not None:
                child.end(process, ways)
        for made in ("server", "broker"):
            if (stopped := getattr(self, made, None)) is not None:
                shutil.rmtree(stopped.socket_dir, ignore_errors=True)
        self.disk.__exit__(kind, error, trace)

    def _start_all(self) -> None:
        # Its database too shall stand on the small disk.
        places.ROOT_FOLDER = self.disk.folder / "root"
        self.data_dir.mkdir(mode=0o700)
        ground = self.disk.folder / "servers"
        ground.mkdir()
        self.server = Postgres(ground, log_file=self.folder / "postgres.log", durable=True)
        self.database_url = self.server.start()
        assert self.server.process is not None
        child.end(self.server.process, ((signal.SIGINT, 20.0),))
        self.start_postgres()
        self.broker = Valkey(ground, log_file=self.folder / "valkey.log")
        self.redis_url = self.broker.start()
        self.valkey = self.broker.process
        self.start_sink(port=0)
        port = (self.sink_dir / "port").read_text().strip()
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = clean_env(
            SYNDICATE_ENVIRONMENT="test",
            SYNDICATE_MASTER_KEY=secrets.token_hex(32),
            SYNDICATE_DATABASE_URL=self.database_url,
            SYNDICATE_REDIS_URL=self.redis_url,
            SYNDICATE_RELAY_URL=f"smtp://127.0.0.1:{port}",
            SYNDICATE_RELAY_ACCEPT_LOG=str(self.sink_dir / "accept.log"),
            SYNDICATE_RELAY_ACCEPT_LAG_S="5",
            SYNDICATE_MAIL_PACE=json.dumps({f"127.0.0.1:{port}": self.pace}),
            SYNDICATE_PUBLIC_URL=self.url,
            SYNDICATE_DATA_DIR=str(self.data_dir),
            SYNDICATE_LOG_FORMAT="json",
            SYNDICATE_HOOK_POSTMARK_PASSWORD="a-password-of-the-soak",  # noqa: S106 - of this run
            **self.more_env,
            **self.clock.env,
        )
        self.start_up()

    def start_up(self) -> None:
        """Start everything of ours, without waiting."""
        self.starts += 1
        self.up = child.start(
            Recipe(
                name="up",
                argv=[*SYNDICATE, "up", "--empty", "--json", "--port", str(self.port)],
                env=self.env,
                log_file=self.folder / "up.log",
            )
        )

    def wait_until_up(self) -> None:
        """Wait until all of ours is ready."""
        assert self.up is not None
        recipe = Recipe(name="up", argv=[], env={}, log_file=self.folder / "up.log")
        child.wait_until(self.is_up, self.up, recipe, patience_s=_START_S)

    def is_up(self) -> bool:
        """Whether our supervisor has started everything."""
        return "worker-hub" in self.processes()

    def start_postgres(self) -> None:
        """Start the database server, at the address that it had."""
        place = places.settle(self.server.data_dir)
        recipe = Recipe(
            name="postgres",
            argv=[str(place.programs / "postgres"), "-D", str(place.data), *self._parameters()],
            env={**places.program_env(), **self.clock.env},
            log_file=self.folder / "postgres.log",
            account=place.account,
            death_signal=signal.SIGQUIT,
        )
        self.postgres = child.start(recipe)

    def _parameters(self) -> list[str]:
        return self.server._parameters()

    def start_valkey(self) -> None:
        """Start the broker, at the address that it had."""
        folder = self.broker.data_dir / "valkey"
        self.valkey = child.start(
            Recipe(
                name="valkey",
                argv=[
                    str(wheel_program()),
                    *_parameters(folder, Path(f"{self.broker.socket_dir}/valkey.sock")),
                ],
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
                log_file=self.folder / "valkey.log",
            )
        )

    def start_sink(self, *, port: int) -> None:
        """Start the relay that counts."""
        (self.sink_dir / "port").unlink(missing_ok=True)
        argv = [sys.executable, "-m", "bench.sink", "--dir", str(self.sink_dir)]
        argv += ["--port", str(port), "--drop", str(DROP), "--keep", SIGN_UP_DOMAIN]
        recipe = Recipe(
            name="sink",
            argv=argv,
            env={**os.environ, **self.clock.env, "PYTHONPATH": str(CHECKOUT)},
            log_file=self.folder / "sink.log",
        )
        self.sink = child.start(recipe)
        child.wait_until((self.sink_dir / "port").exists, self.sink, recipe)

    def manner(self, **manner: object) -> None:
        """How the relay behaves from now on; nothing: as usual."""
        partial = self.sink_dir / "manner.part"
        partial.write_text(json.dumps(manner))
        partial.replace(self.sink_dir / "manner")

    def tend(self) -> None:
        """Start again what ended, as whoever looks after the machine does."""
        if _is_over(self.postgres) and "postgres" not in self.held_down:
            self.start_postgres()
        if _is_over(self.valkey) and "valkey" not in self.held_down:
            self.start_valkey()
        if _is_over(self.sink) and "sink" not in self.held_down:
            self.start_sink(port=int(self.env["SYNDICATE_RELAY_URL"].rpartition(":")[2]))
        if _is_over(self.up) and "up" not in self.held_down:
            self.start_up()

    def processes(self) -> dict[str, int]:
        """Our own processes by name, as our supervisor says."""
        try:
            run = json.loads((self.data_dir / "run.json").read_text())
        except (OSError, ValueError):
            return {}
        return {str(name): int(pid) for name, pid in run["processes"].items()}

    def pid_of(self, name: str, *, within_s: float = 60.0) -> int:
        """The process of ours with this name, once it runs."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            pid = self.processes().get(name)
            if pid is not None and Path(f"/proc/{pid}").exists():
                return pid
            time.sleep(0.2)
        raise TimeoutError(f"{name} does not run; up says {self.processes()}")

    def says(self, *arguments: str, given: str | None = None) -> str:
        """What a command of `syndicate` prints; it does not fail."""
        done = subprocess.run(
            [*SYNDICATE, *arguments],
            env=self.env,
            cwd=CHECKOUT,
            input=given,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, f"{arguments}: {done.stdout[-2000:]} {done.stderr[-2000:]}"
        return done.stdout

    def json_of(self, *arguments: str) -> Any:
        """What a command says with --json."""
        return json.loads(self.says(*arguments, "--json").splitlines()[-1])

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(query.encode(), values).fetchall()


def _is_over(process: Process | None) -> bool:
    return process is not None and process.poll() is not None
