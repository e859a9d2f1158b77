"""The feed documents that this process serves, kept in memory as long as they are the newest.

Polling readers ask for the same few documents all day. Four times a second, at most, one query asks
which feeds have changed since; a document is loaded when it is first asked for, and again after its
feed changed. So a change is served within a quarter of a second, and most answers touch no row.

While the database is away, or takes longer than a second to say what changed, a document that is
here is served as it was last confirmed, and says since when (`Age`); after a quarter of an hour no
more. Nobody can take anything back meanwhile but where another process reaches the database and
this one does not: then what was withdrawn goes on here for as long as that lasts, and no longer.
"""

import asyncio
import datetime as dt
import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from email.utils import format_datetime

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from syndicate import logs, uris
from syndicate.feeds import model
from syndicate.feeds.model import Site
from syndicate.settings import load
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import publications
from syndicate.store.syndication import feed_documents
from syndicate.store.syndication.feed_documents import FeedDocument
from syndicate.store.syndication.feeds import Feed
from syndicate.vocabulary.feeds import FeedFormat

log = logs.get(__name__)

FRESH_S = 0.25
# For so long the database may be away, or silent, before a feed is.
STALE_S = 900.0
# A database that is away is asked again after this, and one that is silent waited for as long.
_AWAY_S = 1.0
_SHELF_BYTES = 64 * 1024 * 1024

# Clients keep a feed for five minutes. A proxy of ours asks again after two seconds, so that what
# was withdrawn is gone within five (docs/operations.md, "Feeds").
KEPT = "public, max-age=300, s-maxage=2, stale-while-revalidate=60"
_ARCHIVE = "public, max-age=86400, immutable, s-maxage=2"

