"""A turn of everything that workers do, in this process: no hint is waited for, none is lost."""

import importlib
import inspect

from syndicate import clock, jobs
from syndicate.store import issues, renewing
from syndicate.store.session import transaction


def turn() -> None:
    """Every job of the house once, those about one row for each row that waits."""
    app = importlib.import_module("workers.app")  # it needs the settings of a test
    for name in dict.fromkeys(job.name.partition(".")[0] for job in jobs.ALL):
        importlib.import_module(f"workers.{name}")
    importlib.import_module("workers.tick").take_steps(clock.now())
    for job in jobs.ALL:
        task = app.app.tasks[job.name].run
        if job is jobs.TICK:
            continue
        if not inspect.signature(task).parameters:
            task()
        else:
            for row_id in _waiting(job):
                task(row_id)


def unfinished() -> list[int]:
    """Issues that nobody composed yet."""
    with transaction() as tx:
        return [issue_id for issue_id, _ in issues.unfinished(tx)]


def _waiting(job: jobs.Job) -> list[int]:
    if job is not jobs.RENEW_CONTENT:
        return unfinished()
    with transaction() as tx:
        return list(renewing.waiting(tx))
