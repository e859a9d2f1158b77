"""The quick reader for feeds that are what they should be: well-formed, without DTD or xml:base.

Nearly all real feeds are (193 of 200), and lxml reads one in 2 ms where feedparser takes 20. It
gives up (None) at the first thing whose meaning is not plain, and feedparser takes over: a document
is never read by half.

Source: RSS 2.0; RFC 4287; RSS 1.0.
"""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from lxml import etree

from syndicate.languages import normalised
from syndicate.reading import dates, embargo_dates
from syndicate.reading.clean import absolute_url, clean
from syndicate.reading.feeds import xml_parts
from syndicate.reading.feeds.xml_parts import DC, DCTERMS, split, text_of
from syndicate.reading.names import name_list
from syndicate.reading.records import MAX_TAGS, Enclosure, Entry, ParsedFeed
from syndicate.reading.text import plain

ATOM = "http://www.w3.org/2005/Atom"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RSS1 = "http://purl.org/rss/1.0/"
_FEEDBURNER = "http://rssnamespace.org/feedburner/ext/1.0"
_XML = "http://www.w3.org/XML/1998/namespace"
_TEXT_TYPES = frozenset({None, "text", "html", "text/html", "xhtml", "application/xhtml+xml"})


@dataclass(frozen=True)
class Frame:
    """What reading one document needs everywhere."""

    base: str | None
    now: dt.datetime
    rss: str = ""  # namespace of RSS elements: none, or RSS 1.0's
    zone: str | None = None  # of dates that name none


def read(
    root: etree._Element, *, base: str | None, now: dt.datetime, zone: str | None = None
) -> ParsedFeed | None:
    """The feed that a well-formed document is, or None when it should be read leniently.

    Args:
        root: its root element.
        base: where it came from.
        now: aware UTC.
        zone: IANA name of the zone of dates that name none; None when nobody knows.
    """
    if root.getroottree().docinfo.doctype or _has_base(root):
        return None
    kind = split(root.tag)
    if kind == ("", "rss") and (channel := root.find("channel")) is not None:
        return _rss("rss", channel, channel.findall("item"), Frame(base, now, "", zone))
    if kind == (RDF, "RDF") and (channel := root.find(f"{{{RSS1}}}channel")) is not None:
        items = root.findall(f"{{{RSS1}}}item")
        return _rss("rdf", channel, items, Frame(base, now, RSS1, zone))
    return _atom(root, Frame(base, now, "", zone)) if kind == (ATOM, "feed") else None


def rss_item(
    item: etree._Element, *, base: str | None, now: dt.datetime, zone: str | None = None
) -> Entry | None:
    """One item of RSS 2.0, or None when it is something else, or its meaning is not plain."""
    return _rss_entry(item, Frame(base, now, "", zone)) if item.tag == "item" else None


def when(
    item: etree._Element,
    raw: str | None,
    changed: str | None,
    *,
    now: dt.datetime,
    zone: str | None,
) -> dict[str, Any]:
    """Dates, embargo and marks of an entry, as keyword arguments of `Entry`.

    Args:
        item: its element.
        raw: the date of publication, as written.
        changed: the date of the last change, as written.
        now: aware UTC.
        zone: IANA name of the zone of dates that name none; None when nobody knows.
    """
    dated = embargo_dates.published(raw, changed, now=now, zone=zone)
    return embargo_dates.joined(dated, xml_parts.marks_of(item, now=now, zone=zone))


def _has_base(root: etree._Element) -> bool:
    name = f"{{{_XML}}}base"
    return any(name in element.attrib for element in root.iter(tag=etree.Element))


def _rss(
    kind: str, channel: etree._Element, items: list[etree._Element], frame: Frame
) -> ParsedFeed | None:
    entries = [_rss_entry(item, frame) for item in items]
    if any(entry is None for entry in entries):
        return None
    read_entries = tuple(entry for entry in entries if entry is not None)
    first = _firsts(channel)
    links = _atom_links(channel)
    return ParsedFeed(
        format=kind,
        title=plain(first.get((frame.rss, "title"), "")),
        link=absolute_url(first.get((frame.rss, "link")), frame.base),
        language=normalised(first.get((frame.rss, "language")) or first.get((DC, "language"))),
        updated=dates.read(
            _any(first, (frame.rss, "lastBuildDate"), (frame.rss, "pubDate"), (DC, "date")),
            now=frame.now,
        ),
        hub=absolute_url(links.get("hub"), frame.base),
        self_url=absolute_url(links.get("self"), frame.base),
        ttl_s=_minutes(first.get((frame.rss, "ttl"))),
        entries=read_entries,
    )


