"""The parts of a sitemap that an index names: asked for, read, and put together with it.

An index within an index is left out. A part that was cut off cuts its index off too: the next poll
asks for both again.
"""

import asyncio
import dataclasses
import datetime as dt
import functools
from collections.abc import Sequence
from http import HTTPStatus

from syndicate import settings
from syndicate.collect.documents import SourceDocument, of_sitemap
from syndicate.fetch import Fetcher, user_agent
from syndicate.reading.feeds.sitemap import MAX_ENTRIES
from syndicate.reading.pool import Readers
from syndicate.reading.records import Sitemap

MAX_PARTS = 5
Parts = Sequence[tuple[str, Sitemap]]  # with the address that each came from


async def parts_of(
    children: Sequence[str],
    fetcher: Fetcher,
    readers: Readers,
    *,
    allow: Sequence[str],
    now: dt.datetime,
) -> Parts:
    """The newest parts of a sitemap index, of those that answer."""
    found: list[tuple[str, Sitemap]] = []
    loop = asyncio.get_running_loop()
    headers = {"User-Agent": user_agent(settings.load().base_url())}
    for child in children[:MAX_PARTS]:
        answer = await fetcher.get(child, headers=headers, allow=allow)
        if answer.status == HTTPStatus.OK:
            read = functools.partial(readers.sitemap, answer.body, url=answer.url, now=now)
            found.append((child, await loop.run_in_executor(None, read)))
    return found


async def completed(
    document: SourceDocument,
    fetcher: Fetcher,
    readers: Readers,
    *,
    allow: Sequence[str],
    now: dt.datetime,
) -> SourceDocument:
    """A document with what its parts hold; as it was where it names none."""
    if not document.parts:
        return document
    return with_parts(
        document, await parts_of(document.parts, fetcher, readers, allow=allow, now=now)
    )


def with_parts(document: SourceDocument, parts: Parts) -> SourceDocument:
    """A sitemap index with the addresses of its parts, 1,000 at most, cut off where one is."""
    read = [of_sitemap(part, url) for url, part in parts]
    entries = (*document.entries, *(entry for each in read for entry in each.entries))
    return dataclasses.replace(
        document,
        entries=entries[:MAX_ENTRIES],
        notices=(*document.notices, *(notice for each in read for notice in each.notices)),
        is_cut_off=document.is_cut_off or any(each.is_cut_off for each in read),
    )
