"""One reader's copy of a mail: blocks that are already encoded, joined by the bits of a choice.

Stored bytes of a block are encoded pieces with merge slots between them:

    piece NUL context ":" name NUL piece …

NUL occurs in no encoded bytes: what `render.cleaned` let through has none. A slot's value is
escaped for its context, then encoded like the rest, by `fill` alone. Blocks follow each other as
frame 0 · (heading, story) by position · frame 1; a block is shown when `choice & mask` is not 0, or
its mask is 0.

A block says in which format it was frozen, so that what older code froze keeps its bytes:

    1   slots are told by their looks, and read by `render.earlier`; base64 is padded with blanks
    2   a slot is there because the template put it there; base64 is padded with blanks
    3   base64 is joined without a blank (`render.joining`)
"""

import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import groupby
from operator import or_
from typing import Any, Protocol

from syndicate.render import earlier
from syndicate.render.encode import (
    BASE64,
    EIGHT_BIT,
    decoded,
    encode,
    is_too_long,
    padded,
    with_line_ends,
)
from syndicate.render.joining import Exact, lines
from syndicate.vocabulary.sending import BlockKind

FORMAT = 3
_PADDED = frozenset({earlier.FORMAT, 2})
SLOT_MARK = b"\x00"
# Readers who chose the same share all but their links; so many choices of 70 KB are kept ready.
_KEPT_CHOICES = 128
_NEEDED = frozenset({"boundary", "html_encoding", "text_encoding"})
_KIND_ORDER: Mapping[str, int] = {BlockKind.HEADING: 0, BlockKind.STORY: 1}


class StoredBlock(Protocol):
    """A row of `mailing_content`, or a block fresh from `render.email`."""

    @property
    def kind(self) -> str:
        """frame, heading or story."""
        ...

    @property
    def position(self) -> int:
        """Place among its kind; a heading has that of its first story."""
        ...

    @property
    def mask(self) -> int:
        """The bits of a choice that show it; 0 shows it always."""
        ...

    @property
    def html(self) -> bytes:
        """Encoded pieces of the HTML part."""
        ...

    @property
    def text(self) -> bytes:
        """Encoded pieces of the text part."""
        ...

    @property
    def headers(self) -> Mapping[str, Any] | None:
        """Of frame 0: what is the same for every recipient."""
        ...

    @property
    def format(self) -> int:
        """How its pieces are to be read: `FORMAT`, or an older one."""
        ...


@dataclass(frozen=True)
class _Block:
    mask: int
    pieces: tuple[bytes, ...]  # encoded bytes and "context:name" by turns
    is_padded: bool  # with blanks, in base64


@dataclass(frozen=True)
class Content:
    """Everything of one version in one language that a copy is joined from.

    Attributes:
        headers: the frame's constants: subject, from_name, boundary, html_encoding, …
        shown: the bits of the stories that it holds; 0 in a mail that has none.
    """

    headers: Mapping[str, Any]
    text: tuple[_Block, ...]
    html: tuple[_Block, ...]
    shown: int = 0
    _copies: dict[int, tuple["_Item", ...]] = field(default_factory=dict, compare=False)
    _seven_bit: list["Content"] = field(default_factory=list, compare=False)

    @classmethod
    def load(cls, rows: Iterable[StoredBlock], message: str = "") -> "Content":
        """Put stored blocks into the order in which they are read.

        Args:
            rows: of one version in one language.
            message: folder under templates/mail that they were rendered from; blocks of the first
                format get the slots of no other.

        Raises:
            ValueError: the stored bytes are no pieces of a mail.
        """
        ordered = sorted(rows, key=_reading_order)
        headers = ordered[0].headers or {}
        if not headers.keys() >= _NEEDED:
            raise ValueError("the first block is no frame that says how it is encoded")
        return cls(
            headers=headers,
            text=tuple(_blocks(ordered, "text", message, headers)),
            html=tuple(_blocks(ordered, "html", message, headers)),
            shown=reduce(or_, (row.mask for row in ordered if row.kind == BlockKind.STORY), 0),
        )

    @property
    def is_eight_bit(self) -> bool:
        """Whether a relay must offer 8BITMIME to take it (RFC 6152)."""
        return EIGHT_BIT in (self.headers["html_encoding"], self.headers["text_encoding"])

    def seven_bit(self) -> "Content":
        """The same in base64 where it is 8bit now, for a relay that takes no other."""
        if not self._seven_bit:
            self._seven_bit.append(self._recoded())
        return self._seven_bit[0]

    def _recoded(self) -> "Content":
        keys = ("text_encoding", "html_encoding")
        changed = {key: BASE64 for key in keys if self.headers[key] == EIGHT_BIT}
        return Content(
            headers={**self.headers, **changed},
            text=_in_base64(self.text) if "text_encoding" in changed else self.text,
            html=_in_base64(self.html) if "html_encoding" in changed else self.html,
            shown=self.shown,
        )

    def items(self, choice: int) -> tuple["_Item", ...]:
        """The copy of a choice with its slots still open; the last few choices are kept."""
        found = self._copies.get(choice)
        if found is None:
            if len(self._copies) >= _KEPT_CHOICES:
                del self._copies[next(iter(self._copies))]
            found = self._copies[choice] = tuple(_joined(_items(self, choice)))
        return found


@dataclass(frozen=True)
class _Slot:
    """Here stands a value of the recipient's own."""

    context: str
    name: str
    encoding: str
    is_padded: bool


# Bytes as they are sent; bytes that are encoded with their neighbours; a value of the reader's own.
_Item = bytes | Exact | _Slot


