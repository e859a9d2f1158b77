"""Who fetches our feeds, by name; and who still shows what the newsroom took back."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from syndicate import logs
from syndicate.feeds import proxy_log
from syndicate.store.ground.session import transaction
from syndicate.store.syndication import consumers, feeds
from syndicate.store.syndication.consumers import Key, Visit

log = logs.get(__name__)

# Different programs at a time; more are not told apart, so that nobody fills memory and rows.
MOST = 500
OTHERS = "(others)"
_COUNT = re.compile(r"(?<!\d)\d++(?=\s*(?:subscriber|reader|user)s?\b)", re.IGNORECASE)
_NAME_CHARS = 120


@lru_cache(maxsize=1024)
def program(agent: str) -> str:
    """What a program calls itself, without the number of its readers, which changes daily."""
    name = "".join(sign for sign in agent if sign.isprintable())
    return _COUNT.sub("N", name)[:_NAME_CHARS].strip() or "(no name)"


def note_log(lines: Iterable[str]) -> int:
    """Note who was answered from the proxy's cache, by its log; how many answers were new.

    What is older than a program's last visit that is known already tells nothing new, so that the
    same log may be read again, and logs may overlap. Safe to run twice.

    Args:
        lines: of the log, oldest first.
    """
    with transaction() as tx:
        known = consumers.last_visits(tx)
        ids = feeds.ids_by_slug(tx)
    visits: dict[Key, Visit] = {}
    count = 0
    for seen in proxy_log.read(lines):
        feed_id = ids.get(seen.slug)
        if feed_id is None:
            continue
        key = (feed_id, seen.form, program("" if seen.agent == "-" else seen.agent))
        if key not in visits and len(visits) >= MOST:
            key = (feed_id, seen.form, OTHERS)
        if key in known and seen.at <= known[key]:
            continue
        before = visits.get(key, Visit(*key, None, seen.at, seen.status, seen.etag, 0))
        visits[key] = replace(
            before,
            at=seen.at,
            status=seen.status,
            etag=seen.etag,
            requests=before.requests + 1,
        )
        count += 1
    with transaction() as tx:
        consumers.note(tx, list(visits.values()))
    return count


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
