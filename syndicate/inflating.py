"""Inflating what servers send compressed, piece by piece, so that a cap can be counted on the way.

No piece that comes out is longer than some 100 KB, whatever went in: a few bytes may stand for
gigabytes.

What a server says of its compression is often not so: it names what is no compression (`utf-8`,
`none`), what the body does not have any more, or nothing at all of a file that is packed with gzip.
So codings are undone as they are named, the last one first; a body that is text already is left as
it is; and what is a file of gzip in the end is unpacked once more.

Source: RFC 9110 8.4; RFC 1952 2.2.
"""

import zlib
from collections.abc import Iterator
from typing import Protocol

import brotli

ACCEPTED = "gzip, deflate, br"
# Codings that there are (RFC 9110 18.6 and what came later) and that we did not ask for.
_OTHERS = frozenset(
    {"compress", "x-compress", "zstd", "exi", "pack200-gzip", "aes128gcm", "dcb", "dcz"}
)
_ZLIB = frozenset({"gzip", "x-gzip", "deflate"})
_MOST_CODINGS = 3
# Files of gzip one behind the other. Each costs a new state and a copy of what follows, and may
# hold nothing; what packs a megabyte in blocks of 64 KB has sixteen.
_MOST_MEMBERS = 1_000
_PIECE = 65_536
_HEAD = 512  # bytes by which a body is judged
# What may come out of one coding and go into the next. The document has a cap of its own.
_MOST_BETWEEN = 50_000_000
_GZIP = b"\x1f\x8b\x08"  # with the one method that it has
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")  # of text in Unicode
_TEXT = (b"<", b"{", b"[")
_BROKEN = "its compression is broken"


class Inflater(Protocol):
    """The state of one body."""

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """What the next chunk of the body inflates to; ValueError when it is not what it says."""

    def finish(self) -> Iterator[bytes]:
        """What is left when no chunk follows; ValueError when the body is not at its end."""


def inflater(encoding: str) -> Inflater:
    """An inflater for one body.

    Args:
        encoding: the Content-Encoding header, in lower case.

    Raises:
        ValueError: the encoding was not asked for.
    """
    named = [each.strip() for each in encoding.split(",")]
    unknown = [each for each in named if each in _OTHERS]
    codings = [each for each in named if each == "br" or each in _ZLIB]
    if unknown or len(codings) > _MOST_CODINGS:
        raise ValueError(f"the encoding {(unknown or [encoding])[0][:40]} was not asked for")
    # Other names are of no coding: `identity`, and `utf-8`, `none` or `aws-chunked` by mistake.
    steps: list[Inflater] = [_Named(each) for each in reversed(codings)]
    return _Chain([*steps, _Unnamed()])


class _Chain:
    """One coding after the other."""

    def __init__(self, steps: list[Inflater]) -> None:
        self._steps = steps
        self._between = [0] * len(steps)

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        return self._from(0, chunk)

    def finish(self) -> Iterator[bytes]:
        for at, step in enumerate(self._steps):
            for piece in step.finish():
                yield from self._from(at + 1, self._counted(at, piece))

    def _from(self, at: int, chunk: bytes) -> Iterator[bytes]:
        if at == len(self._steps):
            yield chunk
            return
        for piece in self._steps[at].pieces(chunk):
            yield from self._from(at + 1, self._counted(at, piece))

    def _counted(self, at: int, piece: bytes) -> bytes:
        self._between[at] += len(piece)
        if at + 1 < len(self._steps) and self._between[at] > _MOST_BETWEEN:
            raise ValueError("it is packed again and again")
        return piece


class _Judged:
    """A body that is judged by its first bytes."""

    def __init__(self) -> None:
        self._head = b""
        self._chosen: Inflater | None = None

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        if self._chosen is None:
            self._head += chunk
            if len(self._head) < _HEAD:
                return
            self._chosen, chunk = self._choose(self._head, is_whole=False), self._head
        yield from self._chosen.pieces(chunk)

    def finish(self) -> Iterator[bytes]:
        if self._chosen is None and self._head:
            self._chosen = self._choose(self._head, is_whole=True)
            yield from self._chosen.pieces(self._head)
        if self._chosen is not None:
            yield from self._chosen.finish()

    def _choose(self, head: bytes, *, is_whole: bool) -> Inflater:
        raise NotImplementedError


class _Named(_Judged):
    """A body of which a coding is named; it may be text nevertheless."""

    def __init__(self, coding: str) -> None:
        super().__init__()
        self._coding = coding

    def _choose(self, head: bytes, *, is_whole: bool) -> Inflater:
        is_text = head.startswith(_MARKS) or head.lstrip().startswith(_TEXT)
        if is_text and not _is_stream(self._coding, head, is_whole=is_whole):
            return _Plain()
        return _Brotli() if self._coding == "br" else _Zlib()


class _Unnamed(_Judged):
    """A body of which no coding is named; it may be a file of gzip nevertheless."""

    def _choose(self, head: bytes, *, is_whole: bool) -> Inflater:
        _ = is_whole
        return _Zlib() if head.startswith(_GZIP) else _Plain()


def _is_stream(coding: str, head: bytes, *, is_whole: bool) -> bool:
    """Whether bytes that look like text begin a stream of a coding nevertheless.

    gzip has a head that no text has. Streams of the others can begin like text, so they are tried.
    """
    if coding in {"gzip", "x-gzip"}:
        return False
    trial = _Brotli() if coding == "br" else _Zlib()
    try:
        for _ in trial.pieces(head):
            pass
        if is_whole:
            trial.finish()
    except ValueError:
        return False
    return True


class _Plain:
    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        yield chunk

    def finish(self) -> Iterator[bytes]:
        """HTTP itself tells where such a body ends."""
        return iter(())


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

    def finish(self) -> Iterator[bytes]:
        if self._has_begun and not self._state.is_finished():
            raise ValueError("it breaks off")
        return iter(())


class _Zlib:
    def __init__(self) -> None:
        self._state = zlib.decompressobj(wbits=47)  # gzip and zlib by their heads
        self._has_begun = self._is_sure = self._is_over = False
        self._members = 1

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        self._has_begun |= bool(chunk)
        while chunk and not self._is_over:
            try:
                part = self._state.decompress(chunk, _PIECE)
            except zlib.error as error:
                if self._is_sure:
                    raise ValueError(_BROKEN) from error
                self._state = zlib.decompressobj(wbits=-15)  # deflate without its zlib head
                self._is_sure = True
                continue
            self._is_sure = True
            chunk = self._state.unconsumed_tail or self._next_member()
            yield part

    def finish(self) -> Iterator[bytes]:
        if self._has_begun and not self._state.eof:
            raise ValueError("it breaks off")
        return iter(())

    def _next_member(self) -> bytes:
        """What follows in a file of gzip that holds several members one behind the other."""
        rest = self._state.unused_data
        if self._state.eof and rest.startswith(_GZIP):
            self._members += 1
            if self._members > _MOST_MEMBERS:
                raise ValueError("it is packed in too many pieces")
            self._state = zlib.decompressobj(wbits=31)
            return rest
        # Else all that follows would be kept, and copied with each chunk.
        self._is_over = self._state.eof and not _GZIP.startswith(rest)
        return b""
