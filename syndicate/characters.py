"""Characters as others write them, read in linear time whatever they wrote.

Two of Python's readers fail on texts that nobody means. `html.unescape` raises on a number of more
digits than Python reads (4,300): one `&#999…;` would take a feed, a page or a returned mail along.
`unicodedata.normalize` sorts the marks upon one letter in quadratic time: a letter with 30,000
accents holds a process for two seconds.

Source: HTML 13.2.5.80 (a number beyond U+10FFFF is U+FFFD); Unicode Standard Annex 15 13
(Stream-Safe Text Format: no more than 30 marks upon a letter).
"""

import html
import re
import unicodedata
from functools import cache
from itertools import groupby
from typing import Literal

_ZEROS = re.compile(r"&#([xX]?)0{9,}")
# Beyond every character there is: seven hexadecimal digits, or eight decimal ones.
_BEYOND = re.compile(r"&#(?:0*+[1-9][0-9]{7,}|[xX]0*+[1-9A-Fa-f][0-9A-Fa-f]{6,});?")
MOST_MARKS = 30
_FIRST_MARK, _LAST_MARK = 0x300, 0x1EFFF
# Letters by name that fall apart into marks alone.
_MARKS_IN_DISGUISE = "\u0f73\u0f75\u0f81\uff9e\uff9f"


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
