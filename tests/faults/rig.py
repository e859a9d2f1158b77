"""PostgreSQL, Valkey, a sink and Celery workers as processes, to be killed while they send.

In a hurry the rig ends the leases of a worker that it killed, as 120 s would; everything else is as
in production. Counting is done at the sink, from what it logged before each 250.
"""

import json
import os
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from sqlalchemy import text

from syndicate.embedded import child, places, plan
from syndicate.embedded.child import Process, Recipe
from syndicate.embedded.postgres import Postgres
from syndicate.embedded.running import Adoption
from syndicate.embedded.valkey import Valkey
from syndicate.mail.sending import deliver
from syndicate.store.ground.session import DatabaseDownError, dispose, transaction
from syndicate.store.maintenance import migrate
from syndicate.store.sending import ledger
from syndicate.store.sending.ledger import Counts
from syndicate.store.views import progress
from syndicate.vocabulary.sending import MailingState

ROOT = Path(__file__).resolve().parents[2]
CHUNK = 50
MASTER_KEY = "00112233445566778899aabbccddeeff" * 2


@dataclass
class Sink:
    """The relay that counts, or somebody else's that does not.

    Attributes:
        folder: of its log; None when it is somebody else's.
        address: HOST:PORT.
    """

    folder: Path | None
    address: str
    process: Process | None = None

    def taken(self) -> Counter[str]:
        """How often each address was taken."""
        if self.folder is None:
            return Counter()
        lines = (self.folder / "accept.log").read_text().splitlines()
        return Counter(json.loads(line)["rcpt"][0] for line in lines)

    def dropped(self) -> int:
        """How many 250s were never said."""
        path = self.folder / "dropped.log" if self.folder is not None else None
        return len(path.read_text().splitlines()) if path is not None and path.exists() else 0


