"""What feedparser found, in our own records: our choice of body, our reading of dates and names.

feedparser takes a photo caption for the body when it comes first, and for the summary too (7 % of
entries with both, measured). So the body is the first text/html content, then the longest, and
whatever equals a media:description is neither.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from lxml import etree

from syndicate.languages import normalised
from syndicate.reading import dates, embargo_dates
from syndicate.reading.clean import absolute_url, clean
from syndicate.reading.feeds import xml_parts
from syndicate.reading.feeds.quick_xml import ATOM, Frame, rss_item, when
from syndicate.reading.feeds.xml_parts import is_media, split, text_of
from syndicate.reading.names import name_list
from syndicate.reading.records import MAX_TAGS, Enclosure, Entry, ParsedFeed
from syndicate.reading.text import plain

_HTML = frozenset({"text/html", "application/xhtml+xml"})
_ITEM_NAMES = frozenset({"item", "entry"})
# As feedparser calls the elements of `marks.is_embargo`, whatever prefix a document gives them.
_EMBARGOES = ("_embargo", "_embargodate", "dcterms_available")


def document(
    parsed: Any,
    root: etree._Element | None,
    *,
    base: str | None,
    now: dt.datetime,
    zone: str | None = None,
) -> ParsedFeed:
    """The feed that feedparser read.

    Args:
        parsed: feedparser's result.
        root: the same document by lxml, for what feedparser does not keep; None when it cannot be.
        base: where it came from.
        now: aware UTC.
        zone: IANA name of the zone of dates that name none; None when nobody knows.
    """
    feed, frame = parsed.feed, Frame(base, now, "", zone)
    items = _items(root, len(parsed.entries))
    broken = str(parsed.get("bozo_exception", ""))[:200] if parsed.get("bozo") else None
    hub, self_url = _rel(feed, "hub"), _rel(feed, "self")
    return ParsedFeed(
        format=_format(str(parsed.get("version") or "")),
        title=plain(_value(feed, "title")),
        link=absolute_url(feed.get("link"), base),
        language=normalised(feed.get("language")),
        updated=_date(feed, "updated", now) or _date(feed, "published", now),
        hub=absolute_url(hub, base),
        self_url=absolute_url(self_url, base),
        ttl_s=int(feed["ttl"]) * 60 if str(feed.get("ttl", "")).isdecimal() else None,
        entries=tuple(
            _entry(each, item, feed, frame)
            for each, item in zip(parsed.entries, items, strict=True)
        ),
        broken=broken or None,
    )


def _items(root: etree._Element | None, count: int) -> list[etree._Element | None]:
    """The same entries by lxml, or nothing at all when the two readers disagree about them."""
    if root is not None:
        found: list[etree._Element | None] = [
            element
            for element in root.iter(tag=etree.Element)
            if split(element.tag)[1] in _ITEM_NAMES
        ]
        if len(found) == count:
            return found
    return [None] * count


def _entry(said: Any, item: etree._Element | None, feed: Any, frame: Frame) -> Entry:
    base = frame.base
    if item is not None and not (said.get("title") or said.get("link")):
        # A tag closed by another name: feedparser loses all that follows, lxml nothing.
        read = rss_item(item, base=base, now=frame.now, zone=frame.zone)
        if read is not None:
            return read
    link = absolute_url(said.get("link"), base) or said.get("link") or None
    near = link if link and link.startswith("http") else base
    captions = _captions(item)
    body, summary = _body(said, item, captions)
    is_atom = item is not None and split(item.tag)[1] == "entry"
    raw = _raw(said, "published") or _raw(said, "created")
    changed = _raw(said, "updated")
    if raw is None and not is_atom:
        raw, changed = changed, None  # dc:date, which feedparser takes for an update
    return Entry(
        title=_title(said),
        link=link,
        guid=_guid(item) or said.get("id") or None,
        authors=_authors(said, item) or (_authors(feed, None) if is_atom else ()),
        summary=plain(summary),
        content=clean(body or summary, base=near),
        language=normalised(_language(said)),
        tags=_tags(said.get("tags", ())),
        pictures=xml_parts.pictures_of(item, near) if item is not None else (),
        enclosures=_enclosures(said, near),
        canonical=absolute_url(said.get("feedburner_origlink"), near),
        **_when(said, item, raw, changed, frame),
    )


def _when(
    said: Any, item: etree._Element | None, raw: str | None, changed: str | None, frame: Frame
) -> dict[str, Any]:
    """Dates, embargo and marks; where lxml lost count of the entries, by feedparser's names."""
    if item is not None:
        return when(item, raw, changed, now=frame.now, zone=frame.zone)
    embargoes = [str(value) for name, value in said.items() if name.endswith(_EMBARGOES)]
    dated = embargo_dates.published(raw, changed, now=frame.now, zone=frame.zone)
    held = embargo_dates.embargo(embargoes, now=frame.now, zone=frame.zone)
    return embargo_dates.joined(dated, *_own_marks(said), held)


