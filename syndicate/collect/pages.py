"""Asking for article pages, where a source says so; a page that fails never blocks its entry.

Where a publisher's robots.txt does not let us read a page, its entry stays as the feed gave it.
"""

import asyncio
import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Self

from syndicate import logs, settings, uris
from syndicate.articles.identity import Identified, with_full
from syndicate.articles.story import is_thin, may_fetch_page, with_page
from syndicate.collect.robots import Robots, obeys, robots
from syndicate.errors import RobotsError, SyndicateError, TemporaryError
from syndicate.fetch import Fetcher, shown, user_agent
from syndicate.reading.pages.profile import describes_pages
from syndicate.reading.pages.size import MOST_ELEMENTS
from syndicate.reading.pool import Readers
from syndicate.reading.records import ParsedPage
from syndicate.store.intake.sources import Source
from syndicate.vocabulary.sources import Pages

log = logs.get(__name__)

MAX_PAGES = 50  # in one poll; at first connect the rest is backlog
PAGE_GAP_S = 1.0  # between two pages of one publisher
MAX_PAGE_BYTES = 5_000_000
RETRY_FOR = dt.timedelta(days=1)


@dataclass(frozen=True)
class EntriesWithPages:
    """Entries with their pages read.

    Attributes:
        missing: stems of entries whose page did not answer and is worth asking again.
        featured: (teaser, url) pairs of the newest page that has a featured box.
        refused: what to tell operators, where robots.txt refused pages.
        too_large: what to tell them, where the text of a page is too large to be read.
        reads: the pages as they were read, by stem of their entries.
    """

    found: Sequence[Identified]
    missing: frozenset[bytes] = frozenset()
    featured: tuple[tuple[str, str], ...] = ()
    refused: str | None = None
    too_large: str | None = None
    reads: Mapping[bytes, "PageRead"] = field(default_factory=dict)

    @property
    def notices(self) -> list[tuple[str, str]]:
        """What to tell operators, once: (kind, message) pairs."""
        said = (("robots", self.refused), ("page_size", self.too_large))
        return [(kind, message) for kind, message in said if message is not None]


@dataclass(frozen=True)
class PageRead:
    """One page, and what a conditional request for it needs; header values byte for byte."""

    page: ParsedPage
    etag: bytes | None
    last_modified: bytes | None

    @property
    def seen(self) -> bytes:
        """The fingerprint of what readers see of it."""
        return self.page.words.hash(None)


