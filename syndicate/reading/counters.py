"""Pictures that nobody is meant to see: the counters of others, which tell who read what where.

They are known by what is written of them: a size that is none, a style that hides them; and, where
nothing is written, by an address that speaks of counting. A photograph is never taken for one by
its address. Pure.
"""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

_SIZE = re.compile(
    r"(\d{1,6})(?:\.\d{1,9})?(?: ?px)?;?$|(?:[01]%|0?\.\d{1,9}(?:px|%|em)?)$", re.IGNORECASE
)
_LINE, _DOT = 1, 2  # pixels: of one side, and of both, where there is nothing to see
_HIDDEN = re.compile(
    r"display\s*+:\s*+none|visibility\s*+:\s*+hidden|(?:left|top|text-indent)\s*+:\s*+-\d{4}",
    re.IGNORECASE,
)
_TINY = re.compile(
    r"(?:^|[;\s])(?:max-)?(?:width|height)\s*+:\s*+(?:[0-2](?:\.\d+)?(?:px)?|[01]%|0?\.\d+(?:px|r?em|%))"
    r"\s*+(?:!important)?\s*+(?:;|$)",
    re.IGNORECASE,
)
# Counters that say no size: by the first name of the host, by a part of the path, by the file.
# `~r` and `~4` are how FeedBurner counts, `b.gif` WordPress, `tr` and `collect` two networks.
_HOST = re.compile(
    r"(?:pixels?|track(?:er|ing)?|beacons?|stats?|analytics|metrics|counter|telemetry|count)\d*\."
)
_PARTS = frozenset({"~r", "~4", "tracker", "tracking", "pixel", "beacon", "webbug"})
_FILE = re.compile(
    r"(?:(?:pixel|beacon|1x1|track(?:er|ing)?|count(?:er)?|hit|open|impression|webbug|piwik|matomo|"
    r"collect)\d{0,3}|tr|b|p|t|__utm)(?:\.(?:gif|png|php|aspx?|ashx|cgi|pl))?$",
)
_PHOTOGRAPH = re.compile(r"\.(?:jpe?g|webp|avif)$")
# A chart of "/tracker/", a telephone of "/pixel/": of folders alone nobody can tell.
_SHOWN = re.compile(r"\.(?:png|svg)$")


def hides(style: str, *, is_picture: bool) -> bool:
    """Whether a style keeps an element from being seen; a picture is, too, by its size."""
    return _HIDDEN.search(style) is not None or (is_picture and _TINY.search(style) is not None)


def is_counter(
    said: Mapping[str, str], address: str, *, is_hidden: bool, is_within_hidden: bool
) -> bool:
    """Whether a picture is there to be counted, and not to be seen.

    Args:
        said: its attributes.
        address: where it lies, absolute.
        is_hidden: whether it is hidden itself, and no script is to show it.
        is_within_hidden: whether something around it is hidden.
    """
    verdict = _by_words(said)
    if is_hidden or verdict is not None:
        return is_hidden or bool(verdict)
    return is_within_hidden or _counts(address)


def is_lead(said: Mapping[str, object], address: str) -> bool:
    """Whether what is called an article's picture is one, and no counter.

    More is believed of it than of a picture within a text: a chart may well lie with statistics,
    and a picture be called "p".

    Args:
        said: its width, height and alt, as far as they are said.
        address: where it lies, absolute.
    """
    verdict = _by_words({name: str(value) for name, value in said.items() if value})
    return not (_counts(address, is_called=True) if verdict is None else verdict)


def _by_words(said: Mapping[str, str]) -> bool | None:
    """Whether a picture's size tells that it counts; None where it says neither size nor words."""
    sizes = [int(found[1] or 0) for name in ("width", "height") if (found := _size(said, name))]
    if sizes and (min(sizes) <= _LINE or max(sizes) <= _DOT):
        return True
    return False if sizes or said.get("alt", "").strip() else None


def _size(said: Mapping[str, str], name: str) -> re.Match[str] | None:
    return _SIZE.match(said.get(name, "").strip())


def _counts(address: str, *, is_called: bool = False) -> bool:
    """Whether an address is a counter's, of a picture that says neither size nor words.

    Args:
        address: where it lies.
        is_called: whether it is called the picture of an article.
    """
    try:
        parts = urlsplit(address.lower())
    except ValueError:
        return False
    *folders, file = parts.path.split("/")
    if _PHOTOGRAPH.search(file):
        return False
    is_shown = _SHOWN.search(file) is not None
    is_host = _HOST.match(parts.hostname or "") is not None and not (is_called and is_shown)
    is_file = _FILE.match(file) is not None and not (is_called and "." not in file)
    return is_host or is_file or not (_PARTS.isdisjoint(folders) or is_shown)
