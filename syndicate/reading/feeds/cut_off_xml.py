"""A feed that was cut off on its way: the entry at its end is there by half, and is left out.

Taken as it is, half an entry becomes an article with half a headline and without its address, and
stays when the whole one comes. A document that closes its feed is whole, however badly it is
written. Pure, and linear in the length: the text may be hostile.
"""

import re

from syndicate.reading.records import MAX_SAID
from syndicate.reading.text import plain

_NAME = r"(?:[A-Za-z][\w.-]*:)?"
_START = re.compile(rf"<{_NAME}(?:item|entry)(?=[\s>/])", re.IGNORECASE)
# What is closed at once, too, is whole.
_END = re.compile(
    rf"</{_NAME}(?:item|entry)\s*+>|<{_NAME}(?:item|entry)(?:\s[^<>]*)?/>", re.IGNORECASE
)
_FEED_END = re.compile(rf"</{_NAME}(?:rss|feed|rdf|channel)\s*+>", re.IGNORECASE)
# Within these, tags are no tags; what is never closed reaches to the end.
_NO_TAGS = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_ROOT = re.compile(rf"<(?![?!])({_NAME}[A-Za-z][\w.-]*)")
NAMELESS = "nothing that can be read"


def without_half_entry(text: str) -> tuple[str, str]:
    """A document without the entry that its end cuts, closed; and the words that this begins with.

    Args:
        text: a feed in XML that is not well-formed.

    Returns:
        (text, words); the text as it was and nothing where no entry is cut.
    """
    tags = _NO_TAGS.sub(lambda found: " " * len(found[0]), text)
    last = None
    for last in _START.finditer(tags):  # noqa: B007 - the last one counts
        pass
    if last is None or _END.search(tags, last.start()) or _FEED_END.search(tags, last.start()):
        return text, ""
    root = _ROOT.search(tags)
    name = root[1] if root else ""
    closing = f"</{name}>" if name else ""
    if name.lower() == "rss":
        closing = f"</channel>{closing}"
    begins = _COMMENT.sub("", text[last.start() :][:2_000].replace("<![CDATA[", ""))
    return text[: last.start()].rstrip() + closing, plain(begins)[:MAX_SAID] or NAMELESS
