"""Which of a page's many titles is the headline that the newsroom wrote.

JSON-LD knows best, with two exceptions that were measured on real pages: where it repeats `<title>`
it was written for search engines, and og:title keeps the newsroom's own words when `<h1>` sides
with either; and a title that only adds the site's or the section's name to the first heading is
that heading. Where neither is said, the heading counts that `<title>` speaks of: others are the
site's own, or a menu's. No headline holds the name of its site.
"""

import re
from collections.abc import Iterable
from itertools import islice

from lxml import etree

from syndicate.characters import resolved
from syndicate.reading import headlines
from syndicate.reading.first_heading import is_long
from syndicate.reading.pages import jsonld
from syndicate.reading.pages.meta import Meta
from syndicate.reading.pages.site_names import is_site, sites_of, without_site
from syndicate.reading.pages.size import begin_of
from syndicate.reading.text import word_list

_ADDED = re.compile(
    r"(?<!\s)(?:\s++[|\-\u2013\u2014\u00b7\u2022\u00bb:]\s++|\s*+[_\u00a6\uff5c\u4e28]\s*+)"
)
_PERMALINK = " \u00b6\U0001f517"  # a heading's link to itself
_SOFT_HYPHEN = "\u00ad"
_KICKER_END = re.compile(r"(?<!\s)(?::\s++|\s++[|\-\u2013\u2014\u00b7:]\s++)")
_MOST_KICKERS = 3  # before a headline: its own parts may be joined so


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
    sites, authors = sites_of(node, meta, url), list(authors)
    told = _own(jsonld.headline(node, "headline", "name"), sites, authors)
    shared = _own(meta.headline("og:title", "twitter:title"), sites, authors)
    title = without_site(_title(root), *sites, authors=authors)
    heading = _heading(root, told or shared, title, sites)
    is_for_search = _begins(title, told) and (_same(told, heading) or _same(shared, heading))
    # What only adds names of site and writer to it is no other headline.
    if shared and is_for_search and not _begins(shared, told):
        told = shared
    found = told or shared or heading or title
    if heading:
        found = _as_headed(found, heading, sites)
    return found.replace(_SOFT_HYPHEN, "")


def _own(title: str, sites: list[str], authors: list[str]) -> str:
    """A title without names at its ends; none where it is the name of the site and no more."""
    return "" if is_site(title, *sites) else without_site(title, *sites, authors=authors)


def _as_headed(title: str, heading: str, sites: list[str]) -> str:
    """A title as the page's heading has it, where it adds a name, or each a kicker of its own."""
    if _adds_only_a_name(title, heading, sites):
        return heading
    for end in islice(_KICKER_END.finditer(title), _MOST_KICKERS):
        rest = title[end.end() :]
        kicker = heading.removesuffix(rest)
        if kicker != heading and is_long(rest) and _KICKER_END.search(f"{kicker}x"):
            is_other = set(word_list(kicker)).isdisjoint(word_list(title[: end.start()]))
            return rest if is_other else title
    return title


def _heading(root: etree._Element, other: str, title: str, sites: list[str]) -> str:
    """The first heading that says the same as another title, else the first one.

    Without another title it is the one that `<title>` speaks of, the one that it begins with
    before others. What says only the name of the site is none.
    """
    found = [resolved(begin_of(each, headlines.LONGEST)) for each in root.iter("h1")]
    found = [tidy for each in found if (tidy := each.rstrip(_PERMALINK))]
    found = [each for each in found if not is_site(each, *sites)]
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
    # A drawing in the page has titles too.
    titles = (each for each in root.iter("title") if next(each.iterancestors("svg"), None) is None)
    title = next(titles, None)
    return (
        headlines.as_text(begin_of(title, headlines.LONGEST)[: headlines.LONGEST])
        if title is not None
        else ""
    )


def _squeezed(text: str) -> str:
    return "".join(word_list(text))


def _same(one: str, other: str) -> bool:
    return word_list(one) == word_list(other)


def _begins(title: str, with_this: str) -> bool:
    start = word_list(with_this)
    return bool(start) and word_list(title)[: len(start)] == start


def _adds_only_a_name(title: str, heading: str, sites: list[str]) -> bool:
    """Whether a title is the heading with a name: of its site, or any behind more than a word."""
    behind = title.removeprefix(heading)
    if behind != title and _ADDED.match(behind):
        is_shorter = len(_squeezed(behind)) < len(_squeezed(heading))
        return is_shorter or len(word_list(heading)) > 1 or is_site(behind, *sites)
    before = title.removesuffix(heading)
    return before != title and not before.rstrip()[-1:].isalnum() and is_site(before, *sites)
