"""The reader of RSS, Atom and RDF: one for all of them, sound or mended, short or long.

What an element says is looked up in `elements`, so the same words mean the same in each format. An
entry that cannot be read costs itself: the feed says which it was, and why.

Source: RSS 2.0; RFC 4287; RSS 1.0; XML Base.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from lxml import etree

from syndicate.errors import BAD_ROW
from syndicate.languages import normalised
from syndicate.reading import dates, embargo_dates, headlines
from syndicate.reading.clean import absolute_url, clean, has_something
from syndicate.reading.feeds import constructs, elements, noise, xml_parts
from syndicate.reading.feeds.elements import ATOM, FEEDBURNER, RDF, Name
from syndicate.reading.feeds.noise import NamedStory
from syndicate.reading.feeds.xml_parts import split, text_of
from syndicate.reading.names import listed, name_list
from syndicate.reading.records import MAX_SAID, MAX_TAGS, Enclosure, Entry, ParsedFeed, Unread
from syndicate.reading.text import plain

_FORMATS = {
    "rss": "rss",
    "channel": "rss",
    "items": "rss",
    "item": "rss",
    "rdf": "rdf",
    "feed": "atom",
    "entry": "atom",
}
_XML = "http://www.w3.org/XML/1998/namespace"
_BASE, _LANG = f"{{{_XML}}}base", f"{{{_XML}}}lang"
_MAX_TAG = 200
# One that fits no entry is no entry's fault: the document says it, and is refused.
_UNREADABLE: tuple[type[Exception], ...] = (*BAD_ROW, etree.LxmlError)


@dataclass(frozen=True)
class Frame:
    """What reading one document needs everywhere.

    Attributes:
        base: where it came from.
        zone: IANA name of the zone of dates that name none; None when nobody knows.
        own: the namespace of its own elements.
        has_base: whether it says anywhere what addresses are relative to.
    """

    base: str | None
    now: dt.datetime
    zone: str | None = None
    own: str = ""
    is_atom: bool = False
    has_base: bool = False


class _Parts:
    """The children of an element, by namespace and name."""

    def __init__(self, parent: etree._Element, frame: Frame) -> None:
        self.element, self.frame = parent, frame
        self.own = split(parent.tag)[0]
        self._found: dict[Name, list[etree._Element]] = {}
        for child in parent.iterchildren(tag=etree.Element):
            self._found.setdefault(split(child.tag), []).append(child)

    def all(self, row: tuple[Name, ...]) -> Iterator[etree._Element]:
        """Every child of a row, in the order of the row."""
        for name in elements.of(row, self.own):
            yield from self._found.get(name, ())

    def first(self, row: tuple[Name, ...]) -> etree._Element | None:
        """The first child of a row that holds anything."""
        return next((each for each in self.all(row) if len(each) or text_of(each)), None)

    def text(self, *row: Name) -> str | None:
        """Its text."""
        return next((text for each in self.all(row) if (text := text_of(each))), None)

    def markup(self, element: etree._Element | None) -> str:
        """What an element holds, as HTML."""
        if element is None:
            return ""
        namespace = split(element.tag)[0]
        is_construct = namespace == ATOM or (self.frame.is_atom and namespace == self.own)
        return constructs.markup(element, is_construct=is_construct)


def read(
    root: etree._Element, *, base: str | None, now: dt.datetime, zone: str | None = None
) -> ParsedFeed | None:
    """The feed that a document is, None when it is none.

    Args:
        root: its root element.
        base: where it came from.
        now: aware UTC.
        zone: IANA name of the zone of dates that name none; None when nobody knows.
    """
    kind = _FORMATS.get(split(root.tag)[1].lower())
    if kind is None:
        return None
    has_base = bool(root.xpath("boolean(//@xml:base)"))
    frame = Frame(base, now, zone, "", is_atom=kind == "atom", has_base=has_base)
    head = next((each for each in root if split(each.tag)[1] == "channel"), root)
    entries: list[Entry] = []
    unread: list[Unread] = []
    signed = _authors(_Parts(root, frame)) if kind == "atom" else ()
    for item in _items(root):
        try:
            found = _entry(item, frame)
        except _UNREADABLE as error:
            unread.append(Unread.of(_begins(item), error))
        else:
            entries.append(found if found.authors else replace(found, authors=signed))
    return _feed(kind, _Parts(head, frame), entries, unread)


def _feed(kind: str, head: _Parts, entries: list[Entry], unread: list[Unread]) -> ParsedFeed:
    now, base = head.frame.now, _base_of(head.element, head.frame)
    links = _links(head)
    said = head.text((elements.OWN, "language"), (elements.DC, "language"))
    return ParsedFeed(
        format=kind,
        title=plain(head.markup(head.first(elements.TITLE))),
        link=_link(head),
        language=normalised(said or _language(head.element)),
        updated=dates.read(head.text(*elements.FEED_UPDATED), now=now),
        hub=absolute_url(links.get("hub"), base),
        self_url=absolute_url(links.get("self"), base),
        ttl_s=_minutes(head.text((elements.OWN, "ttl"))),
        entries=tuple(entries),
        unread=tuple(unread),
    )


def _items(root: etree._Element) -> Iterator[etree._Element]:
    """The entries of a document, wherever it has them; none within another."""
    if split(root.tag)[1].lower() in elements.ITEMS:
        yield root
        return
    for child in root.iterchildren(tag=etree.Element):
        name = split(child.tag)[1]
        if name in elements.ITEMS:
            yield child
        elif name in {"channel", "items", "feed"}:
            yield from _items(child)


def _entry(item: etree._Element, frame: Frame) -> Entry:
    parts = _Parts(item, frame)
    guid = parts.text(*elements.GUID) or item.get(f"{{{RDF}}}about")
    link = _link(parts) or (None if frame.is_atom else _permalink(parts, guid))
    page = link if link and link.startswith("http") else None
    near = page or _base_of(item, frame)
    title = headlines.as_text(parts.markup(parts.first(elements.TITLE)))
    story = NamedStory(title, page)
    summary = parts.first(elements.SUMMARY)
    teaser = noise.without_noise(parts.markup(summary), story)
    return Entry(
        title=title,
        link=link,
        guid=guid or None,
        authors=_authors(parts) or _authors_of_source(parts),
        summary=plain(noise.without_invitation(teaser, story)),
        content=_body(parts, story) or clean(teaser, base=_near(summary, page, frame), page=page),
        **_spoken(parts),
        tags=_tags(parts),
        pictures=xml_parts.pictures_of(item, near),
        enclosures=_enclosures(parts, near),
        canonical=absolute_url(parts.text((FEEDBURNER, "origLink")), near),
        **_when(parts),
    )


def _when(parts: _Parts) -> dict[str, Any]:
    """Dates, embargo and marks of an entry."""
    now, zone = parts.frame.now, parts.frame.zone
    raw, changed = parts.text(*elements.PUBLISHED), parts.text(*elements.UPDATED)
    dated = embargo_dates.published(raw, changed, now=now, zone=zone)
    return embargo_dates.joined(dated, xml_parts.marks_of(parts.element, now=now, zone=zone))


def _body(parts: _Parts, story: NamedStory) -> str:
    """The body of an entry, cleaned; nothing where it holds nothing that can be seen or heard."""
    for name in elements.BODY:
        found = list(parts.all((name,)))
        # Of several forms of one text HTML says most, then the longest.
        found.sort(key=lambda each: (not constructs.is_html(each), -len(text_of(each))))
        for each in found:
            said = noise.without_noise(parts.markup(each), story)
            body = clean(said, base=_near(each, story.page, parts.frame), page=story.page)
            if has_something(body):
                return body
    return ""


def _near(element: etree._Element | None, page: str | None, frame: Frame) -> str | None:
    """What addresses within a text are relative to: what it says itself, else its page."""
    if frame.has_base and element is not None and _says_base(element):
        return _base_of(element, frame)
    return page or frame.base


def _says_base(element: etree._Element) -> bool:
    return element.get(_BASE) is not None or any(
        each.get(_BASE) is not None for each in element.iterancestors()
    )


def _base_of(element: etree._Element, frame: Frame) -> str | None:
    """What addresses in an element are relative to."""
    if not frame.has_base:
        return frame.base
    lineage = [*reversed(list(element.iterancestors())), element]
    base = frame.base or ""
    for said in filter(None, (each.get(_BASE) for each in lineage)):
        base = absolute_url(said, base or None) or base
    return base or None


def _link(parts: _Parts) -> str | None:
    """The page of a feed or an entry; as written when nobody knows what it is relative to."""
    element, said = _alternate(parts)
    if not said:
        return None
    base = _base_of(element, parts.frame)
    return absolute_url(said, base) or (said if base is None else None)


def _alternate(parts: _Parts) -> tuple[etree._Element, str]:
    """(element, address) of the page, of HTML rather than of another kind."""
    best: tuple[etree._Element, str] | None = None
    for link in parts.all(elements.LINK):
        said = text_of(link) or (link.get("href") or "").strip() or _behind(link)
        if not said or (link.get("rel") or "alternate").strip().lower() != "alternate":
            continue
        if "html" in (link.get("type") or "text/html"):
            return link, said
        best = best or (link, said)
    attribute = parts.element.get("href") or parts.element.get("HREF") or ""
    return best or (parts.element, attribute)


def _behind(link: etree._Element) -> str:
    """The address behind an empty element, as HTML has it that was taken for XML."""
    behind = (link.tail or "").strip()
    return behind if behind.startswith(("http://", "https://")) else ""


def _links(parts: _Parts) -> dict[str, str]:
    found: dict[str, str] = {}
    for link in parts.all(elements.LINK):
        found.setdefault(link.get("rel", "alternate"), link.get("href", ""))
    return found


def _permalink(parts: _Parts, guid: str | None) -> str | None:
    """RSS 2.0: a guid is the link, unless it says that it is not."""
    for element in parts.all(elements.GUID[:1]):
        said = {str(name).lower(): str(value) for name, value in element.attrib.items()}
        if said.get("ispermalink", "true").strip().lower() != "false":
            return absolute_url(guid, None)
    return None


def _authors(parts: _Parts) -> tuple[str, ...]:
    row = elements.ATOM_AUTHORS if parts.frame.is_atom else elements.AUTHORS
    for name in row:
        found = [_name_of(each) for each in parts.all((name,))]
        # Where each has an element, what stands in one of several is not taken apart.
        names = listed(found) if len(found) > 1 else name_list(found)
        if names:
            return names
    return ()


def _authors_of_source(parts: _Parts) -> tuple[str, ...]:
    """RFC 4287 4.2.1: who signed the feed that an entry was copied from signed the entry."""
    if not parts.frame.is_atom:
        return ()
    source = next(parts.all(((elements.OWN, "source"),)), None)
    return _authors(_Parts(source, parts.frame)) if source is not None else ()


def _name_of(author: etree._Element) -> str:
    if not len(author):
        return text_of(author)
    names = (each for each in author if split(each.tag)[1] == "name")
    return next((text_of(each) for each in names), "")


def _tags(parts: _Parts) -> tuple[str, ...]:
    own = split(parts.element.tag)[0]
    tags, keywords = elements.of(elements.TAGS, own), elements.of(elements.KEYWORDS, own)
    found: dict[str, None] = {}
    for child in parts.element.iterchildren(tag=etree.Element):
        name = split(child.tag)
        if name in tags:
            said = [_tag(child)]
        elif name in keywords:
            said = [each for each in text_of(child).split(",") if not each.strip().isdigit()]
        else:
            continue
        for each in filter(None, map(plain, said)):
            found.setdefault(each[:_MAX_TAG])
    return tuple(list(found)[:MAX_TAGS])


def _tag(element: etree._Element) -> str:
    return (
        element.get("label") or element.get("term") or element.get("text") or text_of(element) or ""
    )


def _enclosures(parts: _Parts, base: str | None) -> tuple[Enclosure, ...]:
    links = (each for each in parts.all(elements.LINK) if each.get("rel") == "enclosure")
    found = (*parts.all(((elements.OWN, "enclosure"),)), *links)
    return tuple(_enclosed(found, base))


def _enclosed(found: Iterable[etree._Element], base: str | None) -> Iterator[Enclosure]:
    for each in found:
        url = absolute_url(each.get("url") or each.get("href"), base)
        if url:
            yield Enclosure(url, each.get("type"), xml_parts.size_of(each.get("length")))


def _spoken(parts: _Parts) -> dict[str, Any]:
    """The language of an entry, and whether it is said within it or of all that is around it."""
    rows = (elements.TITLE, elements.BODY, elements.SUMMARY)
    texts = [text for row in rows if (text := parts.first(row)) is not None]
    within = [each.get(_LANG) for each in (*texts, parts.element)]
    own = normalised(parts.text((elements.DC, "language")) or next(filter(None, within), None))
    if own is not None:
        return {"language": own}
    around = normalised(_language(parts.element))
    return {"language": around, "has_own_language": around is None}


def _language(element: etree._Element) -> str | None:
    """XML 1.0 2.12: what an element says counts for all that stands within it."""
    for each in (element, *element.iterancestors()):
        said = each.get(_LANG)
        if said is not None:
            return said or None
    return None


def _minutes(text: str | None) -> int | None:
    digits = (text or "").strip()
    return int(digits) * 60 if digits.isdecimal() and len(digits) < 6 else None  # noqa: PLR2004 - 69 days


def _begins(item: etree._Element) -> str:
    """The first words of an entry, for people."""
    return plain(" ".join("".join(map(str, item.itertext())).split())[:2_000])[:MAX_SAID]
