"""Housekeeping every ten minutes: makes the ledger's next partition and drops what has expired."""

from syndicate import clock, jobs, settings
from syndicate.feeds import watch
from syndicate.mail.bounces import keep
from syndicate.store import installation, upkeep
from syndicate.store.session import transaction
from workers.app import app


@app.task(name=jobs.UPKEEP.name)
def run() -> None:
    """Keep house. Safe to run twice."""
    with transaction() as tx:
        upkeep.keep_house(tx, clock.now())
    with transaction() as tx:
        installation.raise_mark(tx)
    watch.notice_behind(clock.now())
    keep.sweep(clock.now())
    if settings.load().bounce_mailbox_url is not None:
        jobs.hint(jobs.FETCH_BOUNCES)
