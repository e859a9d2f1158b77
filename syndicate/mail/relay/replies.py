"""Reading SMTP replies from a stream of bytes: multi-line, in order, whatever the segments are."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from syndicate.errors import RelayError

# RFC 5321 4.5.3.1.5 allows 512 octets a line; real servers write more, none writes this much.
MAX_REPLY_BYTES = 64_000
_LINE = re.compile(rb"(\d{3})([ -]?)(.*)", re.DOTALL)
_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s|$)")


@dataclass(frozen=True)
class Reply:
    """One reply of the relay.

    Attributes:
        code: three digits (RFC 5321 4.2).
        enhanced: the status code of RFC 3463, if the reply has one.
        text: the lines without codes, joined by blanks.
    """

    code: int
    enhanced: str | None
    text: str

    @property
    def is_ok(self) -> bool:
        """2yz: done as asked."""
        return self.code // 100 == 2  # noqa: PLR2004 - the first digit of RFC 5321 4.2.1

    @property
    def is_permanent(self) -> bool:
        """5yz: asking again will not help."""
        return self.code // 100 == 5  # noqa: PLR2004 - likewise


@lru_cache(maxsize=64)
def _read(line: bytes) -> Reply:
    """A reply of one line: relays say the same few to every message."""
    text = line[4:].decode("utf-8", "replace").strip()
    found = _ENHANCED.match(text)
    return Reply(int(line[:3]), found[1] if found else None, text)


class ReplyReader:
    """Takes bytes as they arrive and gives whole replies."""

    def __init__(self) -> None:
        self._buffer = b""
        self._lines: list[tuple[bytes, bytes]] = []

    def feed(self, received: bytes) -> Iterator[Reply]:
        """Take bytes; give the replies that are complete now.

        Raises:
            RelayError: what arrived is no SMTP; the replies before it were given first.
        """
        *lines, self._buffer = (self._buffer + received).split(b"\n")
        for line in lines:
            reply = self._take(line.rstrip(b"\r"))
            if reply is not None:
                yield reply
        if len(self._buffer) > MAX_REPLY_BYTES:
            raise RelayError(
                "The relay sent an endless reply; it is not a mail server, or it is broken."
            )

    def _take(self, line: bytes) -> Reply | None:
        if line[3:4] == b" " and not self._lines and line[:3].isdigit():
            return _read(line)
        found = _LINE.fullmatch(line)
        if found is None:
            raise RelayError(
                "The relay sent something that is not an SMTP reply; check its address."
            )
        self._lines.append((found[1], found[3]))
        if found[2] == b"-":
            return None
        texts = [text.decode("utf-8", "replace").strip() for _, text in self._lines]
        self._lines = []
        first = _ENHANCED.match(texts[0])
        return Reply(int(found[1]), first[1] if first else None, " ".join(texts))
