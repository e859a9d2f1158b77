"""Text as a feed may carry it: no character that XML forbids, no address that only works at home.

One article with a stray control character must not take a whole feed down (notes B4).
"""

import re
from functools import lru_cache
from html import escape
from urllib.parse import urljoin

from lxml import html as lxml_html

# XML 1.0 2.2 Char: everything but C0 controls (except tab, LF, CR), surrogates, U+FFFE and U+FFFF.
# C1 controls are legal there, but no reader shows them and validators warn.
_ILLEGAL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_SPACE = re.compile(r"\s+")
# An attribute that holds an address which does not begin with a scheme, in what nh3 wrote.
_RELATIVE = re.compile(r"""\s(?:href|src|poster|cite|srcset)="(?!https?://|mailto:|tel:)[^"]""")
_IMAGE = re.compile(r"<img\b", re.IGNORECASE)
_ADDRESSES = ("href", "src", "poster", "cite")


def legal(text: str) -> str:
    """The text without characters that XML forbids."""
    return _ILLEGAL.sub("", text)


def one_line(text: str) -> str:
    """The text without forbidden characters, on one line, trimmed."""
    return _SPACE.sub(" ", legal(text)).strip()


def escaped(text: str) -> str:
    """The text as HTML that shows it."""
    return escape(one_line(text), quote=False)


@lru_cache(maxsize=2048)
def body(source: str, base: str, forbidden: frozenset[str]) -> str:
    """An article's HTML for a feed: absolute addresses, no picture without the right.

    Args:
        source: HTML as `collect.clean` wrote it.
        base: address that relative ones are relative to.
        forbidden: addresses of pictures that may not be shown in this channel.
    """
    clean = legal(source)
    if not clean.strip():
        return ""
    has_pictures = forbidden and _IMAGE.search(clean)
    if not has_pictures and not _RELATIVE.search(clean):
        return clean
    root = lxml_html.fragment_fromstring(clean, create_parent="div")
    _make_absolute(root, base)
    if forbidden:
        _drop_pictures(root, forbidden)
    inner = escape(root.text or "", quote=False)
    return inner + "".join(lxml_html.tostring(child, encoding="unicode") for child in root)


def directed(content: str, *, direction: str, language: str) -> str:
    """HTML inside an element that says which way it runs, for readers that would guess wrong."""
    if direction != "rtl":
        return content
    return f'<div dir="rtl" lang="{escape(language)}">{content}</div>'


def _make_absolute(root: lxml_html.HtmlElement, base: str) -> None:
    for element in root.iter():
        for name in _ADDRESSES:
            value = element.get(name)
            if value is not None:
                element.set(name, urljoin(base, value.strip()))
        # A list of candidates; the plain src stands beside it.
        element.attrib.pop("srcset", None)


def _drop_pictures(root: lxml_html.HtmlElement, forbidden: frozenset[str]) -> None:
    """Take out pictures, and with each the figure that holds its caption."""
    for image in list(root.iter("img", "source", "video")):
        if {image.get("src"), image.get("poster")} & forbidden:
            figure = next(image.iterancestors("figure"), image)
            if figure.getparent() is not None:
                figure.drop_tree()
