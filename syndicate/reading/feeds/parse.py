"""A feed's bytes into one form: RSS, Atom and RDF by one reader, JSON Feed by its own.

    well-formed ─────────────────────────────────────────> read_xml
    else ─> repair_xml ─> cut_off_xml ─> straighten_xml ─┘

A JSON Feed that was cut off is read by `cut_off_json`.

Whatever a document's length and however it is broken, the same reader says what its elements mean.
No entity and no address of a document is ever followed.

Source: docs/facts/syndication.md#reading-feeds; JSON Feed 1.1.
"""

import dataclasses
import datetime as dt
import json
import re
from typing import Any

from lxml import etree

from syndicate.errors import NotAFeedError
from syndicate.reading import clean, dates, encoding, guessed_page, nesting
from syndicate.reading.feeds import cut_off_xml, jsonfeed, read_xml
from syndicate.reading.feeds.repair_xml import closed_texts, first_document, mended, without_doctype
from syndicate.reading.feeds.straighten_xml import straightened
from syndicate.reading.records import Entry, ParsedFeed

MAX_ENTRIES = 1000
VERSION = 6  # raise it when the same bytes are read differently: every source is then read anew
_HEAD = 2_000
_MENDED = "not well-formed; it was mended to be read"
_CAPS = {"title": 5_000, "summary": 50_000, "guid": 5_000, "link": 5_000, "raw_published": 500}
_ITEM = re.compile(r"<(?:[A-Za-z][\w.-]*:)?(item|entry)[\s>/]")
_ROOT = re.compile(r"<(?![?!])((?:[A-Za-z][\w.-]*:)?([A-Za-z][\w.-]*))")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_FEED_ROOTS = frozenset({"rss", "feed", "rdf", "channel", "item", "items", "entry"})


def parse(
    body: bytes,
    *,
    content_type: str = "",
    url: str | None = None,
    now: dt.datetime,
    zone: str | None = None,
) -> ParsedFeed:
    """Read a feed in any of its forms.

    Args:
        body: at most 10 MB.
        content_type: the HTTP header, or nothing.
        url: where it came from; what relative addresses are relative to.
        now: aware UTC; the measure of credible dates.
        zone: IANA name of the zone of dates that name none; None when nobody knows.

    Returns:
        The feed with its first 1,000 entries, cleaned.

    Raises:
        NotAFeedError: it is none; the sentence says what it looks like.
    """
    text, page = encoding.decode(body, content_type)
    found = _read(text.lstrip("\ufeff \t\r\n"), url, now=now, zone=zone)
    return guessed_page.judged(found) if page == encoding.GUESS else found


def _read(start: str, url: str | None, *, now: dt.datetime, zone: str | None) -> ParsedFeed:
    if start.startswith(("{", "[")):
        return _shortened(jsonfeed.read(start, base=url, now=now, zone=zone), 0)
    first, second = first_document(start)
    text, over_cap = cut(closed_texts(without_doctype(first)))
    root, half = _strict(text), None
    is_broken = root is None or bool(second)
    if root is None:
        text, half = cut_off_xml.without_half_entry(mended(text))
        if not _looks_like_a_feed(text):
            raise not_a_feed(start, url)
        root = _mended(text, url)
    found = read_xml.read(root, base=url, now=now, zone=zone) if root is not None else None
    if found is None:
        raise not_a_feed(start, url)
    if second:
        found = dataclasses.replace(found, second=cut_off_xml.begins(second))
    return _shortened(_told(found, half) if is_broken else found, over_cap)


def _mended(text: str, url: str | None) -> etree._Element | None:
    """The root of a document whose references are in order, and perhaps not its tags."""
    if nesting.deepest(text) > clean.MAX_DEPTH:
        raise NotAFeedError(
            f"{url or 'This document'} is not a feed: it is nested deeper than any feed.", url=url
        )
    root = _strict(text)
    if root is None:
        text = straightened(text)
        root = _strict(text)
    return root if root is not None else _recovered(text)


def _told(feed: ParsedFeed, half: str | None) -> ParsedFeed:
    """A feed that says how it was broken."""
    if half is None:
        return dataclasses.replace(feed, broken=_MENDED)
    return dataclasses.replace(feed, broken=cut_off_xml.said(half), cut_off=half)


