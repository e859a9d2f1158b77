"""The text that an element of a feed holds, as HTML, in each of the ways to write it there.

    RSS                       escaped HTML, or HTML as elements, or some of each
    Atom, type text           text: its signs are no tags
    Atom, type html           escaped HTML
    Atom, type xhtml          a div, whose tags are tags and whose text is text
    Atom 0.3, mode base64     any of these, packed

Source: RFC 4287 3.1 and 4.1.3.3; Atom 0.3 (mode); RSS 2.0 (description).
"""

import base64
import binascii
import copy
import html
import re
from collections.abc import Iterator, Sequence
from urllib.parse import urljoin

from lxml import etree

from syndicate.characters import resolved
from syndicate.reading.feeds.elements import XHTML
from syndicate.reading.feeds.xml_parts import split, text_of
from syndicate.reading.text import plain, word_list

_PLAIN = frozenset({"", "text", "text/plain"})
_HTML = frozenset({"html", "text/html", "xhtml", "application/xhtml+xml", "xml", "text/xml"})
_XHTML = frozenset({"xhtml", "application/xhtml+xml"})
# The prefix and namespace of XHTML say nothing in HTML.
_NAMESPACE = re.compile(r'\sxmlns(?::[\w.-]+)?="[^"]*"')
_PREFIX = re.compile(r"(</?)[\w.-]+:")
_ESCAPED_TAG = re.compile(r"&lt;/?[A-Za-z!]")
_ANY_TAG = re.compile(r"(<[^<>]*+>)")
_OPENING = re.compile(r"<[^/<>][^<>]*+(?<!/)>")
_OF_CODE = re.compile(r"</?(?:code|pre|kbd|samp|tt|xmp)[\s>]", re.IGNORECASE)
_BEGINS_WITH_TAG = re.compile(r"<[A-Za-z!]")
_SHOWING = re.compile(r"<(?:img|iframe|video|audio|embed|object|script)\s[^<>=]*+=", re.IGNORECASE)
_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_ADDRESSES = ("href", "src", "cite", "poster", "data-src")


def markup(element: etree._Element, *, is_construct: bool) -> str:
    """What an element holds, as HTML; nothing where it is no text.

    Args:
        element: of a feed or an entry.
        is_construct: whether it is an element of Atom, which says of what type its text is.
    """
    if len(element) and element.xpath("boolean(.//*/@xml:base)"):
        element = _rebased(element)
    if split(element.tag)[0] == XHTML:
        return _inner(element)
    if not is_construct:
        return _of_rss(element)
    if element.get("src"):
        return ""
    kind = (element.get("type") or "").strip().lower()
    if element.get("mode", "").strip().lower() == "base64":
        return _typed(_unpacked(text_of(element)), kind)
    if len(element):
        is_wrapped = kind in _XHTML and len(element) == 1 and split(element[0].tag)[1] == "div"
        return _inner(element[0] if is_wrapped else element)
    return _typed(text_of(element), kind)


def is_html(element: etree._Element) -> bool:
    """Whether an element of Atom says that it holds HTML."""
    return element.get("type", "").strip().lower() in _HTML


def _rebased(element: etree._Element) -> etree._Element:
    """A copy whose addresses are all relative to what the element itself says; XML Base 4."""
    found = copy.deepcopy(element)
    bases = {found: ""}
    for each in found.iterdescendants(tag=etree.Element):
        parent = each.getparent()
        base = bases[each] = _joined(
            bases.get(parent, "") if parent is not None else "", each.get(_BASE)
        )
        for name in _ADDRESSES:
            if base and each.get(name):
                each.set(name, _joined(base, each.get(name)))
    return found


def _joined(base: str, said: str | None) -> str:
    """An address relative to another that may itself be relative to a third."""
    try:
        return urljoin(base, (said or "").strip())
    except ValueError:
        return said or base


def _of_rss(element: etree._Element) -> str:
    if not len(element):
        return text_of(element)
    inner = _inner(element)
    return _with_resolved(inner) if _ESCAPED_TAG.search(inner) else inner


def _with_resolved(markup: str) -> str:
    """HTML of real elements in which a text is markup that was escaped.

    A text that holds nothing else is; one that speaks of a tag keeps it as a word. What stands
    beside the outermost elements is one text, and that of an element without others is one.
    """
    parts = _ANY_TAG.split(markup)
    own = [at for at, depth in _depths(parts) if depth == 0]
    found = set(own) if _is_markup("".join(parts[at] for at in own)) else set[int]()
    found |= {at for at, depth in _depths(parts) if depth == 1 and _is_markup(parts[at])}
    return "".join(resolved(part) if at in found else part for at, part in enumerate(parts))


def _depths(parts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """(place, depth) of texts between tags: 0 outermost, 1 alone in its element, 2 any other."""
    depth = code = 0
    for at, part in enumerate(parts):
        if at % 2 == 0:
            is_alone = (
                bool(depth) and parts[at + 1].startswith("</") and _OPENING.match(parts[at - 1])
            )
            yield at, (1 if is_alone and not code else 2) if depth else 0
        elif not part.endswith("/>"):
            step = -1 if part.startswith("</") else 1
            depth += step
            code += step if _OF_CODE.match(part) else 0


def _is_markup(text: str) -> bool:
    """Whether an escaped text is markup and nothing else, and resolving it loses no word."""
    said = resolved(text).strip()
    if not _BEGINS_WITH_TAG.match(said) or not said.endswith(">"):
        return False
    return bool(_SHOWING.match(said)) or ("</" in said and bool(word_list(plain(said))))


def _typed(text: str, kind: str) -> str:
    if kind in _HTML:
        return text
    if kind in _PLAIN or kind.startswith("text/"):
        return text.replace("&", "&amp;").replace("<", "&lt;")
    return ""  # a picture, a film, a document of another kind


def _unpacked(text: str) -> str:
    try:
        return base64.b64decode(text).decode(errors="replace")
    except (binascii.Error, ValueError):
        return ""


def _inner(element: etree._Element) -> str:
    """Tags and text within an element, as HTML."""
    parts = [html.escape(element.text or "", quote=False)]
    parts += [etree.tostring(child, encoding="unicode", with_tail=True) for child in element]
    return _PREFIX.sub(r"\1", _NAMESPACE.sub("", "".join(parts))).strip()
