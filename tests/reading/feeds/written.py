"""Documents of a publisher, as its own system writes them, read."""

import datetime as dt

from lxml import etree

from syndicate.reading.feeds import read_xml
from syndicate.reading.records import Entry, ParsedFeed

NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
EIGHT = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)
BASE = "https://daily.example/feed"
NAMES = (
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:dcterms="http://purl.org/dc/terms/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
)


def read(document: str, base: str | None = BASE, zone: str | None = None) -> ParsedFeed | None:
    root = etree.fromstring(document.encode())
    return read_xml.read(root, base=base, now=NOW, zone=zone)


def rss(inner: str, base: str | None = BASE, zone: str | None = None) -> ParsedFeed | None:
    return read(f'<rss version="2.0" {NAMES}><channel>{inner}</channel></rss>', base, zone)


def atom(inner: str, attributes: str = "", base: str | None = BASE) -> ParsedFeed | None:
    return read(
        f'<feed xmlns="http://www.w3.org/2005/Atom" {NAMES} {attributes}>{inner}</feed>', base
    )


def found(feed: ParsedFeed | None) -> ParsedFeed:
    assert feed is not None
    return feed


def item(inner: str, base: str | None = BASE, zone: str | None = None) -> Entry:
    (entry,) = found(rss(f"<item>{inner}</item>", base, zone)).entries
    return entry


def entry(inner: str, around: str = "", base: str | None = BASE) -> Entry:
    (only,) = found(atom(f"{around}<entry>{inner}</entry>", base=base)).entries
    return only
