"""Collecting from sources that are due."""

from syndicate import clock, jobs
from syndicate.collect import comparing, run, websub
from workers.app import app, is_stopping


@app.task(name=jobs.COLLECT_DUE.name)
def collect_due() -> None:
    """Collect from what is due, ask hubs, compare lists. Safe to run twice."""
    run.collect_due(clock.now(), should_stop=is_stopping)
    websub.ask_due(clock.now())
    comparing.compare_due(clock.now())
