"""Transfer encoding of mail bodies in pieces that can be joined in any choice.

Each piece is encoded once; the same bytes serve DATA, BDAT and DKIM. Rules that make joining safe:

* a quoted-printable piece ends in a soft break or a line end, so that it joins the next one
  invisibly, and a blank at its very end is encoded;
* an 8bit piece is the text itself, with lines of 300 bytes at most, broken where a blank was: half
  of base64 for Arabic, for relays that take it (RFC 6152);
* base64 pieces are decoded again and joined as bytes (`render.joining`): nothing is added to them;
  those of older formats were padded with blanks to whole lines of 57 bytes (`padded`);
* no line begins with "." or "From ", none ends in a blank or holds two in a row, each ends in CRLF:
  the bytes are already what DKIM's relaxed canonicalisation makes of them (RFC 6376 3.4.4), but
  for `-- ` in 8bit.

Source: RFC 2045 6.7 and 6.8.
"""

import base64
import binascii
import re

from syndicate.render.joining import LINE_BYTES, lines

QUOTED_PRINTABLE = "quoted-printable"
BASE64 = "base64"
EIGHT_BIT = "8bit"

_QP_LINE = 76
_SOFT_BREAK = b"=\r\n"
MAX_LINE = 998  # RFC 5322 2.1.1
# What needs no escaping but for "=": links and most short values, which each copy encodes anew.
# Two open ends and a slot's value between them stay within the 998 of RFC 5322 2.1.1.
_EIGHT_BIT_LINE = 300
# Behind this line stands what is not the letter: who sent it and how to leave (RFC 3676 4.3).
SIGNATURE = "-- "
_BLANKS = re.compile(r"[ \t]+")
_PLAIN = re.compile(rb"[!-~]+(?: [!-~]+)*")


def smaller(text: str) -> str:
    """The encoding that makes a text shorter on the wire: base64 for Arabic, mostly."""
    raw = text.encode()
    escaped = sum(1 for byte in raw if byte > 126 or byte == 61)  # noqa: PLR2004 - beyond "~", "="
    return BASE64 if len(raw) + 2 * escaped > len(raw) * 78 / 57 else QUOTED_PRINTABLE


def encode(text: str, encoding: str) -> bytes:
    """Encode one piece.

    Args:
        text: the piece, any line ends.
        encoding: `QUOTED_PRINTABLE`, `BASE64` or `EIGHT_BIT`.

    Returns:
        Lines in CRLF that can stand before and after any other piece in the same encoding; in
        base64 by way of `render.joining` alone.
    """
    if encoding == BASE64:
        return lines(with_line_ends(text))
    return _eight_bit(_unix(text)) if encoding == EIGHT_BIT else _quoted_printable(_unix(text))


def with_line_ends(text: str) -> bytes:
    """A text's UTF-8 with line ends in CRLF, as it is before encoding too (RFC 2046 4.1.1)."""
    return _unix(text).encode().replace(b"\n", b"\r\n")


def padded(text: str, encoding: str) -> bytes:
    """Encode one piece as older formats have it, so that what they froze keeps its bytes.

    Returns:
        In base64 whole lines without `=`, with up to 56 blanks; else what `encode` returns.
    """
    return _padded(with_line_ends(text)) if encoding == BASE64 else encode(text, encoding)


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def is_too_long(piece: bytes) -> bool:
    """Whether an 8bit piece has a line that no relay need take, for want of blanks to break it at.

    Its first and its last line are open: what comes before and after adds to them.
    """
    first, *closed, last = piece.split(b"\r\n") if b"\r\n" in piece else (piece, b"")
    is_open_long = max(len(first), len(last)) > _EIGHT_BIT_LINE
    return is_open_long or any(len(line) > MAX_LINE for line in closed)


def decoded(piece: bytes, encoding: str) -> bytes:
    """The UTF-8 of one encoded piece, with line ends in CRLF."""
    if encoding == EIGHT_BIT:
        return piece
    return base64.b64decode(piece) if encoding == BASE64 else binascii.a2b_qp(piece)


