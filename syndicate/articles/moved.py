"""Changed addresses that still mean the same story's page, or the same picture. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from urllib.parse import parse_qsl, urlsplit

from syndicate.reading.text import is_article_url, normal_url, origin_of, picture_name

_SESSION = re.compile(r"(?:php|asp|j)?sess(?:ion)?(?:_?id\w*)?$|sid$|s_id$|zenid$", re.IGNORECASE)
_IN_PATH = re.compile(r";[^/]*")


def page_of(before: str | None, link: str | None) -> str | None:
    """Where the newsroom has a story by now: who is sent to the old address may find nothing.

    A campaign mark or a session that comes and goes is no move, and the front page is no story.

    Args:
        before: the address that is known.
        link: what the source says now.
    """
    if link is None or not is_article_url(link):
        return before
    if before is None or origin_of(before) != origin_of(link):
        return link
    is_same = normal_url(before) == normal_url(link) or page_name(before) == page_name(link)
    return before if is_same else link


def page_name(link: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """What stays of an address on another domain and in another session: path and question."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return link, ()
    asked = parse_qsl(parts.query, keep_blank_values=True)
    kept = sorted(pair for pair in asked if not _SESSION.match(pair[0]))
    return _IN_PATH.sub("", parts.path).rstrip("/"), tuple(kept)


def pictures_of(before: Sequence[str], after: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """(old, new) addresses of the pictures that another host delivers now, under the same name."""
    old, new = _by_name(before), _by_name(list(after))
    moves = ((old[name], url) for name, url in new.items() if name in old)
    return tuple((was, url) for was, url in moves if origin_of(was) != origin_of(url))


def _by_name(urls: Sequence[str]) -> dict[str, str]:
    """Addresses by the name that they have on any host; a name that several share is none."""
    names = Counter(map(picture_name, urls))
    return {name: url for url in urls if names[name := picture_name(url)] == 1}
