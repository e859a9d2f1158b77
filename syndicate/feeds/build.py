"""Write a page of a feed as RSS 2.0, Atom 1.0 or JSON Feed 1.1: equal models, equal bytes.

feedgen writes the two XML formats with the extension of `feeds.extension`; JSON Feed, which it does
not know, is written here from the same model.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator

from syndicate import logs
from syndicate.errors import BAD_ROW
from syndicate.feeds import text
from syndicate.feeds.extension import EntryExtension, FeedExtension
from syndicate.feeds.model import EntryContent, FeedContent, Logo, Media
from syndicate.feeds.text import as_html, without_references, without_tags
from syndicate.vocabulary.feeds import FeedFormat

log = logs.get(__name__)

# Raised when the same rows would give other bytes.
_VERSION = "2"
# By which code a document was built. Where it differs, every feed is built again: so a format that
# is new has its documents too. They differ by how they are written, and are no news to the hub.
CODE = f"{_VERSION}:{'+'.join(FeedFormat)}"
_NAME = "syndicate"
# A browser shows a feed with this style sheet; XSLT is on its way out.
# Source: the page docs/facts/syndication.md#writing-feeds.
_STYLE = b'<?xml-stylesheet type="text/css" href="/feeds/feed.css"?>\n'
_TTL_MINUTES = 5
# Elements of plain text; content:encoded says by its name that it is HTML.
_PLAIN_TEXT = re.compile(
    rb"<(?:title|description|copyright|category|source|dc:creator|media:\w+)\b[^<>]*+>[^<&]*+&[^<]*+"
)


def build(document: FeedContent, form: FeedFormat) -> bytes:
    """A page of a feed in one format.

    The model holds only what XML may carry. What cannot be written all the same is left out and
    named to operators: one bad row costs itself, never its feed.
    """
    try:
        return _written(document, form)
    except BAD_ROW:
        sound = tuple(each for each in document.entries if _can_be_written(document, each, form))
        return _written(replace(document, entries=sound), form)


def _can_be_written(document: FeedContent, entry: EntryContent, form: FeedFormat) -> bool:
    try:
        _written(replace(document, entries=(entry,), tombstones=()), form)
    except BAD_ROW:
        log.exception("entry_left_out", article_id=entry.order, feed=document.slug, form=form)
        return False
    return True


def _written(document: FeedContent, form: FeedFormat) -> bytes:
    return WRITERS[form](document)


def _rss(document: FeedContent) -> bytes:
    return _styled(_PLAIN_TEXT.sub(_by_number, _generator(document, FeedFormat.RSS).rss_str()))


def _atom(document: FeedContent) -> bytes:
    return _styled(_generator(document, FeedFormat.ATOM).atom_str())


def _styled(written: bytes) -> bytes:
    declaration, _, root = written.partition(b"\n")
    return declaration + b"\n" + _STYLE + root + b"\n"


def json_feed(document: FeedContent) -> bytes:
    """A page of a feed as JSON Feed 1.1."""
    found: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": document.title,
        "home_page_url": document.site.home,
        "feed_url": document.url(FeedFormat.JSON),
        "description": document.description,
        "language": document.language,
        "authors": [{"name": document.publication, "url": document.site.home}],
    }
    if document.logo is not None:
        found["icon"] = document.logo.url
        if document.logo.is_square:
            found["favicon"] = document.logo.url
    if document.has_hub:
        found["hubs"] = [{"type": "WebSub", "url": document.site.hub}]
    if document.older is not None:
        found["next_url"] = document.url(FeedFormat.JSON, document.older)
    found["items"] = [_item(entry) for entry in document.entries]
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()


WRITERS: Mapping[FeedFormat, Callable[[FeedContent], bytes]] = {
    FeedFormat.RSS: _rss,
    FeedFormat.ATOM: _atom,
    FeedFormat.JSON: json_feed,
}


def news_of(body: bytes) -> list[tuple[str | None, str | None]]:
    """(id, last change) of each entry of a JSON Feed that this code, or an older one, has built."""
    items: list[dict[str, str]] = json.loads(body)["items"]
    return [(item.get("id"), item.get("date_modified")) for item in items]


def _generator(document: FeedContent, form: FeedFormat) -> FeedGenerator:
    shown = without_tags if form is FeedFormat.RSS else str
    called = text.name if form is FeedFormat.RSS else _name_in_atom
    generator = FeedGenerator()
    generator.register_extension(_NAME, FeedExtension, EntryExtension)
    generator.syndicate.document = document
    generator.syndicate.form = form
    generator.id(document.id)
    generator.title(shown(document.title))
    generator.description(shown(document.description))
    generator.link(href=document.site.home, rel="alternate", type="text/html")
    generator.language(document.language)
    generator.author({"name": called(document.publication)})
    generator.rights(shown(document.publication))
    generator.generator("Syndicate")
    generator.updated(document.updated)
    generator.ttl(_TTL_MINUTES)
    if document.logo is not None:
        _add_logo(generator, document.logo, form)
    for entry in document.entries:
        made = generator.add_entry(order="append")
        _add_both(made, entry, called)
        _add_item(made, entry) if form is FeedFormat.RSS else _add_entry(made, entry, called)
    return generator


def _add_logo(generator: FeedGenerator, logo: Logo, form: FeedFormat) -> None:
    if form is FeedFormat.ATOM:
        generator.logo(logo.url)
        if logo.is_square:  # RFC 4287 4.2.5
            generator.icon(logo.url)
    elif (size := logo.in_rss) is not None:
        # Its title and link are the channel's own.
        generator.image(url=logo.url, width=str(size[0]), height=str(size[1]))


def _add_both(made: FeedEntry, entry: EntryContent, called: Callable[[str], str]) -> None:
    made.syndicate.entry = entry
    made.id(entry.id)
    made.link(href=entry.url)
    names = dict.fromkeys(filter(None, map(called, _categories(entry))))
    made.category([{"term": name, "label": name} for name in names])
    if entry.content:
        made.content(entry.content, type="html")
    if entry.source:
        made.source(title=called(entry.source[0]) or entry.source[1], url=entry.source[1])


def _add_item(made: FeedEntry, entry: EntryContent) -> None:
    made.title(without_tags(entry.title))
    if entry.summary:
        made.description(as_html(entry.summary), isSummary=True)


def _add_entry(made: FeedEntry, entry: EntryContent, called: Callable[[str], str]) -> None:
    made.title(entry.title)
    made.updated(entry.updated_apart)
    made.author([{"name": name} for name in filter(None, map(called, entry.authors))])
    # An entry needs one or the other (RFC 4287 4.1.1.1).
    if entry.summary or not entry.content:
        made.summary(entry.summary or entry.title)


def _name_in_atom(said: str) -> str:
    """A name where no number can stand for `&`: it is in an attribute, or beside others' text."""
    return without_references(text.name(said))


