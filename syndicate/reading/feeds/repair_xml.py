"""Mending the breaks that feeds have most: bare ampersands, names of HTML, words before a document.

Only what is not well-formed is mended, and only where one reading is possible. Tags that are out of
order are for `straighten_xml`. Pure, and linear in the length: the text may be hostile.
"""

import html
import re
from collections.abc import Mapping
from html.entities import html5

from syndicate.reading.encoding import is_legal

# Named and numbered references stay; what has no semicolon was meant as the character.
_BARE = re.compile(r"&(?!(?:[A-Za-z][A-Za-z0-9]{1,31}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});)")
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_OF_XML = frozenset({"amp", "lt", "gt", "quot", "apos"})
_NUMBERED = re.compile(r"&#(?:([0-9]{1,7})|[xX]([0-9A-Fa-f]{1,6}));")
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[<>]*+([\[>])", re.IGNORECASE)
_DOCTYPE_END = re.compile(r"\]\s*+>")
_ENTITY = re.compile(r"<!ENTITY\s+([A-Za-z][\w.-]*+)\s+(\"[^\"<]*+\"|'[^'<]*+')\s*+>")
# More than a page of names nobody needs, and one of a few words at most is a character.
_MAX_SUBSET = 10_000
_MAX_VALUE = 40
_CDATA, _CDATA_END = "<![CDATA[", "]]>"
# What is no markup until its closing mark.
_OPENER = re.compile(r"<!\[CDATA\[|<!--")
_MARKS = {_CDATA: _CDATA_END, "<!--": "-->"}
_ENTRY_END = re.compile(r"</(?:[A-Za-z][\w.-]*:)?(?:item|entry)\s*+>", re.IGNORECASE)
_FEED_END = re.compile(r"</(?:[A-Za-z][\w.-]*:)?(?:rss|feed|rdf|channel)\s*+>\Z", re.IGNORECASE)
_HEAD = 4_000  # a warning or two; a whole page before it is no slip
_START = re.compile(r"(?:<\?xml\b[^<>]*+>\s*+)?<(?:rss|feed|(?:[A-Za-z]+:)?RDF)[\s>]")
_SMALL_CDATA = re.compile(r"<!\[cdata\[", re.IGNORECASE)
# What stands in quotation marks that are closed: "?x<1" of an address that nobody escaped.
_VALUE = re.compile(
    r"""(?<=\s)([A-Za-z_][\w:.-]*+\s*+=\s*+)"((?:[^"<>]*+<)++[^"<>]*+)"(?=[\s/>])"""
)
_NO_TAGS = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL)
_BETWEEN = re.compile(
    r"</(?:[A-Za-z][\w.-]*:)?(?:rss|feed|rdf)\s*+>"
    r"(?=\s*+(?:<\?xml\b[^<>]*+>\s*+)?<(?:rss|feed|(?:[A-Za-z]+:)?rdf)[\s>])",
    re.IGNORECASE,
)
_PAGE = re.compile(r"<(?:html|body|!doctype\s+html)\b", re.IGNORECASE)


def mended(text: str) -> str:
    """A document without what stands before the feed, its references as XML knows them."""
    return _escaped(_SMALL_CDATA.sub(_CDATA, _from_its_start(text)), {})


def tags_alone(text: str) -> str:
    """A document with blanks for its comments and CDATA sections, so that no tag of theirs counts.

    Also of one that is never closed. Each sign stays at its place.
    """
    return _NO_TAGS.sub(lambda found: " " * len(found[0]), text)


def first_document(text: str) -> tuple[str, str]:
    """The first of two feeds that stand in one text, and the other; "" where there is one."""
    if _BETWEEN.search(text) is None:
        return text, ""
    tags = tags_alone(text)
    end = _BETWEEN.search(tags)
    return (text[: end.end()], text[end.end() :]) if end else (text, "")


def without_doctype(text: str) -> str:
    """A document that names its own words for characters, with the characters instead.

    A name for more than a few words is left out: so is a name for other names.
    """
    begin = _DOCTYPE.search(text)
    if begin is None:
        return text
    subset, end = "", begin.end()
    if begin[1] == "[":
        closing = _DOCTYPE_END.search(text, end)
        if closing is None:
            return text
        subset, end = text[end : closing.start()], closing.end()
    said: dict[str, str] = {}
    for name, value in _ENTITY.findall(subset[:_MAX_SUBSET]):
        if len(value) <= _MAX_VALUE + 2 and not _NAMED.search(value[1:-1]):
            said.setdefault(name, value[1:-1])
    return _escaped(text[: begin.start()] + text[end:], said)


def closed_texts(text: str) -> str:
    """A document without each beginning of a comment or CDATA that its writer never closed.

    It would hide what follows, up to the closing mark of another or to the end of the feed. A
    document that was cut off has one at its end: that stays.
    """
    parts: list[str] = []
    at, is_whole = 0, _FEED_END.search(_end(text)) is not None
    ends = dict.fromkeys(_MARKS, 0)  # where the next closing mark is; asked for once
    while opener := _OPENER.search(text, at):
        begin = opener.end()
        if -1 < ends[opener[0]] < begin:
            ends[opener[0]] = text.find(_MARKS[opener[0]], begin)
        end = ends[opener[0]]
        is_open = is_whole if end == -1 else _holds_entry_end(text, opener, end)
        behind = begin if is_open else end + len(_CDATA_END) if end != -1 else len(text)
        parts.append(text[at : opener.start()] if is_open else text[at:behind])
        at = behind
    return "".join([*parts, text[at:]]) if at else text


def _end(text: str) -> str:
    """The last words of a document, without comments behind it."""
    end = text[-_HEAD:].rstrip()
    while end.endswith("-->") and "<!--" in end:
        end = end[: end.rfind("<!--")].rstrip()
    return end


def _holds_entry_end(text: str, opener: re.Match[str], end: int) -> bool:
    """Whether an entry ends, and another of the kind begins, before a closing mark."""
    again = text.find(opener[0], opener.end(), end)
    return again != -1 and _ENTRY_END.search(text, opener.end(), again) is not None


def _from_its_start(text: str) -> str:
    head = text[:_HEAD]
    start = _START.search(head)
    if start is None or _PAGE.search(head, 0, start.start()):
        return text
    return text[start.start() :]


def _escaped(text: str, said: Mapping[str, str]) -> str:
    """Ampersands within CDATA are what they should be already."""
    parts: list[str] = []
    at = 0
    while (begin := text.find(_CDATA, at)) != -1 and (end := text.find(_CDATA_END, begin)) != -1:
        parts += [_referring(text[at:begin], said), text[begin:end]]
        at = end
    return "".join([*parts, _referring(text[at:], said)])


def _referring(text: str, said: Mapping[str, str]) -> str:
    def meant(reference: re.Match[str]) -> str:
        name = reference[1]
        if name in _OF_XML:
            return reference[0]
        if name in said:
            return said[name]
        known = html5.get(f"{name};")
        return f"&amp;{name};" if known is None else html.escape(known)

    text = _VALUE.sub(_quoted, text)
    return _BARE.sub("&amp;", _NAMED.sub(meant, _NUMBERED.sub(_if_legal, text)))


def _quoted(attribute: re.Match[str]) -> str:
    return f'{attribute[1]}"{attribute[2].replace("<", "&lt;")}"'


def _if_legal(reference: re.Match[str]) -> str:
    decimal, hexadecimal = reference.groups()
    code = int(decimal) if decimal else int(hexadecimal, 16)
    return reference[0] if is_legal(code) else ""
