"""Reading SMTP replies from a stream of bytes: multi-line, in order, whatever the segments are.

Of each the length is bounded and the form is checked: what is no reply, has no end or contradicts
itself is an error, and its words are made harmless, for they end in rows, logs and on screens.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from syndicate.errors import RelayError

# RFC 5321 4.5.3.1.5 allows 512 octets a line; real servers write more, none writes this much.
MAX_LINE_BYTES = 4_096
MAX_LINES = 100
MAX_REPLY_BYTES = 64_000
# Codes begin with 2 to 5 (RFC 5321 4.2.1), and a blank or a hyphen stands behind.
_LINE = re.compile(rb"([2-5]\d\d)(?:([ -])(.*))?", re.DOTALL)
_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s|$)")
# What ends a string in a row, steers a terminal, or turns the letters beside it about.
_HARMFUL = re.compile("[\0-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u206f\ufeff]")


@dataclass(frozen=True)
class Reply:
    """One reply of the relay.

    Attributes:
        code: three digits (RFC 5321 4.2).
        enhanced: the status code of RFC 3463, if the reply has one.
        text: the lines without codes, joined by blanks; of characters that can be shown.
        lines: the same one by one: those of EHLO are data of their own.
    """

    code: int
    enhanced: str | None
    text: str
    lines: tuple[str, ...] = field(default=(), compare=False, repr=False)

    @property
    def is_ok(self) -> bool:
        """2yz: done as asked."""
        return self.code // 100 == 2  # noqa: PLR2004 - the first digit of RFC 5321 4.2.1

    @property
    def is_halfway(self) -> bool:
        """3yz: more is awaited."""
        return self.code // 100 == 3  # noqa: PLR2004 - likewise

    @property
    def is_permanent(self) -> bool:
        """5yz: asking again will not help."""
        return self.code // 100 == 5  # noqa: PLR2004 - likewise


@lru_cache(maxsize=64)
def _read(line: bytes) -> Reply:
    """A reply of one line: relays say the same few to every message."""
    return _reply(int(line[:3]), (_sayable(line[4:]),))


def _reply(code: int, texts: tuple[str, ...]) -> Reply:
    found = _ENHANCED.match(texts[0])
    return Reply(code, found[1] if found else None, " ".join(texts), texts)


def _sayable(words: bytes) -> str:
    """Words of a relay without what acts on whatever shows them."""
    text = words.replace(b"\t", b" ").decode("utf-8", "replace").strip()
    return text if text.isascii() and text.isprintable() else _HARMFUL.sub("\ufffd", text)


class ReplyReader:
    """Takes bytes as they arrive and gives whole replies."""

    def __init__(self) -> None:
        self._buffer = b""
        self._lines: list[tuple[bytes, str]] = []
        self._size = 0

    @property
    def has_rest(self) -> bool:
        """Whether a beginning of one more reply has arrived."""
        return bool(self._buffer or self._lines)

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
        if len(self._buffer) > MAX_LINE_BYTES:
            raise _endless()

    def _take(self, line: bytes) -> Reply | None:
        if len(line) > MAX_LINE_BYTES:
            raise _endless()
        found = _LINE.fullmatch(line)
        if found is None:
            raise RelayError(
                "The relay sent something that is not an SMTP reply; check its address."
            )
        if found[2] != b"-" and not self._lines:
            return _read(line)
        self._keep(found[1], found[3] or b"")
        if found[2] == b"-":
            return None
        lines, self._lines, self._size = self._lines, [], 0
        return _reply(int(found[1]), tuple(text for _, text in lines))

    def _keep(self, code: bytes, words: bytes) -> None:
        if self._lines and self._lines[0][0][:1] != code[:1]:
            raise RelayError(
                f"The relay said {self._lines[0][0].decode()} and {code.decode()} in one reply; "
                "it is broken, or something in between answers for it."
            )
        self._lines.append((code, _sayable(words)))
        self._size += len(words)
        if len(self._lines) > MAX_LINES or self._size > MAX_REPLY_BYTES:
            raise _endless()


def _endless() -> RelayError:
    return RelayError("The relay sent an endless reply; it is not a mail server, or it is broken.")
