"""What a page leads to: the feeds that it names, and the stories of its own site that it lists.

A home page or a section page says nowhere which of its links are stories. Those have a headline
for their text, lie on the page's own site, and most of them stand in the same kind of place: the
place that holds the most of them, and little else, is told as a CSS selector, with which a source
of kind *page* finds them again (`reading.pages.profile`, `links`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from lxml import etree

from syndicate.reading.clean import absolute_url
from syndicate.reading.pages.extract import FEED_TYPES, base_of, tree
from syndicate.reading.records import Listing, NamedFeed, Teaser
from syndicate.reading.text import is_article_url, normal_url, word_list

MAX_FEEDS = 20
MAX_STORIES = 100
_MAX_LINKS = 3_000
_LEAST_STORIES = 3  # fewer of them are no list
_LEAST_SHARE = 0.7  # of a place's links that are stories
_LEAST_WORDS = 4  # of a headline
_LEAST_SIGNS = 14  # of a headline in a script that parts no words
_HEADINGS = frozenset({"h1", "h2", "h3", "h4"})
_PLACES = _HEADINGS | {"article", "li", "section", "main", "td"}
_ASIDE = frozenset({"nav", "footer", "header", "aside", "form"})
_NAME = re.compile(r"[A-Za-z_][\w-]{1,60}", re.ASCII)
_FEED_PATH = re.compile(r"(?:[./](?:rss|atom|rdf)|/feeds?)(?:\.xml)?/?$", re.IGNORECASE)
_FEED_WORDS = frozenset({"rss", "atom", "feed", "rss feed", "atom feed", "json feed"})


@dataclass
class _Place:
    """A kind of place on a page: the addresses that it links to, stories and others."""

    stories: dict[str, Teaser] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)

    @property
    def share(self) -> float:
        """Which part of its links are stories."""
        return len(self.stories) / (len(self.stories) + len(self.others))


def read(body: bytes, *, url: str, content_type: str = "") -> Listing:
    """Read what a page leads to.

    Args:
        body: the page, at most 10 MB.
        url: where it came from.
        content_type: the HTTP header, for its charset.
    """
    root = tree(body, content_type)
    if root is None:
        return Listing()
    base = base_of(root, url)
    selector, stories = _stories(root, base)
    return Listing(
        title=" ".join((root.findtext(".//title") or "").split())[:300],
        feeds=tuple(_feeds(root, base)[:MAX_FEEDS]),
        selector=selector,
        stories=stories,
    )


def _feeds(root: etree._Element, base: str) -> list[NamedFeed]:
    found: dict[str, NamedFeed] = {}
    for link in root.iter("link"):
        kind = (link.get("type") or "").lower().partition(";")[0].strip()
        if "alternate" in (link.get("rel") or "").lower() and kind in FEED_TYPES:
            _name(found, link.get("href"), base, link.get("title") or "")
    for anchor in root.iter("a"):
        address, text = absolute_url(anchor.get("href"), base), _text(anchor)
        if address and (_FEED_PATH.search(_path(address)) or text.lower() in _FEED_WORDS):
            _name(found, address, base, text)
    return list(found.values())


def _name(found: dict[str, NamedFeed], href: str | None, base: str, title: str) -> None:
    address = absolute_url(href, base)
    if address:
        found.setdefault(address, NamedFeed(address, " ".join(title.split())[:300]))


def _stories(root: etree._Element, base: str) -> tuple[str | None, tuple[Teaser, ...]]:
    places: dict[str, _Place] = {}
    own = normal_url(base)
    for number, anchor in enumerate(root.iter("a")):
        if number == _MAX_LINKS:
            break
        address, text = absolute_url(anchor.get("href"), base), _text(anchor)
        if not address or not text or normal_url(address) == own:
            continue
        is_story = _is_headline(text) and _is_of_site(address, base) and not _is_aside(anchor)
        for name in _names(anchor):
            place = places.setdefault(name, _Place())
            if is_story:
                place.stories.setdefault(address, Teaser(text, address))
            elif address not in place.stories:
                place.others.add(address)
    fit = {name: each for name, each in places.items() if _is_list(each)}
    if not fit:
        return None, ()
    best = max(fit, key=lambda it: (len(fit[it].stories) * fit[it].share ** 2, *_exactness(it)))
    return best, tuple(fit[best].stories.values())[:MAX_STORIES]


def _is_list(place: _Place) -> bool:
    return len(place.stories) >= _LEAST_STORIES and place.share >= _LEAST_SHARE


def _exactness(selector: str) -> tuple[int, int, str]:
    """Of places that hold the same stories: headings, then named ones, then the plainest."""
    tag = selector.partition(" ")[0]
    return 2 if tag in _HEADINGS else int("." in tag), -len(selector), selector


def _names(anchor: etree._Element) -> set[str]:
    """Selectors of the places that a link stands in."""
    found = {f"a.{name}" for name in _classes(anchor)}
    for each in _above(anchor):
        tag = str(each.tag)
        if tag in _PLACES:
            found.add(f"{tag} a")
        found.update(f"{tag}.{name} a" for name in _classes(each))
    return found


def _above(anchor: etree._Element) -> Iterator[etree._Element]:
    return (each for each in anchor.iterancestors() if each.tag not in {"html", "body"})


def _classes(element: etree._Element) -> list[str]:
    """Names of classes that a selector can hold as they are."""
    return [each for each in (element.get("class") or "").split()[:6] if _NAME.fullmatch(each)]


def _is_headline(text: str) -> bool:
    if len(word_list(text)) >= _LEAST_WORDS:
        return True
    return not text.isascii() and " " not in text and len(text) >= _LEAST_SIGNS


def _is_of_site(address: str, base: str) -> bool:
    """Whether an address is a page of the same site, and not its front."""
    if not is_article_url(address) or _FEED_PATH.search(_path(address)):
        return False
    theirs, ours = _host(address), _host(base)
    return theirs == ours or theirs.endswith(f".{ours}") or ours.endswith(f".{theirs}")


def _is_aside(anchor: etree._Element) -> bool:
    """Whether a link stands among those that lead around the site."""
    return any(
        each.tag in _ASIDE and next(each.iterancestors("article"), None) is None
        for each in anchor.iterancestors(*_ASIDE)
    )


def _host(address: str) -> str:
    return (urlsplit(address).hostname or "").removeprefix("www.")


def _path(address: str) -> str:
    return urlsplit(address).path


def _text(element: etree._Element) -> str:
    return " ".join("".join(element.itertext()).split())[:500]
