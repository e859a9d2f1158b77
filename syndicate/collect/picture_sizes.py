"""Asking lead pictures for their size, once each: without it a feed has no enclosure of them.

    a story comes ─> its picture waits ─> one HEAD ─> its size, or that none was told

Nothing is asked again: whoever did not answer has no enclosure, as before. A story is not kept
waiting for it: it is in its feeds by then, which are built again five minutes later at most.
"""

import asyncio
import datetime as dt
import time
from collections.abc import Callable, Sequence
from http import HTTPStatus

from syndicate import logs, settings
from syndicate.errors import SyndicateError
from syndicate.fetch import Fetcher, Response, user_agent
from syndicate.store.ground.session import transaction
from syndicate.store.syndication import picture_sizes
from syndicate.store.syndication.picture_sizes import Unmeasured

log = logs.get(__name__)

PICTURES = 20  # taken at once
AT_ONCE = 4  # asked at once; most lie on one server
ANSWER_S = 5.0  # whoever takes longer has no size
BUDGET_S = 20.0  # no further pictures are taken after it; the tick wakes the next call
MOST_BYTES = 2**40


def measure_due(now: dt.datetime, *, should_stop: Callable[[], bool] = lambda: False) -> int:
    """Ask for the sizes of pictures that nobody was asked for. Safe to run twice, and at once.

    Args:
        now: aware UTC.
        should_stop: asked between two handfuls.

    Returns:
        How many sizes were told.
    """
    told, until = 0, time.monotonic() + BUDGET_S
    while not should_stop() and time.monotonic() < until:
        with transaction() as tx:
            taken, asked = picture_sizes.take(tx, now, limit=PICTURES)
        sizes = asyncio.run(_sizes(asked)) if asked else {}
        with transaction() as tx:
            of = {each.article_id for each in asked if each.id in sizes}
            picture_sizes.put(tx, sizes, of, now)
        told += len(sizes)
        if taken < PICTURES:
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


async def _sizes(asked: Sequence[Unmeasured]) -> dict[int, int]:
    slots = asyncio.Semaphore(AT_ONCE)
    headers = {
        "User-Agent": user_agent(settings.load().base_url()),
        "Accept-Encoding": "identity",  # the size that a reader's app is told when it comes
    }

    async def ask(each: Unmeasured) -> tuple[int, int | None]:
        async with slots:
            try:
                async with asyncio.timeout(ANSWER_S):
                    answer = await fetcher.get(
                        each.url, method="HEAD", headers=headers, allow=each.allow
                    )
            except (SyndicateError, TimeoutError) as error:
                log.info("picture_not_measured", picture_id=each.id, reason=str(error))
                return each.id, None
        return each.id, size_of(answer)

    async with Fetcher(limit=AT_ONCE) as fetcher:
        found = await asyncio.gather(*map(ask, asked))
    return {picture_id: size for picture_id, size in found if size is not None}
