"""Build the feeds that are due: read, close the transaction, build, write what differs.

A page is built when a row behind it was written since (its fingerprint differs), and a document is
written when its bytes differ. So a change of one article costs the pages it stands in, and building
everything again from the same rows changes no ETag.
"""

import datetime as dt
import gzip
import hashlib
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import brotli

from syndicate import jobs, logs, settings
from syndicate.errors import BAD_ROW, SyndicateError
from syndicate.feeds import build, model
from syndicate.store.content.visibility import Channel
from syndicate.store.editing import outbox
from syndicate.store.ground.session import BadValueError, Transaction, transaction
from syndicate.store.newsroom import publications
from syndicate.store.syndication import feed_documents as documents
from syndicate.store.syndication import feed_entries as entries
from syndicate.store.syndication import feed_rows, hub, hub_pings
from syndicate.store.syndication.feed_documents import (
    FeedDocument,
    FeedFormat,
    NewPage,
    Stored,
    Taken,
)
from syndicate.store.syndication.feed_entries import Page
from syndicate.store.syndication.feed_rows import Place

log = logs.get(__name__)

# What a bad row can do to a feed; a database that is away is none of it.
_AT_FAULT: tuple[type[Exception], ...] = (SyndicateError, BadValueError, *BAD_ROW)

Tombstones = Sequence[tuple[str, dt.datetime]]

# The build queue shares its process with the tick: a task is short, and what is still due by then
# is hinted at again.
BUDGET_S = 5.0
# Pages that are read, built and written together: some 15 MB of text at most.
SLICE_PAGES = 20
# Of 250 kB each: 4 and 4 take a third of the time of 6 and 5, and leave 6 % more to send.
BROTLI_QUALITY = 4
GZIP_LEVEL = 4


@dataclass(frozen=True)
class Plan:
    """What must be built of one feed.

    Attributes:
        taken: the feed in hand.
        site: its public addresses.
        pages: every page it has now, page 0 first.
        changed: numbers of those that must be built.
        before: page 0 as JSON Feed, where another version of this code built it; else None.
        tombstones: for page 0.
        next_moment: when it changes next by itself, or None.
    """

    taken: Taken
    site: model.Site
    pages: Sequence[Page]
    changed: frozenset[int]
    before: bytes | None
    tombstones: Tombstones
    next_moment: dt.datetime | None

    @property
    def last_page(self) -> int:
        """Number of the newest page behind page 0; 0 when there is none."""
        return max(page.number for page in self.pages)


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
    plan = _plan(taken, built_for, now)
    written = 0
    slices = list(_slices(plan))
    for place, pages in enumerate(slices, 1):
        made = list(_build(plan, pages, now))
        with transaction() as tx:
            if not documents.write(tx, taken, made):
                return False
            _tell_hub(tx, plan, made, now)
            if place == len(slices):
                _finish(tx, plan, built_for, now)
        written += sum(len(page.documents) for page in made)
    if not slices:
        with transaction() as tx:
            _finish(tx, plan, built_for, now)
    log.info(
        "feed_published",
        feed_id=taken.feed.id,
        pages=len(plan.changed),
        documents=written,
        duration_ms=round((time.monotonic() - began) * 1000, 1),
    )
    return True


def _finish(tx: Transaction, plan: Plan, built_for: str, now: dt.datetime) -> None:
    documents.finish(
        tx,
        plan.taken,
        last_page=plan.last_page,
        built_for=built_for,
        next_moment=plan.next_moment,
        now=now,
    )


def _tell_hub(tx: Transaction, plan: Plan, made: Iterable[NewPage], now: dt.datetime) -> None:
    """Make page 0 due to the hub's subscribers, or to an outside hub, in the same commit."""
    fresh = [each for page in made if page.number == 0 for each in page.documents]
    if not fresh or not _is_news(plan.before, fresh):
        return
    feed_id, forms = plan.taken.feed.id, [each.format for each in fresh]
    is_due = hub.topic_changed(tx, feed_id, forms, now=now)
    if settings.load().hub_url is not None:
        hub_pings.mark(tx, feed_id, forms, now=now)
        is_due = True
    if is_due:
        tx.hint(jobs.HUB)


def _is_news(before: bytes | None, fresh: Iterable[FeedDocument]) -> bool:
    """Whether documents differ by what a newsroom did, and not by how this version writes them.

    After an upgrade an entry must have come, gone or materially changed: a silent fix that came at
    the same time is found by whoever fetches.
    """
    if before is None:
        return True
    now_json = [each.body for each in fresh if each.format is FeedFormat.JSON]
    return any(build.news_of(body) != build.news_of(before) for body in now_json)


def _built_for() -> str:
    own = settings.load()
    return " ".join(filter(None, [build.VERSION, own.base_url(), own.hub_url]))