def _rss_entry(item: etree._Element, frame: Frame) -> Entry | None:
    texts = _firsts(item)
    own = frame.rss
    if _has_markup(item, (own, "title"), (own, "link"), (own, "guid"), (own, "description")):
        return None
    guid = _text(texts, (own, "guid")) or item.get(f"{{{RDF}}}about")
    link = absolute_url(texts.get((own, "link")), frame.base)
    if link is None:
        link = _permalink(item, guid, own)
    if link is None and frame.base is None:
        link = _text(texts, (own, "link"))  # relative to an address that nobody gave us
    description = texts.get((own, "description"), "")
    body = texts.get((CONTENT, "encoded"), "")
    raw = _any(texts, (own, "pubDate"), (DC, "date"), (DCTERMS, "issued"), (ATOM, "published"))
    raw = raw or _any(texts, (DCTERMS, "created"))
    changed = _any(texts, (ATOM, "updated"), (DCTERMS, "modified"))
    base = link or frame.base
    return Entry(
        title=plain(texts.get((own, "title"), "")),
        link=link,
        guid=guid or None,
        authors=_authors(item, own),
        summary=plain(description),
        content=clean(body or description, base=base),
        language=normalised(texts.get((DC, "language"))),
        tags=_tags(item, own),
        pictures=xml_parts.pictures_of(item, base),
        enclosures=xml_parts.enclosures_of(item, base),
        canonical=absolute_url(texts.get((_FEEDBURNER, "origLink")), base),
        **when(item, raw, changed, now=frame.now, zone=frame.zone),
    )


def _permalink(item: etree._Element, guid: str | None, own: str) -> str | None:
    """RSS 2.0: a guid is the link, unless it says that it is not."""
    element = item.find(f"{{{own}}}guid" if own else "guid")
    if element is None or element.get("isPermaLink", "true").strip().lower() == "false":
        return None
    return absolute_url(guid, None)


def _firsts(parent: etree._Element) -> dict[tuple[str, str], str]:
    """Text of the first child of each name, by (namespace, local name)."""
    found: dict[tuple[str, str], str] = {}
    for child in parent.iterchildren(tag=etree.Element):
        key = split(child.tag)
        if not found.get(key):
            found[key] = text_of(child)
    return found


def _text(texts: dict[tuple[str, str], str], key: tuple[str, str]) -> str | None:
    return texts.get(key) or None


def _any(texts: dict[tuple[str, str], str], *keys: tuple[str, str]) -> str | None:
    return next((texts[key] for key in keys if texts.get(key)), None)


def _has_markup(item: etree._Element, *keys: tuple[str, str]) -> bool:
    """Whether an element that should hold text holds elements: that is for the lenient reader."""
    return any(split(child.tag) in keys and len(child) > 0 for child in item.iterchildren())


def _authors(item: etree._Element, own: str) -> tuple[str, ...]:
    for wanted in ((DC, "creator"), (own, "author"), (ATOM, "author")):
        found = [
            text_of(child.find(f"{{{ATOM}}}name") if wanted[0] == ATOM else child)  # type: ignore[arg-type]
            for child in item.iterchildren(tag=etree.Element)
            if split(child.tag) == wanted
            and (wanted[0] != ATOM or child.find(f"{{{ATOM}}}name") is not None)
        ]
        names = name_list(found)
        if names:
            return names
    return ()


