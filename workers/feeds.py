"""Building feeds that are due."""

from syndicate import clock, jobs
from syndicate.feeds import publish
from workers.app import app


@app.task(name=jobs.PUBLISH_FEEDS.name)
def publish_feeds() -> None:
    """Build every feed that is due. Safe to run twice."""
    publish.publish_due(clock.now())
