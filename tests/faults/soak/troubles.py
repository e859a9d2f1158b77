"""What is done to an installation while it works: one function, one fault, undone when it ends.

Each is given the house and returns when the fault itself is over; what ended is started again by
whoever looks after the machine (`House.tend`), or by our own supervisor.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis

from tests.faults.soak.house import House

_HOUR_S = 3600


@dataclass(frozen=True)
class Trouble:
    """One kind of fault.

    Attributes:
        name: what the report calls it.
        happen: does it to a house.
        hides: for how many seconds after its begin readers may find nobody; 0 never.
        rings: the alarm that must ring for it, within a minute; empty where it is over before.
        may_ring: others that may.
    """

    name: str
    happen: Callable[[House], None]
    hides: float = 0.0
    rings: str = ""
    may_ring: frozenset[str] = frozenset()


def kill(name: str) -> Callable[[House], None]:
    """kill -9 of one process of ours."""

    def happen(house: House) -> None:
        os.kill(house.pid_of(name), signal.SIGKILL)

    return happen


def kill_supervisor(house: House) -> None:
    """kill -9 of `syndicate up`: all of ours dies with it, and it is started again."""
    assert house.up is not None
    house.up.kill()
    _wait_until_up(house)


def deploy(house: House) -> None:
    """SIGTERM to a worker, as a new version's coming does."""
    os.kill(house.pid_of("worker-bulk"), signal.SIGTERM)


def freeze_and_forget(house: House) -> None:
    """A worker is stopped, its sessions are ended by the server, and then it goes on."""
    pid = house.pid_of("worker-bulk")
    os.kill(pid, signal.SIGSTOP)
    time.sleep(2)
    end_sessions(house)
    time.sleep(20)
    os.kill(pid, signal.SIGCONT)


def freeze(house: House) -> None:
    """A worker is stopped for half a minute."""
    pid = house.pid_of("worker-bulk")
    os.kill(pid, signal.SIGSTOP)
    time.sleep(30)
    os.kill(pid, signal.SIGCONT)


def freeze_long(house: House) -> None:
    """The worker of alerts is stopped for longer than anybody may be silent."""
    pid = house.pid_of("worker-urgent")
    os.kill(pid, signal.SIGSTOP)
    time.sleep(75)
    os.kill(pid, signal.SIGCONT)


def stop_postgres(house: House) -> None:
    """PostgreSQL is away for a minute."""
    _stop_postgres(house, 60)


def kill_valkey(house: House) -> None:
    """Valkey dies with all its data."""
    assert house.valkey is not None
    house.held_down.add("valkey")
    house.valkey.kill()
    house.valkey.wait()
    shutil.rmtree(house.broker.data_dir / "valkey")
    (house.broker.data_dir / "valkey").mkdir(mode=0o700)
    time.sleep(3)
    house.held_down.discard("valkey")


def empty_broker(house: House) -> None:
    """All that the broker knows is deleted."""
    with redis.Redis.from_url(house.redis_url) as broker:
        broker.flushall()


def restart_postgres(house: House) -> None:
    """An immediate stop of PostgreSQL, and three seconds of nothing."""
    _stop_postgres(house, 3)


def kill_backend(house: House) -> None:
    """kill -9 of one of PostgreSQL's own processes: it ends all sessions and recovers."""
    [(pid,)] = house.rows(
        "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' "
        "AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1"
    )
    os.kill(pid, signal.SIGKILL)


def end_sessions(house: House) -> None:
    """An administrator ends every session."""
    with psycopg.connect(house.database_url) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )


def fill_disk(house: House) -> None:
    """No byte is free for half a minute."""
    house.disk.fill()
    time.sleep(30)
    house.disk.relieve()


