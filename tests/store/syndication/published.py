"""One builder for each row of feeds and of the hub, in the manner of `tests.rows`."""

from typing import Any

from syndicate.store.ground.session import Transaction
from syndicate.store.syndication.feed_documents import FeedDocument
from syndicate.store.syndication.feeds import Feed
from syndicate.store.syndication.hub import FeedCallback
from syndicate.vocabulary.feeds import FeedFormat, FeedKind
from tests.rows import DAY, NOW, added


def feed(
    tx: Transaction,
    publication_id: int,
    slug: str = "everything",
    kind: FeedKind = FeedKind.EVERYTHING,
    **columns: Any,
) -> Feed:
    """A feed of which nothing is due."""
    plain = {"kind": kind, "title": slug.title()}
    return added(tx, Feed(publication_id=publication_id, slug=slug, **(plain | columns)))


def unsaved_document(
    feed_id: int, form: FeedFormat = FeedFormat.ATOM, page: int = 0, **columns: Any
) -> FeedDocument:
    """A page of a feed in a form, of no database yet; its body and etag tell it from others."""
    said = f"{form} {page} of {feed_id}"
    plain = {
        "body": said.encode(),
        "gzip": b"",
        "brotli": b"",
        "etag": f"etag of {said}",
        "is_archive": False,
        "entries": 1,
        "modified_at": NOW,
        "built_at": NOW,
    }
    return FeedDocument(feed_id=feed_id, format=form, page=page, **(plain | columns))


def document(
    tx: Transaction,
    feed_id: int,
    form: FeedFormat = FeedFormat.ATOM,
    page: int = 0,
    **columns: Any,
) -> FeedDocument:
    """Arguments as `unsaved_document`."""
    return added(tx, unsaved_document(feed_id, form, page, **columns))


def callback(tx: Transaction, feed_id: int, name: str = "callback", **columns: Any) -> FeedCallback:
    """A hub's subscription between two requests: verified for a day, and with nothing due."""
    plain = {
        "format": FeedFormat.ATOM,
        "topic": f"topic of {name}",
        "callback": f"https://peer.example/{name}",
        "host": "peer.example",
        "lease_until": NOW + DAY,
        "created_at": NOW - DAY,
    }
    return added(tx, FeedCallback(feed_id=feed_id, **(plain | columns)))
