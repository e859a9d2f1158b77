"""Sitemaps and their indexes, news sitemaps above all: what a newsroom says it published.

Source: sitemaps.org 0.9; Google's news sitemaps 0.9.
"""

import dataclasses
import datetime as dt

from lxml import etree

from syndicate.errors import NotAFeedError
from syndicate.languages import normalised
from syndicate.reading import dates, embargo_dates, encoding
from syndicate.reading.clean import absolute_url
from syndicate.reading.feeds.cut_off_xml import SITEMAP, without_half_entry
from syndicate.reading.feeds.xml_parts import split, text_of
from syndicate.reading.records import Sitemap, SitemapEntry

MAX_ENTRIES = 1000  # of a news sitemap (the extension's own cap)
MAX_CHILDREN = 50
_ROOTS = frozenset({"urlset", "sitemapindex"})


def read(
    body: bytes,
    *,
    url: str | None,
    now: dt.datetime,
    content_type: str = "",
    zone: str | None = None,
) -> Sitemap:
    """Read a sitemap or an index of sitemaps.

    Args:
        body: at most 10 MB.
        url: where it came from.
        now: aware UTC.
        content_type: the HTTP header, for its charset.
        zone: IANA name of the zone of dates that name none; None when nobody knows.

    Returns:
        Its addresses, or those of its parts, newest first where it dates them; 1,000 at most. Half
        an address at the end of one that was cut off is none.

    Raises:
        NotAFeedError: it is no sitemap.
    """
    text, _ = encoding.decode(body, content_type)
    start = text[text.find("<") :] if "<" in text else ""
    if start.startswith("<?xml"):
        start = start.partition("?>")[2]
    root, cut_off = _root(start.strip())
    if root is None or split(root.tag)[1] not in _ROOTS:
        raise NotAFeedError(
            f"{url or 'This document'} is not a sitemap: it has neither urlset nor sitemapindex.",
            url=url,
        )
    if split(root.tag)[1] == "sitemapindex":
        return dataclasses.replace(_index(root, url, now), cut_off=cut_off)
    found = [entry for each in root if (entry := _entry(each, url, now, zone)) is not None]
    earliest = dt.datetime.min.replace(tzinfo=dt.UTC)
    found.sort(key=lambda entry: entry.published or entry.modified or earliest, reverse=True)
    over_cap = max(0, len(found) - MAX_ENTRIES)
    return Sitemap(tuple(found[:MAX_ENTRIES]), over_cap=over_cap, cut_off=cut_off)


def _root(text: str) -> tuple[etree._Element | None, str | None]:
    """The root of a sitemap, and the words of the entry that its end cuts."""
    if not text:
        return None, None
    try:
        return etree.fromstring(text.encode(), _parser(recover=False)), None
    except etree.XMLSyntaxError:
        text, cut_off = without_half_entry(text, kind=SITEMAP)
    return etree.fromstring(text.encode(), _parser(recover=True)), cut_off


def _parser(*, recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        recover=recover,
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        encoding="utf-8",
    )


def _index(root: etree._Element, url: str | None, now: dt.datetime) -> Sitemap:
    parts: list[tuple[dt.datetime, str]] = []
    earliest = dt.datetime.min.replace(tzinfo=dt.UTC)
    for each in root.iterchildren(tag=etree.Element):
        texts = {split(child.tag)[1]: text_of(child) for child in each.iterchildren(etree.Element)}
        address = absolute_url(texts.get("loc"), url)
        if address:
            parts.append((dates.read(texts.get("lastmod"), now=now) or earliest, address))
    parts.sort(key=lambda part: part[0], reverse=True)
    children = tuple(address for _, address in parts[:MAX_CHILDREN])
    return Sitemap(children=children, over_cap=max(0, len(parts) - MAX_CHILDREN))


def _entry(
    element: etree._Element, url: str | None, now: dt.datetime, zone: str | None
) -> SitemapEntry | None:
    if not isinstance(element.tag, str):
        return None
    texts: dict[str, str] = {}
    for child in element.iter(etree.Element):
        namespace, name = split(child.tag)
        if len(child) == 0 and "image" not in namespace and "video" not in namespace:
            texts.setdefault(name, " ".join(text_of(child).split()))
    address = absolute_url(texts.get("loc"), url)
    if address is None:
        return None
    dated = embargo_dates.published(texts.get("publication_date"), None, now=now, zone=zone)
    del dated["updated"]
    keywords = texts.get("keywords", "").split(",")
    return SitemapEntry(
        url=address,
        title=texts.get("title", ""),
        modified=dates.read(texts.get("lastmod"), now=now),
        language=normalised(texts.get("language")),
        tags=tuple(word.strip() for word in keywords if word.strip())[:50],
        **dated,
    )
