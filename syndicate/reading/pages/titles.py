"""Which of a page's many titles is the headline that the newsroom wrote.

JSON-LD knows best, with two exceptions that were measured on real pages: where it repeats `<title>`
it was written for search engines, and og:title keeps the newsroom's own words when `<h1>` sides
with either; and a title that only adds the site's or the section's name to the first heading is
that heading.
"""

import re

from lxml import etree

from syndicate.reading.pages import jsonld
from syndicate.reading.pages.meta import Meta
from syndicate.reading.text import plain, word_list

# The dashes and bars that sites put before their name.
_SITE = re.compile(r"(?<!\s)\s++[|\-\u2013\u2014\u00b7\u2022\u00bb:]\s++")
_TRAILING = " |-\u2013\u2014\u00b7\u2022\u00bb:"
_SOFT_HYPHEN = "\u00ad"


def headline_of(root: etree._Element, node: jsonld.Node, meta: Meta) -> str:
    """The headline: JSON-LD's, else OpenGraph's, else the page's first heading, else its title."""
    told = jsonld.text(node, "headline", "name")
    shared = without_site(meta.first("og:title", "twitter:title"), meta.first("og:site_name"))
    heading = _heading(root, told or shared)
    title = _title(root)
    is_for_search = _begins(title, told) and (_same(told, heading) or _same(shared, heading))
    # What only adds names of site and writer to it is no other headline.
    if shared and is_for_search and not _begins(shared, told):
        told = shared
    found = told or shared or heading or title
    if heading and _adds_only_a_name(found, heading):
        found = heading
    return found.replace(_SOFT_HYPHEN, "")


def without_site(title: str, site: str) -> str:
    """A title without the name of its site at the end."""
    parts = _SITE.split(title)
    if len(parts) > 1 and site and word_list(parts[-1]) == word_list(site):
        return title[: title.rindex(parts[-1])].rstrip(_TRAILING)
    return title


def _heading(root: etree._Element, other: str) -> str:
    """The first heading that says the same as another title, else the first one."""
    found = [" ".join("".join(each.itertext()).split()) for each in root.iter("h1")]
    found = [each for each in found if each]
    wanted = set(word_list(other))
    akin = (
        each for each in found if wanted and len(wanted & set(word_list(each))) * 2 > len(wanted)
    )
    return next(akin, found[0] if found else "")


def _title(root: etree._Element) -> str:
    title = root.find(".//title")
    return plain("".join(title.itertext())) if title is not None else ""


def _same(one: str, other: str) -> bool:
    return word_list(one) == word_list(other)


def _begins(title: str, with_this: str) -> bool:
    start = word_list(with_this)
    return bool(start) and word_list(title)[: len(start)] == start


def _adds_only_a_name(title: str, heading: str) -> bool:
    rest = title.removeprefix(heading)
    return rest != title and _SITE.match(rest) is not None
