"""Tells what rings, by every way that is set."""

from syndicate import clock, jobs
from syndicate.alarms import watch
from workers.app import app


@app.task(name=jobs.TELL_RINGS.name)
def tell() -> None:
    """Tell every way what it has not heard yet. Safe to run twice."""
    watch.tell(clock.now())