def _own_marks(said: Any) -> Iterable[dict[str, Any]]:
    for name, value in said.items():
        prefix, _, mark = name.rpartition("_")
        if prefix == "syndicate":
            yield xml_parts.own(mark, str(value))


def _title(said: Any) -> str:
    detail = said.get("title_detail") or {}
    value = _value(said, "title")
    if detail.get("type") == "text/plain" and "<" in value and ">" not in value:
        return " ".join(value.split())
    return plain(value)


def _value(said: Any, name: str) -> str:
    return str(said.get(name) or "")


def _body(said: Any, item: etree._Element | None, captions: frozenset[str]) -> tuple[str, str]:
    """(body, summary) as HTML, neither of them a photo caption."""
    contents = [
        (str(part.get("type") or ""), str(part.get("value") or ""))
        for part in said.get("content", ())
    ]
    contents = [(kind, value) for kind, value in contents if plain(value) not in captions]
    contents.sort(key=lambda part: (part[0] not in _HTML, -len(part[1])))
    summary = _value(said, "summary")
    # feedparser offers the body as the summary where there is none.
    if plain(summary) in captions or any(summary == value for _, value in contents):
        summary = ""
    if captions and not summary:
        summary = _own(item, "description")
    body = contents[0][1] if contents else ""
    return body, summary


def _captions(item: etree._Element | None) -> frozenset[str]:
    """Texts that describe pictures; a text that the entry itself carries too is no caption."""
    if item is None:
        return frozenset()
    own = {
        plain(text_of(child))
        for child in item.iterchildren(tag=etree.Element)
        if not is_media(split(child.tag)[0]) and split(child.tag)[1] in {"description", "encoded"}
    }
    described = {
        plain(text_of(element))
        for element in item.iter(tag=etree.Element)
        if is_media(split(element.tag)[0]) and split(element.tag)[1] == "description"
    }
    return frozenset(described - own - {""})


def _own(item: etree._Element | None, name: str) -> str:
    """Text of an element without a namespace and without children."""
    found = item.find(name) if item is not None else None
    return text_of(found) if found is not None and len(found) == 0 else ""


def _guid(item: etree._Element | None) -> str | None:
    """The identity as written: feedparser makes an address of it.

    One that was never closed holds the rest of its entry, so its own text is what counts.
    """
    if item is None:
        return None
    names = {"guid", "id"}
    found = (child for child in item.iterchildren(tag=etree.Element) if _is(child, names))
    guid = next(found, None)
    return (guid.text or "").strip() if guid is not None else None


def _is(element: etree._Element, names: set[str]) -> bool:
    namespace, name = split(element.tag)
    return name in names and namespace in {"", ATOM}


def _raw(said: Any, name: str) -> str | None:
    # `in` and not `.get`: feedparser answers for `updated` with `published`.
    return str(said[name]) if name in said else None


def _date(said: Any, name: str, now: dt.datetime) -> dt.datetime | None:
    return dates.read(_raw(said, name), now=now)


def _authors(said: Any, item: etree._Element | None) -> tuple[str, ...]:
    creators = []
    if item is not None:
        creators = [text_of(child) for child in item.iterchildren(f"{{{xml_parts.DC}}}creator")]
    # An address in front of a name is cut in the wrong place by feedparser.
    creators = creators or [_own(item, "author")]
    found = [str(author.get("name") or "") for author in said.get("authors", ()) if author]
    return name_list(creators) or name_list(found) or name_list([_value(said, "author")])


def _tags(tags: Iterable[Any]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for tag in tags:
        name = plain(str(tag.get("label") or tag.get("term") or ""))
        if name:
            found.setdefault(name[:200])
    return tuple(list(found)[:MAX_TAGS])


def _enclosures(said: Any, base: str | None) -> tuple[Enclosure, ...]:
    found = []
    for each in said.get("enclosures", ()):
        url = absolute_url(each.get("href") or each.get("url"), base)
        if url:
            found.append(
                Enclosure(url, each.get("type"), xml_parts.size_of(str(each.get("length", ""))))
            )
    return tuple(found)


def _language(said: Any) -> str | None:
    for part in (said.get("title_detail") or {}, said.get("summary_detail") or {}):
        if part.get("language"):
            return str(part["language"])
    return None


def _rel(feed: Any, rel: str) -> str | None:
    links = (str(link.get("href")) for link in feed.get("links", ()) if link.get("rel") == rel)
    return next(links, None)


def _format(version: str) -> str:
    if version.startswith("atom"):
        return "atom"
    return "rdf" if version in {"rss090", "rss10"} else "rss"
