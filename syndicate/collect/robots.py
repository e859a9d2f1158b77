"""What a publisher's robots.txt lets us read: article pages, never feeds, sitemaps or hubs.

A feed is published to be fetched by programs; a page is not, so its host is asked first and its
word is kept for a day. The operator's own servers, named by IP:port, are not asked unless the
source says so (docs/sources.md).

Source: RFC 9309.
"""

import dataclasses
import datetime as dt
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

from protego import Protego

from syndicate import settings
from syndicate.errors import OversizeError, RobotsError, SyndicateError, TemporaryError
from syndicate.fetch import SUCCESS, Fetcher, Response, shown, user_agent
from syndicate.store.intake.sources import Source
from syndicate.vocabulary.sources import SourceKind

AGENT = "Syndicate"  # how rules call us; the first word of our User-Agent
KEPT_FOR = dt.timedelta(hours=24)  # RFC 9309 2.4
ASK_AGAIN = dt.timedelta(minutes=10)
MAX_BYTES = 2_000_000  # RFC 9309 2.5 wants 500 KiB at least
HOSTS = 5_000
_NONE = range(400, 500)  # there are no rules (RFC 9309 2.3.1.3)


@dataclass(frozen=True)
class _Known:
    """The rules of one host; None allows everything.

    Attributes:
        is_silent: it did not answer, and nothing of it is known from before.
    """

    rules: Protego | None
    until: dt.datetime
    is_silent: bool = False


class Robots:
    """The rules of hosts as this process learnt them."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, _Known] = OrderedDict()

    async def check(
        self, url: str, *, fetcher: Fetcher, allow: Iterable[str], now: dt.datetime
    ) -> None:
        """Ask whether a page may be read; its host is asked once a day.

        Args:
            url: absolute address of the page.
            fetcher: the door to other servers.
            allow: in-house servers that Syndicate may connect to.
            now: aware UTC.

        Raises:
            RobotsError: its host does not let us read it.
            TemporaryError: its host does not say; then nothing is read there.
        """
        origin, known = await self._of(url, fetcher, allow, now)
        if known.is_silent:
            raise TemporaryError(
                f"{origin}/robots.txt cannot be fetched, so no page is read there for now.", url=url
            )
        if known.rules is not None and not known.rules.can_fetch(url, AGENT):
            raise RobotsError(
                f"{origin}/robots.txt does not allow us to read {shown(url)}; ask its publisher, "
                "or say that the site is your own (`syndicate sources set … --robots ignore`).",
                url=url,
            )

    async def sitemaps(
        self, url: str, *, fetcher: Fetcher, allow: Iterable[str], now: dt.datetime
    ) -> list[str]:
        """The sitemaps that the host of a page names, as it wrote them; none where it is silent."""
        _, known = await self._of(url, fetcher, allow, now)
        return list(known.rules.sitemaps) if known.rules is not None else []

    async def _of(
        self, url: str, fetcher: Fetcher, allow: Iterable[str], now: dt.datetime
    ) -> tuple[str, _Known]:
        """The origin of a page, and what is known of its rules."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}".lower()
        known = self._known.get(origin)
        if known is None or known.until <= now:
            known = await self._ask(origin, known, fetcher, allow, now)
        return origin, known

    async def _ask(
        self,
        origin: str,
        before: _Known | None,
        fetcher: Fetcher,
        allow: Iterable[str],
        now: dt.datetime,
    ) -> _Known:
        # What was known goes on to hold (RFC 9309 2.4) while nothing newer is to be had.
        old = before or _Known(None, now, is_silent=True)
        silent = dataclasses.replace(old, until=now + ASK_AGAIN)
        headers = {"User-Agent": user_agent(settings.load().base_url())}
        try:
            answer = await fetcher.get(
                urljoin(origin, "/robots.txt"), headers=headers, allow=allow, max_bytes=MAX_BYTES
            )
            found = _rules_of(answer, now) or silent
        except (TemporaryError, OversizeError):
            found = silent
        except SyndicateError:
            # No such host, or one that may not be dialled: the page itself will say so.
            return _Known(None, now)
        self._known[origin] = found
        self._known.move_to_end(origin)
        while len(self._known) > HOSTS:
            self._known.popitem(last=False)
        return found


def _rules_of(answer: Response, now: dt.datetime) -> _Known | None:
    """The rules in an answer; None when it is none."""
    if answer.status in SUCCESS:
        text = answer.body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
        return _Known(Protego.parse(text), now + KEPT_FOR)
    if answer.status in _NONE and answer.status != HTTPStatus.TOO_MANY_REQUESTS:
        return _Known(None, now + KEPT_FOR)
    return None


@cache
def robots() -> Robots:
    """What this process knows of hosts' rules."""
    return Robots()


def obeys(source: Source) -> bool:
    """Whether a source's pages are read only where robots.txt lets us.

    Who names an in-house server is its publisher, and need not ask themselves.
    """
    return not source.allow_origins if source.obeys_robots is None else source.obeys_robots


async def check_source(source: Source, fetcher: Fetcher, now: dt.datetime) -> None:
    """Ask whether a source may be read, where it is a page itself.

    Raises:
        RobotsError, TemporaryError: as `Robots.check`.
    """
    if source.kind is SourceKind.PAGE and obeys(source):
        await robots().check(source.url, fetcher=fetcher, allow=source.allow_origins, now=now)
