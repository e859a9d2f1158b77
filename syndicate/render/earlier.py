"""Blocks of the first format, frozen by versions that told marks from content by their looks.

A slot was whatever looked like `slot:NAME` when the block was frozen, a block's mark whatever
looked like `<!--/-->`: a headline could hold either, or a NUL that parted a block's pieces. The
stored bytes do not say any more who wrote them. So each block is read with the slots that its
template put into it, and with no other:

* A mail's own slots stand in its last frame, behind all that others wrote; they are taken from the
  end, in the template's order. No heading and no story has any.
* Every other one was a word of the content, and is written as the word it was.
* What looks like a block's mark is left out of what is shown.

What holds none of this is read as it always was, so that a retry has the bytes of the first try.
Mailings of this format live for some hours after an upgrade, and single messages for seven days.
"""

import re
from collections.abc import Mapping, Sequence

from syndicate.render.encode import decoded, padded

FORMAT = 1
_FOOTER = ("preferences_url", "unsubscribe_url")
# By message and part, in the order in which the templates had them.
_TEMPLATES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "digest": {
        "html": tuple(f"attribute:{name}" for name in _FOOTER),
        "text": tuple(f"text:{name}" for name in _FOOTER),
    },
    "article": {"html": ("attribute:never_url",), "text": ("text:never_url",)},
    "confirmation": {
        "html": ("attribute:confirm_url", "attribute:confirm_url", "html:confirm_url"),
        "text": ("text:confirm_url",),
    },
}
_SAME_AS = {"alert": "digest"}
_SLOT = re.compile(rb"(attribute|html|text):([a-z_]+)")
_BLOCK_MARK = re.compile(r"<!--(?:(?:heading|story):[0-9]+:[0-9]+|/)-->(?:\r?\n)?")


def slots_of(message: str, part: str) -> tuple[str, ...]:
    """The slots that a message's last frame may have, in their order.

    Args:
        message: folder under templates/mail.
        part: "html" or "text".
    """
    return _TEMPLATES.get(_SAME_AS.get(message, message), {}).get(part, ())


def pieces(segments: Sequence[bytes], allowed: Sequence[str], encoding: str) -> tuple[bytes, ...]:
    """A stored block as encoded bytes and slots by turns, its content's words among the bytes.

    Args:
        segments: the stored bytes, parted at each NUL.
        allowed: "context:name" of the slots that the template put there, in their order.
        encoding: of the part.

    Returns:
        The same segments where the block has the allowed slots and no other.
    """
    own = _own(segments, [each.encode() for each in allowed])
    out = [b""]
    for index, segment in enumerate(segments):
        if index in own:
            out += [segment, b""]
        elif _is_slot(segments, index):
            out[-1] += _as_words(segment, out[-1], encoding)
        else:
            out[-1] += segment
    out[::2] = [_without_block_marks(each, encoding) for each in out[::2]]
    return tuple(out)


def _own(segments: Sequence[bytes], allowed: Sequence[bytes]) -> frozenset[int]:
    """Places of the template's own slots: looked for from the end, each once."""
    wanted = list(allowed)
    found = set()
    for index in reversed(range(len(segments))):
        if _is_slot(segments, index) and segments[index] in wanted:
            found.add(index)
            # What a template has behind it was not in this version's, or it would have been met.
            last = len(wanted) - 1 - wanted[::-1].index(segments[index])
            del wanted[last:]
    return frozenset(found)


def _is_slot(segments: Sequence[bytes], index: int) -> bool:
    is_between = 0 < index < len(segments) - 1
    return is_between and _SLOT.fullmatch(segments[index]) is not None


def _as_words(segment: bytes, before: bytes, encoding: str) -> bytes:
    """What a slot that is none was before it was taken for one."""
    context, _, name = segment.decode().partition(":")
    words = f"slot:{name}"
    if context == "attribute":
        words = f'href="{words}"'
    elif context == "html" and _is_whole_attribute(before, encoding):
        words = f'"{words}"'
    return padded(words, encoding)


def _is_whole_attribute(before: bytes, encoding: str) -> bool:
    """Whether an attribute's value was taken with its quotation marks: `alt=` stands before it."""
    page = decoded(before, encoding).decode(errors="replace").rstrip()
    tag = page[page.rfind("<") + 1 :]
    return tag.endswith("=") and ">" not in tag and tag.count('"') % 2 == 0


def _without_block_marks(piece: bytes, encoding: str) -> bytes:
    text = decoded(piece, encoding).decode(errors="replace")
    if _BLOCK_MARK.search(text) is None:
        return piece
    return padded(_BLOCK_MARK.sub("", text), encoding)
