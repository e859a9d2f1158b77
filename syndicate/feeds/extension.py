"""What feedgen lacks or breaks, as one extension of it (decision 0011 has the list with figures).

feedgen 1.0.0 overwrites RSS's channel link with any hub or next link, drops rel, type and length of
Atom entry links, knows no picture credit, no `atom:updated` in RSS, no tombstones (RFC 6721) and no
archives (RFC 5005), and flips the process's locale for every date. So feedgen is given what it
writes rightly, and everything else comes from here, in an order that readers need: the text of an
entry stands before its pictures, whose descriptions some of them would take for it.

Source: docs/facts/syndication.md#writing-feeds.
"""

import datetime as dt
from email.utils import format_datetime

from feedgen.ext.base import BaseEntryExtension, BaseExtension
from lxml import etree

from syndicate.feeds import text
from syndicate.feeds.model import DeletedEntry, EntryContent, FeedContent, Media
from syndicate.feeds.text import as_html, looks_like_html
from syndicate.vocabulary.feeds import FeedFormat

ATOM = "http://www.w3.org/2005/Atom"
DC = "http://purl.org/dc/elements/1.1/"
MEDIA = "http://search.yahoo.com/mrss/"
RHYTHM = "http://purl.org/rss/1.0/modules/syndication/"
HISTORY = "http://purl.org/syndication/history/1.0"
DELETED = "http://purl.org/atompub/tombstones/1.0"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class FeedExtension(BaseExtension):  # type: ignore[misc]  # it has no types
    """The feed's own part: links, archive mark, tombstones."""

    def __init__(self) -> None:
        self.document: FeedContent | None = None
        self.form = FeedFormat.ATOM

    def extend_ns(self) -> dict[str, str]:
        """Prefixes of the document, in one order for all time."""
        names = {"dc": DC, "media": MEDIA, "fh": HISTORY}
        if self.form is FeedFormat.RSS:
            names["sy"] = RHYTHM
        # Not known to every validator, so it is named only where it is needed.
        has_graves = self.form is FeedFormat.ATOM and self._document().tombstones
        return {**names, "at": DELETED} if has_graves else names

    def extend_atom(self, feed: etree._Element) -> etree._Element:
        """Add links, the archive mark and tombstones to an Atom feed."""
        document = self._document()
        for name in ("title", "subtitle", "rights"):
            _declare_html(feed, name)
        for rel, href, media_type in links(document, FeedFormat.ATOM):
            _link(feed, "link", rel, href, media_type)
        if document.is_archive:
            etree.SubElement(feed, f"{{{HISTORY}}}archive")
        for tombstone in document.tombstones:
            _tombstone(feed, tombstone)
        return feed

    def extend_rss(self, feed: etree._Element) -> etree._Element:
        """Add links and the archive mark to an RSS channel."""
        document = self._document()
        channel = feed[0]
        for rel, href, media_type in links(document, FeedFormat.RSS):
            _link(channel, f"{{{ATOM}}}link", rel, href, media_type)
        if document.rhythm is not None:
            period, times = document.rhythm
            _text(channel, f"{{{RHYTHM}}}updatePeriod", period)
            _text(channel, f"{{{RHYTHM}}}updateFrequency", str(times))
        if document.is_archive:
            etree.SubElement(channel, f"{{{HISTORY}}}archive")
        return feed

    def _document(self) -> FeedContent:
        if self.document is None:
            raise ValueError("The extension was given no document.")
        return self.document