Key = tuple[str, FeedFormat, int]
RawHeaders = list[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Variant:
    """One content coding of a document."""

    tag: str
    headers: RawHeaders
    body: bytes


@dataclass(frozen=True)
class OnShelf:
    """A document ready to be served, or the word that its feed is gone or has moved.

    Attributes:
        feed_id: whose.
        generation: of the feed, when this was loaded.
        variants: by content coding; empty when there is no document.
        tags: entity tags of all variants.
        modified_at: newest material change.
        gone: the feed is no more.
        moved_to: address of the feed that took its place, or None.
        age_s: seconds since it was known to be the newest, while the database is away; else 0.
    """

    feed_id: int
    generation: int
    variants: dict[str | None, Variant]
    tags: frozenset[str]
    modified_at: dt.datetime
    gone: bool
    moved_to: str | None
    age_s: int = 0

    @property
    def size(self) -> int:
        """Bytes that it takes up, roughly."""
        return 1024 + sum(len(variant.body) for variant in self.variants.values())


class Shelf:
    """What one web process keeps."""

    def __init__(self) -> None:
        self._documents: OrderedDict[Key, OnShelf] = OrderedDict()
        self._size = 0
        self._checked_at = float("-inf")
        self._away_at = float("-inf")
        self._checking: asyncio.Task[None] | None = None

    async def get(self, key: Key) -> OnShelf | None:
        """The newest state of a document; None when there is no such feed or page.

        Raises:
            HTTPException: 503, the database has been away for too long.
        """
        is_newest = time.monotonic() - self._checked_at <= FRESH_S or await self._check()
        found = self._documents.get(key)
        if found is not None:
            self._documents.move_to_end(key)
            return found if is_newest else self._of_before(found)
        loaded = await run_in_threadpool(_load, key)
        if loaded is not None:
            self._put(key, loaded)
        return loaded

    async def _check(self) -> bool:
        """Drop what has changed since; everybody who waits shares one query.

        Returns:
            Whether the database has answered.
        """
        if time.monotonic() - self._away_at < _AWAY_S:
            return False
        if self._checking is None:
            self._checking = asyncio.create_task(self._drop_changed())
            self._checking.add_done_callback(self._checked)
        done, _ = await asyncio.wait({self._checking}, timeout=_AWAY_S)
        return bool(done) and done.pop().exception() is None

    def _checked(self, task: asyncio.Task[None]) -> None:
        self._checking = None
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._away_at = time.monotonic()
            log.warning("feeds_not_compared", reason=type(error).__name__)

    def _of_before(self, found: OnShelf) -> OnShelf:
        age_s = time.monotonic() - self._checked_at
        if age_s > STALE_S:
            raise HTTPException(503, "The service is under maintenance. Please try again later.")
        return replace(found, age_s=max(1, round(age_s)))

    async def _drop_changed(self) -> None:
        asked_at = time.monotonic()
        held = {(each.feed_id, each.generation) for each in self._documents.values()}
        if held:
            current = await run_in_threadpool(_generations, {feed_id for feed_id, _ in held})
            for key, each in list(self._documents.items()):
                if current.get(each.feed_id) != each.generation:
                    self._size -= self._documents.pop(key).size
        self._checked_at = asked_at

    def _put(self, key: Key, document: OnShelf) -> None:
        before = self._documents.pop(key, None)
        self._size += document.size - (before.size if before else 0)
        self._documents[key] = document
        while self._size > _SHELF_BYTES and len(self._documents) > 1:
            self._size -= self._documents.popitem(last=False)[1].size


def _generations(feed_ids: set[int]) -> dict[int, int]:
    with transaction() as tx:
        return feed_documents.generations(tx, feed_ids)


def _load(key: Key) -> OnShelf | None:
    slug, form, page = key
    with transaction() as tx:
        found = feed_documents.find(tx, slug, form, page)
        if found is None:
            return None
        feed, document = found
        publication = publications.find(tx, feed.publication_id)
        is_first = publications.is_first(tx, feed.publication_id)
    is_there = document is not None or feed.gone_at is not None or feed.moved_to is not None
    if publication is None or not is_there:
        return None
    own = load()
    site = model.site_of(publication, own.base_url(), is_first=is_first, hub_url=own.hub_url)
    return _on_shelf(feed, document, form, site)


def _on_shelf(feed: Feed, document: FeedDocument | None, form: FeedFormat, site: Site) -> OnShelf:
    variants: dict[str | None, Variant] = {}
    if document is not None and feed.gone_at is None and feed.moved_to is None:
        url = model.page_url(site.base, feed.slug, form, document.page)
        head = _headers(document, url, site.hub)
        head.append((b"cache-control", (_ARCHIVE if document.is_archive else KEPT).encode()))
        variants = {
            None: _variant(head, document.etag, document.body, None),
            "gzip": _variant(head, f"{document.etag}-gzip", document.gzip, "gzip"),
            "br": _variant(head, f"{document.etag}-br", document.brotli, "br"),
        }
    moved_to = feed.moved_to
    if moved_to is not None and "://" in moved_to:
        moved_to = uris.uri(moved_to) or moved_to
    elif moved_to is not None:
        moved_to = model.page_url(site.base, moved_to, form)
    return OnShelf(
        feed_id=feed.id,
        generation=feed.generation,
        variants=variants,
        tags=frozenset(variant.tag for variant in variants.values()),
        modified_at=document.modified_at if document else dt.datetime.min.replace(tzinfo=dt.UTC),
        gone=feed.gone_at is not None,
        moved_to=moved_to,
    )


def _headers(document: FeedDocument, url: str, hub: str) -> RawHeaders:
    media_type = document.format.media_type
    return [
        (b"content-type", f"{media_type}; charset=utf-8".encode()),
        (b"last-modified", format_datetime(document.modified_at, usegmt=True).encode()),
        (b"vary", b"Accept-Encoding, Accept"),
        (b"link", f'<{hub}>; rel="hub", <{url}>; rel="self"'.encode()),
    ]


def _variant(head: RawHeaders, tag: str, body: bytes, coding: str | None) -> Variant:
    headers = [*head, (b"etag", f'"{tag}"'.encode()), (b"content-length", b"%d" % len(body))]
    if coding is not None:
        headers.append((b"content-encoding", coding.encode()))
    return Variant(tag, headers, body)
