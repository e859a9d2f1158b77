"""What a source sent, whatever its kind, as entries."""

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, assert_never
from urllib.parse import urljoin

from syndicate import logs, phrases, uris
from syndicate.articles.story import is_thin, page_fields
from syndicate.collect import websub
from syndicate.collect.polling import Notice
from syndicate.errors import NotAFeedError
from syndicate.fetch import Response
from syndicate.reading.pages.size import MOST_ELEMENTS
from syndicate.reading.pool import Readers
from syndicate.reading.records import MAX_SAID, Entry, ParsedFeed, ParsedPage, Sitemap, SitemapEntry
from syndicate.vocabulary.sources import SourceKind

log = logs.get(__name__)


@dataclass(frozen=True)
class SourceDocument:
    """A feed, sitemap or page as entries.

    Attributes:
        featured: (teaser, url) pairs of the publication's list, of a page that has one.
        notices: what operators should know of it.
        hub: (hub, topic) addresses of WebSub.
        parts: addresses of the sitemaps that an index names.
        is_cut_off: its end is still to come.
    """

    entries: tuple[Entry, ...]
    ttl_s: int | None = None
    featured: tuple[tuple[str, str], ...] = ()
    notices: tuple[Notice, ...] = ()
    hub: tuple[str, str] | None = None
    parts: tuple[str, ...] = ()
    is_cut_off: bool = False


def read_document(
    readers: Readers,
    kind: SourceKind,
    response: Response,
    *,
    profile: dict[str, Any] | None,
    now: dt.datetime,
) -> SourceDocument:
    """Read what a source sent.

    Args:
        readers: the parsing children.
        kind: of the source.
        response: with a body.
        profile: of the source.
        now: aware UTC.

    Raises:
        NotAFeedError: it is something else.
        OversizeError: it takes more time or memory than a document may.
    """
    content_type, zone = response.text("content-type"), zone_of(profile)
    read_as = kind.read_as
    if read_as is SourceKind.SITEMAP:
        sitemap = readers.sitemap(response.body, url=response.url, now=now, zone=zone)
        return of_sitemap(sitemap, response.url)
    if read_as is SourceKind.PAGE:
        page = readers.page(
            response.body, url=response.url, content_type=content_type, now=now, profile=profile
        )
        return of_page(page)
    if read_as is SourceKind.PUSH:
        raise NotAFeedError("What a CMS pushes is not fetched.", url=response.url)
    # A kind of its own needs a branch here; nothing is read as what a hub tells of.
    if read_as is not SourceKind.FEED and read_as is not SourceKind.WEBSUB:
        assert_never(read_as)
    feed = readers.feed(
        response.body, url=response.url, content_type=content_type, now=now, zone=zone
    )
    links = websub.links_of(response.links)
    if "hub" not in links:
        links = {"hub": feed.hub or "", "self": links.get("self") or feed.self_url or ""}
    return dataclasses.replace(of_feed(feed, response.url), hub=_hub(links, response.url))


def zone_of(profile: dict[str, Any] | None) -> str | None:
    """The zone of a source's dates that name none; None when nobody has said."""
    return (profile or {}).get("zone")


def of_feed(feed: ParsedFeed, url: str) -> SourceDocument:
    """A feed as entries; the feed's language is theirs."""
    entries = tuple(_in_language(each, feed.language) for each in feed.entries)
    return SourceDocument(
        entries=entries,
        ttl_s=feed.ttl_s,
        notices=tuple(_notices(feed, url)),
        is_cut_off=feed.cut_off is not None,
    )


def of_sitemap(sitemap: Sitemap, url: str) -> SourceDocument:
    """The addresses of a sitemap as entries; their pages say the rest."""
    return SourceDocument(
        entries=tuple(_of_address(each) for each in sitemap.entries),
        notices=tuple(_of_cut(sitemap.cut_off, url)),
        parts=sitemap.children,
        is_cut_off=sitemap.cut_off is not None,
    )


def of_page(page: ParsedPage) -> SourceDocument:
    """A page as entries: itself when it is an article, else what it links to.

    Raises:
        NotAFeedError: it is neither.
    """
    picks = tuple((pick.teaser, pick.url) for pick in page.featured)
    if page.links:
        return SourceDocument(
            entries=tuple(Entry(title="", link=link) for link in page.links), featured=picks
        )
    if page.is_too_large:
        raise NotAFeedError(
            f"{page.url} has more than {MOST_ELEMENTS:,} elements, and its text is not read; give "
            "the source a profile whose body names the place of the text.",
            url=page.url,
        )
    if not page.headline or not page.body:
        raise NotAFeedError(
            f"{page.url} is neither an article nor a list of articles; give the source a profile "
            "with headline and body, or with links.",
            url=page.url,
        )
    return SourceDocument(entries=(entry_of(page),), featured=picks)


