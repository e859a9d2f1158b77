"""Print: an article for paper, where a link is worth nothing unless its address is there too."""

import re
from dataclasses import dataclass

from lxml import etree, html

# What no tree of lxml holds; a row of old code or a hand may.
_ILLEGAL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Printed:
    """An article's text for paper.

    Attributes:
        body_html: the text with a number behind each link.
        addresses: where those links lead, in the order of their numbers.
    """

    body_html: str
    addresses: tuple[str, ...]


def for_paper(body_html: str) -> Printed:
    """Number the links of a cleaned text.

    Args:
        body_html: as `reading.clean` left it.

    Returns:
        The text with `<sup>` numbers, and the addresses; the same address keeps its number.
    """
    if not body_html.strip():
        return Printed("", ())
    legal = _ILLEGAL.sub("", body_html)
    root = html.fragment_fromstring(legal, create_parent="div")
    numbers: dict[str, int] = {}
    for link in root.iter("a"):
        address = link.get("href", "")
        if address.startswith(("http://", "https://")):
            _number(link, numbers.setdefault(address, len(numbers) + 1))
    inner = etree.tostring(root, encoding="unicode", method="html")
    return Printed(inner.removeprefix("<div>").removesuffix("</div>"), tuple(numbers))


def _number(link: html.HtmlElement, number: int) -> None:
    mark = etree.SubElement(link, "sup")
    mark.text = f"[{number}]"
