"""Mending the breaks that feeds have most: a bare ampersand, and words before the document.

Only what is not well-formed is mended, and only where one reading is possible. feedparser makes
"AT&T;" of "AT&T", and a character that no database holds of "&#0;". Pure, and linear in the length:
the text may be hostile.
"""

import re

from syndicate.reading.encoding import is_legal

# Named and numbered references stay; what has no semicolon was meant as the character.
_BARE = re.compile(r"&(?!(?:[A-Za-z][A-Za-z0-9]{1,31}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});)")
_NUMBERED = re.compile(r"&#(?:([0-9]{1,7})|[xX]([0-9A-Fa-f]{1,6}));")
_CDATA, _CDATA_END = "<![CDATA[", "]]>"
_HEAD = 4_000  # a warning or two; a whole page before it is no slip
_START = re.compile(r"(?:<\?xml\b[^<>]*+>\s*+)?<(?:rss|feed|(?:[A-Za-z]+:)?RDF)[\s>]")
_PAGE = re.compile(r"<(?:html|body|!doctype\s+html)\b", re.IGNORECASE)


def mended(text: str) -> str:
    """A document without what stands before the feed, its bare ampersands escaped."""
    return _escaped(_from_its_start(text))


def _from_its_start(text: str) -> str:
    head = text[:_HEAD]
    start = _START.search(head)
    if start is None or _PAGE.search(head, 0, start.start()):
        return text
    return text[start.start() :]


def _escaped(text: str) -> str:
    """Ampersands within CDATA are what they should be already."""
    parts: list[str] = []
    at = 0
    while (begin := text.find(_CDATA, at)) != -1 and (end := text.find(_CDATA_END, begin)) != -1:
        parts += [_referring(text[at:begin]), text[begin:end]]
        at = end
    return "".join([*parts, _referring(text[at:])])


def _referring(text: str) -> str:
    return _BARE.sub("&amp;", _NUMBERED.sub(_if_legal, text))


def _if_legal(reference: re.Match[str]) -> str:
    decimal, hexadecimal = reference.groups()
    code = int(decimal) if decimal else int(hexadecimal, 16)
    return reference[0] if is_legal(code) else ""
