"""Collecting: lease what is due, fetch it side by side, read it in children, store it feed by feed.

Domains are asked side by side, the sources of one domain one after the other with a second between.
Nothing here decides: `polling` says what an answer means, `decide` what an entry changes.
"""

import asyncio
import contextlib
import datetime as dt
import functools
import hashlib
import random
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TypeVar

from syndicate import logs, settings
from syndicate.articles.identity import Identified, identify
from syndicate.articles.store_found import Stored
from syndicate.collect import holding, polling, storing
from syndicate.collect.documents import SourceDocument, read_document
from syndicate.collect.from_row import (
    answer_of,
    basis_of,
    place_of,
    polled_of,
    renew,
    tell_once,
    to_ask,
    write,
)
from syndicate.collect.holding import Judged
from syndicate.collect.pages import EntriesWithPages, PageSource
from syndicate.collect.polling import Answer, Content, Polled, Verdict
from syndicate.collect.release_buffer import Settling
from syndicate.collect.robots import check_source
from syndicate.collect.sitemap_parts import completed
from syndicate.collect.storing import Brought
from syndicate.errors import BAD_ROW, SyndicateError
from syndicate.fetch import Fetcher, Response, user_agent
from syndicate.newsroom.sources import unknown
from syndicate.reading import pool
from syndicate.store.ground.session import UnstorableError, transaction
from syndicate.store.intake import source_leases, sources
from syndicate.store.intake.source_leases import LeasedSource, Written
from syndicate.vocabulary.sources import Pages, SourceKind

log = logs.get(__name__)

GAP_S = 1.0  # between two requests to one domain
RENEW_S = 30.0
FLUSH_S = 0.2
BATCH_S = 60.0  # a task ends after about this long; the tick wakes the next
WAIT_FOR_OTHERS_S = 60.0
_STORE_THREADS = 4
_PART = 226  # RFC 3229: only what is new
_UNSTORABLE = "sends something that the database refuses"
_UNREADABLE = "cannot be read by this program; the log says why"
T = TypeVar("T")


@dataclass
class Collected:
    """What a run did; the sums of what its sources brought."""

    sources: int = 0
    fetched: int = 0
    unchanged: int = 0
    failed: int = 0
    articles: int = 0
    revisions: int = 0
    notices: list[str] = field(default_factory=list)


def collect_due(
    now: dt.datetime, *, limit: int = 200, should_stop: Callable[[], bool] = lambda: False
) -> Collected:
    """Collect from what is due, batch after batch, until nothing is or a minute has passed.

    Args:
        now: aware UTC.
        limit: domains in one batch.
        should_stop: asked between batches.

    Returns:
        What was done. Safe to run twice, at once and on many machines.
    """
    began = time.monotonic()
    total = Collected()
    while not should_stop() and time.monotonic() - began < BATCH_S:
        moment = now + dt.timedelta(seconds=time.monotonic() - began)
        with transaction() as tx:
            leased = source_leases.lease(tx, moment, limit=limit)
        if not leased:
            break
        _work(leased, moment, total)
    return total


def collect_now(source_ids: Sequence[int] | None, now: dt.datetime) -> Collected:
    """Collect from these sources, or from all that are not paused, whether or not they are due.

    Args:
        source_ids: which ones; None means all.
        now: aware UTC.

    Raises:
        NotFoundError: one of them does not exist.

    Returns:
        What was done. One that another worker has in its hands is waited for.
    """
    began = time.monotonic()
    waiting = _wanted(source_ids)
    total = Collected()
    while waiting and time.monotonic() - began < WAIT_FOR_OTHERS_S:
        moment = now + dt.timedelta(seconds=time.monotonic() - began)
        with transaction() as tx:
            leased = source_leases.lease(tx, moment, limit=len(waiting), source_ids=waiting)
        if leased:
            _work(leased, moment, total)
            waiting -= {each.source.id for each in leased}
        else:
            time.sleep(0.2)
    return total


def _wanted(source_ids: Sequence[int] | None) -> set[int]:
    with transaction() as tx:
        known = {row.id: row for row, _ in sources.listed(tx)}
    if source_ids is None:
        return {row.id for row in known.values() if row.is_asked}
    for source_id in source_ids:
        if source_id not in known:
            raise unknown(source_id)
    return set(source_ids)


def _work(leased: list[LeasedSource], now: dt.datetime, total: Collected) -> None:
    asyncio.run(_Run(leased, now, total).work())


