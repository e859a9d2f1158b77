"""Collecting from sources that are due."""

from syndicate import clock, jobs
from syndicate.collect import completeness, hub_delivery, picture_sizes, rereading, run, websub
from workers.app import app, is_stopping


@app.task(name=jobs.COLLECT_DUE.name)
def collect_due() -> None:
    """Store what hubs pushed, collect from what is due, ask hubs, compare lists.

    Safe to run twice.
    """
    run.collect_due(clock.now(), should_stop=_is_stopping_after_pushes)
    rereading.read_due(clock.now(), should_stop=is_stopping)
    websub.ask_due(clock.now())
    completeness.compare_due(clock.now())


@app.task(name=jobs.MEASURE_PICTURES.name)
def measure_pictures() -> None:
    """Ask new stories' lead pictures for their size. Safe to run twice."""
    picture_sizes.measure_due(clock.now(), should_stop=is_stopping)


def _is_stopping_after_pushes() -> bool:
    """Whether to begin no further batch; what hubs pushed meanwhile never waits for one."""
    hub_delivery.store_due(clock.now(), should_stop=is_stopping)
    return is_stopping()
