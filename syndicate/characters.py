"""Characters as others write them, read in linear time whatever they wrote.

Two of Python's readers fail on texts that nobody means. `html.unescape` raises on a number of more
digits than Python reads (4,300): one `&#999…;` would take a feed, a page or a returned mail along.
`unicodedata.normalize` sorts the marks upon one letter in quadratic time: a letter with 30,000
accents holds a process for two seconds.

And some characters act on what stands beside them: one override in a headline turns the rest of a
page's line about, so that `fdp.exe` reads `exe.pdf`. `defused` keeps what Arabic and Hebrew need.

Source: HTML 13.2.5.80 (a number beyond U+10FFFF is U+FFFD); Unicode Standard Annex 15 13
(Stream-Safe Text Format: no more than 30 marks upon a letter); Unicode Standard Annex 9 2
(directional formatting characters); Unicode Technical Standard 51 (a flag of a part of a country).
"""

import html
import re
import unicodedata
from functools import cache
from itertools import groupby
from typing import Literal

# What is no character and never will be, in every plane, to stand in a class of an expression.
# Source: Unicode 16, 23.7.
NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    f"{chr(plane | 0xFFFE)}{chr(plane | 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
)
_ZEROS = re.compile(r"&#([xX]?)0{9,}")
# Beyond every character there is: seven hexadecimal digits, or eight decimal ones.
_BEYOND = re.compile(r"&#(?:0*+[1-9][0-9]{7,}|[xX]0*+[1-9A-Fa-f][0-9A-Fa-f]{6,});?")
MOST_MARKS = 30
_FIRST_MARK, _LAST_MARK = 0x300, 0x1EFFF
# Letters by name that fall apart into marks alone.
_MARKS_IN_DISGUISE = "\u0f73\u0f75\u0f81\uff9e\uff9f"

# Embeddings, isolates, overrides and their ends; what once did the like; tags, which nobody sees.
_ACTING = re.compile("[\u202a-\u202e\u2066-\u206f\U000e0000-\U000e007f]")
_ACTING_OR_BREAK = re.compile(f"{_ACTING.pattern}|[\n-\r\x1c-\x1e\x85\u2028\u2029]")
_OVERRIDES = frozenset("\u202d\u202e")
_ISOLATES = frozenset("\u2066\u2067\u2068")
_OPENING = _OVERRIDES | _ISOLATES | frozenset("\u202a\u202b")
_END, _END_OF_ISOLATE = "\u202c", "\u2069"
# A black flag, and tags that say of which place it is.
_FLAG = re.compile("\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,30}\U000e007f")


def resolved(markup: str) -> str:
    """Text with its character references resolved."""
    if "&#" in markup:
        markup = _BEYOND.sub("\ufffd", _ZEROS.sub(r"&#\g<1>0", markup))
    return html.unescape(markup) if "&" in markup else markup  # noqa: TID251 - numbers are short


def normal(form: Literal["NFC", "NFKC", "NFKD"], text: str) -> str:
    """Text in a Unicode normal form, without marks beyond the thirtieth upon one letter."""
    if text.isascii():
        return text
    # More than thirty in a row are met by looking at each thirtieth character.
    if len(text) > MOST_MARKS and _marks().search(text[::MOST_MARKS]):
        text = _marks().sub(lambda run: run[0][:MOST_MARKS], text)
    return unicodedata.normalize(form, text)  # noqa: TID251 - runs of marks are short


@cache
def _marks() -> re.Pattern[str]:
    """Marks upon a letter, in a row."""
    codes = range(_FIRST_MARK, _LAST_MARK + 1)
    marks = [code for code in codes if unicodedata.combining(chr(code))]
    # Neighbours have the same distance between their code and their place in the list.
    runs = groupby(enumerate(marks), key=lambda pair: pair[1] - pair[0])
    spans = [[code for _, code in run] for _, run in runs]
    inner = "".join(f"\\U{span[0]:08x}-\\U{span[-1]:08x}" for span in spans)
    return re.compile(f"[{inner}{_MARKS_IN_DISGUISE}]++")


def defused(text: str) -> str:
    """Text whose characters act on nothing but itself.

    Embeddings and isolates stay where each line closes what it opens; overrides go, for they show
    words in an order that nobody wrote, and so do tags that make no flag. Marks of direction
    (U+200E, U+200F, U+061C) and joiners stay: they end with the character beside them.
    """
    if text.isascii() or _ACTING.search(text) is None:
        return text
    dropped = _Balance(text).dropped
    for flag in _FLAG.finditer(text):
        dropped -= set(range(*flag.span()))
    return "".join(sign for place, sign in enumerate(text) if place not in dropped)


class _Balance:
    """Which acting characters of a text are to go, by their places."""

    def __init__(self, text: str) -> None:
        self.dropped: set[int] = set()
        self._text = text
        self._opened: list[int] = []
        self._isolates = 0  # of what is opened
        for found in _ACTING_OR_BREAK.finditer(text):
            self._meet(found.start())
        self._close_line()

    def _meet(self, place: int) -> None:
        sign = self._text[place]
        if sign in _OPENING:
            self._opened.append(place)
            self._isolates += sign in _ISOLATES
        elif sign == _END and self._opened and not self._is_isolate():
            start = self._opened.pop()
            if self._text[start] in _OVERRIDES:
                self.dropped |= {start, place}
        elif sign == _END_OF_ISOLATE and self._isolates:
            while not self._is_isolate():
                self.dropped.add(self._opened.pop())
            self._opened.pop()
            self._isolates -= 1
        elif _ACTING.match(sign):
            self.dropped.add(place)
        else:
            self._close_line()

    def _is_isolate(self) -> bool:
        return self._text[self._opened[-1]] in _ISOLATES

    def _close_line(self) -> None:
        self.dropped.update(self._opened)
        self._opened, self._isolates = [], 0
