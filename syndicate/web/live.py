"""Live counts for screens: one poller per process, however many people watch.

    watch(7) ─┐                    ┌─> queue of one ─> browser
    watch(7) ─┼─ one read per 0.5 s┼─> queue of one ─> browser      latest wins
    watch(9) ─┘                    └─> queue of one ─> browser

There is no bus: the numbers are sums over batches, which change once a chunk. While nobody watches,
nothing is read. It is asynchronous, because a stream must not hold a thread.
"""

import asyncio
import datetime as dt
import signal
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import FrameType
from typing import Any

from syndicate import clock, logs
from syndicate.errors import CapReachedError
from syndicate.store.ground.session import DatabaseDownError, transaction
from syndicate.store.views import progress
from syndicate.store.views.progress import MailingProgress

log = logs.get(__name__)

READ_EVERY_S = 0.5
# The rate shown is that of this long: one chunk more or less does not make it jump.
RATE_OVER = dt.timedelta(seconds=10)
# A line that says nothing, so that proxies and browsers know the stream lives.
BEAT_EVERY_S = 10.0
# A browser opens six streams to one host at most, and a hidden tab closes its own.
OF_ONE_OPERATOR = 10
OF_A_PROCESS = 200

Queue = asyncio.Queue[dict[str, Any] | None]


class Rates:
    """How fast mailings go, from what was read in the last seconds."""

    def __init__(self) -> None:
        self._seen: dict[int, deque[tuple[dt.datetime, int]]] = defaultdict(deque)

    def per_second(self, mailing_id: int, settled: int, now: dt.datetime) -> float | None:
        """The rate over the last 10 s; None until there are two readings.

        Args:
            mailing_id: whose.
            settled: deliveries that have an outcome now.
            now: aware UTC.
        """
        seen = self._seen[mailing_id]
        seen.append((now, settled))
        while len(seen) > 2 and now - seen[0][0] > RATE_OVER:  # noqa: PLR2004 - two make a rate
            seen.popleft()
        seconds = (now - seen[0][0]).total_seconds()
        return (settled - seen[0][1]) / seconds if seconds > 0 else None

    def forget(self, mailing_id: int) -> None:
        """Nobody watches it any more."""
        self._seen.pop(mailing_id, None)


class Poller:
    """Reads the counts of watched mailings and hands them to whoever watches."""

    def __init__(self) -> None:
        self._watchers: dict[int, set[Queue]] = defaultdict(set)
        self._rates = Rates()
        self._streams: Counter[str] = Counter()
        self._task: asyncio.Task[None] | None = None
        self.reads = 0

    def need_room(self, who: str) -> None:
        """Make sure that somebody may open one more stream.

        Raises:
            CapReachedError: they, or all together, have as many as may be.
        """
        if self._streams[who] >= OF_ONE_OPERATOR or self._streams.total() >= OF_A_PROCESS:
            raise CapReachedError(
                "Too many pages with live counts are open; close some of them, and open this one "
                "again."
            )

    @asynccontextmanager
    async def watch(self, mailing_id: int, who: str = "") -> AsyncIterator[Queue]:
        """Watch a mailing.

        Args:
            mailing_id: which.
            who: watches, for `need_room`.

        Yields:
            A queue with room for the newest reading; None in it means that the process stops.
        """
        queue: Queue = asyncio.Queue(maxsize=1)
        self._watchers[mailing_id].add(queue)
        self._streams[who] += 1
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        try:
            yield queue
        finally:
            self._watchers[mailing_id].discard(queue)
            self._streams[who] -= 1
            if not self._streams[who]:
                del self._streams[who]
            if not self._watchers[mailing_id]:
                del self._watchers[mailing_id]
                self._rates.forget(mailing_id)

    def close(self) -> None:
        """End every stream: a server that stops waits for none of them."""
        for queues in self._watchers.values():
            for queue in queues:
                _put(queue, None)

    async def _run(self) -> None:
        while self._watchers:
            try:
                found = await asyncio.to_thread(_read, list(self._watchers))
            except DatabaseDownError as error:
                log.warning("live_read_failed", reason=type(error).__name__)
                found = []
            self.reads += 1
            for mailing_progress in found:
                reading = self._reading(mailing_progress)
                for queue in self._watchers.get(mailing_progress.mailing.id, ()):
                    _put(queue, reading)
            await asyncio.sleep(READ_EVERY_S)

    def _reading(self, mailing_progress: MailingProgress) -> dict[str, Any]:
        counts = mailing_progress.counts
        now = clock.now()
        settled = counts.audience - counts.remaining
        rate = self._rates.per_second(mailing_progress.mailing.id, settled, now)
        return as_dict(
            mailing_progress, rate if rate is not None else mailing_progress.per_second(now)
        )


async def next_reading(queue: Queue, *, within_s: float) -> dict[str, Any] | None:
    """The next reading; an empty one when there was none in time, None when the process stops."""
    try:
        return await asyncio.wait_for(queue.get(), within_s)
    except TimeoutError:
        return {}


def as_dict(mailing_progress: MailingProgress, per_second: float) -> dict[str, Any]:
    """A mailing's progress as streams and the API tell it.

    Args:
        mailing_progress: as it was read.
        per_second: its rate just now.
    """
    left, again = mailing_progress.seconds_left(per_second), mailing_progress.next_try_at
    return {
        "id": mailing_progress.mailing.id,
        "state": mailing_progress.mailing.state.value,
        "standing": mailing_progress.standing,
        "is_over": mailing_progress.is_over,
        **mailing_progress.counts.as_dict(),
        "per_second": round(per_second, 1),
        "seconds_left": None if left is None else round(left),
        "next_try_at": None if again is None else again.isoformat(),
        "groups": {group: counts.as_dict() for group, counts in mailing_progress.groups.items()},
    }


@asynccontextmanager
async def closing_with_the_server(poller: Poller) -> AsyncIterator[None]:
    """End streams as soon as the process is told to stop, and not when its grace is over.

    The server asks its connections to end before it ends the application, so the application has to
    hear the signal itself and then let the server hear it.
    """
    loop = asyncio.get_running_loop()
    before: dict[int, Any] = {}
    numbers: tuple[int, ...] = (signal.SIGTERM, signal.SIGINT)

    def stop(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(poller.close)
        handler = before[number]
        if callable(handler):
            handler(number, frame)

    try:
        for number in numbers:
            before[number] = signal.getsignal(number)
            signal.signal(number, stop)
    except ValueError:  # not the main thread: a test's server, which is told otherwise
        before.clear()
    try:
        yield
    finally:
        poller.close()
        for number, handler in before.items():
            signal.signal(number, handler)


def _read(mailing_ids: list[int]) -> list[MailingProgress]:
    with transaction() as tx:
        return progress.find_all(tx, mailing_ids)


def _put(queue: Queue, reading: dict[str, Any] | None) -> None:
    """The newest reading wins over one that was not fetched yet."""
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(reading)
