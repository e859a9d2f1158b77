"""The Celery consumer, from the same settings as the producer in `syndicate.jobs`.

Every task here may run twice, at once, or be lost, and the result is the same: what is due stands
in rows. So there are no results, no ETAs, no retries by Celery; time lives in the rows'
`not_before`.

The pool is `solo`, one process per worker: a killed worker leaves no orphan, a task may start child
processes, and it can see that its worker was told to stop. More work is more processes.
"""

import os
import socket
import sys
from collections.abc import Sequence
from typing import Any

import celery.worker.state
from celery import Celery
from celery.signals import (
    beat_init,
    celeryd_init,
    setup_logging,
    worker_process_init,
    worker_ready,
)

from syndicate import jobs, logs, settings
from syndicate.alarms import heart
from syndicate.store.ground import session
from syndicate.store.platform.heartbeats import HeartKind
from workers.vigil import Vigil

_QUEUES = "--queues="


def modules_for(argv: Sequence[str]) -> list[str]:
    """The modules whose tasks a process may be asked to run; each is the first word of its jobs.

    A sender needs no HTML parser, and the clock no task at all: importing everything everywhere
    costs a start 4 s of work and 170 MB for good.

    Args:
        argv: the process's command line; without queues in it every module is wanted.
    """
    if "beat" in argv:
        return []
    queues = queues_of(argv)
    names = [job.name.partition(".")[0] for job in jobs.ALL if job.queue in queues]
    return [f"workers.{name}" for name in dict.fromkeys(names)]


def queues_of(argv: Sequence[str]) -> set[str]:
    """The queues that a worker's command line names; all of them where it names none."""
    asked = [word.removeprefix(_QUEUES) for word in argv if word.startswith(_QUEUES)]
    return set(asked[-1].split(",")) if asked else set(jobs.QUEUES)


app = Celery("syndicate", broker=jobs.broker_url(settings.load().need("redis_url")))
app.conf.update(
    include=modules_for(sys.argv),
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_routes={job.name: {"queue": job.queue} for job in jobs.ALL},
    task_create_missing_queues=True,
    # A hint that a killed worker held comes back; the tick would find its work anyway.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    broker_transport_options=jobs.transport_options(),
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    timezone="UTC",
    beat_schedule={
        # workers/tick.py
        "tick": {
            "task": jobs.TICK.name,
            "schedule": jobs.TICK_S,
            "options": {"queue": jobs.TICK.queue, "expires": jobs.TICK_S},
        },
        # workers/upkeep.py
        "upkeep": {
            "task": jobs.UPKEEP.name,
            "schedule": 600.0,
            "options": {"queue": jobs.UPKEEP.queue, "expires": 600.0},
        },
    },
)


def is_stopping() -> bool:
    """Whether this worker was told to stop; a long task gives its work back to the rows then."""
    state = celery.worker.state
    # Celery keeps None or False for "no", and an exit code for "yes": 0, which equals False.
    flags = (state.should_stop, state.should_terminate)
    return any(flag is not None and flag is not False for flag in flags)


@setup_logging.connect
def _own_logging(**_kwargs: Any) -> None:
    configured = settings.load()
    logs.configure(log_format=configured.log_format, level=configured.log_level)


@celeryd_init.connect
def _own_connections(**_kwargs: Any) -> None:
    session.dispose()


@worker_process_init.connect
def _own_connections_after_fork(**_kwargs: Any) -> None:
    session.dispose()


@worker_ready.connect
def _keep_vigil(**_kwargs: Any) -> None:
    """Before anything is leased; the clock leases nothing."""
    Vigil().begin()


@worker_ready.connect
def _beat_as_worker(sender: Any, **_kwargs: Any) -> None:
    heart.start(HeartKind.WORKER, str(sender.hostname), queues_of(sys.argv))


@beat_init.connect
def _beat_as_beat(**_kwargs: Any) -> None:
    heart.start(HeartKind.BEAT, socket.gethostname())


@worker_ready.connect
@beat_init.connect
def _say_ready(**_kwargs: Any) -> None:
    """Tell who started us: the supervisor, or systemd (sd_notify(3))."""
    address = os.environ.get("NOTIFY_SOCKET")
    if address:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
            supervisor.sendto(b"READY=1", address.replace("@", "\0", 1))
