"""Headlines as people read them, out of what others write for one."""

import re

from syndicate.reading.clean import TAGS
from syndicate.reading.text import plain

LONGEST = 1_000  # signs of a title or heading that are looked at
# A headline speaks of other tags more often than it is made of them: "A guide to <head> elements".
_OF_HEADLINES = frozenset(TAGS) | {
    *("font", "center", "big", "tt", "nobr", "strike", "acronym", "script", "style", "template"),
    *("noscript", "svg", "math", "label", "section", "article", "header", "input", "button"),
}
_NAMED_ALONE = re.compile(r"<([A-Za-z][A-Za-z0-9]*)\s?/?>")
_CLOSED = re.compile(r"</([A-Za-z][A-Za-z0-9]*)\s?>")


def as_text(said: str) -> str:
    """HTML as a headline: plain text, in which a tag that no headline is made of is a word."""
    if "<" in said:
        tags = _OF_HEADLINES | {name.lower() for name in _CLOSED.findall(said)}
        said = _NAMED_ALONE.sub(
            lambda tag: tag[0] if tag[1].lower() in tags else f"&lt;{tag[0][1:]}", said
        )
    return plain(said)
