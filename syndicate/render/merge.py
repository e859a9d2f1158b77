"""One reader's copy of a mail: blocks that are already encoded, joined by the bits of a choice.

Stored bytes of a block are encoded pieces with merge slots between them:

    piece NUL context ":" name NUL piece …

NUL occurs in no encoded bytes: what `render.cleaned` let through has none. A slot's value is
escaped for its context, then encoded like the rest, by `fill` alone. Blocks follow each other as
frame 0 · (heading, story) by position · frame 1; a block is shown when `choice & mask` is not 0, or
its mask is 0.

A block says in which format it was frozen. In that of today a slot is there because the template
put it there; blocks of the first one are read by `render.earlier`.
"""

import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any, Protocol

from syndicate.render import earlier
from syndicate.render.encode import BASE64, EIGHT_BIT, decoded, encode, is_too_long, recoded
from syndicate.vocabulary.sending import BlockKind

FORMAT = 2
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
        """How its pieces are to be read: `FORMAT`, or `earlier.FORMAT`."""
        ...


@dataclass(frozen=True)
class _Block:
    mask: int
    pieces: tuple[bytes, ...]  # encoded bytes and "context:name" by turns


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
    _copies: dict[int, tuple["_Run", ...]] = field(default_factory=dict, compare=False)
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

    def runs(self, choice: int) -> tuple["_Run", ...]:
        """The copy of a choice with its slots still open; the last few choices are kept."""
        found = self._copies.get(choice)
        if found is None:
            if len(self._copies) >= _KEPT_CHOICES:
                del self._copies[next(iter(self._copies))]
            found = self._copies[choice] = tuple(_runs(self, choice))
        return found


@dataclass(frozen=True)
class _Run:
    """Encoded bytes up to a slot, or to the end.

    Attributes:
        slot: (context, name, encoding) of what follows, None at the end.
    """

    content: bytes
    slot: tuple[str, str, str] | None


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
        yield _Block(row.mask, segments)


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
    for run in content.runs(choice):
        out.append(run.content)
        if run.slot is not None:
            context, name, encoding = run.slot
            out.append(fill(context, slots[name], encoding))
    return tuple(out)


def _runs(content: Content, choice: int) -> Iterator[_Run]:
    boundary = str(content.headers["boundary"]).encode()
    current: list[bytes] = []
    parts = (("plain", content.text, "text_encoding"), ("html", content.html, "html_encoding"))
    for subtype, blocks, encoding_key in parts:
        encoding = str(content.headers[encoding_key])
        current.append(
            b"--%b\r\nContent-Type: text/%b; charset=utf-8\r\nContent-Transfer-Encoding: %b\r\n\r\n"
            % (boundary, subtype.encode(), encoding.encode())
        )
        for index, piece in _pieces(blocks, choice):
            if index % 2:
                context, name = piece.decode().split(":")
                yield _Run(b"".join(current), (context, name, encoding))
                current = []
            else:
                current.append(piece)
        current.append(b"\r\n")
    current.append(b"--%b--\r\n" % boundary)
    yield _Run(b"".join(current), None)


def _pieces(blocks: Sequence[_Block], choice: int) -> Iterator[tuple[int, bytes]]:
    for block in blocks:
        if block.mask == 0 or block.mask & choice:
            yield from enumerate(block.pieces)


def fill(context: str, value: str, encoding: str) -> bytes:
    """Escape a slot's value for its context, then encode it.

    Args:
        context: "attribute" (the value becomes a whole `href="…"`), "html" or "text".
        value: as it is, unescaped.
        encoding: of the part that it stands in.
    """
    if context == "attribute":
        return encode(f'href="{html.escape(value)}"', encoding)
    return encode(html.escape(value) if context == "html" else value, encoding)


def _in_base64(blocks: Sequence[_Block]) -> tuple[_Block, ...]:
    return tuple(
        _Block(
            block.mask,
            tuple(
                piece if index % 2 else recoded(piece, EIGHT_BIT, BASE64)
                for index, piece in enumerate(block.pieces)
            ),
        )
        for block in blocks
    )


def in_eight_bit(stored: bytes, encoding: str) -> bytes:
    """A stored block's bytes as 8bit ones; slots stay."""
    return SLOT_MARK.join(
        piece if index % 2 else recoded(piece, encoding, EIGHT_BIT)
        for index, piece in enumerate(stored.split(SLOT_MARK))
    )


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
