"""Base64 of pieces joined in any choice is that of the joined bytes, with `=` at its end alone."""

import base64

from hypothesis import given
from hypothesis import strategies as st

from syndicate.render.joining import Exact, lines

# Short ones (a link), and those of several lines, which are encoded once and kept.
RAW = st.binary(max_size=40) | st.binary(min_size=250, max_size=400)


def joined(pieces: list[Exact]) -> bytes:
    out: list[bytes] = []
    left = b""
    for piece in pieces:
        left = piece.after(left, out)
    return b"".join(out) + lines(left)


@given(st.lists(RAW, max_size=8), st.data())
def test_pieces_in_any_choice_decode_to_their_bytes(raws: list[bytes], data: st.DataObject) -> None:
    pieces = [Exact(raw) for raw in raws]
    for _ in range(3):  # what is kept of a piece serves every copy
        chosen = [each for each in pieces if data.draw(st.booleans())]

        encoded = joined(chosen)

        assert base64.b64decode(encoded, validate=False) == b"".join(each.raw for each in chosen)
        assert b"=" not in encoded.rstrip(b"=\r\n")
        assert all(len(line) <= 76 for line in encoded.split(b"\r\n"))
