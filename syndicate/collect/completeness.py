"""The completeness check: does everything that a newsroom lists stand here, ten minutes later?"""

import asyncio
import datetime as dt
from collections.abc import Sequence
from http import HTTPStatus

from syndicate import logs, settings
from syndicate.collect.sitemap_parts import parts_of
from syndicate.errors import BAD_ROW, FetchError, SyndicateError
from syndicate.fetch import Fetcher, shown, user_agent
from syndicate.reading import pool
from syndicate.reading.pool import Readers
from syndicate.reading.records import SitemapEntry
from syndicate.reading.text import key_of, normal_url
from syndicate.store.ground.session import transaction
from syndicate.store.intake import completeness
from syndicate.store.intake.sources import Source

log = logs.get(__name__)

BATCH = 5
# A news sitemap holds two days, and what is older was compared before.
RECENT = dt.timedelta(days=2)


def compare_due(now: dt.datetime) -> int:
    """Compare what newsrooms list with what is stored. Safe to run twice.

    Returns:
        How many addresses were noticed as missing.
    """
    with transaction() as tx:
        due = completeness.take_due(tx, now, limit=BATCH)
    noticed = 0
    for source in due:
        try:
            entries = asyncio.run(_listed(source, now))
        except SyndicateError as error:
            log.info("list_not_compared", source_id=source.id, reason=str(error))
            continue
        except BAD_ROW:
            log.exception("list_not_compared", source_id=source.id)
            continue
        told = [
            (each.url, key_of(normal_url(each.url))) for each in entries if _is_recent(each, now)
        ]
        with transaction() as tx:
            noticed += len(completeness.compare(tx, source, told, now))
    return noticed


async def _listed(source: Source, now: dt.datetime) -> Sequence[SitemapEntry]:
    async with Fetcher(limit=1) as fetcher:
        return await read_sitemap(
            source.compare_url or "",
            fetcher,
            pool.readers(),
            allow=source.allow_origins,
            now=now,
        )


async def read_sitemap(
    url: str, fetcher: Fetcher, readers: Readers, *, allow: Sequence[str], now: dt.datetime
) -> list[SitemapEntry]:
    """The addresses of a sitemap, or of the newest parts of an index.

    Raises:
        SyndicateError: it cannot be fetched, or is no sitemap.
    """
    headers = {"User-Agent": user_agent(settings.load().base_url())}
    answer = await fetcher.get(url, headers=headers, allow=allow)
    if answer.status != HTTPStatus.OK:
        raise FetchError(f"{shown(url)} answered {answer.status}.", url=url)
    loop = asyncio.get_running_loop()
    found = await loop.run_in_executor(
        None, lambda: readers.sitemap(answer.body, url=answer.url, now=now)
    )
    parts = await parts_of(found.children, fetcher, readers, allow=allow, now=now)
    return [*found.entries, *(entry for _, part in parts for entry in part.entries)]


def _is_recent(each: SitemapEntry, now: dt.datetime) -> bool:
    moment = each.published or each.modified
    return moment is None or now - moment <= RECENT