def _eight_bit(text: str) -> bytes:
    *closed_lines, last = text.split("\n")
    out = [part for line in closed_lines for part in _wrapped(_closed(line))]
    # The last line is open: a blank at its end becomes a line end, which shows the same.
    squeezed = _BLANKS.sub(" ", last)
    closed = squeezed.rstrip(" ")
    out += _wrapped(closed)
    return b"\r\n".join(out) + (b"\r\n" if closed != squeezed else b"")


def _closed(line: str) -> str:
    """A whole line without doubled blanks and without one at its end."""
    return line if line == SIGNATURE else _BLANKS.sub(" ", line).rstrip(" ")


def _wrapped(line: str) -> list[bytes]:
    """A line without doubled blanks, broken at blanks; none begins with "." or "From "."""
    rest = line.encode()
    parts: list[bytes] = []
    while len(rest) > _EIGHT_BIT_LINE:
        end = rest.rfind(b" ", 0, _EIGHT_BIT_LINE)
        end = end if end > 0 else rest.find(b" ", 1)
        if end < 0:
            break
        parts.append(rest[:end])
        rest = rest[end + 1 :]
    parts.append(rest)
    return [b" " + part if part.startswith((b".", b"From ")) else part for part in parts]


def _padded(raw: bytes) -> bytes:
    padding = b" " * (-len(raw) % LINE_BYTES)
    raw = raw[:-2] + padding + raw[-2:] if raw.endswith(b"\r\n") else raw + padding
    return lines(raw)


def _quoted_printable(text: str) -> bytes:
    raw = text.encode()
    if _PLAIN.fullmatch(raw):
        return _plain_line(raw) + _SOFT_BREAK
    encoded = [_qp_line(line) for line in text.split("\n")]
    # The text's own last line is open: it ends in a soft break and the next piece goes on.
    joined = b"\r\n".join(encoded)
    return joined + _SOFT_BREAK if encoded[-1] else joined


def _plain_line(raw: bytes) -> bytes:
    """A line of printable ASCII with single blanks, several times faster than `_qp_line`."""
    escaped = raw.replace(b"=", b"=3D")
    out: list[bytes] = []
    start = 0
    while len(escaped) - start > _QP_LINE - 1:
        end = start + _QP_LINE - 2
        # No escape is torn apart.
        torn = escaped.rfind(b"=", end - 2, end)
        end = end if torn < 0 else torn
        out.append(_started(escaped[start:end]) + b"=")
        start = end
    out.append(_started(escaped[start:]))
    return b"\r\n".join(out)


def _started(line: bytes) -> bytes:
    return _safe_start(line[:1]) + line[1:]


def _qp_line(line: str) -> bytes:
    tokens = _tokens(line)
    out: list[bytes] = []
    current = b""
    for token in tokens:
        if len(current) + len(token) > _QP_LINE - 1:
            out.append(current + b"=")
            current = b""
        if not current:
            token = _safe_start(token)  # noqa: PLW2901 - only this token stands at the line's start
        current += token
    out.append(current)
    return b"\r\n".join(out)


def _tokens(line: str) -> list[bytes]:
    raw = binascii.b2a_qp(line.encode(), quotetabs=True, istext=False, header=False)
    raw = raw.replace(b"=\n", b"")
    tokens: list[bytes] = []
    position = 0
    while position < len(raw):
        size = 3 if raw[position : position + 1] == b"=" else 1
        tokens.append(raw[position : position + size])
        position += size
    blank = b"=20"
    return [
        b" " if token == blank and blank not in (before, after) else token
        for before, token, after in zip([b"", *tokens], tokens, [*tokens[1:], blank], strict=False)
    ]


def _safe_start(token: bytes) -> bytes:
    # A leading dot would need stuffing, "From " is rewritten by some stores (RFC 4155).
    return {b".": b"=2E", b"F": b"=46"}.get(token, token)
