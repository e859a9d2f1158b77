"""Mails from templates: rendered once, inlined once, cut into blocks, encoded once.

A template says by marks where its blocks begin and end and where its slots are (`render.marks`):

    {{ begin("heading", 0, 7) }} … {{ end() }}      shown when a story of bits 0-2 (mask 7) is shown
    {{ begin("story", 0, 1) }} … {{ end() }}

What stands outside is the frame: before the first block position 0, after the last position 1. A
slot is `{{ slot("NAME") }}`; in HTML as the whole value of an href, or as text. A subject has none.

What a template is given is cleaned first (`render.cleaned`). No content can make a mark.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from premailer import Premailer

from syndicate.errors import OversizeError, SyndicateError, UnrenderableError
from syndicate.render import marks
from syndicate.render.cleaned import cleaned
from syndicate.render.encode import encode, smaller
from syndicate.render.environment import environment
from syndicate.render.marks import Cut, Marks, Slot
from syndicate.render.merge import FORMAT, SLOT_MARK
from syndicate.vocabulary.sending import BlockKind

# Gmail clips at 102 KB and hides the unsubscribe link with the rest.
MAX_HTML_BYTES = 90_000
# Inlining may shorten a page, most where five signs of an escaped one become one. What is ten times
# too long before it is too long after it, and is not worth the memory.
_MAX_BEFORE_INLINING = 10 * MAX_HTML_BYTES
# Relays refuse a header without end, and no program shows more.
_MAX_SUBJECT = 500
# Pixels: what a column of 600 leaves between its margins.
PICTURE_WIDTH = 544
_HREF = 'href="'


@dataclass(frozen=True)
class Block:
    """One encoded block, ready to be stored as `mailing_content`."""

    kind: str
    position: int
    mask: int
    html: bytes
    text: bytes
    headers: Mapping[str, Any] | None = None
    format: int = FORMAT


@dataclass(frozen=True)
class Rendered:
    """A mail in one language, cut and encoded.

    Attributes:
        language: of the frame.
        subject: one line of text.
        blocks: frames, headings and stories; frame 0 carries the encodings and the boundary.
        html_bytes: size of the whole decoded HTML with every story in it.
    """

    language: str
    subject: str
    blocks: tuple[Block, ...]
    html_bytes: int


def render(message: str, language: str, context: Mapping[str, Any]) -> Rendered:
    """Render a mail of many readers or of one.

    Args:
        message: folder under templates/mail: subject.txt, body.html and body.txt.
        language: of the frame, a BCP 47 tag.
        context: plain data for the templates.

    Returns:
        The mail in blocks. The same context gives the same bytes.

    Raises:
        OversizeError: the decoded HTML is over 90 KB with every story in it; `ids["stories"]` has
            the bytes of each story by its mask.
        UnrenderableError: it cannot be made of this context, whatever the reason.
    """
    try:
        return _rendered(message, language, cleaned(context))
    except (SyndicateError, MemoryError):
        raise
    except Exception as error:  # a template may trip over a value in any way there is
        raise UnrenderableError(
            f"The mail {message} cannot be made of what it was given ({type(error).__name__})."
        ) from error


def _rendered(message: str, language: str, values: Mapping[str, Any]) -> Rendered:
    jinja = environment(language)
    word = marks.word_for(repr(values))
    subject = _subject(jinja.get_template(f"mail/{message}/subject.txt").render(values))
    in_html, in_text = Marks(word, is_html=True), Marks(word, is_html=False)
    page = jinja.get_template(f"mail/{message}/body.html").render({**values, **in_html.names()})
    plain = jinja.get_template(f"mail/{message}/body.txt").render({**values, **in_text.names()})
    if len(page) > _MAX_BEFORE_INLINING:
        raise _oversize(message, marks.cut(in_html.read(page)))
    cuts = marks.cut(in_html.read(inline(page)))
    size = sum(each.size_bytes for each in cuts)
    if size > MAX_HTML_BYTES:
        raise _oversize(message, cuts)
    blocks = _encoded(cuts, marks.cut(in_text.read(plain)))
    return Rendered(language, subject, blocks, size)


def _subject(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MAX_SUBJECT else f"{line[: _MAX_SUBJECT - 1]}…"


def _oversize(message: str, cuts: Sequence[Cut]) -> OversizeError:
    size = sum(each.size_bytes for each in cuts)
    return OversizeError(
        f"The mail {message} has {size} bytes of HTML, more than the {MAX_HTML_BYTES} that "
        "readers' programs show whole; give it fewer stories.",
        size_bytes=size,
        stories={each.mask: each.size_bytes for each in cuts if each.kind == BlockKind.STORY},
    )


def inline(page: str) -> str:
    """Inline a page's CSS into its elements.

    A `<style data-premailer="ignore">` stays as it is, for phones and dark screens.

    Never touches the network, and keeps `!important`, without which the dark colours lose against
    the inlined ones. Widths and heights stay as the template wrote them: a picture's are its own
    numbers, and what a style says of it ("auto") is no number.
    """
    inlined: str = Premailer(
        page,
        allow_network=False,
        strip_important=False,
        cssutils_logging_level="CRITICAL",
        disable_validation=True,
        disable_leftover_css=True,
        disable_basic_attributes=["width", "height"],
    ).transform()
    body = inlined[inlined.index("<html") :]
    return f"<!DOCTYPE html>\n{body}"


def _encoded(page: Sequence[Cut], plain: Sequence[Cut]) -> tuple[Block, ...]:
    texts = {_key(each): each for each in plain}
    if texts.keys() != {_key(each) for each in page}:
        raise ValueError("text and HTML do not have the same blocks")
    html_encoding, text_encoding = smaller(_words(page)), smaller(_words(plain))
    headers = {
        # "=_" occurs in neither encoding, so no body can hold the boundary (RFC 2045 6.7); in one
        # that is made 8bit later none holds its own hash.
        "boundary": f"=_{hashlib.sha256((_words(page) + _words(plain)).encode()).hexdigest()[:24]}",
        "html_encoding": html_encoding,
        "text_encoding": text_encoding,
    }
    return tuple(
        Block(
            piece.kind,
            piece.position,
            piece.mask,
            _with_slots(_html_pieces(piece.parts), html_encoding),
            _with_slots(_text_pieces(texts[_key(piece)].parts), text_encoding),
            headers if (piece.kind, piece.position) == (BlockKind.FRAME, 0) else None,
        )
        for piece in page
    )


def _key(piece: Cut) -> tuple[str, int, int]:
    return piece.kind, piece.position, piece.mask


def _words(cuts: Sequence[Cut]) -> str:
    """A document without its slots."""
    return "".join(part for each in cuts for part in each.parts if isinstance(part, str))


def _with_slots(pieces: Iterator[str], encoding: str) -> bytes:
    return b"".join(
        SLOT_MARK + piece.encode() + SLOT_MARK if index % 2 else encode(piece, encoding)
        for index, piece in enumerate(pieces)
    )


def _html_pieces(parts: Sequence[str | Slot]) -> Iterator[str]:
    """Text, slot with its context, text …; a slot that is a link takes its attribute along."""
    opening = ""
    for index in range(0, len(parts) - 1, 2):
        text, slot, after = parts[index], parts[index + 1], parts[index + 2]
        assert isinstance(text, str)  # noqa: S101 - by turns
        assert isinstance(slot, Slot)  # noqa: S101
        assert isinstance(after, str)  # noqa: S101
        is_link = text.endswith(_HREF) and after.startswith('"')
        yield (
            text.removesuffix(_HREF).removeprefix(opening)
            if is_link
            else text.removeprefix(opening)
        )
        yield f"{'attribute' if is_link else 'html'}:{slot.name}"
        opening = '"' if is_link else ""
    yield str(parts[-1]).removeprefix(opening)


def _text_pieces(parts: Sequence[str | Slot]) -> Iterator[str]:
    for part in parts:
        yield f"text:{part.name}" if isinstance(part, Slot) else part
