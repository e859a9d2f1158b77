"""A text that begins with its own headline: the headline stands above it already. Pure."""

import re
from collections.abc import Iterable

from syndicate.reading.text import plain

_FIRST = re.compile(
    r"(?P<before>(?:<div(?:\s[^<>]*+)?>\s*+)*+)"
    r"<h(?P<level>[1-6])(?:\s[^<>]*+)?>(?P<said>.*?)</h(?P=level)>\s*",
    re.DOTALL,
)


def begins(body: str) -> bool:
    """Whether a cleaned text begins with a heading."""
    return _FIRST.match(body) is not None


def without(body: str, headlines: Iterable[str]) -> str:
    """A cleaned text without its first headings, where these say no more than a headline does.

    Args:
        body: HTML as `reading.clean` leaves it.
        headlines: what is shown above it, or was; letters count, not case, quotes or spaces.
    """
    shown = {_letters(each) for each in headlines} - {""}
    # A page may have it for each width of a screen.
    while (first := _FIRST.match(body)) and _letters(plain(first["said"])) in shown:
        body = first["before"] + body[first.end() :]
    return body


def _letters(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())
