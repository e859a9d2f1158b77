"""Asking lead pictures for their size, once each: without it a feed has no enclosure of them.

    a story comes ─> its picture waits ─┬─ its domain is free ─> one HEAD ─> its size, or none
                           ^            ├─ it is asked by somebody else ─┐
                           └────────────┼────────────────────────────────┘
                                        └─ it wants rest, or robots.txt says no ─> none

Nothing is asked again: whoever did not answer has no enclosure, as before. A story is not kept
waiting for it: it is in its feeds by then, which are built again five minutes later at most.
Pictures are asked for as feeds are: a registered domain is leased whole, one request at a time, a
second apart; and as pages are, never against robots.txt.
"""

import asyncio
import datetime as dt
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from syndicate import logs, settings
from syndicate.collect import polling
from syndicate.collect.from_row import answer_of
from syndicate.collect.robots import obeys, robots
from syndicate.collect.run import GAP_S
from syndicate.errors import SyndicateError
from syndicate.fetch import Fetcher, Response, user_agent
from syndicate.store.ground.session import transaction
from syndicate.store.intake import hosts, source_leases, sources
from syndicate.store.syndication import picture_sizes
from syndicate.store.syndication.picture_sizes import Unmeasured

log = logs.get(__name__)

PICTURES = 20  # taken at once
AT_ONCE = 4  # domains asked at once
ANSWER_S = 5.0  # whoever takes longer has no size
BUDGET_S = 20.0  # nothing is asked after it; the tick wakes the next call
MOST_BYTES = 2**40
# Of domains that are busy; who looks past more would write rows back and forth at every tick.
MOST_WAITING = 10 * PICTURES


@dataclass
class Learnt:
    """What asking one domain brought.

    Attributes:
        sizes: in bytes, by picture.
        left: pictures for which no time was left.
        rest_until: nobody asks the domain before; None where it said nothing.
    """

    sizes: dict[int, int] = field(default_factory=dict)
    left: list[int] = field(default_factory=list)
    rest_until: dt.datetime | None = None


def measure_due(now: dt.datetime, *, should_stop: Callable[[], bool] = lambda: False) -> int:
    """Ask for the sizes of pictures that nobody was asked for. Safe to run twice, and at once.

    Args:
        now: aware UTC.
        should_stop: asked between two handfuls.

    Returns:
        How many sizes were told.
    """
    began = time.monotonic()
    told, waiting = 0, set[int]()
    while not should_stop() and time.monotonic() < began + BUDGET_S:
        moment = now + dt.timedelta(seconds=time.monotonic() - began)
        with transaction() as tx:
            taken, asked = picture_sizes.take(tx, moment, limit=PICTURES, but=waiting)
        by_domain = defaultdict[str, list[Unmeasured]](list)
        for each in asked:
            by_domain[sources.domain_of(each.url)].append(each)
        with transaction() as tx:
            leased = hosts.lease(tx, by_domain, moment)
        ours = {domain: by_domain[domain] for domain in sorted(leased.ours)}
        learnt = asyncio.run(_ask(ours, moment, until=began + BUDGET_S)) if ours else {}
        busy = by_domain.keys() - leased.ours - leased.resting
        left = {each.id for domain in busy for each in by_domain[domain]}
        left |= {picture_id for each in learnt.values() for picture_id in each.left}
        gap = dt.timedelta(seconds=time.monotonic() - began + GAP_S)
        _keep(by_domain, learnt, left, now=now, next_at=now + gap)
        waiting |= left
        told += sum(len(each.sizes) for each in learnt.values())
        if taken < PICTURES or len(waiting) >= MOST_WAITING:
            break
    return told


