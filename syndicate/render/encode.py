"""Transfer encoding of mail bodies in pieces that can be joined in any choice.

Each piece is encoded once; the same bytes serve DATA, BDAT and DKIM. Rules that make joining safe:

* a quoted-printable piece ends in a soft break or a line end, so that it joins the next one
  invisibly, and a blank at its very end is encoded;
* a base64 piece is padded with blanks to whole lines of 57 bytes, so that it needs no `=` in the
  middle (a few blanks at a line's end or between two tags are seen by nobody);
* no line begins with "." or "From ", none ends in a blank or holds two in a row, each ends in CRLF:
  the bytes are already what DKIM's relaxed canonicalisation makes of them (RFC 6376 3.4.4).

Source: RFC 2045 6.7 and 6.8; design §6.
"""

import base64
import binascii
import re

QUOTED_PRINTABLE = "quoted-printable"
BASE64 = "base64"

_BASE64_LINE_BYTES = 57  # 57 bytes make the 76 characters of RFC 2045 6.8
_QP_LINE = 76
_SOFT_BREAK = b"=\r\n"
# What needs no escaping but for "=": links and most short values, which each copy encodes anew.
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
        encoding: `QUOTED_PRINTABLE` or `BASE64`.

    Returns:
        Lines in CRLF that can stand before and after any other piece in the same encoding.
    """
    unix = text.replace("\r\n", "\n").replace("\r", "\n")
    return _base64(unix) if encoding == BASE64 else _quoted_printable(unix)


def _base64(text: str) -> bytes:
    # Line ends are CRLF in the decoded text too (RFC 2046 4.1.1).
    raw = text.encode().replace(b"\n", b"\r\n")
    padding = b" " * (-len(raw) % _BASE64_LINE_BYTES)
    raw = raw[:-2] + padding + raw[-2:] if raw.endswith(b"\r\n") else raw + padding
    lines = (
        base64.b64encode(raw[start : start + _BASE64_LINE_BYTES])
        for start in range(0, len(raw), _BASE64_LINE_BYTES)
    )
    return b"".join(line + b"\r\n" for line in lines)


def _quoted_printable(text: str) -> bytes:
    raw = text.encode()
    if _PLAIN.fullmatch(raw):
        return _plain_line(raw) + _SOFT_BREAK
    lines = text.split("\n")
    encoded = [_qp_line(line) for line in lines]
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
