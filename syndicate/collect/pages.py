"""Asking for article pages, where a source says so; a page that fails never blocks its entry."""

import asyncio
import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from syndicate import logs, settings
from syndicate.collect.identity import Identified, with_full
from syndicate.collect.reading import Readers
from syndicate.collect.records import Page
from syndicate.collect.story import is_thin, may_fetch_page, with_page
from syndicate.errors import SyndicateError, TemporaryError
from syndicate.fetch import Fetcher, user_agent

log = logs.get(__name__)

MAX_PAGES = 50  # in one poll; at first connect the rest is backlog
MAX_PAGE_BYTES = 5_000_000
RETRY_FOR = dt.timedelta(days=1)
_OK = 200
_SERVER_ERROR = 500


@dataclass(frozen=True)
class Pages:
    """Entries with their pages read.

    Attributes:
        missing: stems of entries whose page did not answer and is worth asking again.
        featured: (teaser, url) pairs of the newest page that has a featured box.
    """

    found: Sequence[Identified]
    missing: frozenset[bytes] = frozenset()
    featured: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class PageSource:
    """What asking for a source's pages needs."""

    source_id: int
    pages: Literal["never", "thin", "always"]
    allow: tuple[str, ...]
    profile: dict[str, Any] | None
    gap_s: float

    async def ask(
        self,
        found: Sequence[Identified],
        wanted: Collection[bytes],
        *,
        fetcher: Fetcher,
        readers: Readers,
        now: dt.datetime,
    ) -> Pages:
        """Read the pages of entries.

        Args:
            found: the entries of a document.
            wanted: stems of those that are new or changed.
            fetcher: the door to other servers.
            readers: the parsing children.
            now: aware UTC.
        """
        asked = [each for each in found if each.stem in wanted and self._is_needed(each)]
        full: dict[int, Identified] = {}
        missing: set[bytes] = set()
        newest: tuple[dt.datetime, tuple[tuple[str, str], ...]] | None = None
        for number, each in enumerate(asked[:MAX_PAGES]):
            if number and self.gap_s:
                await asyncio.sleep(self.gap_s)
            try:
                page = await self._page(each, fetcher, readers, now)
            except TemporaryError:
                if _is_young(each, now):
                    missing.add(each.stem)
                continue
            except SyndicateError as error:
                log.info("page_failed", source_id=self.source_id, reason=str(error))
                continue
            if page is None:
                continue
            merged = with_page(each.entry, page, is_described=self.profile is not None)
            full[id(each)] = with_full(each, merged)
            picks = tuple((pick.teaser, pick.url) for pick in page.featured)
            moment = page.updated or page.published or now
            if picks and (newest is None or moment > newest[0]):
                newest = moment, picks
        return Pages(
            found=[full.get(id(each), each) for each in found],
            missing=frozenset(missing),
            featured=newest[1] if newest else (),
        )

    def _is_needed(self, each: Identified) -> bool:
        if not may_fetch_page(each.entry):
            return False
        return self.pages == "always" or is_thin(each.entry)

    async def _page(
        self, each: Identified, fetcher: Fetcher, readers: Readers, now: dt.datetime
    ) -> Page | None:
        """The page, or None when it is no page; raises TemporaryError when it may be one later."""
        url = each.entry.link or ""
        response = await fetcher.get(
            url,
            headers={
                "User-Agent": user_agent(settings.load().base_url(), source_id=self.source_id)
            },
            allow=self.allow,
            max_bytes=MAX_PAGE_BYTES,
        )
        if response.status >= _SERVER_ERROR:
            raise TemporaryError(f"{url} answered {response.status}.", url=url)
        kind = response.text("content-type").lower()
        if response.status != _OK or not (not kind or "html" in kind or "xml" in kind):
            return None
        return await asyncio.get_running_loop().run_in_executor(
            None,
            lambda: readers.page(
                response.body, url=response.url, content_type=kind, now=now, profile=self.profile
            ),
        )


def _is_young(each: Identified, now: dt.datetime) -> bool:
    said = each.entry.published or each.entry.updated
    return said is None or now - said < RETRY_FOR
