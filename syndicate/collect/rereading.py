"""Reading recent articles' pages again, where a source says "always": feeds do not tell all edits.

    first reading ─ 15 min ─ 1 h ─ 3 h ─ 8 h ─ 24 h ─> no more
                       └─ what readers see differs ─> its entry looks changed, its source is due

A reading is one conditional request, under the lease of the source's domain, a second apart, and
never against robots.txt. What it finds is not stored here: the next poll reads feed and page by its
usual path, so nothing is decided twice.
"""

import asyncio
import datetime as dt
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from syndicate import logs
from syndicate.collect import polling, validators
from syndicate.collect.pages import EntriesWithPages, PageRead, PageSource
from syndicate.errors import BAD_ROW, SyndicateError, TemporaryError
from syndicate.fetch import Fetcher
from syndicate.reading import pool
from syndicate.reading.text import fingerprint
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.intake import article_pages, source_leases
from syndicate.store.intake.article_pages import ArticlePage
from syndicate.store.intake.source_leases import LeasedSource, Written
from syndicate.store.intake.sources import Source
from syndicate.vocabulary.sources import Pages

log = logs.get(__name__)

AFTER = tuple(dt.timedelta(minutes=minutes) for minutes in (15, 60, 180, 480, 1440))
RECENT = dt.timedelta(days=1)
SOURCES = 20  # in one call
PAGES = 8  # of one source in one call: well within its lease, a second apart
BUDGET_S = 30.0  # no further source is begun after it; the tick wakes the next call
_CHANGED = fingerprint("its page changed")


@dataclass
class _Learnt:
    """What the readings of one source learnt."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    over: list[int] = field(default_factory=list)


def watch(tx: Transaction, source: Source, pages: EntriesWithPages, now: dt.datetime) -> None:
    """Note the pages that a poll or a push has read; in the transaction that stores them."""
    if source.pages is not Pages.ALWAYS or not pages.reads:
        return
    recent = {
        each.stem: each.entry.link
        for each in pages.found
        if each.stem in pages.reads and now - (each.whole_entry.published or now) < RECENT
    }
    rows: dict[bytes, Mapping[str, Any]] = {
        stem: {
            "url": url,
            "since": now,
            "next_at": now + AFTER[0],
            **_validators(pages.reads[stem], now),
        }
        for stem, url in recent.items()
    }
    article_pages.watch(tx, source.id, rows)


def read_due(now: dt.datetime, *, should_stop: Callable[[], bool] = lambda: False) -> int:
    """Read pages again that are due. Safe to run twice, and at once.

    Args:
        now: aware UTC.
        should_stop: asked between sources.

    Returns:
        How many pages had changed.
    """
    with transaction() as tx:
        due = article_pages.due_sources(tx, now, limit=SOURCES)
    changed, until = 0, time.monotonic() + BUDGET_S
    for source_id in due:
        if should_stop() or time.monotonic() > until:
            break
        with transaction() as tx:
            leased = source_leases.lease(tx, now, limit=1, source_ids=[source_id])
            pages = article_pages.due_of(tx, source_id, now, limit=PAGES) if leased else []
        for held in leased:
            learnt = asyncio.run(_read(held, pages, now))
            with transaction() as tx:
                _settle(tx, held, learnt, now)
            changed += len(learnt.changed)
    return changed


def next_reading(since: dt.datetime, now: dt.datetime) -> dt.datetime | None:
    """When a page that was first read at `since` is read after `now`; None when no more."""
    return next((since + each for each in AFTER if since + each > now), None)


async def _read(held: LeasedSource, pages: Sequence[ArticlePage], now: dt.datetime) -> _Learnt:
    source, learnt = PageSource.of(held.source), _Learnt()
    readers = pool.readers()
    async with Fetcher(limit=1) as fetcher:
        for each in pages:
            if source.gap_s:
                await asyncio.sleep(source.gap_s)
            read: PageRead | None = None
            try:
                if source.robots is not None:
                    await source.robots.check(
                        each.url, fetcher=fetcher, allow=source.allow, now=now
                    )
                conditions = validators.if_changed(each.etag, each.last_modified)
                read = await source.read(each.url, conditions, fetcher, readers, now)
            except TemporaryError as error:
                log.info("page_not_read_again", source_id=source.source_id, reason=str(error))
                _put(learnt, each, None, now)
                break  # whoever cannot answer is not asked for the next page
            except SyndicateError as error:
                log.info("page_not_read_again", source_id=source.source_id, reason=str(error))
            except BAD_ROW:
                log.exception("page_not_read_again", source_id=source.source_id)
            _put(learnt, each, read, now)
    return learnt


def _put(learnt: _Learnt, each: ArticlePage, read: PageRead | None, now: dt.datetime) -> None:
    if read is not None and read.seen != each.seen:
        learnt.changed.append(each.carried_id)
    next_at = next_reading(each.since, now)
    if next_at is None:
        learnt.over.append(each.carried_id)
        return
    known = {"etag": each.etag, "last_modified": each.last_modified, "seen": each.seen}
    said = _validators(read, now) if read is not None else known
    learnt.rows.append({"carried_id": each.carried_id, "next_at": next_at, **said})


def _settle(tx: Transaction, held: LeasedSource, learnt: _Learnt, now: dt.datetime) -> None:
    article_pages.put(tx, learnt.rows)
    article_pages.forget(tx, learnt.over)
    values: dict[str, Any] = {"next_at": held.fetched.next_at}
    if learnt.changed:
        article_pages.mark_changed(tx, learnt.changed, _CHANGED)
        # The feed may be the same to the byte: it is read whole all the same.
        values = {"next_at": now, **polling.READ_ANEW}
    written = Written(held.source.id, held.fetched.epoch, values, held.source.state)
    source_leases.finish(tx, [written], now)
    gap = None if held.source.allow_origins else now + dt.timedelta(seconds=1)
    source_leases.release_hosts(tx, {held.source.domain: gap})


def _validators(read: PageRead, now: dt.datetime) -> dict[str, Any]:
    dates = [at for at in (read.page.published, read.page.updated) if at is not None]
    said = validators.believed(read.etag, read.last_modified, published=dates, now=now)
    return {"etag": said.etag, "last_modified": said.last_modified, "seen": read.seen}
