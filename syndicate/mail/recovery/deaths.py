"""Noticing within seconds that a process died, or that its session with the database is over.

Every worker sweeps once a second (`workers.vigil`), the tick every 2 s, and the supervisor when it
sees one of its processes end. Each lost process is looked at in a transaction of its own, which has
its lock: it cannot come back meanwhile, and two that sweep never do the same work.
"""

import datetime as dt

from syndicate import logs
from syndicate.processes import Process
from syndicate.store.ground.session import transaction
from syndicate.store.maintenance import deaths
from syndicate.store.maintenance.deaths import TakenBack
from syndicate.store.platform import holders

log = logs.get(__name__)


def sweep(now: dt.datetime) -> int:
    """Take back what lost processes leased. Safe to run twice, and at once.

    Args:
        now: aware UTC.

    Returns:
        From how many of them something was.
    """
    with transaction() as tx:
        lost = holders.lost(tx)
    count = 0
    for each in lost:
        is_dead = each.is_surely_dead()
        with transaction() as tx:
            if not holders.seize(tx, each.process):
                continue  # it is back, or somebody else looks after it
            found = deaths.take_back(tx, each.process, is_dead=is_dead, now=now)
        if found.batches or found.rows:
            count += 1
            _tell(each.process, found, is_dead)
    return count


def report(process: Process, now: dt.datetime) -> None:
    """Say that a process which we started has ended, and take back at once what it held.

    Safe to run twice, and for one that held nothing.

    Args:
        process: whom its parent has seen end.
        now: aware UTC.
    """
    with transaction() as tx:
        has_held = holders.note_death(tx, process, now=now)
    if has_held:
        sweep(now)


def _tell(process: Process, found: TakenBack, is_dead: bool) -> None:
    log.warning(
        "leases_taken_back",
        pid=process.pid,
        is_dead=is_dead,
        batches=len(found.batches),
        ambiguous=sum(each.ambiguous for each in found.batches),
        **found.rows,
    )