class EntryExtension(BaseEntryExtension):  # type: ignore[misc]  # it has no types
    """One entry's part: dates, authors, language, pictures with credit, enclosure."""

    def __init__(self) -> None:
        self.entry: EntryContent | None = None

    def extend_atom(self, element: etree._Element) -> etree._Element:
        """Add language, enclosures and pictures to an Atom entry."""
        entry = self._entry()
        element.set(XML_LANG, entry.language)
        for name in ("title", "summary"):
            _declare_html(element, name)
        # feedgen writes Atom's own elements without their namespace, and so must we.
        _text(element, "published", entry.published.isoformat())
        if (source := element.find("source")) is not None and entry.source is not None:
            # A feed has both (RFC 4287 4.2.11); it has changed when the story came, at the latest.
            _text(source, "id", entry.source[1])
            _text(source, "updated", entry.published.isoformat())
        for media in entry.media:
            if media.size_bytes:
                enclosure = _link(element, "link", "enclosure", media.url, media.media_type)
                enclosure.set("length", str(media.size_bytes))
        for media in entry.media:
            _media(element, media)
        _thumbnail(element, entry)
        return element

    def extend_rss(self, item: etree._Element) -> etree._Element:
        """Add dates, authors, language, one enclosure and pictures to an RSS item."""
        entry = self._entry()
        _text(item, "pubDate", rfc822(entry.published))
        _text(item, f"{{{ATOM}}}updated", entry.updated.isoformat())
        for author in entry.authors:
            _text(item, f"{{{DC}}}creator", text.name(author) or author)
        _text(item, f"{{{DC}}}language", entry.language)
        # RSS has room for one, and only with a true length.
        for media in [each for each in entry.media if each.size_bytes][:1]:
            etree.SubElement(
                item,
                "enclosure",
                url=media.url,
                length=str(media.size_bytes),
                type=media.media_type,
            )
        for media in entry.media:
            _media(item, media)
        _thumbnail(item, entry)
        return item

    def _entry(self) -> EntryContent:
        if self.entry is None:
            raise ValueError("The extension was given no entry.")
        return self.entry


def links(document: FeedContent, form: FeedFormat) -> list[tuple[str, str, str | None]]:
    """(rel, address, media type) of a page's links but its alternate: self, hub, paging, archives.

    Source: RFC 5005 3 and 4; WebSub 4.
    """
    media_type = form.media_type
    found: list[tuple[str, str, str | None]] = [
        ("self", document.url(form), media_type),
    ]
    if document.has_hub:
        found.append(("hub", document.site.hub, None))
    pages = {
        "first": 0 if document.last_page else None,
        "previous": document.newer,
        "next": document.older,
        "last": 1 if document.last_page else None,
        "current": 0 if document.page else None,
        "prev-archive": document.older if document.is_archive else document.newest_archive,
        "next-archive": document.newer if document.is_archive else None,
    }
    found += [
        (rel, document.url(form, page), media_type)
        for rel, page in pages.items()
        if page is not None
    ]
    return found


def rfc822(moment: dt.datetime) -> str:
    """A time as RSS writes it."""
    return format_datetime(moment)


def _declare_html(parent: etree._Element, name: str) -> None:
    """Say of a text that it is text, where a reader would take it for markup (RFC 4287 3.1.1)."""
    element = parent.find(name)
    if element is not None and element.text and looks_like_html(element.text):
        element.set("type", "html")
        element.text = as_html(element.text)


def _link(
    parent: etree._Element, name: str, rel: str, href: str, media_type: str | None
) -> etree._Element:
    element = etree.SubElement(parent, name, rel=rel, href=href)
    if media_type is not None:
        element.set("type", media_type)
    return element


def _tombstone(feed: etree._Element, tombstone: DeletedEntry) -> None:
    etree.SubElement(
        feed, f"{{{DELETED}}}deleted-entry", ref=tombstone.id, when=tombstone.at.isoformat()
    )


def _media(parent: etree._Element, media: Media) -> None:
    content = etree.SubElement(
        parent, f"{{{MEDIA}}}content", url=media.url, type=media.media_type, medium=media.medium
    )
    sizes = {"width": media.width, "height": media.height, "fileSize": media.size_bytes}
    for name, value in sizes.items():
        if value:
            content.set(name, str(value))
    if media.caption:
        shown = as_html(media.caption)
        description = _text(content, f"{{{MEDIA}}}description", shown)
        description.set("type", "plain" if shown == media.caption else "html")
    if media.credit:
        credit = _text(content, f"{{{MEDIA}}}credit", media.credit)
        if media.medium == "image":
            credit.set("role", "photographer")
            credit.set("scheme", "urn:ebu")


def _thumbnail(parent: etree._Element, entry: EntryContent) -> None:
    """The picture that lists show of the entry: its first one, as large as it is."""
    pictures = [media for media in entry.media if media.medium == "image"]
    for media in pictures[:1]:
        thumbnail = etree.SubElement(parent, f"{{{MEDIA}}}thumbnail", url=media.url)
        for name, value in {"width": media.width, "height": media.height}.items():
            if value:
                thumbnail.set(name, str(value))


def _text(parent: etree._Element, name: str, value: str) -> etree._Element:
    element = etree.SubElement(parent, name)
    element.text = value
    return element
