"""Marks: how a template says where a slot is, and where a block begins and ends.

    {{ begin("story", 0, 1) }} … {{ end() }}        shown to whoever chose a story of bit 0
    <a href="{{ slot("unsubscribe_url") }}">        each reader's own

What a template writes there is a word that no content holds, and a number; what the number means
stands in a table of the render and never in the document. So nothing that is written in a content
can begin a block, end one, or have a reader's own link put in: it is text, whatever it looks like.

The word is made from the content itself: of 128 bits, the same for the same content, and another
one while it occurs there. It is of letters and figures, which pass through escaping, inlining and a
link's percent-encoding unchanged. When the document is read again, every mark must be there once
and in its order; that a value and its neighbour make up one between them is seen there too.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from syndicate.vocabulary.sending import BlockKind

KINDS = (BlockKind.HEADING, BlockKind.STORY)
_NAME = re.compile("[a-z_]+[0-9]*")
_WORD_DIGITS = 32


@dataclass(frozen=True)
class Slot:
    """Here stands a value of each recipient's own."""

    name: str


@dataclass(frozen=True)
class Begin:
    """Here begins a block, which is shown when `choice & mask` is not 0."""

    kind: str
    position: int
    mask: int


@dataclass(frozen=True)
class End:
    """Here it ends, with the line that it stands on."""


Mark = Slot | Begin | End


def word_for(content: str) -> str:
    """A word that does not occur in a content; the same for the same content."""
    word, digest = "", content.encode("utf-8", "backslashreplace")
    while not word or word in content:
        digest = hashlib.sha256(digest).digest()
        word = f"k{digest.hex()[:_WORD_DIGITS]}"
    return word


class Marks:
    """The marks of one document.

    Args:
        word: that does not occur in its content.
        is_html: blocks are marked by comments then, which inlining leaves where they are.
    """

    def __init__(self, word: str, *, is_html: bool) -> None:
        self._word = word
        self._is_html = is_html
        self._meanings: list[Mark] = []
        self._pattern = re.compile(f"{word}x([0-9]+)x")

    def names(self) -> dict[str, Callable[..., Markup]]:
        """What a template may call."""
        return {"slot": self._slot, "begin": self._begin, "end": self._end}

    def read(self, document: str) -> list[str | Mark]:
        """The document taken apart: text, mark, text, mark, … text.

        Raises:
            ValueError: a mark is missing, doubled or out of its order.
        """
        pieces = self._pattern.split(document)
        numbers = [int(each) for each in pieces[1::2]]
        if numbers != list(range(len(self._meanings))):
            raise ValueError("the template's marks are not in the document one by one")
        parts: list[str | Mark] = [*pieces]
        parts[1::2] = self._meanings
        self._take_in_comments(parts)
        return parts

    def _take_in_comments(self, parts: list[str | Mark]) -> None:
        """Take away what belongs to a block's mark: its comment, and the line that it ends."""
        opening, closing = ("<!--", "-->") if self._is_html else ("", "")
        for index in range(1, len(parts), 2):
            before, mark, after = str(parts[index - 1]), parts[index], str(parts[index + 1])
            if isinstance(mark, Slot):
                continue
            if not (before.endswith(opening) and after.startswith(closing)):
                raise ValueError("a block's mark does not stand for itself")
            after = after.removeprefix(closing)
            parts[index - 1] = before.removesuffix(opening)
            parts[index + 1] = after.removeprefix("\n") if isinstance(mark, End) else after

    def _slot(self, name: str) -> Markup:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a slot")
        return self._written(Slot(name))

    def _begin(self, kind: str, position: int, mask: int) -> Markup:
        if kind not in KINDS:
            raise ValueError(f"{kind!r} is no kind of block")
        return self._written(Begin(kind, int(position), int(mask)))

    def _end(self) -> Markup:
        return self._written(End())

    def _written(self, mark: Mark) -> Markup:
        reference = f"{self._word}x{len(self._meanings)}x"
        self._meanings.append(mark)
        is_comment = self._is_html and not isinstance(mark, Slot)
        return Markup(f"<!--{reference}-->" if is_comment else reference)  # noqa: S704 - no content


@dataclass(frozen=True)
class Cut:
    """One block of a document, or a piece of its frame.

    Attributes:
        kind: frame, heading or story.
        position: 0 is the frame before the first block, 1 the frame after the last.
        mask: the bits of a choice that show it; 0 shows it always.
        parts: text, slot, text, slot, … text.
    """

    kind: str
    position: int
    mask: int
    parts: tuple[str | Slot, ...]

    @property
    def size_bytes(self) -> int:
        """Of its text in UTF-8, its slots not counted."""
        return sum(len(part.encode()) for part in self.parts if isinstance(part, str))


def cut(parts: Sequence[str | Mark]) -> tuple[Cut, ...]:
    """Cut a document that was read at its blocks: frame 0, the blocks in order, frame 1.

    Raises:
        ValueError: a block lies in another, has no end, comes twice, or something stands between
            two of them, where nobody would ever see it.
    """
    blocks: list[Cut] = []
    gaps: list[list[str | Slot]] = [[]]
    opened: Begin | None = None
    inside: list[str | Slot] = []
    for part in parts:
        if isinstance(part, (Begin, End)):
            if isinstance(part, Begin) == (opened is not None):
                raise ValueError("a block lies in another, or ends without a beginning")
            if opened is not None:
                blocks.append(Cut(opened.kind, opened.position, opened.mask, tuple(inside)))
                gaps.append([])
                inside = []
            opened = part if isinstance(part, Begin) else None
        else:
            (gaps[-1] if opened is None else inside).append(part)
    _check(blocks, gaps, opened)
    first, last = tuple(gaps[0]), tuple(gaps[-1])
    frame = Cut(BlockKind.FRAME, 0, 0, first)
    return (frame, *blocks, Cut(BlockKind.FRAME, 1, 0, last)) if blocks else (frame,)


def _check(
    blocks: Sequence[Cut], gaps: Sequence[Sequence[str | Slot]], opened: Begin | None
) -> None:
    if opened is not None:
        raise ValueError("a block has no end")
    keys = {(block.kind, block.position) for block in blocks}
    if len(keys) < len(blocks):
        raise ValueError("two blocks of a kind stand at the same position")
    between = [part for gap in gaps[1:-1] for part in gap]
    if any(isinstance(part, Slot) or part.strip() for part in between):
        raise ValueError("something stands between two blocks")
