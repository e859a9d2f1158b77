"""What is wrong with the HTML part of a mail: for readers of any program, and of none that sees.

Source: docs/facts/mail.md#html-in-mail; HTML 4.2, 4.9; WCAG 2.2, 1.1.1, 1.3.1, 2.4.4, 3.1.1.
"""

import itertools
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from lxml import html
from lxml.html import HtmlElement

from syndicate.characters import defused
from syndicate.render import mail_css
from syndicate.render.email import MAX_HTML_BYTES

# Gmail drops a style element that is longer.
MAX_STYLE_BYTES = 8_192
_ACTIVE = ("script", "form", "input", "iframe", "object", "embed", "video", "audio", "svg", "link")
_SCHEMES = frozenset({"https", "http", "mailto"})
_NUMBER = re.compile(r"[1-9]\d{0,3}")
LANGUAGE = re.compile(r"[a-zA-Z]{2,8}(?:-[a-zA-Z0-9]{1,8})*")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def faults(page: str) -> Iterator[str]:
    """What is wrong with a page, each in a few words; nothing where it is right."""
    size = len(page.encode())
    if size > MAX_HTML_BYTES:
        yield f"it has {size} bytes of HTML, and is cut off at {MAX_HTML_BYTES}"
    if not page.lower().startswith("<!doctype html>"):
        yield "it begins with no doctype, so programs show it in their oldest way"
    if defused(page) != page:
        yield "a character turns the words beside it around"
    document = html.document_fromstring(page)
    for check in (_head, _tables, _headings, _links, _pictures, _active, _styles):
        yield from check(document)


def _head(page: HtmlElement) -> Iterator[str]:
    if LANGUAGE.fullmatch(page.get("lang", "")) is None:
        yield "its root has no lang"
    if page.get("dir") not in {"ltr", "rtl"}:
        yield "its root has no dir"
    if not (page.findtext(".//title") or "").strip():
        yield "it has no title"
    if not page.xpath("//meta[@charset='utf-8']"):
        yield "it does not say that it is UTF-8"
    if not page.xpath("//meta[@name='viewport']"):
        yield "it does not say that it fits a phone"


def _tables(page: HtmlElement) -> Iterator[str]:
    for table in page.iter("table"):
        if table.get("role") != "presentation":
            yield "a table is read aloud as one of data"


def _headings(page: HtmlElement) -> Iterator[str]:
    levels = [int(str(each.tag)[1]) for each in page.iter(*_HEADINGS)]
    if levels.count(1) != 1 or levels[0] != 1:
        yield "it does not begin with its one heading of the first level"
    if any(after - before > 1 for before, after in itertools.pairwise(levels)):
        yield "a heading leaves a level out"


def _links(page: HtmlElement) -> Iterator[str]:
    for link in page.iter("a"):
        words = link.text_content() + "".join(image.get("alt", "") for image in link.iter("img"))
        if not words.strip():
            yield "a link has no words"
        yield from _address(link.get("href", ""), _SCHEMES)


def _pictures(page: HtmlElement) -> Iterator[str]:
    for image in page.iter("img"):
        if image.get("alt") is None:
            yield "a picture has no alternative text, not even an empty one"
        # A height may be unknown; what is said of it is a number, or programs make one up.
        for name, otherwise in (("width", ""), ("height", "1")):
            if _NUMBER.fullmatch(image.get(name, otherwise)) is None:
                yield f"a picture does not say its {name} in a number"
        yield from _address(image.get("src", ""), _SCHEMES - {"mailto"})


def _address(address: str, schemes: frozenset[str]) -> Iterator[str]:
    try:
        parts = urlsplit(address)
    except ValueError:
        yield "an address is none"
        return
    if parts.scheme not in schemes:
        yield f"an address is of the scheme {parts.scheme or 'none'}"
    if "@" in parts.netloc:
        yield "an address holds a name or password before its host"
    if not address.isascii() or re.search(r"[\x00-\x20<>\"]", address):
        yield "an address holds what an address writes in per cent"


def _active(page: HtmlElement) -> Iterator[str]:
    for element in page.iter(*_ACTIVE):
        yield f"no program shows {element.tag!s}"
    for element in page.iter("*"):
        for name in element.attrib:
            if str(name).lower().startswith("on"):
                yield f"no program runs {name}"


def _styles(page: HtmlElement) -> Iterator[str]:
    for sheet in page.iter("style"):
        text = sheet.text_content()
        if len(text.encode()) > MAX_STYLE_BYTES:
            yield f"a style element is over {MAX_STYLE_BYTES} bytes"
        yield from mail_css.of_sheet(text)
    for element in page.iter("*"):
        yield from mail_css.of_style(element.get("style", ""), element)
