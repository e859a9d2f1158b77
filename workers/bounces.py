"""Takes returned mails from the mailbox that they go to; upkeep wakes it every ten minutes.

A mail server may be slow or dead: so this is no part of the tick, which everything waits for.
"""

from syndicate import jobs, logs, settings
from syndicate.bounces.doors import mailboxes
from syndicate.bounces.doors.intake import Intake
from syndicate.errors import SyndicateError
from workers.app import app

log = logs.get(__name__)


@app.task(name=jobs.FETCH_BOUNCES.name)
def fetch() -> None:
    """Make one visit, and ask for the next one while there is more. Safe to run twice."""
    url = settings.load().bounce_mailbox_url
    if url is None:
        return
    try:
        visit = mailboxes.collect(url.get_secret_value(), Intake())
    except SyndicateError as error:
        log.warning("bounce_mailbox_unreachable", reason=str(error))
        return
    if visit.is_worth_another:
        jobs.hint(jobs.FETCH_BOUNCES)