def _categories(entry: EntryContent) -> list[str]:
    return list(dict.fromkeys([*filter(None, [entry.section]), *entry.tags]))


def _by_number(found: re.Match[bytes]) -> bytes:
    """`&` and `<` of plain text by their numbers, as the RSS Profile asks for titles."""
    return found[0].replace(b"&amp;", b"&#x26;").replace(b"&lt;", b"&#x3C;")


def _item(entry: EntryContent) -> dict[str, Any]:
    item: dict[str, Any] = {"id": entry.id, "url": entry.url, "title": entry.title}
    if entry.content:
        item["content_html"] = entry.content
    else:
        item["content_text"] = entry.summary or entry.title
    if entry.summary:
        item["summary"] = entry.summary
    if pictures := [media for media in entry.media if media.medium == "image"]:
        item["image"] = pictures[0].url
    item["date_published"] = entry.published.isoformat()
    item["date_modified"] = entry.updated.isoformat()
    item["authors"] = [{"name": name} for name in entry.authors]
    item["tags"] = _categories(entry)
    item["language"] = entry.language
    attachments = [_attachment(media) for media in entry.media]
    if attachments:
        item["attachments"] = attachments
    return {name: value for name, value in item.items() if value != []}


def _attachment(media: Media) -> dict[str, Any]:
    found: dict[str, Any] = {"url": media.url, "mime_type": media.media_type}
    title = " ".join(filter(None, [media.caption, media.credit and f"({media.credit})"]))
    if title:
        found["title"] = title
    if media.size_bytes:
        found["size_in_bytes"] = media.size_bytes
    return found
