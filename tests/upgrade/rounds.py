"""A turn of everything that workers do, in this process: no hint is waited for, none is lost."""

import importlib
import inspect
from collections.abc import Callable

from syndicate import clock, jobs
from syndicate.store.composition import issues, renewals
from syndicate.store.ground.session import transaction
from syndicate.store.syndication import feeds


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
        if job is jobs.PUBLISH_FEEDS:
            _until_nothing_is_due(task)
        elif not inspect.signature(task).parameters:
            task()
        else:
            for row_id in _waiting(job):
                task(row_id)


def unfinished() -> list[int]:
    """Issues that nobody composed yet."""
    with transaction() as tx:
        return [issue_id for issue_id, _ in issues.unfinished(tx)]


def _until_nothing_is_due(publish: Callable[[], object]) -> None:
    """A busy machine builds fewer feeds in one call, and the next tick goes on."""
    for _ in range(100):
        publish()
        with transaction() as tx:
            if not feeds.has_due(tx, clock.now()):
                return


def _waiting(job: jobs.Job) -> list[int]:
    if job is not jobs.RENEW_CONTENT:
        return unfinished()
    with transaction() as tx:
        return list(renewals.waiting(tx))
