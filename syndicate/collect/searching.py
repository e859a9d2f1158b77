"""Looking through a site for its stories, by one pair of connections.

Which place comes after which is drawn in `discovery`. A page of which nobody gave us the address
is asked for only where robots.txt lets us; feeds and sitemaps are there to be read by programs.
"""

import asyncio
import datetime as dt
import functools
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import TypeVar

from syndicate import logs
from syndicate.collect import discovery
from syndicate.collect.discovery import Choice, Looked, Material
from syndicate.collect.documents import of_feed, of_page, of_sitemap
from syndicate.collect.robots import robots
from syndicate.collect.sitemap_parts import completed
from syndicate.errors import FetchError, NotAFeedError, RobotsError, SyndicateError, TemporaryError
from syndicate.fetch import Fetcher, Response, shown, user_agent
from syndicate.reading.pool import Readers
from syndicate.reading.records import Entry, Listing, NamedFeed
from syndicate.vocabulary.sources import Lead, SourceKind

log = logs.get(__name__)
T = TypeVar("T")

_PERMANENT = frozenset({301, 308})
_GONE = frozenset({404, 410})


class Search:
    """One look at a site.

    Args:
        fetcher: the door to other servers.
        readers: the parsing children.
        allow: in-house servers that Syndicate may connect to.
        base_url: our own address, told to the publisher.
        now: aware UTC.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        readers: Readers,
        allow: tuple[str, ...],
        base_url: str,
        now: dt.datetime,
    ) -> None:
        self.fetcher = fetcher
        self.readers = readers
        self.allow = allow
        self._headers = {"User-Agent": user_agent(base_url)}
        self.now = now
        self._notes: list[str] = []

    async def look(self, addresses: Sequence[str]) -> Looked:
        """Where addresses that somebody means lead.

        Args:
            addresses: those that somebody can mean, in the order to try them.

        Raises:
            SyndicateError: as `finding.find`.
        """
        answer = await self._first(addresses)
        url = _kept(answer, addresses)
        if (feed := await self._as_feed(answer, NamedFeed(url))) is not None:
            return Looked(url, Lead.FEED, [feed], self._notes)
        if (sitemap := await self._as_sitemap(answer, url)) is not None:
            if not sitemap.entries:
                raise discovery.nothing(shown(url))
            return Looked(url, Lead.SITEMAP, [sitemap], self._notes)
        return await self._by_page(answer, url)

    async def _by_page(self, answer: Response, url: str) -> Looked:
        listing = await self._listing(answer)
        named = await self._named(answer, listing)
        if named and named[0].entries:
            return Looked(url, Lead.NAMED, named, self._notes)
        if (usual := await self._usual(answer.url)) is not None:
            return Looked(url, Lead.USUAL, [usual], self._notes)
        sitemap, is_news = await self._sitemap(answer.url)
        if sitemap is not None and is_news:
            return Looked(url, Lead.SITEMAP, [sitemap], self._notes)
        if (own := await self._own(answer, listing, url)) is not None:
            if sitemap is not None and own[0] is Lead.ARTICLE:
                own = (Lead.SITEMAP, sitemap)
            return Looked(url, own[0], [own[1]], self._notes)
        rest = [sitemap] if sitemap is not None else named
        if not rest:
            raise discovery.nothing(shown(url), self._notes)
        return Looked(url, Lead.SITEMAP if sitemap else Lead.NAMED, rest, self._notes)

    async def _named(self, answer: Response, listing: Listing) -> list[Material]:
        """The feeds that a page names; else those that the home page of its site names."""
        feeds = discovery.feeds_of(listing.feeds, answer.url)
        home = discovery.home_of(answer.url)
        if not feeds and home is not None and await self._may_read(home):
            front = await self._get(home)
            if front is not None:
                feeds = discovery.feeds_of((await self._listing(front)).feeds, home)
        found = [await self._feed(each) for each in feeds]
        return discovery.best_first([each for each in found if each is not None])

    async def _usual(self, url: str) -> Material | None:
        """The first feed with stories that lies in a usual place."""
        for place in discovery.feed_places(url):
            found = await self._feed(NamedFeed(place))
            if found is not None and found.entries:
                return found
        return None

    async def _sitemap(self, url: str) -> tuple[Material | None, bool]:
        """The first sitemap that names stories, and True; else the first that lists pages."""
        named = await robots().sitemaps(url, fetcher=self.fetcher, allow=self.allow, now=self.now)
        plain: Material | None = None
        for place in discovery.sitemaps_of(url, named):
            answer = await self._get(place)
            found = await self._as_sitemap(answer, place) if answer is not None else None
            if found is None:
                continue
            if any(each.title for each in found.entries):
                return found, True
            if plain is None and discovery.is_list(found.entries):
                plain = found
        return plain, False

    async def _own(
        self, answer: Response, listing: Listing, url: str
    ) -> tuple[Lead, Material] | None:
        """The page itself as a source: of the stories that it lists, or of the one that it is."""
        if not await self._may_read(answer.url):
            return None
        if listing.selector is not None:
            profile = {"links": listing.selector}
            entries = tuple(Entry(title="", link=each.url) for each in listing.stories)
            choice = Choice(SourceKind.PAGE, url, listing.title, len(entries), profile=profile)
            return Lead.LIST, Material(choice, entries)
        read = functools.partial(
            self.readers.page,
            answer.body,
            url=answer.url,
            content_type=answer.text("content-type"),
            now=self.now,
            profile=None,
        )
        page = await _in_thread(read)
        try:
            document = of_page(page)
        except NotAFeedError:
            return None
        if not discovery.is_article(document.entries[0], answer.url):
            return None
        newest = discovery.newest_of(document.entries)
        choice = Choice(SourceKind.PAGE, url, listing.title, 1, newest)
        return Lead.ARTICLE, Material(choice, document.entries)

    async def _may_read(self, url: str) -> bool:
        """Whether a page may be read that is no feed; a refusal is told."""
        if self.allow:
            return True
        try:
            await robots().check(url, fetcher=self.fetcher, allow=self.allow, now=self.now)
        except (RobotsError, TemporaryError) as error:
            self._notes.append(str(error))
            return False
        return True

    async def _feed(self, named: NamedFeed) -> Material | None:
        answer = await self._get(named.url)
        return await self._as_feed(answer, named) if answer is not None else None

    async def _as_feed(self, answer: Response, named: NamedFeed) -> Material | None:
        read = functools.partial(
            self.readers.feed,
            answer.body,
            url=answer.url,
            content_type=answer.text("content-type"),
            now=self.now,
        )
        try:
            feed = await _in_thread(read)
        except NotAFeedError:
            return None
        entries = of_feed(feed, answer.url).entries
        choice = Choice(
            SourceKind.FEED,
            named.url,
            feed.title or named.title,
            len(entries),
            discovery.newest_of(entries),
        )
        return Material(choice, entries)

    async def _as_sitemap(self, answer: Response, url: str) -> Material | None:
        read = functools.partial(self.readers.sitemap, answer.body, url=answer.url, now=self.now)
        try:
            document = of_sitemap(await _in_thread(read), answer.url)
        except NotAFeedError:
            return None
        document = await completed(
            document, self.fetcher, self.readers, allow=self.allow, now=self.now
        )
        entries = document.entries
        newest = discovery.newest_of(entries)
        return Material(Choice(SourceKind.SITEMAP, url, "", len(entries), newest), entries)

    async def _listing(self, answer: Response) -> Listing:
        read = functools.partial(
            self.readers.listing,
            answer.body,
            url=answer.url,
            content_type=answer.text("content-type"),
            now=self.now,
        )
        return await _in_thread(read)

    async def _get(self, url: str) -> Response | None:
        """What lies at an address that nobody pasted; None where nothing does."""
        try:
            answer = await self.fetcher.get(url, headers=self._headers, allow=self.allow)
        except SyndicateError as error:
            log.info("place_without_answer", reason=str(error))
            return None
        return answer if answer.status == HTTPStatus.OK else None

    async def _first(self, addresses: Sequence[str]) -> Response:
        """What lies at the first of the addresses that answers."""
        for address in addresses[:-1]:
            try:
                return await self._asked(address)
            except FetchError as error:
                log.info("place_without_answer", reason=str(error))
        return await self._asked(addresses[-1])

    async def _asked(self, address: str) -> Response:
        answer = await self.fetcher.get(address, headers=self._headers, allow=self.allow)
        if answer.status < HTTPStatus.BAD_REQUEST:
            return answer
        is_missing = answer.status in _GONE
        next_ = "check its spelling" if is_missing else "ask the site's owner, or try again later"
        raise FetchError(
            f"{shown(address)} answered {answer.status}: "
            f"{'there is nothing there' if is_missing else 'it does not let us read it'}; {next_}.",
            url=address,
        )


def _kept(answer: Response, addresses: Sequence[str]) -> str:
    """The address to keep: where permanent redirects led; else as it was asked for."""
    if all(hop.status in _PERMANENT for hop in answer.hops):
        return answer.url
    asked = {each.partition("://")[0]: each for each in addresses}
    return asked.get(answer.url.partition("://")[0], addresses[0])


async def _in_thread(read: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(None, read)