def _tags(item: etree._Element, own: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for child in item.iterchildren(tag=etree.Element):
        if split(child.tag) in {(own, "category"), (DC, "subject")}:
            name = plain(text_of(child))
            if name:
                found.setdefault(name[:200])
    return tuple(list(found)[:MAX_TAGS])


def _atom_links(parent: etree._Element) -> dict[str, str]:
    links: dict[str, str] = {}
    for child in parent.iterchildren(f"{{{ATOM}}}link"):
        links.setdefault(child.get("rel", "alternate"), child.get("href", ""))
    return links


def _minutes(text: str | None) -> int | None:
    digits = (text or "").strip()
    return int(digits) * 60 if digits.isdecimal() and len(digits) < 6 else None  # noqa: PLR2004 - 69 days


def _atom(root: etree._Element, frame: Frame) -> ParsedFeed | None:
    entries = [_atom_entry(item, root, frame) for item in root.iterchildren(f"{{{ATOM}}}entry")]
    if any(entry is None for entry in entries):
        return None
    links = _atom_links(root)
    return ParsedFeed(
        format="atom",
        title=plain(_construct(root.find(f"{{{ATOM}}}title")) or ""),
        link=absolute_url(links.get("alternate"), frame.base),
        language=normalised(root.get(f"{{{_XML}}}lang")),
        updated=dates.read(root.findtext(f"{{{ATOM}}}updated"), now=frame.now),
        hub=absolute_url(links.get("hub"), frame.base),
        self_url=absolute_url(links.get("self"), frame.base),
        entries=tuple(entry for entry in entries if entry is not None),
    )


def _atom_entry(item: etree._Element, root: etree._Element, frame: Frame) -> Entry | None:
    parts = {name: item.find(f"{{{ATOM}}}{name}") for name in ("title", "summary", "content")}
    content = parts["content"]
    if any(part is not None and part.get("type") not in _TEXT_TYPES for part in parts.values()):
        return None
    if content is not None and content.get("src"):
        return None
    texts = _firsts(item)
    link = absolute_url(_alternate(item), frame.base)
    if link is None and frame.base is None:
        link = _alternate(item)
    base = link or frame.base
    summary = _construct(parts["summary"]) or ""
    raw = _any(texts, (ATOM, "published"), (ATOM, "issued"), (DC, "date"))
    changed = texts.get((ATOM, "updated"))
    return Entry(
        title=_title(parts["title"]),
        link=link,
        guid=_text(texts, (ATOM, "id")),
        authors=_atom_authors(item) or _atom_authors(root),
        summary=plain(summary),
        content=clean(_construct(content) or summary, base=base),
        language=normalised(item.get(f"{{{_XML}}}lang")),
        tags=_atom_tags(item),
        pictures=xml_parts.pictures_of(item, base),
        enclosures=_atom_enclosures(item, base),
        canonical=absolute_url(texts.get((_FEEDBURNER, "origLink")), base),
        **when(item, raw, changed, now=frame.now, zone=frame.zone),
    )


def _construct(element: etree._Element | None) -> str | None:
    """An Atom text construct as HTML (RFC 4287 3.1)."""
    if element is None:
        return None
    kind = element.get("type", "text")
    if kind in {"xhtml", "application/xhtml+xml"}:
        inner = element[0] if len(element) else element
        parts = [inner.text or ""]
        parts += [etree.tostring(child, encoding="unicode", with_tail=True) for child in inner]
        # The prefix and namespace of XHTML say nothing in HTML.
        markup = re.sub(r'\sxmlns(?::\w+)?="[^"]*"', "", "".join(parts))
        return re.sub(r"(</?)\w+:", r"\1", markup)
    text = text_of(element)
    if kind == "text":
        return text.replace("&", "&amp;").replace("<", "&lt;")
    return text


def _title(element: etree._Element | None) -> str:
    return plain(_construct(element) or "")


def _alternate(item: etree._Element) -> str | None:
    best: str | None = None
    for link in item.iterchildren(f"{{{ATOM}}}link"):
        if link.get("rel", "alternate") != "alternate":
            continue
        if "html" in link.get("type", "text/html"):
            return link.get("href")
        best = best or link.get("href")
    return best


def _atom_authors(parent: etree._Element) -> tuple[str, ...]:
    names = [
        author.findtext(f"{{{ATOM}}}name") or ""
        for author in parent.iterchildren(f"{{{ATOM}}}author")
    ]
    return name_list(names) or name_list(
        [text_of(each) for each in parent.iterchildren(f"{{{DC}}}creator")]
    )


def _atom_tags(item: etree._Element) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for child in item.iterchildren(f"{{{ATOM}}}category"):
        name = plain(child.get("label") or child.get("term") or "")
        if name:
            found.setdefault(name[:200])
    return tuple(list(found)[:MAX_TAGS])


def _atom_enclosures(item: etree._Element, base: str | None) -> tuple[Enclosure, ...]:
    found: list[Enclosure] = []
    for link in item.iterchildren(f"{{{ATOM}}}link"):
        url = absolute_url(link.get("href"), base)
        if link.get("rel") == "enclosure" and url:
            found.append(Enclosure(url, link.get("type"), xml_parts.size_of(link.get("length"))))
    return tuple(found)
