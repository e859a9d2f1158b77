"""The text of an article out of a page that nobody described to us, by trafilatura."""

import copy
from typing import TYPE_CHECKING, cast

import trafilatura
from lxml import etree

from syndicate.reading.clean import clean
from syndicate.reading.pages.own_elements import without_others
from syndicate.reading.pages.profile import headings, plain_head
from syndicate.reading.text import plain

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# trafilatura's own names for parts of a text, and what they are in HTML.
_TAGS = {
    "p": "p",
    "head": "h2",
    "list": "ul",
    "item": "li",
    "quote": "blockquote",
    "code": "pre",
    "hi": "strong",
    "ref": "a",
    "lb": "br",
    "table": "table",
    "row": "tr",
    "cell": "td",
    "del": "del",
    "ab": "p",
}
_MARKS = {"#b": "strong", "#i": "em", "#u": "u", "#sub": "sub", "#sup": "sup", "#t": "code"}
_MUCH_MORE = 1.3  # times a text: more than a caption or two
_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})


def body_of(root: etree._Element, *, url: str, told: str = "", is_paid: bool = False) -> str:
    """The body as cleaned HTML with its cross-headings, empty when there is none.

    The library is asked for what is surely the article's. Where that is much less than the page's
    machine-readable part tells, it is asked again for all that may be.

    Args:
        root: the page; it is not changed.
        url: address of the page.
        told: the text that the page's JSON-LD holds: a measure, which is never taken for the body.
        is_paid: whether readers pay for the article: then what is surely seen is all.
    """
    sure = _found(root, url, is_strict=True)
    length = len(plain(sure))
    if is_paid or length * _MUCH_MORE >= len(told):
        return sure
    all_of_it = _found(root, url, is_strict=False)
    is_article = length * _MUCH_MORE < len(plain(all_of_it)) <= len(told) * _MUCH_MORE
    return all_of_it if is_article else sure


def _found(root: etree._Element, url: str, *, is_strict: bool) -> str:
    page = copy.deepcopy(root)
    without_others(page)
    found = trafilatura.bare_extraction(
        cast("HtmlElement", page),
        url=url,
        favor_precision=is_strict,
        include_comments=False,
        include_tables=True,
        include_formatting=True,
        include_links=False,
        with_metadata=False,
    )
    body = getattr(found, "body", None)
    if body is None:
        return ""
    for element in body.iter(tag=etree.Element):
        _as_html(element)
    headings(body)
    markup = plain_head(body) + "".join(
        etree.tostring(child, encoding="unicode", method="html") for child in body
    )
    return clean(markup, base=url) if plain(markup) else ""


def _as_html(element: etree._Element) -> None:
    tag = str(element.tag)
    rend = element.get("rend", "")
    if tag == "hi":
        element.tag = _MARKS.get(rend, "strong")
    elif tag == "head":
        element.tag = rend if rend in _HEADINGS else "h2"
    elif tag == "list":
        element.tag = "ol" if rend == "ol" else "ul"
    elif tag == "ref":
        element.tag = "a"
        href = element.get("target")
        element.attrib.clear()
        if href:
            element.set("href", href)
        return
    else:
        element.tag = _TAGS.get(tag, "span")
    element.attrib.clear()
