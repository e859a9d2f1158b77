"""Whether a document changes a whole feed at once: nobody rewrites all their headlines. Pure.

A text in the wrong encoding, another feed at the same address, a name of the site behind every
headline: taken as they are, each makes a change of every article, in feeds, apps and inboxes, and
the next document makes them all again. So a person looks at it first (`collect.holding`).
"""

from collections.abc import Sequence

from syndicate.articles.identity import Identified, KnownEntry
from syndicate.reading.text import word_list

# Fewer known stories are changed by hand within one poll, and a share of them as well.
LEAST_KNOWN = 5
SHARE = 0.8


def changed_headlines(
    pairs: Sequence[tuple[Identified, KnownEntry | None]],
) -> list[tuple[str, str]]:
    """(before, now) of the headlines that a document changes; counters in them are no change."""
    return [
        (before.title, each.entry.title)
        for each, before in pairs
        if before is not None and before.title and _words(before.title) != _words(each.entry.title)
    ]


def is_one(pairs: Sequence[tuple[Identified, KnownEntry | None]]) -> bool:
    """Whether a document changes the headlines of (nearly) all its known stories.

    Args:
        pairs: its entries, each with what it was before; None when it is new.
    """
    known = sum(before is not None and bool(before.title) for _, before in pairs)
    return known >= LEAST_KNOWN and len(changed_headlines(pairs)) >= SHARE * known


def _words(headline: str) -> list[str]:
    return [word for word in word_list(headline) if not word.isdigit()]