def _plan(taken: Taken, built_for: str, now: dt.datetime) -> Plan:
    feed, channel = taken.feed, Channel.PUBLIC_FEED
    with transaction() as tx:
        first, before = entries.newest(tx, feed, channel, now=now)
        older = entries.older_pages(tx, feed, channel, before, now=now) if before else []
        tombstones = entries.tombstones(tx, feed)
        next_moment = entries.next_moment(tx, feed, now=now)
        stored = documents.fingerprints(tx, feed.id)
        is_first = publications.is_first(tx, feed.publication_id)
        is_other_code = not (feed.built_for or built_for).startswith(f"{build.VERSION} ")
        others = documents.body(tx, feed.id, FeedFormat.JSON) if is_other_code else None
    frame = _frame(taken)
    pages = [_sealed(page, len(older), (frame, tombstones)) for page in (first, *older)]
    is_outdated = feed.built_for != built_for
    changed = {
        page.number for page in pages if is_outdated or stored.get(page.number) != page.fingerprint
    }
    own = settings.load()
    site = model.site_of(taken.publication, own.base_url(), is_first=is_first, hub_url=own.hub_url)
    return Plan(taken, site, pages, frozenset(changed), others, tombstones, next_moment)


def _frame(taken: Taken) -> str:
    """Everything of the feed and its publication that stands in each of its documents."""
    feed, brand = taken.feed, taken.publication
    parts = (feed.slug, feed.title, feed.description, feed.language, feed.is_full_text)
    return repr((*parts, brand.name, brand.host, brand.home_url, brand.language, brand.direction))


def _sealed(page: Page, last_page: int, around: tuple[str, Tombstones]) -> Page:
    """The page with everything in its fingerprint that its documents depend on."""
    frame, tombstones = around
    # Page 0 and the newest one behind it name the number of pages in their links.
    links = last_page if page.number in {0, last_page} else "archive"
    graves = tombstones if page.number == 0 else ()
    whole = f"{page.fingerprint}|{links}|{graves}|{frame}"
    return Page(page.number, page.places, hashlib.sha256(whole.encode()).hexdigest())


def _slices(plan: Plan) -> Iterator[Sequence[Page]]:
    """The changed pages: page 0 by itself and first, then the others from the newest down."""
    changed = sorted(
        (page for page in plan.pages if page.number in plan.changed),
        key=lambda page: (page.number > 0, -page.number),
    )
    if changed and changed[0].number == 0:
        yield changed[:1]
        changed = changed[1:]
    for start in range(0, len(changed), SLICE_PAGES):
        yield changed[start : start + SLICE_PAGES]


def _build(plan: Plan, pages: Sequence[Page], now: dt.datetime) -> Iterator[NewPage]:
    """Read the rows of some pages, then build their documents with no transaction open."""
    feed = plan.taken.feed
    numbers = [page.number for page in pages]
    with transaction() as tx:
        places = {place for page in pages for place in page.places}
        rows = feed_rows.read(tx, places, Channel.PUBLIC_FEED, now=now)
        stored = documents.stored(tx, feed.id, numbers)
        stood = documents.article_ids(tx, feed.id, numbers)
        until = {page.number: entries.rights_end(tx, _ids(page.places), now=now) for page in pages}
    for page in pages:
        ids = _ids(page.places)
        made = model.document(
            feed,
            plan.taken.publication,
            plan.site,
            [rows[place] for place in page.places],
            tombstones=plan.tombstones if page.number == 0 else (),
        )
        made = model.on_page(made, page.number, plan.last_page)
        # A client that only knows If-Modified-Since must learn that something was taken away.
        is_lessened = not set(stood.get(page.number, ())) <= set(ids)
        changed_at = now.replace(microsecond=0) if is_lessened else made.updated
        fresh = _fresh(feed.id, made, stored, changed_at=changed_at, now=now)
        yield NewPage(page.number, ids, page.fingerprint, until[page.number], fresh)


def _fresh(
    feed_id: int,
    made: model.Document,
    stored: Mapping[tuple[int, FeedFormat], Stored],
    *,
    changed_at: dt.datetime,
    now: dt.datetime,
) -> list[FeedDocument]:
    """The documents of a page whose bytes differ from the stored ones."""
    fresh = []
    for form in FeedFormat:
        body = build.build(made, form)
        etag = hashlib.sha256(body).hexdigest()
        before = stored.get((made.page, form))
        if before and (before.etag, before.is_archive) == (etag, made.is_archive):
            continue
        modified_at = max(made.updated, changed_at, before.modified_at if before else changed_at)
        # Never of the future (RFC 9110 8.8.2.1): a clock may have been set back since.
        modified_at = min(modified_at, now.replace(microsecond=0))
        document = FeedDocument(
            feed_id=feed_id,
            format=form,
            page=made.page,
            body=body,
            gzip=gzip.compress(body, GZIP_LEVEL, mtime=0),
            brotli=brotli.compress(body, mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY),
            etag=etag,
            is_archive=made.is_archive,
            entries=len(made.entries),
            modified_at=modified_at,
            built_at=now,
        )
        fresh.append(document)
    return fresh


def _ids(places: Iterable[Place]) -> list[int]:
    return sorted({place.article_id for place in places})