class _Run:
    """One batch of leased sources."""

    def __init__(self, leased: list[LeasedSource], now: dt.datetime, total: Collected) -> None:
        self._leased = leased
        self._start, self._began = now, time.monotonic()
        self._total = total
        self._slots = asyncio.Semaphore(settings.load().collect_concurrency)
        self._open = {each.source.id: each for each in leased}
        self._settling = Settling()
        self._rest: dict[str, dt.datetime] = {}
        self._is_done = asyncio.Event()
        self._random = random.Random()  # noqa: S311 - jitter, not a secret

    def _now(self) -> dt.datetime:
        return self._start + dt.timedelta(seconds=time.monotonic() - self._began)

    async def work(self) -> None:
        """Collect from every source of the batch, whatever happens to any of them."""
        self._readers = pool.readers()
        publication_ids = {each.source.publication_id for each in self._leased}
        with transaction() as tx:
            self._sections = source_leases.sections_by_word(tx, publication_ids)
        by_domain = defaultdict(list)
        for each in self._leased:
            by_domain[each.source.domain].append(each)
        with (
            ThreadPoolExecutor(self._readers.count) as self._reading,
            ThreadPoolExecutor(_STORE_THREADS) as self._storing,
        ):
            async with Fetcher(limit=settings.load().collect_concurrency) as self._fetcher:
                renewing = asyncio.create_task(self._renew())
                flushing = asyncio.create_task(self._flush())
                done = await asyncio.gather(
                    *(self._domain(name, each) for name, each in by_domain.items()),
                    return_exceptions=True,
                )
                renewing.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await renewing
                self._is_done.set()  # not cancelled: what it was writing would be lost
                await flushing
        failures = [each for each in done if isinstance(each, BaseException)]
        if failures:
            raise failures[0]

    async def _domain(self, domain: str, leased: list[LeasedSource]) -> None:
        """The sources of one domain, one after the other."""
        is_own = any(each.source.allow_origins for each in leased)
        try:
            for number, each in enumerate(leased):
                if number and not is_own:
                    await asyncio.sleep(GAP_S)
                async with self._slots:
                    await self._source(each)
                if domain in self._rest:
                    break  # the host asked for rest: its other sources wait too
        finally:
            left = [each for each in leased if each.source.id in self._open]
            for each in left:
                del self._open[each.source.id]
            self._settling.left += [(each.source.id, each.fetched.epoch) for each in left]
            gap = None if is_own else self._now() + dt.timedelta(seconds=GAP_S)
            self._settling.hosts[domain] = self._rest.get(domain, gap)

    async def _source(self, leased: LeasedSource) -> None:
        """Fetch one source and store what it brings."""
        self._total.sources += 1
        polled = polled_of(leased)
        basis = basis_of(leased)
        now = self._now()
        headers = {
            "User-Agent": user_agent(settings.load().base_url(), source_id=leased.source.id),
            "A-IM": "feed",
            **polling.conditions(polled, basis=basis, now=now),
        }
        try:
            await check_source(leased.source, self._fetcher, now)
            response = await self._fetcher.get(
                leased.source.url, headers=headers, allow=leased.source.allow_origins
            )
            await self._answered(leased, polled, response, basis)
        except SyndicateError as error:
            await self._failed(leased, polled, str(error))
        except UnstorableError as error:
            # The error itself quotes the document, embargoed or not.
            await self._failed(leased, polled, f"{_UNSTORABLE} ({type(error).__name__})")
        except BAD_ROW as error:  # of its own row, or a document that nobody thought of
            log.exception("source_not_read", source_id=leased.source.id)
            await self._failed(leased, polled, f"{_UNREADABLE} ({type(error).__name__})")

    async def _failed(self, leased: LeasedSource, polled: Polled, reason: str) -> None:
        self._total.failed += 1
        log.info("source_failed", source_id=leased.source.id, reason=reason)
        verdict = polling.failed(polled, reason, now=self._now(), chance=self._chance())
        await self._finish(leased, verdict)

    async def _answered(
        self, leased: LeasedSource, polled: Polled, response: Response, basis: str
    ) -> None:
        answer = answer_of(response)
        now, chance = self._now(), self._chance()
        if answer.status >= HTTPStatus.BAD_REQUEST:
            self._total.failed += 1
            await self._finish(leased, polling.refused(polled, answer, now=now, chance=chance))
            return
        self._total.fetched += 1
        body_hash = hashlib.sha256(response.body).digest()
        is_same = body_hash == polled.body_hash and (polled.basis or "").startswith(basis)
        if answer.status == HTTPStatus.NOT_MODIFIED or is_same:
            self._total.unchanged += 1
            verdict = polling.unchanged(polled, answer, now=now, chance=chance)
            if verdict.notices or verdict.url:
                await self._finish(leased, verdict)
            else:
                self._open.pop(leased.source.id, None)
                self._settling.unchanged.append(self._written(leased, verdict))
            return
        document = await self._read(leased, response)
        content = Content(
            basis=basis,
            body_hash=None if answer.status == _PART else body_hash,
            published=[each.published for each in document.entries if each.published],
            ttl_s=document.ttl_s,
            is_incomplete=document.is_cut_off,
            is_cut_off=document.is_cut_off,
        )
        await self._changed(leased, document, answer, content)

    async def _changed(
        self, leased: LeasedSource, document: SourceDocument, answer: Answer, content: Content
    ) -> None:
        """Store a new document, unless a person has to look at it first."""
        polled, found = polled_of(leased), identify(document.entries)
        now, chance = self._now(), self._chance()
        judged = await self._in_store(lambda: holding.judge(leased, found, content))
        if judged.what is not Judged.TAKEN:
            await self._in_store(lambda: holding.ask_hub(leased, judged, document.hub, now))
            verdict = polling.changed(polled, answer, content, now=now, chance=chance)
            await self._finish(leased, holding.left(leased, judged, verdict, now))
            return
        pages = await self._pages(leased, found)
        is_incomplete = content.is_incomplete or bool(pages.missing)
        content = replace(content, is_incomplete=is_incomplete)
        verdict = polling.changed(polled, answer, content, now=now, chance=chance)
        is_part = content.body_hash is None or document.is_cut_off
        place = place_of(leased, self._sections, whole=None if is_part else found)
        brought = Brought(place, pages, document)
        await self._keep(leased, brought, holding.taken(leased, verdict))

    async def _keep(self, leased: LeasedSource, brought: Brought, verdict: Verdict) -> None:
        """Store what a source brought."""
        said = (*verdict.notices, *brought.document.notices)
        written = self._written(leased, verdict, [(each.kind, each.message) for each in said])
        stored = await self._in_store(lambda: storing.store(leased, brought, written, self._now()))
        self._count(leased, stored, written)

    async def _read(self, leased: LeasedSource, response: Response) -> SourceDocument:
        source, now = leased.source, self._now()
        read = functools.partial(
            read_document,
            self._readers,
            source.kind,
            response,
            profile=source.profile,
            now=now,
        )
        document = await asyncio.get_running_loop().run_in_executor(self._reading, read)
        return await completed(
            document, self._fetcher, self._readers, allow=source.allow_origins, now=now
        )

    async def _pages(self, leased: LeasedSource, found: list[Identified]) -> EntriesWithPages:
        """The entries with their pages read, where the source says so."""
        source = PageSource.of(leased.source)
        is_article = leased.source.kind is SourceKind.PAGE and "links" not in (source.profile or {})
        if source.pages is Pages.NEVER or is_article:
            return EntriesWithPages(found)
        wanted = await self._in_store(lambda: to_ask(leased.source.id, found))
        pages = await source.ask(
            found, wanted, fetcher=self._fetcher, readers=self._readers, now=self._now()
        )
        for kind, said in pages.notices:
            now = self._now()
            tell = functools.partial(tell_once, leased.source.id, kind, said, now=now)
            await self._in_store(tell)
        return pages

    def _count(self, leased: LeasedSource, stored: Stored, written: Written) -> None:
        self._open.pop(leased.source.id, None)
        self._settling.has_news |= stored.has_news
        self._total.articles += stored.articles
        self._total.revisions += stored.revisions
        self._total.notices += [message for _, message in written.notices]

    async def _finish(self, leased: LeasedSource, verdict: Verdict) -> None:
        written = self._written(leased, verdict)
        if verdict.host_until is not None:
            self._rest[leased.source.domain] = verdict.host_until
        await self._in_store(lambda: write([written], self._now()))
        self._open.pop(leased.source.id, None)
        self._total.notices += [each.message for each in verdict.notices]

    def _written(
        self,
        leased: LeasedSource,
        verdict: Verdict,
        notices: Sequence[tuple[str, str]] | None = None,
    ) -> Written:
        said = [(each.kind, each.message) for each in verdict.notices]
        return Written(
            source_id=leased.source.id,
            epoch=leased.fetched.epoch,
            values=verdict.values,
            state=verdict.state,
            notices=tuple(said if notices is None else notices),
            url=verdict.url,
        )

    async def _renew(self) -> None:
        """Keep the leases of what is not done yet."""
        while True:
            await asyncio.sleep(RENEW_S)
            held = [
                (each.source.id, each.fetched.epoch, each.source.domain)
                for each in self._open.values()
            ]
            await self._in_store(functools.partial(renew, held, self._now()))

    async def _flush(self) -> None:
        """Write what did not change in a few statements, a moment later."""
        while not self._is_done.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._is_done.wait(), FLUSH_S)
            await self._settle()
        await self._settle()  # what came while the last one was written

    async def _settle(self) -> None:
        waiting = self._settling.take()
        await self._in_store(lambda: waiting.write(self._now()))

    async def _in_store(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._storing, work)

    def _chance(self) -> float:
        return self._random.random()
