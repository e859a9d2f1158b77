"""Reading stored feed documents back in tests, with lxml and json alone."""

import json
from typing import Any

from lxml import etree
from sqlalchemy import select

from syndicate.store.ground.session import transaction
from syndicate.store.syndication.feed_documents import FeedDocument
from syndicate.store.syndication.feeds import Feed
from syndicate.vocabulary.feeds import FeedFormat

NAMES = {
    "a": "http://www.w3.org/2005/Atom",
    "at": "http://purl.org/atompub/tombstones/1.0",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "fh": "http://purl.org/syndication/history/1.0",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "media": "http://search.yahoo.com/mrss/",
}


def documents(slug: str) -> dict[tuple[FeedFormat, int], FeedDocument]:
    query = select(FeedDocument).join(Feed, Feed.id == FeedDocument.feed_id)
    with transaction() as tx:
        found = tx.scalars(query.where(Feed.slug == slug)).all()
    return {(each.format, each.page): each for each in found}


def etags() -> dict[tuple[int, FeedFormat, int], str]:
    with transaction() as tx:
        rows = tx.scalars(select(FeedDocument)).all()
    return {(each.feed_id, each.format, each.page): each.etag for each in rows}


def rss(slug: str, page: int = 0) -> etree._Element:
    return etree.fromstring(documents(slug)[FeedFormat.RSS, page].body)


def atom(slug: str, page: int = 0) -> etree._Element:
    return etree.fromstring(documents(slug)[FeedFormat.ATOM, page].body)


def json_feed(slug: str, page: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(documents(slug)[FeedFormat.JSON, page].body)
    return found


def texts(element: etree._Element, path: str) -> list[str]:
    found = element.xpath(path, namespaces=NAMES)
    return [each if isinstance(each, str) else each.text or "" for each in found]


def ids(slug: str, page: int = 0) -> list[str]:
    """The entries of a page, from RSS; the other formats must hold the same."""
    found = texts(rss(slug, page), "//item/guid")
    assert texts(atom(slug, page), "//a:entry/a:id") == found
    assert [item["id"] for item in json_feed(slug, page)["items"]] == found
    return found
