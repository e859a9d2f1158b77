"""A JSON Feed that was cut off on its way: what is whole of it, and the words of the half entry.

Only a document that is broken by nothing but its end is read so. Pure, and linear in the length:
the text may be hostile.
"""

import json
import re
from typing import Any

from syndicate.reading.encoding import legal_object
from syndicate.reading.feeds.cut_off_xml import MOST_READ, NAMELESS
from syndicate.reading.records import MAX_SAID
from syndicate.reading.text import plain

# What is left of a value whose end is missing: of a word, a number, an escape.
_HALF = re.compile(
    r"(?:t(?:ru?)?|f(?:a(?:ls?)?)?|n(?:ul?)?|-|\.|[eE][+-]?|\\?u?[0-9A-Fa-f]{0,4}\"?)?"
)
_DECODER = json.JSONDecoder(object_hook=legal_object, strict=False)
_SPACE = re.compile(r"[ \t\r\n]*+")
# By which a half entry is told, the first that it has: a text up to where it was cut.
_NAMES = ("title", "id", "url", "content_text", "content_html")
_SAID = re.compile(
    r'"(title|id|url|content_text|content_html)"\s*+:\s*+'
    r'"((?:[^"\\]|\\u[0-9A-Fa-f]{4}|\\[^u])*+)'
)


def is_cut_off(error: Exception) -> bool:
    """Whether JSON is broken by nothing but its end: no more follows, or no end of a text."""
    if not isinstance(error, json.JSONDecodeError):
        return False
    rest = error.doc[error.pos :].strip()
    is_half = _HALF.fullmatch(rest) is not None or error.msg.startswith("Unterminated string")
    return is_half and bool(error.doc.strip())


def whole_parts(text: str) -> tuple[dict[str, Any], str] | None:
    """What is whole of a feed that was cut off, and the words of the entry that is not.

    Returns:
        (fields, words); no words where it ends between two entries, and None where it ends before
        its list of entries.
    """
    found: dict[str, Any] = {}
    try:
        at = _behind(text, 0, "{")
        while True:
            name, at = _DECODER.raw_decode(text, at)
            at = _behind(text, at, ":")
            if name == "items" and text.startswith("[", at):
                found[name], half, at = _items(text, at + 1)
                if half is not None:
                    return found, half
            else:
                found[name], at = _DECODER.raw_decode(text, at)
            at = _behind(text, at, ",")
    except ValueError:
        return (found, "") if "items" in found else None


def _items(text: str, at: int) -> tuple[list[Any], str | None, int]:
    """The whole entries of a list, the words of a half one, and where the list ends."""
    items: list[Any] = []
    while True:
        begin = _spaced(text, at)
        if text.startswith("]", begin):
            return items, None, begin + 1
        try:
            found, at = _DECODER.raw_decode(text, begin)
        except ValueError:
            rest = text[begin : begin + MOST_READ]
            return items, _words(rest) if rest else "", begin
        items.append(found)
        at = _spaced(text, at)
        if text.startswith(",", at):
            at += 1


def _words(half: str) -> str:
    """What half an entry begins with."""
    said = dict(reversed(_SAID.findall(half)))
    for name in _NAMES:
        if words := plain(json.loads(f'"{said.get(name, "")}"', strict=False)):
            return words[:MAX_SAID]
    return NAMELESS


def _behind(text: str, at: int, sign: str) -> int:
    """Where something begins behind a sign."""
    at = _spaced(text, at)
    if not text.startswith(sign, at):
        raise ValueError(sign)
    return _spaced(text, at + 1)


def _spaced(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at