def slow_disk(house: House) -> None:
    """Every write that the database waits for takes a tenth of a second more."""
    inject = "inject=fsync,fdatasync:delay_enter=100000"
    argv = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", inject]
    assert house.postgres is not None
    for pid in (house.postgres.pid, *_children(house.postgres.pid)):
        argv += ["-p", str(pid)]
    with subprocess.Popen(argv, stderr=subprocess.DEVNULL) as tracer:
        time.sleep(30)
        tracer.send_signal(signal.SIGINT)


def clock_ahead(house: House) -> None:
    """The machine's clock is an hour ahead for a while, and is set right again."""
    house.clock.set(_HOUR_S)
    time.sleep(40)
    house.clock.set(0)


def storm(house: House) -> None:
    """The relay says 421 to everything for half a minute."""
    house.manner(is_storm=True)
    time.sleep(30)
    house.manner()


def dropped_replies(house: House) -> None:
    """Of a hundred messages that the relay takes, it says so of ninety-nine."""
    house.manner(drop=0.01)
    time.sleep(40)
    house.manner()


def dead_relay(house: House) -> None:
    """The relay is dead for twenty seconds."""
    _kill_relay(house, 20)


def dead_relay_long(house: House) -> None:
    """The relay is dead for longer than anybody may be silent."""
    _kill_relay(house, 80)


# Alerts that are asked for while nobody can send them.
_LATE = frozenset({"alert_late"})
TROUBLES: Sequence[Trouble] = (
    Trouble("worker-bulk killed", kill("worker-bulk")),
    Trouble("worker-urgent killed", kill("worker-urgent")),
    Trouble("worker-build killed", kill("worker-build")),
    Trouble("worker-collect killed", kill("worker-collect")),
    Trouble("worker-hub killed", kill("worker-hub")),
    Trouble("beat killed", kill("beat")),
    Trouble("web killed", kill("web"), hides=30),
    Trouble("supervisor killed", kill_supervisor, hides=60),
    Trouble("worker deployed", deploy),
    Trouble("worker frozen", freeze),
    Trouble("worker frozen, its sessions ended", freeze_and_forget, hides=10),
    Trouble("valkey killed with all data", kill_valkey, hides=10),
    Trouble("broker emptied", empty_broker),
    Trouble("postgres restarted", restart_postgres, hides=20),
    Trouble("postgres backend killed", kill_backend, hides=20),
    Trouble("database sessions ended", end_sessions, hides=10),
    Trouble("disk full", fill_disk, hides=60, may_ring=_LATE | {"journal"}),
    Trouble("disk slow", slow_disk),
    Trouble("relay says 421", storm, may_ring=_LATE),
    Trouble("250s dropped", dropped_replies),
    Trouble("relay dead", dead_relay, may_ring=_LATE),
    Trouble("relay dead for long", dead_relay_long, rings="relays", may_ring=_LATE | {"bell_ways"}),
    Trouble("worker-urgent frozen for long", freeze_long, rings="gone", may_ring=_LATE),
    Trouble(
        "postgres away for a minute", stop_postgres, hides=90, rings="database", may_ring=_LATE
    ),
)
# Slots that are due within the hour come early by it: it is for the end, when all have begun.
LAST = Trouble(
    "clock an hour ahead, and back",
    clock_ahead,
    may_ring=_LATE | {"issue_not_done", "issue_not_begun"},
)


def _stop_postgres(house: House, seconds: float) -> None:
    assert house.postgres is not None
    house.held_down.add("postgres")
    house.postgres.send_signal(signal.SIGQUIT)
    house.postgres.wait(30)
    time.sleep(seconds)
    house.held_down.discard("postgres")


def _kill_relay(house: House, seconds: float) -> None:
    assert house.sink is not None
    house.held_down.add("sink")
    house.sink.kill()
    time.sleep(seconds)
    house.held_down.discard("sink")


def _children(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(each) for each in children.split()]


def _wait_until_up(house: House) -> None:
    deadline = time.monotonic() + 90
    starts = house.starts
    while house.starts == starts or not house.is_up():
        if time.monotonic() > deadline:
            raise TimeoutError("what was started again does not come up")
        time.sleep(0.5)
