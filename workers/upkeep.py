"""Housekeeping every ten minutes: makes the ledger's next partition and drops what has expired."""

from syndicate import clock, jobs, logs, settings
from syndicate.errors import TemporaryError
from syndicate.feeds import watch
from syndicate.mail.bounces import keep, mailboxes
from syndicate.store import upkeep
from syndicate.store.session import transaction
from workers.app import app

log = logs.get(__name__)


@app.task(name=jobs.UPKEEP.name)
def run() -> None:
    """Keep house. Safe to run twice."""
    with transaction() as tx:
        upkeep.keep_house(tx, clock.now())
    watch.notice_behind(clock.now())
    keep.sweep(clock.now())
    _read_returned_mail()


def _read_returned_mail() -> None:
    """Empty the mailbox of returned mails, where there is one; a dead one is tried again."""
    url = settings.load().bounce_mailbox_url
    if url is None:
        return
    try:
        mailboxes.collect(url.get_secret_value(), lambda raw: keep.ingest(raw, clock.now()))
    except TemporaryError as error:
        log.warning("bounce_mailbox_unreachable", reason=str(error))
