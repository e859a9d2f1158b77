"""Markdown of our own documents into HTML; the one module that knows markdown-it.

Headings get the names that their text gives them, so that a link `#after-a-restore` written for a
repository's viewer leads to the same place here. HTML in a document is ours, and stays.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

# A link as it stands, and what it becomes; None takes it away and leaves its words.
Relink = Callable[[str], str | None]
_UNNAMED = re.compile(r"[^\w\- ]")
_SOURCES = re.compile(r'\b(src|srcset)="([^"]+)"')
_LISTED = 3  # headings beyond the third level are not listed


@dataclass(frozen=True)
class Heading:
    """A heading, for the list of what is on a page."""

    level: int
    name: str
    text: str


@dataclass(frozen=True)
class Written:
    """A document as HTML, and its headings of the second and third level."""

    html: str
    headings: tuple[Heading, ...]


def write(markdown: str, relink: Relink) -> Written:
    """Turn a document into HTML.

    Args:
        markdown: of ours.
        relink: says where each link and picture leads.
    """
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    tokens = parser.parse(markdown)
    headings: list[Heading] = []
    names: dict[str, int] = {}
    for token, after in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "heading_open" and after is not None:
            text = _plain(after)
            level = int(token.tag[1])
            name = _unique(named(text), names)
            token.attrSet("id", name)
            if 1 < level <= _LISTED:
                headings.append(Heading(level, name, text))
        elif token.type == "table_open":
            token.attrSet("class", "listing")
        elif token.children:
            token.children = list(_relinked(token.children, relink))
    html = parser.renderer.render(tokens, parser.options, {})
    framed = '<div class="scroll" tabindex="0" role="region" aria-label="Table"><table'
    html = html.replace("<table", framed).replace("</table>", "</table></div>")
    # What can be scrolled sideways must be reachable with the keyboard.
    html = html.replace("<pre>", '<pre tabindex="0">')
    return Written(html, tuple(headings))


def named(text: str) -> str:
    """The name that a heading's text gives it: "After a restore" is "after-a-restore"."""
    return _UNNAMED.sub("", text.strip().lower()).replace(" ", "-")


def _unique(name: str, names: dict[str, int]) -> str:
    number = names.get(name, 0)
    names[name] = number + 1
    return f"{name}-{number}" if number else name


def _plain(token: Token) -> str:
    return "".join(each.content for each in token.children or () if each.content)


def _relinked(tokens: list[Token], relink: Relink) -> list[Token]:
    """The same pieces with their links turned; those that lead nowhere are taken away."""
    kept: list[Token] = []
    taken = False
    for token in tokens:
        if token.type == "link_open":
            href = relink(str(token.attrGet("href")))
            taken = href is None
            if href is None:
                continue
            token.attrSet("href", href)
        elif token.type == "link_close" and taken:
            taken = False
            continue
        elif token.type == "html_inline":
            token.content = _SOURCES.sub(
                lambda found: f'{found[1]}="{relink(found[2]) or ""}"', token.content
            )
        kept.append(token)
    return kept
