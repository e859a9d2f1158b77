"""PostgreSQL, Valkey, a sink and Celery workers as processes, to be killed while they send.

All is as in production. Counting is done at the sink, from what it logged before each 250, and on
the rows: how long what a process held stayed in its hands after it was killed.
"""

import json
import os
import signal
import sys
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from sqlalchemy import text

from syndicate import jobs, processes
from syndicate.embedded import child, places, plan
from syndicate.embedded.child import Process, Recipe
from syndicate.embedded.postgres import Postgres
from syndicate.embedded.running import Adoption
from syndicate.embedded.valkey import Valkey
from syndicate.store.ground.schema import sql
from syndicate.store.ground.session import DatabaseDownError, dispose, transaction
from syndicate.store.maintenance import migrate
from syndicate.store.platform.installation import MAY_LEAVE
from syndicate.store.sending import ledger
from syndicate.store.sending.ledger import Counts
from syndicate.store.views import progress
from syndicate.vocabulary.sending import BatchState, DeliveryState, MailingState

ROOT = Path(__file__).resolve().parents[2]
CHUNK = 50
# A lease, and something over: whoever waits longer was not noticed at all.
PATIENCE_S = 150.0
_LEASED = f"state = {sql(BatchState.LEASED)} AND worker = :holder"
_HELD = f"SELECT 1 FROM batch WHERE {_LEASED} LIMIT 1"  # noqa: S608 - our own words
_IN_FLIGHT = f"SELECT 1 FROM batch WHERE {_LEASED} AND cardinality(inflight) > 0 LIMIT 1"  # noqa: S608 - our own words
_NOT_BEGUN = f"""
    SELECT 1 FROM batch b JOIN delivery d
        ON d.mailing_id = b.mailing_id AND d.batch_number = b.number
    WHERE b.{_LEASED} AND d.state IN ({sql(*DeliveryState.open())})
        AND NOT d.ordinal = ANY(b.inflight)
    LIMIT 1
"""  # noqa: S608 - our own words
_TICK = f"SELECT max(slot) FROM due_job WHERE job = '{jobs.TICK.name}'"  # noqa: S608 - our own words
_MAY_LEAVE = f"SELECT 1 WHERE {MAY_LEAVE}"
_LOCK_SESSION = """
    FROM pg_locks l JOIN holder h ON h.id = :holder
    WHERE l.locktype = 'advisory' AND l.objsubid = 1
        AND l.classid::bigint = (h.lock >> 32) & 4294967295
        AND l.objid::bigint = h.lock & 4294967295
"""
_HAS_SESSION = f"SELECT 1 {_LOCK_SESSION}"
_HANG_UP = f"SELECT pg_terminate_backend(l.pid) {_LOCK_SESSION}"
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
        workers: how many bulk workers run.
        more_env: further settings of the workers.
        recovered_s: the longest that something waited for what died; None where nothing did.
    """

    folder: Path
    relay: str | None = None
    drop: float = 0.0
    workers: int = 2
    more_env: dict[str, str] = field(default_factory=dict)
    running: dict[str, Process] = field(default_factory=dict)
    recovered_s: float | None = None

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
        began, name_in_leases = time.monotonic(), processes.named(process.pid).id
        process.kill()
        process.wait()
        self.start_worker(name, "bulk")
        self._await_free(name_in_leases, began)

    def _await_free(self, holder: uuid.UUID, began: float) -> None:
        """Note how long a dead worker's batches were still its own."""
        while self._asked(_HELD, holder=holder) and time.monotonic() - began < PATIENCE_S:
            time.sleep(0.05)
        self._recovered(began)

    def _recovered(self, began: float) -> None:
        self.recovered_s = max(self.recovered_s or 0.0, time.monotonic() - began)

    def _asked(self, question: str, **values: object) -> object:
        """One value of one row; None where there is none, or while the database is away."""
        try:
            with transaction() as tx:
                return tx.scalar(text(question), values)
        except DatabaseDownError:
            return None

    def deploy_worker(self, name: str) -> None:
        """SIGTERM, wait for the worker to give its work back, and a new one in its place."""
        process = self.running.pop(name)
        child.end(process, ((signal.SIGTERM, 60.0),))
        self.start_worker(name, "bulk")

    def freeze(self, name: str) -> None:
        """Stop a worker in the middle of a chunk."""
        process = self.running[name]
        holder = processes.named(process.pid).id
        for _ in range(200):
            if not self._asked(_HAS_SESSION, holder=holder):
                time.sleep(0.1)  # it had one that was ended
                continue
            process.send_signal(signal.SIGSTOP)
            time.sleep(0.05)  # what it had sent to the database is written by then
            if self._asked(_IN_FLIGHT, holder=holder):
                return
            process.send_signal(signal.SIGCONT)
            time.sleep(0.02)
        raise TimeoutError(f"{name} was never stopped in mid-chunk")

    def await_cut_off(self, name: str) -> None:
        """Note how long a frozen worker kept what it had not begun."""
        began, holder = time.monotonic(), processes.named(self.running[name].pid).id
        while self._asked(_NOT_BEGUN, holder=holder) and time.monotonic() - began < PATIENCE_S:
            time.sleep(0.05)
        self._recovered(began)

    def end_session(self, name: str) -> None:
        """Have PostgreSQL hang up on the session that holds a worker's lock."""
        holder = processes.named(self.running[name].pid).id
        assert self._asked(_HANG_UP, holder=holder)

    def thaw(self, name: str) -> None:
        """Let it go on."""
        self.running[name].send_signal(signal.SIGCONT)

    def kill_clock(self, name: str, *queues: str) -> None:
        """kill -9 of whoever rings the tick or takes its steps, and a new one in its place."""
        process, began = self.running.pop(name), time.monotonic()
        process.kill()
        process.wait()
        self.start_worker(name, *queues) if queues else self._start(name, plan.beat_argv())
        self._await_tick(began)

    def kill_valkey(self) -> None:
        """kill -9 of Valkey, its data deleted, and an empty one at the same address."""
        assert self.valkey.process is not None
        self.valkey.process.kill()
        self.valkey.process.wait()
        began = time.monotonic()
        for path in sorted((self.folder / "valkey").rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        assert self.valkey.start() == self.env["SYNDICATE_REDIS_URL"]
        self._await_tick(began)

    def _await_tick(self, began: float) -> None:
        """Note how long it took until the clock was heard again."""
        before = self._asked(_TICK)
        while self._asked(_TICK) in {before, None} and time.monotonic() - began < PATIENCE_S:
            time.sleep(0.05)
        self._recovered(began)

    def restart_postgres(self) -> None:
        """An immediate stop of PostgreSQL, 3 s of nothing, and the same one again."""
        assert self.postgres.process is not None
        self.postgres.process.send_signal(signal.SIGQUIT)
        self.postgres.process.wait(30)
        time.sleep(3)
        self.postgres._run(places.settle(self.folder))
        began = time.monotonic()
        while not self._asked(_MAY_LEAVE) and time.monotonic() - began < PATIENCE_S:
            time.sleep(0.05)
        self._recovered(began)

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
