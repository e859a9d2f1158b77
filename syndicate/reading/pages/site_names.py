"""A page's titles without the names of its site, which stand before them or behind them.

A name counts that the page itself says to be its site's, or that its host has; what else stands
behind a bar is the newsroom's own word.
"""

import re
from collections.abc import Iterable
from itertools import islice
from urllib.parse import urlsplit

from syndicate.reading import headlines
from syndicate.reading.pages import jsonld
from syndicate.reading.pages.meta import Meta
from syndicate.reading.text import word_list

# The dashes and bars that sites put beside their name: bars need no blanks, dashes one at least.
_SEPARATOR = re.compile(
    r"(?<!\s)(?:\s++[|\-\u2010-\u2015\u2212\u00b7\u2022\u2039\u203a\u00ab\u00bb:*~/\\]++(?:\s++|$)"
    r"|\s++[|\-\u2013\u2014\u00b7\u2022\u203a\u00bb](?=\S)|[\-\u2013\u2014](?=\s)"
    r"|\s*+[_|\u00a6\u2016\uff5c\u4e28]++\s*+)"
)
_MARKS = " |-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u00b7\u2022\u2039\u203a\u00ab\u00bb:*~/\\_"
_MARKS += "\u00a6\u2016\uff5c\u4e28"
_IN_BRACKETS = re.compile(
    r"(?<!\s)\s*+[(\uff08\u3010\[]([^()\uff08\uff09\u3010\u3011\[\]]{1,40}+)[)\uff09\u3011\]]$"
)
_FIRST_IN_BRACKETS = re.compile(r"^[\u3010\[]([^\u3010\u3011\[\]]{1,40}+)[\u3011\]]\s*+(?=\S)")
_SHORT_FORM = re.compile(r"\(([^\W\d_]{2,8})\)\s*$")  # Schweizer Radio und Fernsehen (SRF)
_MOST_NAMES = 3  # of a site beside a title: its section's, its own, its publisher's
_SHORT = 2  # letters of a host's name that is a country or a language
_OF_NO_SITE = frozenset({"com", "net", "org", "gov", "edu"})


def sites_of(node: jsonld.Node, meta: Meta, url: str) -> list[str]:
    """The names of a page's site: as it says them, and as its host has them."""
    said = [
        meta.first("og:site_name"),
        meta.first("application-name", "apple-mobile-web-app-title"),
        jsonld.text(node, "publisher", "sourceOrganization"),
    ]
    said += [short[1] for each in said if (short := _SHORT_FORM.search(each))]
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    labels = [each for each in host.split(".")[:-1] if len(each) > _SHORT]
    return [*said, host, *(each for each in labels if each not in _OF_NO_SITE)]


def without_site(title: str, *sites: str, authors: Iterable[str] = ()) -> str:
    """A title without the names of its site at its ends, nor in brackets there.

    Args:
        title: plain text.
        sites: names of the site.
        authors: who wrote it: names that may stand behind a title, and never before it.
    """
    if len(title) > headlines.LONGEST:
        return title
    names = {name for each in sites if (name := _squeezed(each))}
    signed = {_squeezed(f"{by}{each}") for each in authors for by in ("", "by ")} - {"", "by"}
    for shorten, known in ((_without_last, names | signed), (_without_first, names)):
        for _ in range(_MOST_NAMES):
            shorter = shorten(title, known)
            if shorter == title:
                break
            title = shorter
    return title


def is_site(title: str, *sites: str) -> bool:
    """Whether a title is no more than a name of its site."""
    return _squeezed(title) in {_squeezed(each) for each in sites}


def _without_last(title: str, names: set[str]) -> str:
    bracket = _IN_BRACKETS.search(title)
    if bracket and bracket.start() and _squeezed(bracket[1]) in names:
        return title[: bracket.start()]
    marks = list(_SEPARATOR.finditer(title))
    # A name may hold such a sign itself: Sport - Pier-News, AT - Pier News
    for mark in reversed(marks[-_MOST_NAMES:]):
        if mark.start() and _squeezed(title[mark.end() :]) in names:
            return title[: mark.start()].rstrip(_MARKS)
    return title


def _without_first(title: str, names: set[str]) -> str:
    """A title without a name at its beginning: behind a colon it is what the title speaks of."""
    bracket = _FIRST_IN_BRACKETS.match(title)
    if bracket and _squeezed(bracket[1]) in names:
        return title[bracket.end() :]
    for mark in islice(_SEPARATOR.finditer(title), _MOST_NAMES):
        if ":" in mark[0]:
            break
        if mark.start() and title[mark.end() :] and _squeezed(title[: mark.start()]) in names:
            return title[mark.end() :].lstrip(_MARKS)
    return title


def _squeezed(text: str) -> str:
    return "".join(word_list(text))
