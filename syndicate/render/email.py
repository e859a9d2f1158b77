"""Mails from templates: rendered once, inlined once, cut into blocks, encoded once.

A template marks its blocks with comments that survive inlining:

    <!--heading:0:7--> … <!--/-->      shown when a story of bits 0-2 (mask 7) is shown
    <!--story:0:1--> … <!--/-->

What stands outside is the frame: before the first block position 0, after the last position 1. A
slot is written `slot:NAME`; in HTML as the whole value of an href, or as text. Source: design §6.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from premailer import Premailer

from syndicate.errors import OversizeError
from syndicate.render.encode import encode, smaller
from syndicate.render.environment import environment
from syndicate.render.merge import SLOT_MARK

# Gmail clips at 102 KB and hides the unsubscribe link with the rest (notes/mail A1.10).
MAX_HTML_BYTES = 90_000
_BLOCK = re.compile(r"<!--(heading|story):(\d+):(\d+)-->(.*?)<!--/-->\n?", re.DOTALL)
_HTML_SLOT = re.compile(r'(href=)?("?)slot:([a-z_]+)\2')
_TEXT_SLOT = re.compile(r"slot:([a-z_]+)")


@dataclass(frozen=True)
class Block:
    """One encoded block, ready to be stored as `mailing_content`."""

    kind: str
    position: int
    mask: int
    html: bytes
    text: bytes
    headers: Mapping[str, Any] | None = None


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
        OversizeError: the decoded HTML is over 90 KB with every story in it.
        jinja2.UndefinedError: the template uses a name that the context lacks.
    """
    jinja = environment(language)
    subject = " ".join(jinja.get_template(f"mail/{message}/subject.txt").render(context).split())
    page = inline(jinja.get_template(f"mail/{message}/body.html").render(context))
    plain = jinja.get_template(f"mail/{message}/body.txt").render(context)
    size = len(_BLOCK.sub(lambda found: found[4], page).encode())
    if size > MAX_HTML_BYTES:
        raise OversizeError(
            f"The mail {message} has {size} bytes of HTML, more than the {MAX_HTML_BYTES} that "
            "readers' programs show whole; give it fewer stories.",
            size_bytes=size,
        )
    return Rendered(language, subject, _encoded(page, plain), size)


def inline(page: str) -> str:
    """Inline a page's CSS into its elements.

    A `<style data-premailer="ignore">` stays as it is, for phones and dark screens.

    Never touches the network (notes/web 0.2) and keeps `!important`, without which the dark colours
    lose against the inlined ones (notes/mail 0.5).
    """
    inlined: str = Premailer(
        page,
        allow_network=False,
        strip_important=False,
        cssutils_logging_level="CRITICAL",
        disable_validation=True,
        disable_leftover_css=True,
    ).transform()
    body = inlined[inlined.index("<html") :]
    return f"<!DOCTYPE html>\n{body}"


@dataclass(frozen=True)
class _Cut:
    kind: str
    position: int
    mask: int
    content: str


def cut(document: str) -> tuple[_Cut, ...]:
    """Cut a rendered document at its markers: frame 0, the blocks in order, frame 1."""
    cuts: list[_Cut] = []
    end = 0
    for found in _BLOCK.finditer(document):
        if not cuts:
            cuts.append(_Cut("frame", 0, 0, document[: found.start()]))
        cuts.append(_Cut(found[1], int(found[2]), int(found[3]), found[4]))
        end = found.end()
    cuts.append(_Cut("frame", 1 if cuts else 0, 0, document[end:]))
    return tuple(cuts)


def _encoded(page: str, plain: str) -> tuple[Block, ...]:
    html_encoding, text_encoding = smaller(page), smaller(plain)
    headers = {
        # "=_" occurs in neither encoding, so no body can hold the boundary (RFC 2045 6.7).
        "boundary": f"=_{hashlib.sha256((page + plain).encode()).hexdigest()[:24]}",
        "html_encoding": html_encoding,
        "text_encoding": text_encoding,
    }
    texts = {(piece.kind, piece.position): piece.content for piece in cut(plain)}
    return tuple(
        Block(
            piece.kind,
            piece.position,
            piece.mask,
            _with_slots(_html_pieces(piece.content), html_encoding),
            _with_slots(_text_pieces(texts[piece.kind, piece.position]), text_encoding),
            headers if (piece.kind, piece.position) == ("frame", 0) else None,
        )
        for piece in cut(page)
    )


def _with_slots(pieces: Iterator[str], encoding: str) -> bytes:
    return b"".join(
        SLOT_MARK + piece.encode() + SLOT_MARK if index % 2 else encode(piece, encoding)
        for index, piece in enumerate(pieces)
    )


def _html_pieces(content: str) -> Iterator[str]:
    end = 0
    for found in _HTML_SLOT.finditer(content):
        yield content[end : found.start()]
        yield f"{'attribute' if found[1] else 'html'}:{found[3]}"
        end = found.end()
    yield content[end:]


def _text_pieces(content: str) -> Iterator[str]:
    end = 0
    for found in _TEXT_SLOT.finditer(content):
        yield content[end : found.start()]
        yield f"text:{found[1]}"
        end = found.end()
    yield content[end:]
