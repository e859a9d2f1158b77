"""Collecting from sources that are due."""

from syndicate import clock, jobs
from syndicate.collect import run
from workers.app import app, is_stopping


@app.task(name=jobs.COLLECT_DUE.name)
def collect_due() -> None:
    """Collect from what is due. Safe to run twice; ends after about a minute."""
    run.collect_due(clock.now(), should_stop=is_stopping)
