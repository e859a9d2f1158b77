"""Formulas and drawings within HTML, as the words that they show.

MathML and SVG are no HTML: a cleaner that knows HTML alone takes them out with all that they say,
in the middle of a sentence. A formula says its signs, a drawing what is written in it. Pure, and
linear in the length: the text may be hostile.

Source: MathML (5.1: annotations repeat the formula); SVG (11: text).
"""

import re

from syndicate.reading.text import plain

_BEGIN = re.compile(r"<(?:[A-Za-z]+:)?(math|svg)(?=[\s>/])", re.IGNORECASE)
_MATH_END = re.compile(r"</(?:[A-Za-z]+:)?math\s*+>", re.IGNORECASE)
_SVG_END = re.compile(r"</(?:[A-Za-z]+:)?svg\s*+>", re.IGNORECASE)
_ANNOTATION = re.compile(r"<(?:[A-Za-z]+:)?annotation(?:-xml)?(?=[\s>])", re.IGNORECASE)
_ANNOTATION_END = re.compile(r"</(?:[A-Za-z]+:)?annotation(?:-xml)?\s*+>", re.IGNORECASE)
_TEXT = re.compile(r"<(?:[A-Za-z]+:)?text(?=[\s>])", re.IGNORECASE)
_TEXT_END = re.compile(r"</(?:[A-Za-z]+:)?text\s*+>", re.IGNORECASE)


def said(markup: str) -> str:
    """HTML with its formulas and drawings as text; one that is never closed stays as it is."""
    parts: list[str] = []
    at = 0
    while (begin := _BEGIN.search(markup, at)) is not None:
        name = begin[1].lower()
        opened = markup.find(">", begin.end())
        is_empty = opened != -1 and markup[opened - 1] == "/"
        ends = _SVG_END if name == "svg" else _MATH_END
        end = ends.search(markup, opened) if opened != -1 and not is_empty else None
        if end is None and not is_empty:
            break
        parts.append(markup[at : begin.start()])
        at = end.end() if end else opened + 1
        parts.append(_words(name, markup[opened + 1 : end.start()]) if end else "")
    return "".join([*parts, markup[at:]]) if parts else markup


def _words(name: str, inner: str) -> str:
    if name == "svg":
        shown = " ".join(filter(None, map(plain, _parted(inner, _TEXT, _TEXT_END)[0])))
    else:
        shown = plain("".join(_parted(inner, _ANNOTATION, _ANNOTATION_END)[1]))
    return shown.replace("&", "&amp;").replace("<", "&lt;")


def _parted(
    markup: str, begins: re.Pattern[str], ends: re.Pattern[str]
) -> tuple[list[str], list[str]]:
    """What stands in elements of a name, and what stands outside of them."""
    inside: list[str] = []
    outside: list[str] = []
    at = 0
    while (begin := begins.search(markup, at)) is not None:
        end = ends.search(markup, begin.end())
        opened = markup.find(">", begin.end())
        if end is None or opened == -1:
            break
        outside.append(markup[at : begin.start()])
        inside.append(markup[opened + 1 : end.start()])
        at = end.end()
    return inside, [*outside, markup[at:]]