def size_of(answer: Response) -> int | None:
    """How large a picture says that it is, in bytes; None where it does not, or is no picture."""
    said = answer.text("content-length")
    kind = answer.text("content-type").lower()
    coding = answer.text("content-encoding").lower()
    is_picture = answer.status == HTTPStatus.OK and kind.startswith("image/")
    if not is_picture or coding not in {"", "identity"} or not said.isascii():
        return None
    size = int(said) if said.isdigit() and len(said) <= len(str(MOST_BYTES)) else 0
    return size if 0 < size <= MOST_BYTES else None


async def ask(
    pictures: Sequence[Unmeasured],
    fetcher: Fetcher,
    *,
    gap_s: float,
    until: float,
    now: dt.datetime,
) -> Learnt:
    """Ask one domain for the sizes of its pictures, one after the other.

    Args:
        pictures: that lie there.
        fetcher: the door to other servers.
        gap_s: between two requests.
        until: no further picture is asked for then; of `time.monotonic`.
        now: aware UTC.
    """
    learnt = Learnt()
    for number, each in enumerate(pictures):
        wait_s = gap_s if number else 0.0
        if time.monotonic() + wait_s >= until:
            learnt.left.append(each.id)
            continue
        await asyncio.sleep(wait_s)
        try:
            async with asyncio.timeout(ANSWER_S):
                answer = await _head(each, fetcher, now)
        except (SyndicateError, TimeoutError) as error:
            log.info("picture_not_measured", picture_id=each.id, reason=str(error))
            continue
        if answer.status in polling.SLOW_DOWN:
            wait = polling.retry_after(answer_of(answer), now) or polling.RETRY_FLOOR
            learnt.rest_until = now + max(wait, polling.RETRY_FLOOR)
            break  # who wants rest is not asked for the next picture
        size = size_of(answer)
        if size is not None:
            learnt.sizes[each.id] = size
    return learnt


async def _head(each: Unmeasured, fetcher: Fetcher, now: dt.datetime) -> Response:
    allow = _allowed([each])
    if any(map(obeys, each.sources)) or not each.sources:
        await robots().check(each.url, fetcher=fetcher, allow=allow, now=now)
    headers = {
        "User-Agent": user_agent(settings.load().base_url()),
        "Accept-Encoding": "identity",  # the size that a reader's app is told when it comes
    }
    return await fetcher.get(each.url, method="HEAD", headers=headers, allow=allow)


async def _ask(
    by_domain: Mapping[str, Sequence[Unmeasured]], now: dt.datetime, *, until: float
) -> dict[str, Learnt]:
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(pictures: Sequence[Unmeasured]) -> Learnt:
        async with slots:
            return await ask(pictures, fetcher, gap_s=_gap_s(pictures), until=until, now=now)

    async with Fetcher(limit=AT_ONCE) as fetcher:
        learnt = await asyncio.gather(*map(one, by_domain.values()))
    return dict(zip(by_domain, learnt, strict=True))


def _keep(
    asked: Mapping[str, Sequence[Unmeasured]],
    learnt: Mapping[str, Learnt],
    left: Collection[int],
    *,
    now: dt.datetime,
    next_at: dt.datetime,
) -> None:
    """Write down what was learnt, and give the domains back; nobody asks them before `next_at`."""
    sizes = {id_: size for each in learnt.values() for id_, size in each.sizes.items()}
    of = {each.article_id for theirs in asked.values() for each in theirs if each.id in sizes}
    with transaction() as tx:
        picture_sizes.put(tx, sizes, of, now)
        picture_sizes.put_back(tx, left)
        source_leases.release_hosts(
            tx,
            {
                domain: each.rest_until or (next_at if _gap_s(asked[domain]) else None)
                for domain, each in learnt.items()
            },
        )


def _allowed(pictures: Sequence[Unmeasured]) -> list[str]:
    return [
        origin for each in pictures for source in each.sources for origin in source.allow_origins
    ]


def _gap_s(pictures: Sequence[Unmeasured]) -> float:
    """Seconds between two requests; whoever named an in-house server asks themselves."""
    return 0.0 if _allowed(pictures) else GAP_S