def cut(text: str) -> tuple[str, int]:
    """A feed without the entries beyond the cap, still well-formed, and how many those were.

    A parser that has to see a hundred thousand items takes longer than we give it, so they are cut
    off before it starts.
    """
    starts = [match.start() for match in _ITEM.finditer(text)]
    if len(starts) <= MAX_ENTRIES:
        return text, 0
    head = text[: starts[MAX_ENTRIES]]
    root = _ROOT.search(head)
    closing = f"</{root[1]}>" if root else ""
    if root and root[2].lower() == "rss":
        closing = f"</channel>{closing}"
    return head.rstrip() + closing, len(starts) - MAX_ENTRIES


def not_a_feed(text: str, url: str | None) -> NotAFeedError:
    """The one clear sentence for a document that is something else."""
    head = text[:_HEAD].lower()
    if not text.strip():
        what = "an empty document"
    elif "<html" in head or "<!doctype html" in head:
        what = "an HTML page; name the address of its feed, or add it with --kind page"
    elif "<urlset" in head or "<sitemapindex" in head:
        what = "a sitemap; add it with --kind sitemap"
    elif text.startswith(("{", "[")):
        what = "JSON, but not JSON Feed"
    else:
        what = "neither RSS, Atom, RDF nor JSON Feed"
    return NotAFeedError(f"{url or 'This document'} is not a feed: it is {what}.", url=url)


def _shortened(feed: ParsedFeed, over_cap: int) -> ParsedFeed:
    surplus = max(0, len(feed.entries) - MAX_ENTRIES)
    entries = tuple(_capped(each) for each in feed.entries[:MAX_ENTRIES])
    return dataclasses.replace(feed, entries=entries, over_cap=over_cap + surplus)


def _capped(entry: Entry) -> Entry:
    """An entry whose texts are no longer than anybody means them to be."""
    long = {
        name: value[:most]
        for name, most in _CAPS.items()
        if (value := getattr(entry, name)) and len(value) > most
    }
    return dataclasses.replace(entry, **long) if long else entry


def _parser(*, recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        recover=recover,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )


def _strict(text: str) -> etree._Element | None:
    try:
        return etree.fromstring(_undeclared(text).encode(), _parser(recover=False))
    except etree.XMLSyntaxError:
        return None


def _recovered(text: str) -> etree._Element | None:
    """What lxml makes of a document that nobody could mend."""
    try:
        return etree.fromstring(_undeclared(text).encode(), _parser(recover=True))
    except etree.XMLSyntaxError:
        return None


def _undeclared(text: str) -> str:
    """Text whose XML declaration no longer names an encoding: it is UTF-8 from here on."""
    return _DECLARATION.sub("", text, count=1)


def _looks_like_a_feed(text: str) -> bool:
    root = _ROOT.search(text)
    return root is not None and root[2].lower() in _FEED_ROOTS


def as_json(feed: ParsedFeed) -> dict[str, Any]:
    """A feed as `syndicate collect parse --json` prints it: what we would store."""
    head = {
        "format": feed.format,
        "title": feed.title,
        "link": feed.link,
        "language": feed.language,
        "updated": _iso(feed.updated),
        "hub": feed.hub,
        "self": feed.self_url,
        "ttl_s": feed.ttl_s,
        "left_out": feed.over_cap,
        "broken": feed.broken,
        "cut_off": feed.cut_off,
        "second": feed.second,
        "guessed": feed.guessed,
        "misread": list(feed.misread),
        "unread": [dataclasses.asdict(each) for each in feed.unread],
    }
    return {"feed": head, "entries": [entry_json(entry) for entry in feed.entries]}


def entry_json(entry: Entry) -> dict[str, Any]:
    """One entry as `syndicate collect parse --json` prints it."""
    shown = json.loads(json.dumps(dataclasses.asdict(entry), default=_iso))
    return {"id": shown.pop("guid"), **shown}


def _iso(value: Any) -> str | None:
    return dates.iso(value) if value is not None else None
