"""Building feeds that are due, and telling the hub's subscribers."""

from syndicate import clock, jobs
from syndicate.feeds import hub, outside_hub, publish
from workers.app import app


@app.task(name=jobs.PUBLISH_FEEDS.name)
def publish_feeds() -> None:
    """Build feeds that are due, for a few seconds. Safe to run twice."""
    if publish.publish_due(clock.now()):
        jobs.hint(jobs.PUBLISH_FEEDS)  # the next one finds nothing, or goes on


@app.task(name=jobs.HUB.name)
def run_hub() -> None:
    """Verify and deliver what is due at the hub, for a while. Safe to run twice."""
    outside_hub.run_due(clock.now())
    hub.run_due(clock.now())
