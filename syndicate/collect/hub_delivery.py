"""Storing what hubs pushed, at once: the body is the topic, and the poll stays the backup.

    delivery ─> source_push ─> leased with its source ─> stored as a poll's document is ─> deleted
                                        └─ no feed of this topic, or one that
                                           a person must look at ─> the source is due now

The source is leased, so no poll stores an older document over a newer one meanwhile; a push that
waited while a poll read the whole feed is dropped. Validators stay those of the poll.
"""

import asyncio
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from syndicate import logs
from syndicate.articles import store_apart, store_found
from syndicate.articles.identity import Identified, identify
from syndicate.articles.store_apart import OF_AN_ENTRY
from syndicate.collect import holding, polling, rereading, websub
from syndicate.collect.documents import of_feed, zone_of
from syndicate.collect.from_row import SourceLostError, basis_of, place_of, to_ask
from syndicate.collect.holding import Judged
from syndicate.collect.pages import PAGE_GAP_S, EntriesWithPages, PageSource
from syndicate.collect.polling import Content
from syndicate.collect.storing import told
from syndicate.errors import BAD_ROW, NotAFeedError, SyndicateError
from syndicate.fetch import Fetcher
from syndicate.reading import pool
from syndicate.reading.text import normal_url
from syndicate.store.editing import outbox
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.intake import pushes, source_leases
from syndicate.store.intake.pushes import HubPush
from syndicate.store.intake.source_leases import LeasedSource, Written
from syndicate.vocabulary.sources import Pages, SourceState

log = logs.get(__name__)

BATCH = 10
PAGE_LATER = dt.timedelta(minutes=5)


@dataclass(frozen=True)
class _Read:
    """What a push holds; nothing when it must be asked for instead.

    Attributes:
        notices: what operators should know of it: (kind, message) pairs.
        is_cut_off: its end is still to come.
    """

    pages: EntriesWithPages | None
    reason: str = ""
    notices: tuple[tuple[str, str], ...] = ()
    is_cut_off: bool = False


def store_due(now: dt.datetime, *, should_stop: Callable[[], bool] = lambda: False) -> int:
    """Store what hubs pushed and nobody has read yet. Safe to run twice, and at once.

    Args:
        now: aware UTC.
        should_stop: asked between pushes; what is left is taken up after its lease.

    Returns:
        How many were stored.
    """
    with transaction() as tx:
        taken = pushes.take_due(tx, now, limit=BATCH)
    stored = 0
    for each in taken:
        if should_stop():
            break
        try:
            stored += _take(each, now)
        except SourceLostError as error:
            log.info("push_left", source_id=each.source_id, reason=str(error))
    return stored


def _take(each: HubPush, now: dt.datetime) -> bool:
    with transaction() as tx:
        leased = source_leases.lease(tx, now, limit=1, source_ids=[each.source_id])
        if not leased:
            pushes.put_off(tx, each.id, now)
            return False
    [held] = leased
    read = _Read(None, _unfit(each, held))
    if not read.reason:
        try:
            read = asyncio.run(_read(each, held, now))
        except SyndicateError as error:
            read = _Read(None, str(error))
        except BAD_ROW as error:
            log.exception("push_not_read", source_id=each.source_id)
            read = _Read(None, type(error).__name__)
    if read.pages is None:
        log.info("push_not_stored", source_id=each.source_id, reason=read.reason)
    is_stored = _stored(each, held, read, now)
    with transaction() as tx:
        outbox.pass_on(tx, now)
    return is_stored


def _stored(each: HubPush, held: LeasedSource, read: _Read, now: dt.datetime) -> bool:
    """Whether anything of a push could be stored; if not, its source is due now."""
    try:
        _settled(each, held, read, now, is_apart=False)
    except OF_AN_ENTRY:
        log.warning("push_not_stored_whole", source_id=each.source_id, exc_info=True)
    else:
        return read.pages is not None
    try:
        _settled(each, held, read, now, is_apart=True)
    except OF_AN_ENTRY as error:  # all of it: the poll fails by it too, and says so
        log.warning("push_not_stored", source_id=each.source_id, reason=type(error).__name__)
        _settled(each, held, _Read(None), now, is_apart=False)
        return False
    return True


