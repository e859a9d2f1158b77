"""Which of a page's many titles is the headline that the newsroom wrote.

JSON-LD knows best, with two exceptions that were measured on real pages: where it repeats `<title>`
it was written for search engines, and og:title keeps the newsroom's own words when `<h1>` sides
with either; and a title that only adds the site's or the section's name to the first heading is
that heading. Where neither is said, the heading counts that `<title>` speaks of: others are the
site's own, or a menu's. No headline holds the name of its site.
"""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from lxml import etree

from syndicate.reading.pages import jsonld
from syndicate.reading.pages.meta import Meta
from syndicate.reading.text import plain, word_list

# The dashes and bars that sites put before their name; some need no blanks around them.
_SITE = re.compile(
    r"(?<!\s)(?:\s++[|\-\u2013\u2014\u00b7\u2022\u00bb:]\s++|\s*+[_\u00a6\uff5c\u4e28]\s*+)"
)
_TRAILING = " |-\u2013\u2014\u00b7\u2022\u00bb:_\u00a6\uff5c\u4e28"
_IN_BRACKETS = re.compile(
    r"(?<!\s)\s*+[(\uff08\u3010\[]([^()\uff08\uff09\u3010\u3011\[\]]{1,40}+)[)\uff09\u3011\]]$"
)
_PERMALINK = " \u00b6\U0001f517"  # a heading's link to itself
_SOFT_HYPHEN = "\u00ad"
_MOST_NAMES = 3  # of a site behind a title: its section's, its own, its publisher's
_SHORT = 3  # letters of a host's name that is too common a word


def headline_of(
    root: etree._Element,
    node: jsonld.Node,
    meta: Meta,
    *,
    url: str = "",
    authors: Iterable[str] = (),
) -> str:
    """The headline: JSON-LD's, else OpenGraph's, else the page's heading, else its title.

    Args:
        root: the page.
        node: its article in JSON-LD.
        meta: its meta elements.
        url: its address, whose host is a name of the site too.
        authors: who wrote it: some titles end in their names.
    """
    sites = [*sites_of(node, meta, url), *authors]
    told = without_site(jsonld.text(node, "headline", "name"), *sites)
    shared = without_site(meta.first("og:title", "twitter:title"), *sites)
    title = _title(root)
    heading = _heading(root, told or shared, title)
    is_for_search = _begins(title, told) and (_same(told, heading) or _same(shared, heading))
    # What only adds names of site and writer to it is no other headline.
    if shared and is_for_search and not _begins(shared, told):
        told = shared
    found = told or shared or heading or without_site(title, *sites)
    if heading and _adds_only_a_name(found, heading):
        found = heading
    return found.replace(_SOFT_HYPHEN, "")


def without_site(title: str, *sites: str) -> str:
    """A title without the names of its site at the end, nor in brackets there."""
    names = {name for each in sites if (name := _squeezed(each))}
    for _ in range(_MOST_NAMES):
        shorter = _without_last(title, names)
        if shorter == title:
            break
        title = shorter
    return title


def _without_last(title: str, names: set[str]) -> str:
    bracket = _IN_BRACKETS.search(title)
    if bracket and bracket.start() and _squeezed(bracket[1]) in names:
        return title[: bracket.start()]
    parts = _SITE.split(title)
    if len(parts) > 1 and _squeezed(parts[-1]) in names:
        return title[: title.rindex(parts[-1])].rstrip(_TRAILING)
    return title


def sites_of(node: jsonld.Node, meta: Meta, url: str) -> list[str]:
    """The names of the page's site: as it says them, and as its host has them."""
    said = [
        meta.first("og:site_name"),
        meta.first("application-name", "apple-mobile-web-app-title"),
        jsonld.text(node, "publisher", "sourceOrganization"),
    ]
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    labels = [each for each in host.split(".")[:-1] if len(each) > _SHORT]
    return [*said, host, *labels]


def _heading(root: etree._Element, other: str, title: str) -> str:
    """The first heading that says the same as another title, else the first one.

    Without another title it is the one that `<title>` speaks of, the one that it begins with
    before others.
    """
    found = [" ".join("".join(each.itertext()).split()) for each in root.iter("h1")]
    found = [tidy for each in found if (tidy := each.rstrip(_PERMALINK))]
    if other or not title:
        wanted = set(word_list(other))
        akin = (
            each
            for each in found
            if wanted and len(wanted & set(word_list(each))) * 2 > len(wanted)
        )
        return next(akin, found[0] if found else "")
    spoken = [each for each in found if _speaks_of(title, each)]
    begun = (each for each in spoken if _begins(title, each))
    return next(begun, spoken[0] if spoken else "")


def _speaks_of(title: str, heading: str) -> bool:
    """Whether most words of a heading stand in a title."""
    said = set(word_list(heading))
    return len(said & set(word_list(title))) * 2 > len(said) or _squeezed(heading) in _squeezed(
        title
    )


def _title(root: etree._Element) -> str:
    title = root.find(".//title")
    return plain("".join(title.itertext())) if title is not None else ""


def _squeezed(text: str) -> str:
    return "".join(word_list(text))


def _same(one: str, other: str) -> bool:
    return word_list(one) == word_list(other)


def _begins(title: str, with_this: str) -> bool:
    start = word_list(with_this)
    return bool(start) and word_list(title)[: len(start)] == start


def _adds_only_a_name(title: str, heading: str) -> bool:
    rest = title.removeprefix(heading)
    return rest != title and _SITE.match(rest) is not None
