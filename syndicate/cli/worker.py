"""`syndicate worker QUEUE…`: one Celery worker, which takes this process's place."""

import os
import sys
from typing import Annotated

import typer

from syndicate import jobs, settings
from syndicate.embedded import places, plan
from syndicate.errors import UsageError


def worker(
    queues: Annotated[list[str], typer.Argument(help=f"Among {', '.join(jobs.QUEUES)}.")],
    *,
    name: Annotated[
        str | None, typer.Option(help="Its name in logs; its queues by default.")
    ] = None,
) -> None:
    """Run a worker for one or more queues."""
    unknown = [queue for queue in queues if queue not in jobs.QUEUES]
    if unknown:
        raise UsageError(
            f"There is no queue {unknown[0]}; the queues are {', '.join(jobs.QUEUES)}."
        )
    places.say_if_root("worker")
    settings.load().need_servers()
    argv = plan.worker_argv(name or "-".join(queues), tuple(queues))
    os.execv(sys.executable, argv)  # noqa: S606 - our own program
