"""What a pasted address can lead to, where to look for it, and which of it to offer. Pure.

    address ─┬─ a feed ─────────────────────────────────────────────> feed
             ├─ a sitemap ──────────────────────────────────────────> sitemap
             └─ a page ─┬─ names feeds, or the home page does ──────> named
                        ├─ a feed lies in a usual place ────────────> usual
                        ├─ robots.txt names a sitemap of news ──────> sitemap
                        ├─ lists stories ───────────────────────────> list
                        ├─ a sitemap that names no stories ─────────> sitemap
                        └─ is an article ───────────────────────────> article

The first of these that brings stories is offered; whoever pasted the address chooses.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from syndicate import bounds, phrases
from syndicate.articles.story import is_thin
from syndicate.errors import NotAFeedError, OutOfBoundsError, UsageError
from syndicate.reading.dates import iso
from syndicate.reading.records import Entry, NamedFeed
from syndicate.reading.text import is_article_url, normal_url, origin_of
from syndicate.vocabulary.sources import Lead, SourceKind

MAX_NAMED = 6  # feeds of a page that are read, to say what is in them
MAX_SITEMAPS = 4
# Where feeds and sitemaps of news lie on most sites (WordPress, Drupal, Ghost, Hugo, Jekyll).
FEED_PLACES = ("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json")
SITEMAP_PLACES = ("/news-sitemap.xml", "/sitemap-news.xml", "/sitemap.xml")
_FEED_SCHEME = re.compile(r"feed:(?://)?(?=\w)", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_ASIDE = re.compile(r"comment|podcast", re.IGNORECASE)
_SAID = {
    Lead.FEED: "This is a feed with {stories}.",
    Lead.NAMED: "This page leads to a feed with {stories}.",
    Lead.USUAL: "This page names no feed, but its site has one with {stories}.",
    Lead.SITEMAP: "No feed was found, but the site has a sitemap with {stories}.",
    Lead.LIST: "No feed was found, but this page lists {stories}.",
    Lead.ARTICLE: (
        "This is one article; as a source it brings that article and its changes, nothing else."
    ),
}
_SEVERAL = "This page leads to {several} feeds; the first has {stories}."
_IS_SITEMAP = "This is a sitemap with {stories}."
_LEAST_PAGES = 3  # fewer addresses of a sitemap are no list of stories


@dataclass(frozen=True)
class Choice:
    """A source that could be added.

    Attributes:
        title: what the site calls it.
        stories: how many it has now.
        newest: of those that are dated.
        profile: what a source of it needs to find its stories; None for most.
    """

    kind: SourceKind
    url: str
    title: str = ""
    stories: int = 0
    newest: dt.datetime | None = None
    profile: Mapping[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        """The choice as one object."""
        return {
            "kind": self.kind.value,
            "url": self.url,
            "title": self.title,
            "stories": self.stories,
            "newest": iso(self.newest) if self.newest else None,
            "profile": dict(self.profile) if self.profile else None,
        }


@dataclass(frozen=True)
class Material:
    """What a choice brought when it was looked at."""

    choice: Choice
    entries: Sequence[Entry] = ()


@dataclass(frozen=True)
class Looked:
    """What an address led to.

    Attributes:
        url: the address, as it was spelt and reached.
        found: the best first, never empty.
    """

    url: str
    lead: Lead
    found: Sequence[Material]
    notes: Sequence[str] = field(default=())


def spelt(address: str) -> tuple[str, ...]:
    """The addresses that somebody can mean by what was pasted, in the order to try them.

    Raises:
        UsageError: it can be none.
    """
    bounds.indexed(address, "The address")
    tidy = _FEED_SCHEME.sub("", address.strip(), count=1)
    if not tidy:
        raise UsageError("Paste an address: a home page, a feed, a sitemap or a page of stories.")
    if _SCHEME.match(tidy):
        return (bounds.web_address(tidy),)
    guesses = (f"https://{tidy}", f"http://{tidy}")
    try:
        host = urlsplit(guesses[0]).hostname or ""
        is_whole = bounds.web_address(guesses[0]) and ("." in host or ":" in host)
    except (ValueError, OutOfBoundsError):
        is_whole = False
    if not is_whole:
        raise UsageError(
            f"{tidy[:200]} is not an address; paste one as a browser shows it, such as "
            "news.example or https://news.example/world."
        )
    return guesses


def feeds_of(named: Iterable[NamedFeed], asked: str) -> list[NamedFeed]:
    """The feeds of a page that are worth reading, the likeliest first.

    Args:
        named: by the page, in its order.
        asked: the address of the page, which is no feed of its own.
    """
    found: dict[str, NamedFeed] = {}
    for each in named:
        if normal_url(each.url) != normal_url(asked):
            found.setdefault(normal_url(each.url), each)
    ordered = sorted(found.values(), key=_is_aside)
    return ordered[:MAX_NAMED]


def home_of(url: str) -> str | None:
    """The home page of a page's site; None when it is that itself."""
    return f"{origin_of(url)}/" if is_article_url(url) else None


