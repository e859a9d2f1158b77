"""Who fetched which feed, noted in memory and written down every few seconds.

Writing a row per request would make the cheapest answer of the house the dearest. What a crash
loses is the last few seconds of a statistic.
"""

import asyncio
from dataclasses import replace
from functools import lru_cache

from starlette.concurrency import run_in_threadpool

from syndicate import clock, logs
from syndicate.errors import SyndicateError
from syndicate.feeds.watch import MOST, OTHERS, program
from syndicate.settings import load
from syndicate.store.ground.session import DatabaseDownError, transaction
from syndicate.store.syndication import consumers
from syndicate.store.syndication.consumers import Visit
from syndicate.vocabulary.feeds import FeedFormat

log = logs.get(__name__)

FLUSH_S = 5.0


class Visits:
    """What one web process saw since it last wrote."""

    def __init__(self) -> None:
        self._seen: dict[tuple[int, FeedFormat, str], Visit] = {}
        self._writing: asyncio.Task[None] | None = None

    def note(
        self, feed_id: int, form: FeedFormat, agent: str, token: str, *, status: int, etag: str
    ) -> None:
        """Note a visit; it is written within five seconds."""
        partner = _partner(token) if token else None
        client = f"partner:{partner}" if partner else program(agent)
        key = (feed_id, form, client)
        if key not in self._seen and len(self._seen) >= MOST:
            key = (feed_id, form, OTHERS)
        before = self._seen.get(key)
        if before is None:
            before = Visit(feed_id, form, key[2], partner, clock.now(), status, etag, 0)
        self._seen[key] = replace(
            before, at=clock.now(), status=status, etag=etag, requests=before.requests + 1
        )
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_soon())

    async def _write_soon(self) -> None:
        await asyncio.sleep(FLUSH_S)
        seen, self._seen, self._writing = self._seen, {}, None
        try:
            await run_in_threadpool(_write, list(seen.values()))
        except (SyndicateError, DatabaseDownError):
            log.warning("visits_lost", count=len(seen))


@lru_cache(maxsize=1024)
def _partner(token: str) -> int | None:
    return consumers.partner_of(load().key(), token)


def _write(visits: list[Visit]) -> None:
    with transaction() as tx:
        consumers.note(tx, visits)
