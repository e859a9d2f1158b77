"""Whether a document changes a whole feed at once: nobody rewrites all their headlines. Pure.

A text in the wrong encoding, another feed at the same address, a name of the site behind every
headline: taken as they are, each makes a change of every article, in feeds, apps and inboxes, and
the next document makes them all again. So a person looks at it first (`collect.holding`).

Another feed with identities of its own changes no article: all that it has is new. It is told by
its dates: a feed that turns over between two polls brings what was published since, and another one
what the source would have had before. A source that brings its stories days after their dates, all
at once, is measured by its own delay; one without dates cannot be told.
"""

import datetime as dt
from collections.abc import Sequence

from syndicate.articles.identity import Identified, KnownEntry
from syndicate.articles.moved import page_name
from syndicate.reading.text import is_article_url, word_list
from syndicate.store.editing.stored_articles import RecentEntry

# Fewer known stories are changed by hand within one poll, and a share of them as well.
LEAST_KNOWN = 5
SHARE = 0.8
# What a cache holds back, and what a source may that has brought nothing new yet.
_LEAST_DELAY, _UNKNOWN_DELAY = dt.timedelta(hours=2), dt.timedelta(hours=6)


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


def is_another(
    found: Sequence[Identified], recent: Sequence[RecentEntry], whole_at: dt.datetime | None
) -> bool:
    """Whether a document holds none of a source's stories, and most of what it holds is old.

    Args:
        found: its entries, none of which is known by its identity.
        recent: what the source brought last.
        whole_at: when a whole document of it came last; aware UTC.
    """
    if whole_at is None or min(len(found), len(recent)) < LEAST_KNOWN or _is_any(found, recent):
        return False
    before = whole_at - _usual_delay(recent)
    late = sum(each.entry.published is not None and each.entry.published < before for each in found)
    return late >= SHARE * len(found)


def _is_any(found: Sequence[Identified], recent: Sequence[RecentEntry]) -> bool:
    """Whether a document holds a story of its source under another identity."""
    titles = {tuple(word_list(each.title)) for each in recent if each.title}
    pages = {page_name(each.link) for each in recent if each.link and is_article_url(each.link)}
    return any(
        tuple(word_list(each.entry.title)) in titles
        or (each.entry.link is not None and page_name(each.entry.link) in pages)
        for each in found
    )


def _usual_delay(recent: Sequence[RecentEntry]) -> dt.timedelta:
    """How long after their dates nine of ten of a source's stories have come."""
    delays = sorted(each.delay for each in recent if each.delay is not None)
    return max(_LEAST_DELAY, delays[len(delays) * 9 // 10]) if delays else _UNKNOWN_DELAY


def _words(headline: str) -> list[str]:
    return [word for word in word_list(headline) if not word.isdigit()]
