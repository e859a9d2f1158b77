"""A thousand publishers on one machine: `python -m bench.publishers FOLDER [LATENCY_MS]`.

Each has an address of its own (127.1.x.y), so that a collector meets a thousand hosts. What they
serve is told by writing a round's name into FOLDER/round; `/asked` answers how often one host was
asked in one second at most.

    first      every feed, with ETag
    changed    one feed in ten has a new entry and a changed one; the others answer 304
    bare       the same bytes, without ETag
    hostile    of a hundred: five dribble, five answer 429, one is 20 MB; the others answer 304
"""

import asyncio
import sys
import time
from collections import Counter
from functools import cache
from pathlib import Path

ENTRIES = 25
PARAGRAPHS = 3
_PARAGRAPH = (
    "The council met for the third time this week and again found no agreement, though both sides "
    "said that the talks would go on until the end of the month; the mayor spoke of progress. "
)
DRIBBLE_S = 3.0
OVERSIZED = 20_000_000


def main() -> None:
    """Serve until somebody ends the process."""
    latency_ms = float(sys.argv[2]) if len(sys.argv) > 2 else 0.0  # noqa: PLR2004 - it was given
    asyncio.run(serve(Path(sys.argv[1]), latency_ms / 1000))


async def serve(folder: Path, latency_s: float) -> None:
    """Listen on every loopback address at one port, and write the port down."""
    publishers = Publishers(folder, latency_s)
    server = await asyncio.start_server(publishers.answer, "0.0.0.0", 0, backlog=4096)  # noqa: S104 - all of 127/8
    port = server.sockets[0].getsockname()[1]
    (folder / "port.part").write_text(str(port))
    (folder / "port.part").rename(folder / "port")
    async with server:
        await server.serve_forever()


def address(number: int) -> str:
    """The IP address of a publisher."""
    return f"127.1.{number // 250}.{number % 250 + 1}"


@cache
def feed(number: int, *, is_changed: bool) -> bytes:
    """A publisher's feed: 25 entries, one more and one changed when it changed."""
    numbers = range(ENTRIES + 1) if is_changed else range(1, ENTRIES + 1)
    items = "".join(_item(number, entry, is_changed=is_changed) for entry in numbers)
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>Publisher {number}</title><link>https://p{number}.example/</link>"
        f"<description>News</description><language>en</language>{items}</channel></rss>"
    ).encode()


def _item(number: int, entry: int, *, is_changed: bool) -> str:
    words = "".join(f"&lt;p&gt;{_PARAGRAPH}({n})&lt;/p&gt;" for n in range(PARAGRAPHS))
    edited = ", corrected" if is_changed and entry == 1 else ""
    hour = 23 - entry if entry < 24 else 0  # noqa: PLR2004 - a day
    return (
        f"<item><title>Story {entry} of publisher {number}{edited}</title>"
        f"<link>https://p{number}.example/story/{entry}</link>"
        f'<guid isPermaLink="false">p{number}-{entry}</guid>'
        f"<pubDate>Mon, 23 Nov 2026 {hour:02}:10:00 +0000</pubDate>"
        f"<category>World</category><description>{_PARAGRAPH}</description>"
        f"<content:encoded>{words}</content:encoded></item>"
    )


class Publishers:
    """All of them; each thinks for a while before it answers, as one far away does."""

    def __init__(self, folder: Path, latency_s: float) -> None:
        self._folder, self._latency_s = folder, latency_s
        self._round, self._read_at = "", 0.0
        self._asked: Counter[tuple[str, int]] = Counter()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request and hang up."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            host = writer.get_extra_info("sockname")[0]
            await self._send(writer, host, head)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # a collector may hang up whenever it likes
        finally:
            writer.close()

    async def _send(self, writer: asyncio.StreamWriter, host: str, head: str) -> None:
        path = head.split(" ", 2)[1]
        if path == "/asked":
            most = max(self._asked.values(), default=0)
            self._asked.clear()
            writer.write(_response("200 OK", str(most).encode()))
            return
        parts = host.split(".")
        number = int(parts[2]) * 250 + int(parts[3]) - 1
        self._asked[host, int(time.monotonic())] += 1
        if self._latency_s:
            await asyncio.sleep(self._latency_s)
        await self._serve(writer, number, head, self._current())

    async def _serve(
        self, writer: asyncio.StreamWriter, number: int, head: str, current: str
    ) -> None:
        if current == "hostile" and number % 100 < 11:  # noqa: PLR2004 - 5 + 5 + 1
            await _be_hostile(writer, number % 100)
            return
        is_changed = current != "first" and number % 10 == 0
        etag = f'"{number}-{is_changed}"'
        if current != "bare" and f"if-none-match: {etag}".lower() in head.lower():
            writer.write(_response("304 Not Modified", b"", f"ETag: {etag}\r\n"))
            return
        line = "" if current == "bare" else f"ETag: {etag}\r\n"
        writer.write(_response("200 OK", feed(number, is_changed=is_changed), line))

    def _current(self) -> str:
        if time.monotonic() - self._read_at > 0.05:  # noqa: PLR2004 - rounds are seconds apart
            self._round = (self._folder / "round").read_text()
            self._read_at = time.monotonic()
        return self._round


async def _be_hostile(writer: asyncio.StreamWriter, kind: int) -> None:
    if kind < 5:  # noqa: PLR2004 - five of a hundred
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        for _ in range(int(DRIBBLE_S * 5)):
            writer.write(b"x")
            await asyncio.sleep(0.2)
    elif kind < 10:  # noqa: PLR2004 - the next five
        writer.write(_response("429 Too Many Requests", b"", "Retry-After: 120\r\n"))
    else:
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {OVERSIZED}\r\n\r\n".encode())
        for _ in range(OVERSIZED // 100_000):
            writer.write(b"x" * 100_000)
            await writer.drain()


def _response(status: str, body: bytes, headers: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\n{headers}Content-Type: application/rss+xml\r\n"
    return f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body


if __name__ == "__main__":
    main()
