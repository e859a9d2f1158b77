"""Which CSS mail programs know, as far as our mails use it; each row is a numbered fact.

A property that stands in no row was never looked up, and is a fault. What a program does not know
is allowed where the mail is right without it: a corner that is not round, a colour scheme that is
the light one. A value that some program takes for something else is not.

Source: docs/facts/mail.md#css-by-program.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from lxml.html import HtmlElement


class Program(StrEnum):
    """What readers read mail with."""

    GMAIL = "Gmail"
    OUTLOOK = "Outlook for Windows"
    OUTLOOK_WEB = "Outlook.com"
    APPLE = "Apple Mail"
    YAHOO = "Yahoo Mail"
    SAMSUNG = "Samsung Email"


@dataclass(frozen=True)
class Support:
    """What is known of a property.

    Attributes:
        fact: its number on the page of facts.
        values: what every program takes it for; None for any.
        elements: where every program takes it; none for anywhere.
        lost_in: programs that leave it out, and show the mail as well without it.
    """

    fact: int
    values: re.Pattern[str] | None = None
    elements: frozenset[str] = frozenset()
    lost_in: frozenset[Program] = frozenset()


_LENGTHS = re.compile(r"\d{1,3}(?:px)?(?: \d{1,3}(?:px)?){0,3}")
_SIZE = re.compile(r"\d{1,4}px|100%|auto")
_COLOUR = re.compile(r"#[0-9a-f]{3,8}|[a-z]{3,20}", re.IGNORECASE)
_BORDER = re.compile(r"0|[0-8]px (?:solid|dashed|dotted) #[0-9a-f]{3,8}", re.IGNORECASE)
_WORD = frozenset({Program.OUTLOOK})
_CELLS = frozenset({"td", "th"})

PROPERTIES: Mapping[str, Support] = {
    "color": Support(1, _COLOUR),
    "background": Support(2, _COLOUR),
    "background-color": Support(2, _COLOUR),
    "font-family": Support(3),
    "font-size": Support(4, re.compile(r"\d{1,3}px")),
    "font-weight": Support(4, re.compile(r"normal|bold")),
    "line-height": Support(5, re.compile(r"\d{1,3}px")),
    "text-align": Support(6, re.compile(r"left|right|center|justify")),
    "text-decoration": Support(7, re.compile(r"none|underline|line-through")),
    "vertical-align": Support(6, re.compile(r"top|middle|bottom|baseline")),
    "padding": Support(8, _LENGTHS, _CELLS),
    "padding-left": Support(8, _LENGTHS, _CELLS),
    "padding-right": Support(8, _LENGTHS, _CELLS),
    "padding-top": Support(8, _LENGTHS, _CELLS),
    "padding-bottom": Support(8, _LENGTHS, _CELLS),
    "margin": Support(9, _LENGTHS),
    "border": Support(10, _BORDER, _CELLS | {"img"}),
    "border-top": Support(10, _BORDER, _CELLS),
    "border-bottom": Support(10, _BORDER, _CELLS),
    "border-top-color": Support(10, _COLOUR),
    "border-bottom-color": Support(10, _COLOUR),
    "border-radius": Support(11, re.compile(r"\d{1,3}px"), lost_in=_WORD),
    "width": Support(12, _SIZE),
    "max-width": Support(12, re.compile(r"\d{1,4}px|100%"), lost_in=_WORD),
    "height": Support(13, _SIZE),
    "display": Support(14, re.compile(r"block|inline-block|none"), lost_in=_WORD),
    "table-layout": Support(15, re.compile(r"fixed|auto"), lost_in=_WORD),
    "overflow-wrap": Support(
        16,
        re.compile(r"break-word|anywhere"),
        lost_in=frozenset(Program) - {Program.SAMSUNG, Program.APPLE},
    ),
    "word-wrap": Support(16, re.compile(r"break-word"), lost_in=_WORD),
    "word-break": Support(
        16, re.compile(r"break-word|break-all|normal"), lost_in=frozenset({Program.YAHOO})
    ),
    "mso-padding-alt": Support(17, _LENGTHS, _CELLS, frozenset(Program) - {Program.OUTLOOK}),
}
# What a style sheet may ask of the window it is shown in (facts 18 and 19).
MEDIA = re.compile(r"\((?:max-width: ?\d{1,4}px|prefers-color-scheme: ?dark)\)")
# Outlook.com marks what it has darkened by attributes of its own (fact 19).
_ATTRIBUTES = re.compile(r"\[data-ogs[cb]\]")
# One word of a selector: an element, classes, or an element of classes.
_WORD_OF_SELECTOR = re.compile(r"(?:[a-z][a-z0-9]{0,20})?(?:\.[a-z][a-z0-9-]{0,60}){0,4}")


def of_sheet(sheet: str) -> list[str]:
    """What is wrong with a style sheet that goes along, each in a few words."""
    first, *rest = sheet.split("/*")
    plain = first + "".join(each.partition("*/")[2] for each in rest)
    found = []
    for block in plain.split("}"):
        *outer, declared = block.split("{")
        *queries, selectors = outer or [declared]
        asked = [each.strip() for each in queries]
        found += [
            f"{each} is known to few programs"
            for each in asked
            if MEDIA.fullmatch(each.removeprefix("@media ")) is None
        ]
        found += [
            f"{each.strip()} is known to few programs"
            for each in selectors.split(",")
            if not _is_selector(each)
        ]
        found += of_style(declared, None) if outer else []
    return found


def _is_selector(selector: str) -> bool:
    words = _ATTRIBUTES.sub("", selector).split()
    return all(_WORD_OF_SELECTOR.fullmatch(word) for word in words)


def of_style(style: str, element: HtmlElement | None) -> list[str]:
    """What is wrong with an element's style, or with one rule of a sheet.

    Args:
        style: declarations, with semicolons between them.
        element: whose; None for a rule, whose elements are unknown.
    """
    found = []
    for declaration in style.split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if name:
            found += _of_declaration(name, value.removesuffix(" !important"), element)
    return found


def _of_declaration(name: str, value: str, element: HtmlElement | None) -> list[str]:
    known = PROPERTIES.get(name)
    if known is None:
        return [f"nobody has looked up which programs know {name}"]
    if known.values is not None and known.values.fullmatch(value) is None:
        return [f"{name}: {value} is not the same in every program"]
    if element is None or not known.elements or element.tag in known.elements:
        return []
    return [] if _is_given_by_cell(name, value, element) else [f"{name} on {element.tag!s} is lost"]


def _is_given_by_cell(name: str, value: str, element: HtmlElement) -> bool:
    """Whether Outlook takes a link's padding from its cell (fact 17), or there is none to lose."""
    if not re.search(r"[1-9]", value):
        return True
    cell = element.getparent()
    declared = (
        each.partition(":") for each in ("" if cell is None else cell.get("style", "")).split(";")
    )
    given = {known.strip(): told.strip() for known, _, told in declared}
    return name == "padding" and given.get("mso-padding-alt") == value
