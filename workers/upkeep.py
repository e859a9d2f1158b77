"""Housekeeping every ten minutes: makes the ledger's next partition and drops what has expired."""

import datetime as dt
from collections.abc import Callable

from syndicate import clock, jobs, logs, settings
from syndicate.bounces.keeping import record
from syndicate.breakers import keeping
from syndicate.feeds import watch
from syndicate.store.ground.session import transaction
from syndicate.store.maintenance import upkeep
from syndicate.store.newsroom import sender_checks
from syndicate.store.platform import installation
from workers.app import app

log = logs.get(__name__)


@app.task(name=jobs.UPKEEP.name)
def run() -> None:
    """Keep house. Safe to run twice."""
    take_steps(clock.now())


def take_steps(now: dt.datetime) -> None:
    """Take each step, though one before it failed: a bad row must not keep addresses for ever."""
    for step in STEPS:
        try:
            step(now)
        except Exception:  # a face
            log.exception("upkeep_step_failed", step=step.__name__)


def keep_house(now: dt.datetime) -> None:
    """Make the ledger's next partition and drop what has expired."""
    with transaction() as tx:
        upkeep.keep_house(tx, now)


def forget_counters(now: dt.datetime) -> None:
    """Drop counters of strangers whose window is over, a few at a time."""
    keeping.forget_over(now)


def raise_mark(_now: dt.datetime) -> None:
    """Let a database that was brought back be known by its mark."""
    with transaction() as tx:
        installation.raise_mark(tx)


def fetch_bounces(_now: dt.datetime) -> None:
    """Have the mailbox of returned mails emptied, where there is one."""
    if settings.load().bounce_mailbox_url is not None:
        jobs.hint(jobs.FETCH_BOUNCES)


def check_senders(now: dt.datetime) -> None:
    """Have DNS asked about senders, once a day."""
    with transaction() as tx:
        if sender_checks.is_due(tx, now):
            tx.hint(jobs.CHECK_SENDERS)


STEPS: tuple[Callable[[dt.datetime], object], ...] = (
    keep_house,
    forget_counters,
    raise_mark,
    watch.notice_behind,
    record.sweep,
    fetch_bounces,
    check_senders,
)
