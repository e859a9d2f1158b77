"""The parsing children of this process: kept warm, a document each at a time, replaced when killed.

    reading.readers().feed(body, url=…, content_type=…, now=…)

Callers are threads; each takes a free child and gives it back. A document that takes longer than
5 s or more memory than a child has is an error of that document, and nobody else notices.
"""

import atexit
import contextlib
import datetime as dt
import json
import os
import queue
import select
import subprocess
import sys
import time
from functools import cache
from typing import Any

from syndicate import errors
from syndicate.errors import NotAFeedError, OversizeError, SyndicateError
from syndicate.reading import child
from syndicate.reading.records import Listing, ParsedFeed, ParsedPage, Sitemap

# A child that does nothing is stuck. What is read is decided by its CPU (`child.CPU_S`): beside
# other work a document takes several times as long, and is none the worse for it.
WALL_S = 30.0
START_S = 60.0  # imports, on a busy machine
RECYCLE_AFTER = 2_000  # documents; what libraries leave behind goes with the process
_CHUNK = 1_048_576
# What a Python needs, and whose stack it is of; no setting and no key reaches a hostile document.
_ENVIRONMENT = (
    *("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "TZ", "PYTHONPATH", "VIRTUAL_ENV"),
    "SYNDICATE_STACK",
)


class Readers:
    """A fixed number of parsing children, started when they are first needed.

    Args:
        count: children at most.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        # The last one given back is the first one taken: a second starts only beside a busy one.
        self._free: queue.Queue[_Child | None] = queue.LifoQueue()
        for _ in range(count):
            self._free.put(None)

    def feed(
        self,
        body: bytes,
        *,
        url: str | None,
        content_type: str,
        now: dt.datetime,
        zone: str | None = None,
    ) -> ParsedFeed:
        """Read a feed (`reading.feeds.parse`).

        Raises:
            NotAFeedError: it is none.
            OversizeError: it takes more time or memory than a document may.
        """
        return child.FEED.validate_json(
            self._ask(body, op="feed", url=url, content_type=content_type, now=now, zone=zone)
        )

    def page(
        self,
        body: bytes,
        *,
        url: str,
        content_type: str,
        now: dt.datetime,
        profile: dict[str, Any] | None,
    ) -> ParsedPage:
        """Read an article page (`reading.pages.extract`).

        Raises:
            OversizeError: it takes more time or memory than a document may.
        """
        return child.PAGE.validate_json(
            self._ask(body, op="page", url=url, content_type=content_type, now=now, profile=profile)
        )

    def listing(self, body: bytes, *, url: str, content_type: str, now: dt.datetime) -> Listing:
        """Read what a page leads to (`reading.pages.listing`).

        Raises:
            OversizeError: it takes more time or memory than a document may.
        """
        return child.LISTING.validate_json(
            self._ask(body, op="listing", url=url, content_type=content_type, now=now)
        )

    def sitemap(
        self, body: bytes, *, url: str, now: dt.datetime, zone: str | None = None
    ) -> Sitemap:
        """Read a sitemap (`reading.feeds.sitemap`).

        Raises:
            NotAFeedError: it is none.
            OversizeError: it takes more time or memory than a document may.
        """
        return child.SITEMAP.validate_json(
            self._ask(body, op="sitemap", url=url, now=now, zone=zone)
        )

    def pids(self) -> list[int]:
        """Process ids of the children that are not at work, for whoever measures them."""
        waiting = list(self._free.queue)
        return [each.pid for each in waiting if each is not None and each.is_alive()]

    def close(self) -> None:
        """End every child that is not at work."""
        while True:
            try:
                free = self._free.get_nowait()
            except queue.Empty:
                return
            if free is not None:
                free.kill()

    def _ask(self, body: bytes, **question: Any) -> bytes:
        question["now"] = question["now"].isoformat()
        taken = self._free.get()
        reader: _Child | None = None
        try:
            if taken is not None and not taken.is_alive():
                taken.kill()
                taken = None
            reader = taken or _Child()
            answer = reader.ask(json.dumps(question).encode(), body)
        except BaseException:
            if reader is not None:
                reader.kill()
            self._free.put(None)
            raise
        if reader.answered >= RECYCLE_AFTER:
            reader.kill()
        self._free.put(reader if reader.is_alive() else None)
        return _unpacked(answer, question.get("url"))


@cache
def readers() -> Readers:
    """The parsing children of this process, ended with it: one per processor, two at least."""
    atexit.register(close)
    return Readers(max(2, os.cpu_count() or 2))


def close() -> None:
    """End the children, if there are any; the next document starts new ones."""
    if readers.cache_info().currsize:
        readers().close()
        readers.cache_clear()


class _Child:
    """One parsing process."""

    def __init__(self) -> None:
        self.answered = 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "syndicate.reading.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
        )
        self._deadline = time.monotonic() + START_S
        self._receive()

    @property
    def pid(self) -> int:
        return self._process.pid

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, question: bytes, body: bytes) -> bytes:
        self._deadline = time.monotonic() + WALL_S
        self._send(child.HEAD.pack(len(question), len(body)) + question)
        for at in range(0, len(body), _CHUNK):
            self._send(body[at : at + _CHUNK])
        answer = self._receive()
        self.answered += 1
        return answer

    def kill(self) -> None:
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                # It may be dead already; what it was told last does not matter now.
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        self._process.wait()

    def _send(self, data: bytes) -> None:
        assert self._process.stdin is not None  # noqa: S101 - opened as a pipe above
        try:
            self._process.stdin.write(data)
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise _died() from error

    def _receive(self) -> bytes:
        size, _ = child.HEAD.unpack(self._exactly(child.HEAD.size))
        return self._exactly(size)

    def _exactly(self, size: int) -> bytes:
        assert self._process.stdout is not None  # noqa: S101 - opened as a pipe above
        number = self._process.stdout.fileno()
        parts: list[bytes] = []
        while size:
            left = self._deadline - time.monotonic()
            if left <= 0 or not select.select([number], [], [], left)[0]:
                raise OversizeError(
                    f"The document takes longer than {WALL_S:.0f} s to read; we gave up."
                )
            part = os.read(number, min(size, _CHUNK))
            if not part:
                raise _died()
            parts.append(part)
            size -= len(part)
        return b"".join(parts)


def _died() -> SyndicateError:
    return OversizeError("The document took more memory or time than a document may; we gave up.")


def _unpacked(answer: bytes, url: str | None) -> bytes:
    if answer.startswith(b'{"ok":'):
        return answer[len(b'{"ok":') : -1]
    said = json.loads(answer)
    kinds = {"NotAFeedError": NotAFeedError, "OversizeError": OversizeError}
    raise kinds.get(said["error"], errors.PermanentError)(said["message"], url=url)
