"""Housekeeping every ten minutes: makes the ledger's next partition and drops what has expired."""

from syndicate import clock, jobs
from syndicate.feeds import watch
from syndicate.store import upkeep
from syndicate.store.session import transaction
from workers.app import app


@app.task(name=jobs.UPKEEP.name)
def run() -> None:
    """Keep house. Safe to run twice."""
    with transaction() as tx:
        upkeep.keep_house(tx, clock.now())
    watch.notice_behind(clock.now())