def _blocks(
    ordered: Sequence[StoredBlock], part: str, message: str, headers: Mapping[str, Any]
) -> Iterator[_Block]:
    last = max((row.position for row in ordered if row.kind == BlockKind.FRAME), default=0)
    for row in ordered:
        stored: bytes = getattr(row, part)
        segments = tuple(stored.split(SLOT_MARK))
        if row.format == earlier.FORMAT:
            is_last = (row.kind, row.position) == (BlockKind.FRAME, last)
            allowed = earlier.slots_of(message, part) if is_last else ()
            segments = earlier.pieces(segments, allowed, str(headers[f"{part}_encoding"]))
        yield _Block(row.mask, segments, row.format in _PADDED)


def merge(content: Content, choice: int, slots: Mapping[str, str]) -> tuple[bytes, ...]:
    """Join one reader's MIME body.

    Args:
        content: the mailing's blocks in the reader's language.
        choice: bitmap over story positions.
        slots: values by slot name, unescaped.

    Returns:
        The body of a multipart/alternative message from its first boundary line to its last, in
        pieces; every line ends in CRLF and none needs dot-stuffing.

    Raises:
        KeyError: a slot of the template has no value.
    """
    out: list[bytes] = []
    left = b""
    for item in content.items(choice):
        value = _filled(item, slots[item.name]) if isinstance(item, _Slot) else item
        if isinstance(value, Exact):
            left = value.after(left, out)
        else:
            out.append(lines(left) + value if left else value)
            left = b""
    return tuple(out)


def _filled(slot: _Slot, value: str) -> bytes | Exact:
    escaped = fill(slot.context, value)
    if slot.is_padded:
        return padded(escaped, slot.encoding)
    if slot.encoding == BASE64:
        return Exact(with_line_ends(escaped))
    return encode(escaped, slot.encoding)


def _items(content: Content, choice: int) -> Iterator[_Item]:
    boundary = str(content.headers["boundary"]).encode()
    parts = (("plain", content.text, "text_encoding"), ("html", content.html, "html_encoding"))
    for subtype, blocks, encoding_key in parts:
        encoding = str(content.headers[encoding_key])
        yield (
            b"--%b\r\nContent-Type: text/%b; charset=utf-8\r\nContent-Transfer-Encoding: %b\r\n\r\n"
            % (boundary, subtype.encode(), encoding.encode())
        )
        for block in blocks:
            if block.mask == 0 or block.mask & choice:
                yield from _of_block(block, encoding)
        yield b"\r\n"
    yield b"--%b--\r\n" % boundary


def _of_block(block: _Block, encoding: str) -> Iterator[_Item]:
    is_exact = encoding == BASE64 and not block.is_padded
    for index, piece in enumerate(block.pieces):
        if index % 2:
            context, name = piece.decode().split(":")
            yield _Slot(context, name, encoding, block.is_padded)
        elif piece:
            yield Exact(decoded(piece, BASE64)) if is_exact else piece


def _joined(items: Iterable[_Item]) -> Iterator[_Item]:
    """The same with neighbours of a kind made one."""
    for kind, run in groupby(items, type):
        if kind is bytes:
            yield b"".join(item for item in run if isinstance(item, bytes))
        elif kind is Exact:
            yield Exact(b"".join(item.raw for item in run if isinstance(item, Exact)))
        else:
            yield from run


def fill(context: str, value: str) -> str:
    """Escape a slot's value for its context.

    Args:
        context: "attribute" (the value becomes a whole `href="…"`), "html" or "text".
        value: as it is, unescaped.
    """
    if context == "attribute":
        return f'href="{html.escape(value)}"'
    return html.escape(value) if context == "html" else value


def _in_base64(blocks: Sequence[_Block]) -> tuple[_Block, ...]:
    return tuple(
        replace(
            block,
            pieces=tuple(
                piece if index % 2 else _recoded(piece, is_padded=block.is_padded)
                for index, piece in enumerate(block.pieces)
            ),
        )
        for block in blocks
    )


def _recoded(piece: bytes, *, is_padded: bool) -> bytes:
    """A piece in 8bit as base64. What was stored long ago is sent as well as it can be."""
    words = piece.decode(errors="replace")
    return padded(words, BASE64) if is_padded else encode(words, BASE64)


def in_eight_bit(stored: bytes, encoding: str) -> bytes:
    """A stored block's bytes as 8bit ones; slots stay."""
    return SLOT_MARK.join(
        piece if index % 2 else _eight_bit(decoded(piece, encoding))
        for index, piece in enumerate(stored.split(SLOT_MARK))
    )


def _eight_bit(raw: bytes) -> bytes:
    return encode(raw.decode(errors="replace"), EIGHT_BIT)


def has_long_line(stored: bytes) -> bool:
    """Whether a block in 8bit has a line that is longer than a mail's may be; slots are short."""
    return any(is_too_long(piece) for piece in stored.split(SLOT_MARK)[::2])


def share_beyond_ascii(stored: Iterable[bytes], encoding: str) -> float:
    """How much of a part's bytes, with every block in it, are beyond ASCII: 0 to 1."""
    raw = b"".join(
        decoded(piece, encoding) for block in stored for piece in block.split(SLOT_MARK)[::2]
    )
    return sum(byte > 127 for byte in raw) / max(1, len(raw))  # noqa: PLR2004 - ASCII's end


def _reading_order(block: StoredBlock) -> tuple[int, int, int]:
    if block.kind == BlockKind.FRAME:
        return (0 if block.position == 0 else 2, 0, 0)
    return (1, block.position, _KIND_ORDER[block.kind])