def feed_places(url: str) -> list[str]:
    """Where the feed of a page's site may lie though nothing names it.

    A page has perhaps one of its own, under its own path.
    """
    path = urlsplit(url).path.rstrip("/")
    own = [urljoin(url, f"{path}/feed")] if path and "." not in path.rpartition("/")[2] else []
    return [*own, *(urljoin(url, place) for place in FEED_PLACES)]


def sitemaps_of(url: str, named: Iterable[str]) -> list[str]:
    """Sitemaps of a page's site that are worth reading, those of news first.

    Args:
        url: of the page.
        named: by robots.txt.
    """
    said = [urljoin(url, each) for each in named]
    every = dict.fromkeys([*said, *(urljoin(url, place) for place in SITEMAP_PLACES)])
    ordered = sorted(every, key=lambda each: ("news" not in each.lower(), each not in said))
    return ordered[:MAX_SITEMAPS]


def is_list(entries: Sequence[Entry]) -> bool:
    """Whether a sitemap that names no stories has pages enough to be a list of them."""
    return sum(is_article_url(each.link or "") for each in entries) >= _LEAST_PAGES


def is_article(entry: Entry, url: str) -> bool:
    """Whether a page that reads like an article is one: it has a date, or a text of some length.

    Args:
        entry: what was read of it.
        url: its address; the front of a site is no article.
    """
    return is_article_url(url) and (entry.published is not None or not is_thin(entry))


def newest_of(entries: Iterable[Entry]) -> dt.datetime | None:
    """When the newest of entries that are dated was published."""
    dated = (each.published or each.updated for each in entries)
    return max(filter(None, dated), default=None)


def best_first(found: Sequence[Material]) -> list[Material]:
    """What was found in the order to offer it: what has stories, as its site names it.

    Feeds of comments come last; two addresses of the same stories are one.
    """
    distinct: dict[tuple[str | None, ...], Material] = {}
    for each in found:
        names = tuple(one.guid or one.link or one.title for one in each.entries)
        distinct.setdefault(names or (each.choice.url,), each)
    return sorted(
        distinct.values(),
        key=lambda each: (
            not each.entries,
            _is_aside(NamedFeed(each.choice.url, each.choice.title)),
        ),
    )


def sentence(looked: Looked) -> str:
    """What was found, for people."""
    first = looked.found[0].choice
    lead, several = looked.lead, len(looked.found)
    said = _SAID[lead]
    if lead is Lead.SITEMAP and normal_url(first.url) == normal_url(looked.url):
        said = _IS_SITEMAP
    elif lead is Lead.NAMED and several > 1:
        said = _SEVERAL
    return said.format(stories=phrases.counted(first.stories, "story"), several=several)


def nothing(url: str, why: Sequence[str] = ()) -> NotAFeedError:
    """The one clear sentence for an address that leads to no stories.

    Args:
        url: as messages show it.
        why: what was refused on the way.
    """
    refused = f" {why[0]}" if why else ""
    return NotAFeedError(
        f"No stories were found at {url}: it is not a feed and names none, there is none in the "
        "usual places, and it neither lists stories nor is one. Paste the address of a feed, or of "
        f"the page that lists the newest stories.{refused}",
        url=url,
    )


def _is_aside(feed: NamedFeed) -> bool:
    """Whether a feed holds something else than the stories of its site."""
    return _ASIDE.search(f"{urlsplit(feed.url).path} {feed.title}") is not None
