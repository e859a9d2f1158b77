"""Bylines into names: whatever a publisher writes in an author's place, as a list of names."""

import re
from collections.abc import Iterable

from syndicate.reading.text import plain

# What begins with a blank begins where blanks begin: else each of many is a beginning.
_ADDRESS = re.compile(r"(?<!\S)\S+@\S+")
# RSS 2.0: address (name)
_NAMED = re.compile(r"^(?=.*\)\s*$)\s*+\S[^\s@]*+@\S+\s*\((.+)\)\s*$")
_ASIDE = re.compile(r"(?<!\s)\s*+\([^()]{0,40}\)")  # initials, towns: Elena Oberholzer (obe)
_BY = re.compile(
    r"^(?:by|von|par|por|door|di|da|oleh|av|af|text|redaktion)(?:\s+|\s*:\s*)(?=\S)", re.IGNORECASE
)
_ALWAYS = re.compile(r"[;|]")
_BETWEEN = re.compile(r",\s*+|(?<!\s)\s++(?:and|und|et|y|e|en|och|og|&)\s++", re.IGNORECASE)
_NOT_A_NAME = re.compile(r"https?://|^\W*$|\d{3,}", re.IGNORECASE)
MAX_NAMES = 20
MAX_NAME = 120


def name_list(written: Iterable[str]) -> tuple[str, ...]:
    """Names in order, each once, without addresses.

    One text with several names is parted only where it begins with a name of two words or more:
    "North Desk and South Desk, Reuters" is three, "Reuters, London" stays what it is.
    """
    found: dict[str, str] = {}
    for text in written:
        for name in _parted(text):
            found.setdefault(name.casefold(), name)
    return tuple(list(found.values())[:MAX_NAMES])


def _parted(text: str) -> list[str]:
    tidy = plain(text)
    named = _NAMED.match(tidy)
    tidy = named[1] if named else tidy
    tidy = _ASIDE.sub("", _ADDRESS.sub("", tidy))
    return [name for part in _ALWAYS.split(tidy) for name in _names(part)]


def _names(text: str) -> list[str]:
    tidy = _BY.sub("", text.strip(" ()<>,;|/"))
    if not tidy or _NOT_A_NAME.search(tidy):
        return []
    parts = [part.strip() for part in _BETWEEN.split(tidy) if part.strip()]
    if len(parts) > 1 and _is_full_name(parts[0]) and all(_is_name(part) for part in parts):
        return parts
    return [tidy] if len(tidy) <= MAX_NAME else []


def _is_name(text: str) -> bool:
    return len(text.split()) <= 5 and text[:1].isalpha()  # noqa: PLR2004 - longer is a description


def _is_full_name(text: str) -> bool:
    return len(text.split()) > 1 and text[:1].isupper() and _is_name(text)
