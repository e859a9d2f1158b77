"""Which of a page's many titles is the headline that readers see."""

import re

from lxml import etree

from syndicate.collect import jsonld
from syndicate.collect.meta import Meta
from syndicate.collect.text import plain, words

_SITE = re.compile(r"\s+[|\-–—·•»:]\s+")  # noqa: RUF001 - the dashes that sites use


def headline_of(root: etree._Element, node: jsonld.Node, meta: Meta) -> str:
    """The headline: JSON-LD's, else OpenGraph's, else the page's first heading, else its title."""
    found = (
        jsonld.text(node, "headline", "name")
        or without_site(meta.first("og:title", "twitter:title"), meta.first("og:site_name"))
        or _first_heading(root)
    )
    if found:
        return found
    title = root.find(".//title")
    return plain("".join(title.itertext())) if title is not None else ""


def without_site(title: str, site: str) -> str:
    """A title without the name of its site at the end."""
    parts = _SITE.split(title)
    if len(parts) > 1 and site and words(parts[-1]) == words(site):
        return title[: title.rindex(parts[-1])].rstrip(" |-–—·•»:")  # noqa: RUF001 - the same dashes
    return title


def _first_heading(root: etree._Element) -> str:
    for heading in root.iter("h1"):
        text = " ".join("".join(heading.itertext()).split())
        if text:
            return text
    return ""