def entry_of(page: ParsedPage) -> Entry:
    """An article page as an entry."""
    said = {**page_fields(page), "published": page.published or page.updated}
    return Entry(
        **said,
        link=page.canonical or page.url,
        embargo_until=page.embargo_until,
        embargo_raw=page.embargo_raw,
        content=page.body,
        tags=page.tags,
        canonical=page.canonical,
    )


def _hub(links: Mapping[str, str], url: str) -> tuple[str, str] | None:
    if not links.get("hub"):
        return None
    # A hub is somebody else: with which password we read a source is not for it to know.
    topic = uris.without_user(urljoin(url, links.get("self") or url))
    return urljoin(url, links["hub"]), topic


def shortcomings(entries: Sequence[Entry]) -> list[str]:
    """What a feed's entries lack and what follows, for people: at most two sentences."""
    told: list[str] = []
    undated = sum(each.published is None and each.updated is None for each in entries)
    if undated:
        said = phrases.counted(
            undated, "has no usable date: it is", "have no usable date: they are"
        )
        told.append(f"Of its stories, {said} stored and shown, and held from digests.")
    thin = sum(is_thin(each) for each in entries)
    if thin:
        said = phrases.counted(thin, "is a teaser", "are teasers")
        told.append(f"Of its stories, {said}: the rest is read from their pages.")
    return told


def _in_language(entry: Entry, language: str | None) -> Entry:
    if entry.language or not language:
        return entry
    return dataclasses.replace(entry, language=language, has_own_language=False)


def _of_address(each: SitemapEntry) -> Entry:
    return Entry(
        title=each.title,
        link=each.url,
        published=each.published,
        updated=each.modified,
        raw_published=each.raw_published,
        embargo_until=each.embargo_until,
        embargo_raw=each.embargo_raw,
        is_exact=each.is_exact,
        language=each.language,
        has_own_language=each.language is None,  # a sitemap says what the publication speaks
        tags=each.tags,
    )


def _notices(feed: ParsedFeed, url: str) -> Iterator[Notice]:
    if feed.over_cap:
        yield _too_many(url, len(feed.entries), feed.over_cap)
    yield from _of_cut(feed.cut_off, url)
    for each in feed.unread:
        log.warning("entry_not_read", url=url, reason=each.reason)
        yield Notice(
            "unread",
            f"A story of {url}, “{each.begins}”, cannot be read ({each.reason}) and is left out; "
            "the others are taken. Tell the publisher.",
        )
    if feed.second is not None:
        yield Notice(
            "second_document",
            f"Behind the feed at {url} another one is in the same document, which begins "
            f"“{feed.second}”. It is left out; tell the publisher.",
        )
    yield from _of_code_page(feed, url)
    damaged = [each for each in feed.entries if each.is_damaged]
    if damaged:
        yield Notice(
            "bytes",
            f"{url} sends bytes that are no characters, first in “{damaged[0].title[:MAX_SAID]}”. "
            "A story that stands here already keeps its text until they are mended; tell the "
            "publisher.",
        )


def _of_code_page(feed: ParsedFeed, url: str) -> Iterator[Notice]:
    """What is told of a feed that names no code page, unless it was surely understood."""
    if feed.guessed:
        yield Notice(
            "code_page",
            f"{url} does not name its code page or its language and is not UTF-8. It is read as "
            f"Windows-1252, by guess: look at “{feed.guessed}”. Tell the publisher to name it.",
        )
    if feed.misread:
        said = phrases.counted(len(feed.misread), "story of it is", "stories of it are")
        yield Notice(
            "code_page",
            f"{url} does not name its code page and is neither UTF-8 nor Windows-1252: {said} left "
            f"out, first “{feed.misread[0][:MAX_SAID]}”. Tell the publisher to name it.",
        )


def _of_cut(begins: str | None, url: str) -> Iterator[Notice]:
    """What is told of a document that was cut off: of the story that its end cuts, if it does."""
    if begins is None:
        return
    said = (
        f"within the story that begins “{begins}”. That story is left out until it comes whole"
        if begins
        else "before its end. What came whole is taken, and what is missing when it comes"
    )
    yield Notice("cut_off", f"{url} was cut off {said}; if it does not, tell the publisher.")


def _too_many(url: str, taken: int, over_cap: int) -> Notice:
    message = (
        f"{url} has {taken + over_cap:,} entries, of which the first {taken:,} are taken; "
        "ask its publisher for a shorter feed."
    )
    return Notice("left_out", message)
