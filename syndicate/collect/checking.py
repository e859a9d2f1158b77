"""`syndicate sources check URL`: fetch an address once and explain what would happen with it."""

import asyncio
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from syndicate import phrases
from syndicate.articles.story import is_thin, may_fetch_page
from syndicate.collect import polling
from syndicate.collect.documents import SourceDocument, read_document, shortcomings
from syndicate.collect.from_row import answer_of
from syndicate.collect.polling import Content, Polled
from syndicate.collect.robots import robots
from syndicate.errors import FetchError, RobotsError, TemporaryError
from syndicate.fetch import Fetcher, Response, shown, user_agent
from syndicate.reading import pool
from syndicate.reading.dates import iso
from syndicate.vocabulary.sources import SourceKind, SourceState

_HALF = 0.5


@dataclass(frozen=True)
class Checked:
    """What a check found.

    Attributes:
        next_s: seconds until the next poll, without jitter.
        why: sentences, one per thing that decides.
    """

    url: str
    final_url: str
    status: int
    kind: str
    entries: int
    dated: int
    thin: int
    newest: dt.datetime | None
    next_s: float
    why: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """What the check found as one object."""
        return {
            "url": self.url,
            "final_url": self.final_url,
            "status": self.status,
            "kind": self.kind,
            "entries": self.entries,
            "dated": self.dated,
            "thin": self.thin,
            "newest": iso(self.newest) if self.newest else None,
            "next_s": self.next_s,
            "why": list(self.why),
        }

    def lines(self) -> list[str]:
        """What the check found, for people."""
        return [f"{shown(self.url)} is usable.", *(f"  {reason}" for reason in self.why)]


def check(
    url: str,
    *,
    kind: SourceKind,
    allow: Sequence[str],
    profile: dict[str, Any] | None,
    base_url: str,
    now: dt.datetime,
) -> Checked:
    """Fetch an address once and say what would happen with it as a source.

    Args:
        url: absolute http(s) address.
        kind: of the source it would be.
        allow: in-house servers that Syndicate may connect to.
        profile: of the source it would be.
        base_url: our own address, told to the publisher.
        now: aware UTC.

    Raises:
        UnknownHostError, BlockedAddressError, FetchError, OversizeError: it cannot be fetched.
        NotAFeedError: it is no source of this kind.
    """
    response = asyncio.run(_fetch(url, allow, base_url))
    if response.status >= HTTPStatus.BAD_REQUEST:
        raise FetchError(
            f"{shown(url)} answered {response.status}; a source must answer 200.", url=url
        )
    document = read_document(pool.readers(), kind, response, profile=profile, now=now)
    answer = answer_of(response)
    verdict = polling.changed(
        Polled(url=url, state=SourceState.ACTIVE, is_pinned=bool(allow)),
        answer,
        Content(
            published=[each.published for each in document.entries if each.published],
            ttl_s=document.ttl_s,
        ),
        now=now,
        chance=_HALF,
    )
    next_s = (verdict.values["next_at"] - now).total_seconds()
    dated = [m for each in document.entries if (m := each.published or each.updated) is not None]
    return Checked(
        url=url,
        final_url=response.url,
        status=response.status,
        kind=kind.read_as,
        entries=len(document.entries),
        dated=len(dated),
        thin=sum(is_thin(each) for each in document.entries),
        newest=max(dated, default=None),
        next_s=next_s,
        why=(
            *_reasons(response, document, verdict.values.get("rhythm_s"), next_s),
            *_refusals(kind, url, document, allow, now),
        ),
    )


async def _fetch(url: str, allow: Sequence[str], base_url: str) -> Response:
    async with Fetcher(limit=1) as fetcher:
        return await fetcher.get(url, headers={"User-Agent": user_agent(base_url)}, allow=allow)


def _refusals(
    kind: SourceKind, url: str, document: SourceDocument, allow: Sequence[str], now: dt.datetime
) -> list[str]:
    """What robots.txt says of the pages that would be read, asked of one of them."""
    links = [each.link for each in document.entries if is_thin(each) and may_fetch_page(each)]
    wanted = url if kind is SourceKind.PAGE else next(iter(links), None)
    if wanted is None or allow:
        return []
    try:
        asyncio.run(_ask_robots(wanted, now))
    except (RobotsError, TemporaryError) as error:
        return [str(error)]
    return []


async def _ask_robots(url: str, now: dt.datetime) -> None:
    async with Fetcher(limit=1) as fetcher:
        await robots().check(url, fetcher=fetcher, allow=(), now=now)


def _reasons(
    response: Response, document: SourceDocument, rhythm_s: int | None, next_s: float
) -> list[str]:
    entries = document.entries
    found = [f"It has {phrases.counted(len(entries), 'story')}.", *shortcomings(entries)]
    if response.hops:
        kinds = ", ".join(str(hop.status) for hop in response.hops)
        found.append(
            f"It redirects ({kinds}) to {shown(response.url)}; a permanent redirect is followed "
            "for good after three fetches over two days, any other never."
        )
    if response.text("etag") or response.text("last-modified"):
        found.append("It has validators, so an unchanged document costs one small answer.")
    else:
        found.append("It has neither ETag nor Last-Modified: its bytes are compared instead.")
    if rhythm_s is not None:
        apart = phrases.counted(round(rhythm_s * 4 / 60), "minute")
        found.append(f"Its newest entries come about {apart} apart.")
    found.append(
        f"It would be polled again in about {phrases.counted(round(next_s / 60), 'minute')}."
    )
    found += [each.message for each in document.notices]
    return found
