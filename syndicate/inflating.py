"""Inflating what servers send compressed, piece by piece, so that a cap can be counted on the way.

No piece that comes out is longer than some 100 KB, whatever went in: a few bytes may stand for
gigabytes.
"""

import zlib
from collections.abc import Iterator
from typing import Protocol

import brotli

ACCEPTED = "gzip, deflate, br"
_PIECE = 65_536
_BROKEN = "its compression is broken"


class Inflater(Protocol):
    """The state of one body."""

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """What the next chunk of the body inflates to; ValueError when it is not what it says."""

    def finish(self) -> None:
        """Say that no chunk follows; ValueError when the body is not at its end."""


def inflater(encoding: str) -> Inflater:
    """An inflater for one body.

    Args:
        encoding: the Content-Encoding header, in lower case.

    Raises:
        ValueError: the encoding was not asked for.
    """
    if encoding in {"", "identity"}:
        return _Plain()
    if encoding == "br":
        return _Brotli()
    if encoding in {"gzip", "x-gzip", "deflate"}:
        return _Zlib()
    raise ValueError(f"the encoding {encoding[:40]} was not asked for")


class _Plain:
    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        yield chunk

    def finish(self) -> None:
        """HTTP itself tells where such a body ends."""


class _Brotli:
    def __init__(self) -> None:
        self._state = brotli.Decompressor()
        self._has_begun = False

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        self._has_begun |= bool(chunk)
        while True:
            try:
                part = self._state.process(chunk, output_buffer_limit=_PIECE)
            except brotli.error as error:
                raise ValueError(_BROKEN) from error
            # It may say that it takes more while it still has something to give.
            if not part and self._state.can_accept_more_data():
                return
            chunk = b""
            yield part

    def finish(self) -> None:
        if self._has_begun and not self._state.is_finished():
            raise ValueError("it breaks off")


class _Zlib:
    def __init__(self) -> None:
        self._state = zlib.decompressobj(wbits=47)  # gzip and zlib by their heads
        self._has_begun = self._is_sure = False

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        self._has_begun |= bool(chunk)
        while chunk:
            try:
                part = self._state.decompress(chunk, _PIECE)
            except zlib.error as error:
                if self._is_sure:
                    raise ValueError(_BROKEN) from error
                self._state = zlib.decompressobj(wbits=-15)  # deflate without its zlib head
                self._is_sure = True
                continue
            self._is_sure = True
            chunk = self._state.unconsumed_tail
            yield part

    def finish(self) -> None:
        if self._has_begun and not self._state.eof:
            raise ValueError("it breaks off")
