"""Changed addresses that still mean the same story's page, or the same picture. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence

from syndicate.reading.text import is_article_url, normal_url, origin_of, picture_name


def page_of(before: str | None, link: str | None) -> str | None:
    """Where the newsroom has a story by now: who is sent to the old address may find nothing.

    A campaign mark that comes and goes is no move, and the front page is no story.

    Args:
        before: the address that is known.
        link: what the source says now.
    """
    if link is None or not is_article_url(link):
        return before
    if before is None or origin_of(before) != origin_of(link):
        return link
    return before if normal_url(before) == normal_url(link) else link


def pictures_of(before: Sequence[str], after: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """(old, new) addresses of the pictures that another host delivers now, under the same name."""
    old, new = _by_name(before), _by_name(list(after))
    moves = ((old[name], url) for name, url in new.items() if name in old)
    return tuple((was, url) for was, url in moves if origin_of(was) != origin_of(url))


def _by_name(urls: Sequence[str]) -> dict[str, str]:
    """Addresses by the name that they have on any host; a name that several share is none."""
    names = Counter(map(picture_name, urls))
    return {name: url for url in urls if names[name := picture_name(url)] == 1}