@dataclass(frozen=True)
class PageSource:
    """What asking for a source's pages needs.

    Attributes:
        source_id: None of one that is only looked at.
        robots: None where nobody's rules are asked.
        address: of the source; a name and a password in it open its pages too.
    """

    source_id: int | None
    pages: Pages
    allow: tuple[str, ...]
    profile: dict[str, Any] | None
    gap_s: float
    robots: Robots | None = None
    address: str = ""

    @classmethod
    def of(cls, source: Source) -> Self:
        """What the pages of a source need."""
        return cls(
            source_id=source.id,
            pages=source.pages,
            allow=tuple(source.allow_origins),
            profile=source.profile,
            gap_s=0.0 if source.allow_origins else PAGE_GAP_S,
            robots=robots() if obeys(source) else None,
            address=source.url,
        )

    async def ask(
        self,
        found: Sequence[Identified],
        wanted: Collection[bytes],
        *,
        fetcher: Fetcher,
        readers: Readers,
        now: dt.datetime,
    ) -> EntriesWithPages:
        """Read the pages of entries.

        Args:
            found: the entries of a document.
            wanted: stems of those that are new or changed.
            fetcher: the door to other servers.
            readers: the parsing children.
            now: aware UTC.
        """
        needed = [each for each in found if each.stem in wanted and self._is_needed(each)]
        asked, missing, refused = await self._permitted(needed[:MAX_PAGES], fetcher, now)
        full: dict[int, Identified] = {}
        reads: dict[bytes, PageRead] = {}
        for number, each in enumerate(asked):
            if number and self.gap_s:
                await asyncio.sleep(self.gap_s)
            try:
                read = await self.read(each.entry.link or "", {}, fetcher, readers, now)
            except TemporaryError:
                if _is_young(each, now):
                    missing.add(each.stem)
                continue
            except SyndicateError as error:
                log.info("page_failed", source_id=self.source_id, reason=str(error))
                continue
            if read is None:
                continue
            reads[each.stem] = read
            merged = with_page(each.entry, read.page, is_described=describes_pages(self.profile))
            full[id(each)] = with_full(each, merged)
        return EntriesWithPages(
            found=[full.get(id(each), each) for each in found],
            missing=frozenset(missing),
            featured=_featured([each.page for each in reads.values()], now),
            refused=refused,
            too_large=_too_large([each.page for each in reads.values()]),
            reads=reads,
        )

    async def _permitted(
        self, asked: Sequence[Identified], fetcher: Fetcher, now: dt.datetime
    ) -> tuple[list[Identified], set[bytes], str | None]:
        """Those whose hosts let us read them, stems of those to ask for later, and why not all."""
        if self.robots is None:
            return list(asked), set(), None
        permitted: list[Identified] = []
        missing: set[bytes] = set()
        refused: str | None = None
        for each in asked:
            try:
                await self.robots.check(
                    each.entry.link or "", fetcher=fetcher, allow=self.allow, now=now
                )
            except RobotsError as error:
                refused = refused or str(error)
            except TemporaryError:
                missing |= {each.stem} if _is_young(each, now) else set()
            else:
                permitted.append(each)
        return permitted, missing, refused

    def _is_needed(self, each: Identified) -> bool:
        if not may_fetch_page(each.entry):
            return False
        return self.pages is Pages.ALWAYS or is_thin(each.entry)

    async def read(
        self,
        url: str,
        conditions: Mapping[str, str | bytes],
        fetcher: Fetcher,
        readers: Readers,
        now: dt.datetime,
    ) -> PageRead | None:
        """Ask for one page.

        Returns:
            None when it is no page, or is as the conditions say.

        Raises:
            TemporaryError: it may be one later.
            SyndicateError: as `Fetcher.get`.
        """
        agent = user_agent(settings.load().base_url(), source_id=self.source_id)
        response = await fetcher.get(
            uris.with_user_of(self.address, url),
            headers={"User-Agent": agent, **conditions},
            allow=self.allow,
            max_bytes=MAX_PAGE_BYTES,
        )
        is_busy = response.status == HTTPStatus.TOO_MANY_REQUESTS
        if is_busy or response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise TemporaryError(f"{url} answered {response.status}.", url=url)
        kind = response.text("content-type").lower()
        if response.status != HTTPStatus.OK or not (not kind or "html" in kind or "xml" in kind):
            return None
        page = await asyncio.get_running_loop().run_in_executor(
            None,
            lambda: readers.page(
                response.body,
                url=uris.without_user(response.url),
                content_type=kind,
                now=now,
                profile=self.profile,
            ),
        )
        headers = response.headers
        return PageRead(page, headers.get("etag"), headers.get("last-modified"))


def _too_large(pages: Sequence[ParsedPage]) -> str | None:
    """What to tell of the first page whose text is too large to be read."""
    first = next((page for page in pages if page.is_too_large), None)
    if first is None:
        return None
    return (
        f"{shown(first.url)} has more than {MOST_ELEMENTS:,} elements, and its text is not read: "
        "it stays as the feed gives it, with the page's headline, date and authors. Give the "
        "source a profile whose body names the place of the text."
    )


def _featured(pages: Sequence[ParsedPage], now: dt.datetime) -> tuple[tuple[str, str], ...]:
    """The featured box of the newest page that has one."""
    boxed = [page for page in pages if page.featured]
    newest = max(boxed, key=lambda page: page.updated or page.published or now, default=None)
    return tuple((pick.teaser, pick.url) for pick in newest.featured) if newest else ()


def _is_young(each: Identified, now: dt.datetime) -> bool:
    said = each.entry.published or each.entry.updated
    return said is None or now - said < RETRY_FOR
