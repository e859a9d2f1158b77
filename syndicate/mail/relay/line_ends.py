r"""The last look at a message before it leaves: nothing in it ends it early, at any server. Pure.

Servers differ in what ends a mail: CRLF.CRLF does, and some have taken `\n.\n`, `\r.\r`, or
`\r\n.\n` for it too. What stands behind is then a mail of its own, in our name (SMTP smuggling,
2023). So a CR or an LF never stands alone, and no line begins with a dot, whatever a story, a name
or a header holds. Blocks are encoded so; this is asked of every message all the same. Blocks are
the same bytes in many messages, and are looked through once.

Source: RFC 5321 2.3.8 and 4.5.2.
"""

from collections.abc import Sequence
from functools import lru_cache

_DOT, _LF = ord("."), ord("\n")


def is_safe(pieces: Sequence[bytes]) -> bool:
    """Whether a message has whole line ends alone, ends with one, and no line begins with a dot.

    Args:
        pieces: of the message, in order.
    """
    is_new_line = True
    for piece in pieces:
        if not piece:
            continue
        if (is_new_line and piece[0] == _DOT) or not _is_whole(piece):
            # A line end may be cut in two between pieces.
            joined = b"".join(pieces)
            return joined[0] != _DOT and _is_whole.__wrapped__(joined) and joined[-1] == _LF
        is_new_line = piece[-1] == _LF
    return is_new_line


@lru_cache(maxsize=1024)
def _is_whole(piece: bytes) -> bool:
    ends = piece.count(b"\r\n")
    return piece.count(b"\n") == ends == piece.count(b"\r") and b"\n." not in piece
