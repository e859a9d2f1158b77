"""JSON Feed 1.0 and 1.1 into our records, with the extension `_syndicate` for what it lacks.

One that was cut off keeps its whole entries, once its list of them has begun.

Source: JSON Feed 1.1.
"""

import datetime as dt
import json
import re
from typing import Any

from syndicate.errors import BAD_ROW, NotAFeedError
from syndicate.languages import normalised
from syndicate.reading import embargo_dates
from syndicate.reading.clean import absolute_url, clean, has_something
from syndicate.reading.counters import is_lead
from syndicate.reading.encoding import legal_object
from syndicate.reading.feeds import cut_off_json, cut_off_xml, noise, xml_parts
from syndicate.reading.feeds.noise import NamedStory
from syndicate.reading.names import listed
from syndicate.reading.records import (
    MAX_SAID,
    MAX_TAGS,
    Enclosure,
    Entry,
    ParsedFeed,
    PictureIn,
    Unread,
)
from syndicate.reading.text import plain

# A text, to its end or that of the document; or a comma that nothing follows.
_TEXT_OR_COMMA = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\(?:.|\Z))*+(?:"|\Z))|,(?=\s*+[\]}])""", re.DOTALL
)
_VERSIONS = ("https://jsonfeed.org/version/", "http://jsonfeed.org/version/")


def read(text: str, *, base: str | None, now: dt.datetime, zone: str | None = None) -> ParsedFeed:
    """Read a JSON Feed.

    Args:
        text: the document.
        base: where it came from.
        now: aware UTC.
        zone: IANA name of the zone of dates that name none; None when nobody knows.

    Raises:
        NotAFeedError: it is no JSON, JSON of another kind, or cut off before its first entry.
    """
    data, half = _fields(text, base)
    items = [item for item in _list(data.get("items")) if isinstance(item, dict)]
    entries: list[Entry] = []
    unread: list[Unread] = []
    for item in items:
        try:
            entries.append(_entry(item, data, base, _when(item, now, zone)))
        except BAD_ROW as error:
            begins = plain(_text(item, "title") or _text(item, "id"))[:MAX_SAID]
            unread.append(Unread.of(begins, error))
    hubs = [hub for hub in _list(data.get("hubs")) if isinstance(hub, dict)]
    return ParsedFeed(
        format="json",
        title=plain(_text(data, "title")),
        link=absolute_url(_text(data, "home_page_url"), base),
        language=normalised(_text(data, "language")),
        hub=next((_text(hub, "url") for hub in hubs if _text(hub, "url")), None),
        self_url=absolute_url(_text(data, "feed_url"), base),
        entries=tuple(entries),
        unread=tuple(unread),
        broken=None if half is None else cut_off_xml.said(half),
        cut_off=half,
    )


def _fields(text: str, base: str | None) -> tuple[dict[str, Any], str | None]:
    """A feed, and the words of an entry that its end cuts; None of a whole one."""
    whole = None
    try:
        data, half = _loaded(text), None
    except (ValueError, RecursionError) as error:
        if is_cut := cut_off_json.is_cut_off(error):
            whole = cut_off_json.whole_parts(_without_commas(text))
        if whole is None or not _is_feed(whole[0]):
            what = "JSON that was cut off before its end" if is_cut else "broken JSON"
            raise NotAFeedError(
                f"{base or 'This document'} is not a feed: it is {what}.", url=base
            ) from error
        data, half = whole
    if not _is_feed(data):
        raise NotAFeedError(
            f"{base or 'This document'} is not a feed: it is JSON, but not JSON Feed.", url=base
        )
    return data, half


def _loaded(text: str) -> Any:
    """JSON, also with a comma behind the last of a list, as other languages allow it."""
    try:
        return json.loads(text, object_hook=legal_object, strict=False)
    except ValueError:
        return json.loads(_without_commas(text), object_hook=legal_object, strict=False)


def _without_commas(text: str) -> str:
    return _TEXT_OR_COMMA.sub(lambda found: found["text"] or "", text)


def _is_feed(data: Any) -> bool:
    return isinstance(data, dict) and str(data.get("version", "")).startswith(_VERSIONS)


def _when(item: dict[str, Any], now: dt.datetime, zone: str | None) -> dict[str, Any]:
    """Dates, embargo and marks."""
    raw, changed = _text(item, "date_published"), _text(item, "date_modified")
    dated = embargo_dates.published(raw or None, changed or None, now=now, zone=zone)
    said = item.get("_syndicate")
    marked = said if isinstance(said, dict) else {}
    held = marked.get("embargo")
    embargoes = [] if held is None or held is False else [str(held)]
    return embargo_dates.joined(
        dated, _marks(marked), embargo_dates.embargo(embargoes, now=now, zone=zone)
    )


def _entry(
    item: dict[str, Any], feed: dict[str, Any], base: str | None, when: dict[str, Any]
) -> Entry:
    link = absolute_url(_text(item, "url"), base)
    near = link or base
    title = " ".join(_text(item, "title").split())
    html = noise.without_noise(_text(item, "content_html"), NamedStory(title, link))
    text = noise.without_noise(_text(item, "content_text"), NamedStory(title, link))
    summary = noise.without_noise(_text(item, "summary"), NamedStory(title, link))
    return Entry(
        title=title,
        link=link,
        guid=_text(item, "id") or None,
        authors=_authors(item) or _authors(feed),
        summary=" ".join((summary or (text if html else "")).split()),
        content=_content(html, text, near),
        language=normalised(_text(item, "language")),
        tags=tuple(str(tag)[:200] for tag in _list(item.get("tags")) if str(tag or "").strip())[
            :MAX_TAGS
        ],
        pictures=_pictures(item, near),
        enclosures=_attachments(item, near),
        canonical=absolute_url(_text(item, "external_url"), base) if not link else None,
        **when,
    )


def _content(html: str, text: str, near: str | None) -> str:
    """The body: HTML, or else text, where the HTML holds nothing."""
    body = clean(html, base=near)
    if text and not has_something(body):
        return clean(text.replace("&", "&amp;").replace("<", "&lt;"), base=near)
    return body


def _marks(own: dict[str, Any]) -> dict[str, Any]:
    said = (
        xml_parts.own(str(name), str(value)) for name, value in own.items() if value is not None
    )
    return embargo_dates.joined(*said)


def _pictures(item: dict[str, Any], base: str | None) -> tuple[PictureIn, ...]:
    for name in ("image", "banner_image"):
        url = absolute_url(_text(item, name), base)
        if url and is_lead({}, url):
            return (PictureIn(url),)
    return ()


def _attachments(item: dict[str, Any], base: str | None) -> tuple[Enclosure, ...]:
    found = []
    for each in _list(item.get("attachments")):
        url = absolute_url(_text(each, "url"), base) if isinstance(each, dict) else None
        if url:
            size = xml_parts.size_of(str(each.get("size_in_bytes", "")))
            found.append(Enclosure(url, _text(each, "mime_type") or None, size))
    return tuple(found)


def _authors(data: dict[str, Any]) -> tuple[str, ...]:
    written = _list(data.get("authors")) or [data.get("author")]
    return listed(_text(each, "name") for each in written if isinstance(each, dict))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).strip()
