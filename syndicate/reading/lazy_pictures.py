"""Where a picture lies that is loaded late: the address that a script would put in its `src`.

Until then there is a blank picture in `src`, a small one, or none. Loaders name the real one in an
attribute of their own; browsers know `srcset`, also of a `<source>` beside it. Pure.

Source: HTML, the page docs/facts/specifications.md (4.8.4.2, `srcset`).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

Join = Callable[[str], str | None]

PREFIX = "data-"  # of every attribute that a loader may have made up
_LATE = re.compile(r"data-(?:[a-z0-9]+-)*(?:[a-z]*src|lazy|lazyload|original|echo)$")
_LATE_SET = re.compile(r"data-(?:[a-z0-9]+-)*[a-z]*srcset$")
_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|svg)(?:$|[?#])", re.IGNORECASE)
_OF_FEW_PROGRAMS = re.compile(r"avif|webp|jxl", re.IGNORECASE)
_MAX_WIDTH = 2_048  # pixels: twice what a mail or page of ours shows
_DENSITY = 1_000  # "2x" counts as 2,000 pixels
_MOST = 1_000_000
# Names of files that stand where a picture will be; and those of them that never are one.
_BLANK = re.compile(
    r"(?:blank|spacer|transparent|placeholder|clear|empty|1x1|lazy|loading|loader|preload|gr[ae]y|"
    r"white|pixel)\w{0,20}(?:[-.]\w{1,20}){0,3}\.(?:gif|png|svg|webp)$",
    re.IGNORECASE,
)
_NOTHING = re.compile(
    r"(?:blank|spacer|transparent|clear|1x1|pixel)(?:[-_.]?\d{1,4})?\.(?:gif|png|svg|webp)$",
    re.IGNORECASE,
)


def address_of(
    said: Mapping[str, str], sources: Sequence[Mapping[str, str]], join: Join
) -> str | None:
    """The address of a picture, None where it has none.

    Args:
        said: the attributes of its `<img>`.
        sources: those of each `<source>` of its `<picture>`, in order.
        join: makes an address absolute; None where it is no web address.
    """
    shown = said.get("src", "").strip()
    is_blank = shown[:1] in {"", "#"} or join(shown) is None or _is(_BLANK, shown)
    ways = (
        *late_addresses(said),
        "" if is_blank else shown,
        _largest(said.get("srcset", "")),
        *(value for name, value in said.items() if name.startswith(PREFIX) and _is_file(value)),
        *_of_sources(sources),
        shown.partition("#")[0],
    )
    found = (join(way.strip()) for way in ways if way.strip())
    return next((each for each in found if each and not _is(_NOTHING, each)), None)


def late_addresses(said: Mapping[str, str]) -> list[str]:
    """Addresses that a script would put in the place of `src`, the likeliest first."""
    names = sorted(filter(_LATE.match, said), key=lambda name: name != "data-src")
    single = [said[name] for name in names if _is_address(said[name])]
    sets = (_largest(value) for name, value in said.items() if _LATE_SET.match(name))
    return single + [each for each in sets if each]


def _is_address(value: str) -> bool:
    """Whether a value can be an address: one word, with a stroke or a picture's file name."""
    word = value.strip()
    is_word = bool(word) and not any(map(str.isspace, word)) and not word.startswith("data:")
    return is_word and ("/" in word or _FILE.search(word) is not None)


def _is_file(value: str) -> bool:
    return _is_address(value) and _FILE.search(value) is not None


def _of_sources(sources: Sequence[Mapping[str, str]]) -> list[str]:
    """The largest picture of each source, those that every program can show first."""
    found = [
        (_OF_FEW_PROGRAMS.search(f"{each.get('type', '')} {largest}") is not None, largest)
        for each in sources
        for name in ("data-srcset", "srcset", "data-src")
        if (largest := _largest(each.get(name, "")))
    ]
    return [largest for _, largest in sorted(found, key=lambda each: each[0])]


def _largest(srcset: str) -> str:
    """The largest picture of a set that is not larger than we show; empty when there is none."""
    found = [each for each in _candidates(srcset) if not each[1].startswith("data:")]
    fitting = [each for each in found if each[0] <= _MAX_WIDTH]
    if fitting:
        return max(fitting, key=lambda each: each[0])[1]
    return min(found, key=lambda each: each[0])[1] if found else ""


def _candidates(srcset: str) -> list[tuple[int, str]]:
    """(width in pixels, address) of each picture of a set."""
    found: list[tuple[int, str]] = []
    waiting = ""  # an address whose width comes next
    for word in srcset.split():
        if waiting:
            width, comma, rest = word.partition(",")
            found.append((_width(width), waiting))
            waiting = rest if comma else ""
        elif word.endswith(","):
            found.append((_DENSITY, word.rstrip(",")))
        else:
            waiting = word.lstrip(",")
    return [each for each in [*found, (_DENSITY, waiting)] if each[1]]


def _width(descriptor: str) -> int:
    try:
        number = float(descriptor[:-1])
    except ValueError:
        return _DENSITY
    scaled = number * _DENSITY if descriptor.endswith("x") else number
    return int(scaled) if 0 < scaled < _MOST else _DENSITY


def _is(kind: re.Pattern[str], address: str) -> bool:
    """Whether the file of an address has such a name."""
    try:
        path = urlsplit(address).path
    except ValueError:
        return False
    return kind.match(path.rpartition("/")[2]) is not None
