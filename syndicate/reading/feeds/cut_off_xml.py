"""A document that was cut off on its way: the entry at its end is there by half, and is left out.

Taken as it is, half an entry becomes an article with half a headline and without its address, and
stays when the whole one comes. A document that closes its feed is whole, however badly it is
written, but for one whose last entry stops within an element: that was cut, and a gateway closed
the feed. One that ends between two entries lacks what stood behind, and says no word of it.

Pure, and linear in the length: the text may be hostile.
"""

import re
from collections import Counter
from dataclasses import dataclass

from syndicate.reading.feeds.repair_xml import tags_alone
from syndicate.reading.feeds.straighten_xml import RICH, TEXTS
from syndicate.reading.records import MAX_SAID
from syndicate.reading.text import plain

_NAME = r"(?:[A-Za-z][\w.-]*:)?"
# Within these, tags are no tags; what is never closed reaches to the end.
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_ROOT = re.compile(rf"<(?![?!])({_NAME}([A-Za-z][\w.-]*))")
_TAG = re.compile(r"<(/?)([A-Za-z_][\w.:-]*+)([^<>]*+)(>?)")
# Elements of an entry that are closed wherever they are opened; markup within a text is not always.
_FIELDS = TEXTS | RICH | {"author", "lastmod", "loc"}
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
    tags = tags_alone(text)
    start = None
    for start in kind.start.finditer(tags):  # noqa: B007 - the last one counts
        pass
    root = _ROOT.search(tags)
    if start is None:
        return text, None if root is None or _is_closed(tags, root[1]) else ""
    if last := kind.last.search(tags, start.start()):
        if kind.end.search(tags, start.start(), last.start()) or not _stops(tags, start, last):
            return text, None
        half = text[start.start() : last.start()]
        return text[: start.start()].rstrip() + text[last.start() :], begins(half)
    if kind.end.search(tags, start.start()):
        is_all = root is None or root.start() == start.start() or _is_closed(tags, root[1])
        return text, None if is_all else ""
    name, local = (root[1], root[2].lower()) if root else ("", "")
    closing = f"</{name}>" if name else ""
    if local == "rss":
        closing = f"</channel>{closing}"
    return text[: start.start()].rstrip() + closing, begins(text[start.start() :])


def said(words: str) -> str:
    """How a document was broken of which an entry that begins so was left out; "" is none."""
    if words:
        return "cut off; the entry at its end, which is not whole, was left out"
    return "cut off behind an entry; what stood there is missing"


def begins(half: str) -> str:
    """The first words of half an entry, or of another document, for people."""
    said = _COMMENT.sub("", half[:MOST_READ].replace("<![CDATA[", ""))
    return plain(said)[:MAX_SAID] or NAMELESS


def _stops(tags: str, start: re.Match[str], last: re.Match[str]) -> bool:
    """Whether an entry that its feed closes stops within an element, as no entry before it does."""
    entry = start.re
    left = _left_open(tags[start.end() : last.start()])
    if not left:
        return False
    before = [each.end() for each in entry.finditer(tags, 0, start.start())]
    # Whoever never closes an element was not cut there.
    return not before or not left <= _left_open(tags[before[-1] : start.start()])


def _left_open(entry: str) -> set[str]:
    """The elements of an entry that it opens more often than it closes; "" is half a tag."""
    opened: Counter[str] = Counter()
    for slash, name, rest, end in _TAG.findall(entry):
        low = name.lower()
        if not end:
            opened[""] += 1
        elif slash:
            opened[low] -= 1
        elif not rest.rstrip().endswith("/") and (low in _FIELDS or ":" in low):
            opened[low] += 1
    return {name for name, times in opened.items() if times > 0}


def _is_closed(tags: str, root: str) -> bool:
    """Whether the root of a document is closed."""
    return f"</{root.lower()}" in tags.lower()
