"""Reads what building a feed needs, and writes what was built: one transaction each.

    take (feed_documents) ─> ask ─┬─> rows ─> [built] ─> give_back ─┬─> the feed is done
                                  └──────── the next slice ─────────┘

`ask` reads what decides which pages must be built; `rows` what a slice of them is made of, some 15
MB of text at most; `give_back` writes the slice, makes it due to whoever is told, and with the last
one ends the work.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from syndicate import jobs
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import logos, publications
from syndicate.store.newsroom.logos import PublicationLogo
from syndicate.store.syndication import feed_documents, feed_entries, feed_rows, hub, hub_pings
from syndicate.store.syndication.feed_documents import Done, NewPage, Stored, Taken
from syndicate.store.syndication.feed_entries import EntryPage
from syndicate.store.syndication.feed_rows import EntryRow
from syndicate.vocabulary.articles import Channel
from syndicate.vocabulary.feeds import FeedFormat


@dataclass(frozen=True)
class DueFeed:
    """A feed as it should stand and as it is stored.

    Attributes:
        pages: every page it has now, page 0 first.
        stored: fingerprint of each stored page.
        before: page 0 as JSON Feed, where it was asked for.
        tombstones: (atom id, time) pairs for page 0.
        next_moment: when it changes next by itself, or None.
        is_first: whether its publication answers without a prefix.
        logo: of its publication, without its bytes, or None.
    """

    pages: Sequence[EntryPage]
    stored: Mapping[int, str]
    before: bytes | None
    tombstones: Sequence[tuple[str, dt.datetime]]
    next_moment: dt.datetime | None
    is_first: bool
    logo: PublicationLogo | None


@dataclass(frozen=True)
class PageRows:
    """What one page is built from.

    Attributes:
        page: its number and places.
        entries: what the feed says of each place, in order.
        stood: ids of the articles that stand on the stored page.
        stored: what is stored of it in each format.
        until: when the first right ends among its pictures, or None.
    """

    page: EntryPage
    entries: Sequence[EntryRow]
    stood: Collection[int]
    stored: Mapping[FeedFormat, Stored]
    until: dt.datetime | None


@dataclass(frozen=True)
class Made:
    """One slice as it was built.

    Attributes:
        pages: with their documents that differ.
        news: formats of page 0 that a hub's subscribers are told of.
        done: how the feed stands; None while slices are to come.
    """

    pages: Sequence[NewPage]
    news: Collection[FeedFormat]
    done: Done | None


def ask(tx: Transaction, taken: Taken, *, with_before: bool, now: dt.datetime) -> DueFeed:
    """Everything that decides which pages of a feed must be built.

    Args:
        tx: the open transaction.
        taken: the feed in hand.
        with_before: read page 0 as it is stored too.
        now: aware UTC.
    """
    feed = taken.feed
    layout = feed_entries.layout(tx, feed, Channel.PUBLIC_FEED, now=now)
    return DueFeed(
        pages=layout.pages,
        stored=feed_documents.fingerprints(tx, feed.id),
        before=feed_documents.body(tx, feed.id, FeedFormat.JSON) if with_before else None,
        tombstones=layout.tombstones,
        next_moment=layout.next_moment,
        is_first=publications.is_first(tx, feed.publication_id),
        logo=logos.of(tx, feed.publication_id),
    )


def rows(
    tx: Transaction, taken: Taken, pages: Sequence[EntryPage], *, now: dt.datetime
) -> list[PageRows]:
    """What some pages of a feed are built from, in their order."""
    numbers = [page.number for page in pages]
    places = {place for page in pages for place in page.places}
    entries = feed_rows.read(tx, places, Channel.PUBLIC_FEED, now=now)
    stored = feed_documents.stored(tx, taken.feed.id, numbers)
    stood = feed_documents.article_ids(tx, taken.feed.id, numbers)
    return [
        PageRows(
            page=page,
            entries=[entries[place] for place in page.places],
            stood=stood.get(page.number, ()),
            stored={form: was for (number, form), was in stored.items() if number == page.number},
            until=feed_entries.rights_end(tx, page.article_ids, now=now),
        )
        for page in pages
    ]


def give_back(
    tx: Transaction, taken: Taken, made: Made, *, is_hub_ours: bool, now: dt.datetime
) -> bool:
    """Write what was built; False, and nothing is written, when another took the feed since.

    Args:
        tx: the open transaction.
        taken: the feed in hand.
        made: of one slice.
        is_hub_ours: whether no outside hub is told.
        now: aware UTC.
    """
    if not feed_documents.write(tx, taken, made.pages):
        return False
    if made.news and _tell(tx, taken.feed.id, made.news, is_hub_ours=is_hub_ours, now=now):
        tx.hint(jobs.HUB)
    if made.done is not None:
        feed_documents.finish(tx, taken, made.done, now=now)
    return True


def _tell(
    tx: Transaction,
    feed_id: int,
    news: Collection[FeedFormat],
    *,
    is_hub_ours: bool,
    now: dt.datetime,
) -> bool:
    """Make page 0 due to the hub's subscribers, and to an outside hub, in the same commit."""
    is_due = hub.topic_changed(tx, feed_id, news, now=now)
    if is_hub_ours:
        return is_due
    hub_pings.mark(tx, feed_id, news, now=now)
    return True