def _settled(
    each: HubPush, held: LeasedSource, read: _Read, now: dt.datetime, *, is_apart: bool
) -> None:
    with transaction() as tx:
        _settle(tx, each, held, read, now, is_apart=is_apart)


def _unfit(each: HubPush, held: LeasedSource) -> str:
    """Why a push is not stored as it is; empty when it may be."""
    if held.source.state in SourceState.resting():
        return "its source is not collected from"
    if held.fetched.connected_at is None:
        return "its source was never read whole"  # what is old then is told by the poll
    if held.fetched.full_at is not None and held.fetched.full_at >= each.at:
        return "a poll has read the whole feed since"
    if each.attempts > pushes.MAX_ATTEMPTS:
        return "workers died over it"
    if held.fetched.held_at is not None:
        return "a document of its source waits for a person"
    return ""


async def _read(each: HubPush, held: LeasedSource, now: dt.datetime) -> _Read:
    """The entries of a push, with the pages that its source reads.

    Raises:
        SyndicateError: it is no feed of this topic.
    """
    readers = pool.readers()
    feed = await asyncio.to_thread(
        readers.feed,
        each.body,
        url=each.topic,
        content_type=each.content_type,
        now=now,
        zone=zone_of(held.source.profile),
    )
    if feed.self_url and normal_url(feed.self_url) != normal_url(each.topic):
        raise NotAFeedError(f"A push for {each.topic} holds another feed.", url=each.topic)
    document = of_feed(feed, each.topic)
    found = identify(document.entries)
    judged = await asyncio.to_thread(holding.judge, held, found, Content(basis_of(held)))
    if judged.what is not Judged.TAKEN:
        return _Read(None, "it changes its whole feed at once")
    notices = tuple((notice.kind, notice.message) for notice in document.notices)
    pages = await _with_pages(each, held, found, now)
    return _Read(pages, notices=notices, is_cut_off=document.is_cut_off)


async def _with_pages(
    each: HubPush, held: LeasedSource, found: list[Identified], now: dt.datetime
) -> EntriesWithPages:
    source = PageSource.of(held.source)
    if source.pages is Pages.NEVER:
        return EntriesWithPages(found)
    wanted = await asyncio.to_thread(to_ask, each.source_id, found)
    if wanted and source.gap_s:
        await asyncio.sleep(PAGE_GAP_S)  # the poll before may have ended just now
    async with Fetcher(limit=1) as fetcher:
        return await source.ask(found, wanted, fetcher=fetcher, readers=pool.readers(), now=now)


def _settle(
    tx: Transaction,
    each: HubPush,
    held: LeasedSource,
    read: _Read,
    now: dt.datetime,
    *,
    is_apart: bool,
) -> None:
    source, pages, notices = held.source, read.pages, read.notices
    values: dict[str, Any] = {"next_at": held.fetched.next_at}
    if pages is not None:
        sections = source_leases.sections_by_word(tx, [source.publication_id])
        place = place_of(held, sections)
        if is_apart:
            _, left_out = store_apart.store(tx, place, pages.found, now=now, missing=pages.missing)
            notices = (*notices, *told(source.name, left_out))
        else:
            store_found.store(tx, place, pages.found, now=now, missing=pages.missing)
        rereading.watch(tx, source, pages, now)
        websub.score_push(tx, source.id, now)
        if pages.missing or read.is_cut_off:
            later = min(held.fetched.next_at, now + PAGE_LATER)
            values = {"next_at": later, **polling.READ_ANEW}
    elif source.state not in SourceState.resting():
        values["next_at"] = now
    pushes.drop(tx, each.id)
    written = Written(source.id, held.fetched.epoch, values, source.state, notices)
    if not source_leases.finish(tx, [written], now):
        raise SourceLostError(source.id)
    source_leases.release_hosts(tx, {source.domain: None})
