"""Build the feeds that are due: read, close the transaction, build, write what differs.

    taken ─> ask (rows) ─> plan ─> the rows of a slice ─> its documents ─> given back

A page is built when a row behind it was written since (its fingerprint differs), and a document is
written when its bytes differ. So a change of one article costs the pages it stands in, and building
everything again from the same rows changes no ETag.
"""

import datetime as dt
import time

from syndicate import logs, settings
from syndicate.errors import BAD_ROW, SyndicateError
from syndicate.feeds import build, model, pages, plan
from syndicate.store.editing import outbox
from syndicate.store.ground.session import BadValueError, transaction
from syndicate.store.syndication import feed_documents as documents
from syndicate.store.syndication import publishing
from syndicate.store.syndication.feed_documents import Taken
from syndicate.store.syndication.publishing import Made

log = logs.get(__name__)

# What a bad row can do to a feed; a database that is away is none of it.
_AT_FAULT: tuple[type[Exception], ...] = (SyndicateError, BadValueError, *BAD_ROW)

# The build queue shares its process with the tick: a task is short, and what is still due by then
# is hinted at again.
BUDGET_S = 5.0


def publish_due(now: dt.datetime) -> int:
    """Build every feed that is due; how many were built. Safe to run twice, and at once.

    It begins with no further feed after 5 s: whoever calls it from a queue hints again.
    """
    built_for = _built_for()
    with transaction() as tx:
        outbox.pass_on(tx, now)
    with transaction() as tx:
        documents.mark_outdated(tx, built_for, now=now)
    began = time.monotonic()
    count = 0
    while (passed := time.monotonic() - began) < BUDGET_S:
        # What falls due meanwhile, as an embargo that ends, is not kept waiting for the next call.
        moment = now + dt.timedelta(seconds=passed)
        with transaction() as tx:
            taken = documents.take(tx, now=moment)
        if taken is None:
            break
        try:
            publish(taken, built_for=built_for, now=moment)
        except _AT_FAULT:  # its lease ends in two minutes: the others come first
            log.exception("feed_not_published", feed_id=taken.feed.id)
        count += 1
    return count


def publish(taken: Taken, *, built_for: str, now: dt.datetime) -> bool:
    """Build one feed that was taken; False when another builder took it meanwhile."""
    began = time.monotonic()
    own = settings.load()
    by_other_code = plan.is_by_other_code(taken, built_for)
    with transaction() as tx:
        due = publishing.ask(tx, taken, with_before=by_other_code, now=now)
    site = model.site_of(
        taken.publication, own.base_url(), is_first=due.is_first, hub_url=own.hub_url
    )
    planned = plan.plan(taken, site, due, built_for=built_for)
    written = 0
    for place, wanted in enumerate(planned.slices, 1):
        with transaction() as tx:
            rows = publishing.rows(tx, taken, wanted, now=now)
        made = [pages.new_page(planned, each, now) for each in rows]
        done = planned.done if place == len(planned.slices) else None
        built = Made(made, plan.news(planned, made), done)
        with transaction() as tx:
            is_hub_ours = own.hub_url is None
            if not publishing.give_back(tx, taken, built, is_hub_ours=is_hub_ours, now=now):
                return False
        written += sum(len(page.documents) for page in made)
    log.info(
        "feed_published",
        feed_id=taken.feed.id,
        pages=sum(map(len, planned.slices)),
        documents=written,
        duration_ms=round((time.monotonic() - began) * 1000, 1),
    )
    return True


def _built_for() -> str:
    own = settings.load()
    return " ".join(filter(None, [build.CODE, own.base_url(), own.hub_url]))
