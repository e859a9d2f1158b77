"""Say once, in the log, who still shows what the newsroom took back in a feed."""

import datetime as dt

from syndicate import logs
from syndicate.store import consumers
from syndicate.store.session import transaction

log = logs.get(__name__)


def notice_behind(now: dt.datetime) -> int:
    """Give a notice of each consumer that has not come since a correction, kill or takedown.

    Returns:
        How many notices were given; each change is noticed once. Safe to run twice.
    """
    with transaction() as tx:
        fresh = consumers.mark_noticed(tx, consumers.behind(tx, now=now))
    for row in fresh:
        log.warning(
            "feed_consumer_behind",
            consumer_id=row.consumer_id,
            feed=row.feed_slug,
            format=row.form,
            partner=row.partner,
            last_at=row.last_at.isoformat(),
            changed_at=row.changed_at.isoformat(),
        )
    return len(fresh)
