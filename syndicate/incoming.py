"""What a mail client says to a door of ours, SMTP or LMTP, in bounded memory and time.

A mail ends at CRLF.CRLF and nothing else: where a server takes a bare LF for the end of a line,
what stands behind `LF.LF` in a mail is read as commands: as a mail of its own in another's name.
Lines of commands are bounded, and so are mistakes, commands and the time in which no mail comes; a
body is handed on in pieces, its beginning in memory and the rest in a file that goes by itself.

Source: RFC 5321 2.3.8, 4.1.1.4, 4.5.2 and 4.5.3; RFC 3030; RFC 1870.
"""

import asyncio
import contextlib
import re
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NoReturn, cast

PIECE = 1 << 16  # bytes that are read at once
IN_MEMORY = 1 << 17  # of one body
RECIPIENTS = 100  # of one mail: as many as a server must take (RFC 5321 4.5.3.1.8)
_END = b"\r\n.\r\n"
_SIZE = re.compile(r"(?i)\sSIZE=(\d{1,20})(?:\s|$)", re.ASCII)


@dataclass(frozen=True)
class Patience:
    """How much one client may cost.

    Attributes:
        line_bytes: of one command (RFC 5321 4.5.3.1.4 asks for 512, and extensions add to it).
        mistakes: commands that are none, or come out of turn, since its last mail.
        commands: of any kind, since its last mail.
        idle_s: of silence (RFC 5321 4.5.3.2.7 asks for five minutes).
        body_s: for one body.
        quiet_s: since its last mail, whatever it says meanwhile.
    """

    line_bytes: int = 4_096
    mistakes: int = 20
    commands: int = 500
    idle_s: float = 300.0
    body_s: float = 600.0
    quiet_s: float = 900.0


def declared_size(parameters: str) -> int:
    """The bytes that a mail is to have, by what is said behind MAIL; 0 where nothing is.

    Source: RFC 1870 6.
    """
    found = _SIZE.search(parameters)
    return int(found[1]) if found else 0


class ClientEndedError(Exception):
    """The conversation is over: the client left, or was shown out."""


class Caller:
    """One client.

    Args:
        reader: what it says; its limit should be small.
        writer: to answer.
        patience: how much it may cost.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        patience: Patience | None = None,
    ) -> None:
        self.reader = reader
        self.writer = writer
        self.patience = patience or Patience()
        self._buffer = b""
        self._said: list[str] = []
        self.has_kept()

    def has_kept(self) -> None:
        """A mail of its was taken: it starts anew."""
        self._mistakes = self._commands = 0
        self._since = time.monotonic()

    def say(self, *lines: str) -> None:
        """Answer; sent before the next thing is awaited. A syntax error counts as a mistake."""
        self._mistakes += lines[-1].startswith("50")
        self._said += lines

    async def flush(self) -> None:
        """Send what was said."""
        if self._said:
            self.writer.write("".join(f"{line}\r\n" for line in self._said).encode())
            self._said.clear()
            await self.writer.drain()

    async def command(self) -> str:
        """The next command.

        Raises:
            ClientEndedError: it left, or has cost too much and was told so.
        """
        if self._mistakes > self.patience.mistakes:
            await self.show_out("421 4.7.0 Too many mistakes")
        if self._commands >= self.patience.commands:
            await self.show_out("421 4.7.0 Too many commands")
        self._commands += 1
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > self.patience.line_bytes:
                await self.show_out("500 5.5.2 Line too long")
            await self.flush()
            self._buffer += await self._more(self.patience.idle_s)
        line, self._buffer = self._buffer[: end + 1], self._buffer[end + 1 :]
        if len(line) > self.patience.line_bytes:
            await self.show_out("500 5.5.2 Line too long")
        if not line.endswith(b"\r\n"):
            await self.show_out("500 5.5.2 Bare <LF>")
        return line.decode("utf-8", "replace").strip()

    async def body(self) -> AsyncIterator[bytes]:
        """What comes behind DATA up to CRLF.CRLF, without its dots, in pieces.

        No line end is torn apart. Raises what `command` raises.
        """
        await self.flush()
        ends_at = time.monotonic() + self.patience.body_s
        # A dot in the first line stands behind DATA's own line end.
        held, is_first = b"\r\n", True
        while True:
            data = held + (self._buffer or await self._more(ends_at - time.monotonic()))
            self._buffer = b""
            end = data.find(_END)
            cut = end + 2 if end >= 0 else len(data) - _begun(data)
            if end >= 0:
                self._buffer = data[end + len(_END) :]
            piece, held = data[:cut].replace(b"\r\n.", b"\r\n"), data[cut:]
            if piece and is_first:
                piece, is_first = piece[2:], False
            if piece:
                yield piece
            if end >= 0:
                return

    async def exactly(self, size: int) -> AsyncIterator[bytes]:
        """So many bytes, in pieces. Raises what `command` raises."""
        ends_at = time.monotonic() + self.patience.body_s
        while size:
            data = self._buffer or await self._more(ends_at - time.monotonic())
            piece, self._buffer = data[:size], data[size:]
            size -= len(piece)
            yield piece

    async def show_out(self, line: str) -> NoReturn:
        """Say a last word and end.

        Raises:
            ClientEndedError: always.
        """
        self.say(line)
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(5):
                await self.flush()
        raise ClientEndedError(line)

    async def _more(self, patience_s: float) -> bytes:
        left_s = min(patience_s, self._since + self.patience.quiet_s - time.monotonic())
        try:
            async with asyncio.timeout(max(left_s, 0)):
                data = await self.reader.read(PIECE)
        except TimeoutError:
            await self.show_out("421 4.4.2 Too slow")
        if not data:
            raise ClientEndedError("it left")
        return data


class Spool:
    """One body on its way: small ones stay in memory.

    Args:
        most: bytes; what is longer is not kept.
        folder: of its file; None for the system's.
    """

    def __init__(self, most: int, folder: Path | None = None) -> None:
        self.most = most
        self.size = 0  # of all that came
        self._has_odd_ends = False
        self.error: OSError | None = None  # the disk's
        self._last = b""
        kept = tempfile.SpooledTemporaryFile(  # noqa: SIM115 - `close` is ours
            max_size=IN_MEMORY, dir=str(folder) if folder else None
        )
        self.file = cast("BinaryIO", kept)

    @property
    def is_too_big(self) -> bool:
        """Whether more came than may be kept."""
        return self.size > self.most

    @property
    def has_bare_ends(self) -> bool:
        """Whether a CR or an LF stands alone (RFC 5321 2.3.8)."""
        return self._has_odd_ends or bool(self._last)

    def add(self, piece: bytes) -> None:
        """Take one more piece."""
        self.size += len(piece)
        joined = self._last + piece
        ends = joined.count(b"\r\n")
        has_odd = joined.count(b"\n") != ends or joined.count(b"\r", 0, -1) > ends
        self._has_odd_ends = self._has_odd_ends or has_odd
        self._last = piece[-1:] if piece.endswith(b"\r") else b""
        if self.is_too_big:
            self.close()
        if self.error is not None or self.file.closed:
            return
        try:
            self.file.write(piece)
        except OSError as error:
            self.error = error
            self.close()

    def close(self) -> None:
        """Let go of what was kept."""
        # A disk that is full may refuse this too, and the file is gone all the same.
        with contextlib.suppress(OSError):
            self.file.close()


def _begun(data: bytes) -> int:
    """How many bytes at the end may be the beginning of the end."""
    return next((size for size in range(len(_END) - 1, 0, -1) if data.endswith(_END[:size])), 0)
