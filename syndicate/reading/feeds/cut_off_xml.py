"""A document that was cut off on its way: the entry at its end is there by half, and is left out.

Taken as it is, half an entry becomes an article with half a headline and without its address, and
stays when the whole one comes. A document that closes its feed is whole, however badly it is
written. One that ends between two entries lacks what stood behind, and says no word of it.

Pure, and linear in the length: the text may be hostile.
"""

import re
from dataclasses import dataclass

from syndicate.reading.records import MAX_SAID
from syndicate.reading.text import plain

_NAME = r"(?:[A-Za-z][\w.-]*:)?"
# Within these, tags are no tags; what is never closed reaches to the end.
_NO_TAGS = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_ROOT = re.compile(rf"<(?![?!])({_NAME}([A-Za-z][\w.-]*))")
MOST_READ = 2_000  # signs, of half an entry
NAMELESS = "nothing that can be read"


@dataclass(frozen=True)
class Kind:
    """How a kind of documents is told by its tags.

    Attributes:
        start: of an entry.
        end: of an entry; what is closed at once, too, is whole.
        last: the end of the whole, behind its last entry.
    """

    start: re.Pattern[str]
    end: re.Pattern[str]
    last: re.Pattern[str]


FEED = Kind(
    start=re.compile(rf"<{_NAME}(?:item|entry)(?=[\s>/])", re.IGNORECASE),
    end=re.compile(
        rf"</{_NAME}(?:item|entry)\s*+>|<{_NAME}(?:item|entry)(?:\s[^<>]*)?/>", re.IGNORECASE
    ),
    last=re.compile(rf"</{_NAME}(?:rss|feed|rdf|channel|items)\s*+>", re.IGNORECASE),
)
SITEMAP = Kind(
    start=re.compile(rf"<{_NAME}(?:url|sitemap)(?=[\s>/])", re.IGNORECASE),
    end=re.compile(
        rf"</{_NAME}(?:url|sitemap)\s*+>|<{_NAME}(?:url|sitemap)(?:\s[^<>]*)?/>", re.IGNORECASE
    ),
    last=re.compile(rf"</{_NAME}(?:urlset|sitemapindex)\s*+>", re.IGNORECASE),
)


def without_half_entry(text: str, *, kind: Kind = FEED) -> tuple[str, str | None]:
    """A document without the entry that its end cuts, closed; and the words that this begins with.

    Args:
        text: a document in XML that is not well-formed.
        kind: what its tags are called.

    Returns:
        (text, words); the text as it was and no words where it ends between two entries, and None
        in their place where it is whole.
    """
    tags = _NO_TAGS.sub(lambda found: " " * len(found[0]), text)
    start = None
    for start in kind.start.finditer(tags):  # noqa: B007 - the last one counts
        pass
    root = _ROOT.search(tags)
    if start is None:
        return text, None if root is None or _is_closed(tags, root[1]) else ""
    if kind.last.search(tags, start.start()):
        return text, None
    if kind.end.search(tags, start.start()):
        is_all = root is None or root.start() == start.start() or _is_closed(tags, root[1])
        return text, None if is_all else ""
    name, local = (root[1], root[2].lower()) if root else ("", "")
    closing = f"</{name}>" if name else ""
    if local == "rss":
        closing = f"</channel>{closing}"
    begins = _COMMENT.sub("", text[start.start() :][:MOST_READ].replace("<![CDATA[", ""))
    return text[: start.start()].rstrip() + closing, plain(begins)[:MAX_SAID] or NAMELESS


def said(words: str) -> str:
    """How a document was broken of which an entry that begins so was left out; "" is none."""
    if words:
        return "cut off; the entry at its end, which is not whole, was left out"
    return "cut off behind an entry; what stood there is missing"


def _is_closed(tags: str, root: str) -> bool:
    """Whether the root of a document is closed."""
    return f"</{root.lower()}" in tags.lower()