@dataclass
class Rig:
    """Everything that a campaign needs, as processes.

    Attributes:
        folder: of everything.
        relay: HOST:PORT of somebody else's relay; None starts the sink.
        drop: share of 250s that the sink never says.
        hurry: end the leases of killed workers at once.
        workers: how many bulk workers run.
        more_env: further settings of the workers.
    """

    folder: Path
    relay: str | None = None
    drop: float = 0.0
    hurry: bool = False
    workers: int = 2
    more_env: dict[str, str] = field(default_factory=dict)
    running: dict[str, Process] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        # Durable: a restart must not take back what was committed.
        self.postgres = Postgres(self.folder, durable=True)
        self.valkey = Valkey(self.folder)
        try:
            self._start_servers()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        for process in self.running.values():
            child.end(process, ((signal.SIGKILL, 5.0),))
        self.running.clear()
        if hasattr(self, "adoption"):
            dispose()
            self.adoption.undo()
        if hasattr(self, "sink") and self.sink.process is not None:
            child.end(self.sink.process, ((signal.SIGTERM, 5.0),))
        self.valkey.stop()
        self.postgres.stop(now=True)
        self.postgres.remove()

    def _start_servers(self) -> None:
        database = self.postgres.start()
        broker = self.valkey.start()
        self.sink = self._sink()
        self.env = {
            "SYNDICATE_DATABASE_URL": database,
            "SYNDICATE_REDIS_URL": broker,
            "SYNDICATE_RELAY_URL": f"smtp://{self.sink.address}",
            "SYNDICATE_MASTER_KEY": MASTER_KEY,
            "SYNDICATE_ENVIRONMENT": "test",
            "SYNDICATE_CONFIG": "/nonexistent/syndicate.toml",
            "SYNDICATE_MAIL_CHUNK_SIZE": str(CHUNK),
            "SYNDICATE_LOG_FORMAT": "json",
            **self.more_env,
        }
        self.adoption = Adoption(self.env)
        migrate.upgrade()
        self.start_worker("tick", "tick")
        for number in range(self.workers):
            self.start_worker(f"bulk-{number}", "bulk")
        self._start("beat", plan.beat_argv())

    def _sink(self) -> Sink:
        if self.relay is not None:
            return Sink(None, self.relay)
        folder = self.folder / "sink"
        sink = Sink(folder, "")
        self._start_sink(sink, port=0)
        return sink

    def _start_sink(self, sink: Sink, *, port: int) -> None:
        assert sink.folder is not None
        (sink.folder / "port").unlink(missing_ok=True)
        argv = [sys.executable, "-m", "bench.sink", "--dir", str(sink.folder)]
        argv += ["--port", str(port), "--drop", str(self.drop)]
        recipe = Recipe(
            name="sink",
            argv=argv,
            env=dict(os.environ) | {"PYTHONPATH": str(ROOT)},
            log_file=self.folder / "sink.log",
        )
        sink.process = child.start(recipe)
        child.wait_until((sink.folder / "port").exists, sink.process, recipe)
        sink.address = f"127.0.0.1:{(sink.folder / 'port').read_text().strip()}"

    def start_worker(self, name: str, *queues: str) -> None:
        """Start one Celery worker."""
        self._start(name, plan.worker_argv(name, queues))

    def _start(self, name: str, argv: list[str]) -> None:
        recipe = Recipe(
            name=name,
            argv=argv,
            env=dict(os.environ) | {"PYTHONPATH": str(ROOT)},
            log_file=self.folder / f"{name}.log",
        )
        self.running[name] = child.start(recipe)

    def kill_worker(self, name: str) -> None:
        """kill -9 of one worker, and a new one in its place."""
        process = self.running.pop(name)
        process.kill()
        process.wait()
        if self.hurry:
            self._end_leases(process.pid)
        self.start_worker(name, "bulk")

    def _end_leases(self, pid: int) -> None:
        with transaction() as tx:
            # Here PostgreSQL may be stopped at once, and must not have forgotten this.
            tx.execute(text("SET LOCAL synchronous_commit = on"))
            tx.execute(
                text(
                    "UPDATE batch SET lease_until = clock_timestamp() - interval '1 second' "
                    "WHERE state = 1 AND worker = :worker"
                ),
                {"worker": deliver.worker_id(pid)},
            )

    def deploy_worker(self, name: str) -> None:
        """SIGTERM, wait for the worker to give its work back, and a new one in its place."""
        process = self.running.pop(name)
        child.end(process, ((signal.SIGTERM, 60.0),))
        self.start_worker(name, "bulk")

    def freeze(self, name: str) -> None:
        """Stop a worker in the middle of whatever it does."""
        self.running[name].send_signal(signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        """Let it go on."""
        self.running[name].send_signal(signal.SIGCONT)

    def kill_valkey(self) -> None:
        """kill -9 of Valkey, its data deleted, and an empty one at the same address."""
        assert self.valkey.process is not None
        self.valkey.process.kill()
        self.valkey.process.wait()
        for path in sorted((self.folder / "valkey").rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        time.sleep(2)
        assert self.valkey.start() == self.env["SYNDICATE_REDIS_URL"]

    def restart_postgres(self) -> None:
        """An immediate stop of PostgreSQL, 3 s of nothing, and the same one again."""
        assert self.postgres.process is not None
        self.postgres.process.send_signal(signal.SIGQUIT)
        self.postgres.process.wait(30)
        time.sleep(3)
        self.postgres._run(places.settle(self.folder))

    def kill_relay(self, seconds: float) -> None:
        """The relay is dead for a while, then back with its log at the same port."""
        assert self.sink.process is not None
        self.sink.process.kill()
        self.sink.process.wait()
        time.sleep(seconds)
        self._start_sink(self.sink, port=int(self.sink.address.rpartition(":")[2]))

    def counts(self, mailing_id: int) -> Counts | None:
        """How the mailing stands; None while the database is away."""
        try:
            with transaction() as tx:
                return ledger.counts(tx, mailing_id)
        except DatabaseDownError:
            return None

    def wait_for(self, mailing_id: int, accepted: int, patience_s: float) -> bool:
        """Wait until so many were accepted, or the mailing is over."""
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            counts = self.counts(mailing_id)
            if counts is not None and (counts.accepted >= accepted or not counts.remaining):
                return True
            time.sleep(0.1)
        return False

    def wait_until_done(self, mailing_id: int, patience_s: float) -> Counts:
        """Wait until the mailing is over.

        Raises:
            TimeoutError: it is not, in this time.
        """
        deadline = time.monotonic() + patience_s
        mailing_progress = None
        while time.monotonic() < deadline:
            with transaction() as tx:
                mailing_progress = progress.find(tx, mailing_id)
                by_row = ledger.counts_by_row(tx, mailing_id)
            if mailing_progress is not None and mailing_progress.mailing.state is MailingState.DONE:
                assert mailing_progress.counts == by_row, "counts by batch and by row differ"
                return mailing_progress.counts
            time.sleep(0.5)
        raise TimeoutError(f"mailing {mailing_id} is not over: {mailing_progress}")
