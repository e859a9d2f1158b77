"""Asks DNS about senders, once a day; upkeep wakes it.

DNS may be slow or dead: so this is no part of the tick, which everything waits for.
"""

from syndicate import clock, jobs, logs
from syndicate.errors import SettingsError
from syndicate.mail.sender import check
from workers.app import app

log = logs.get(__name__)


@app.task(name=jobs.CHECK_SENDERS.name)
def check_senders() -> None:
    """Look at those that were not looked at for a day. Safe to run twice."""
    try:
        check.check_due(clock.now())
    except SettingsError as error:
        log.warning("senders_not_checked", reason=str(error))
