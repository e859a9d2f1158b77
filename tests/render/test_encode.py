"""Pieces encoded apart and joined in any choice read as the text they came from."""

import base64
import quopri
import re

from hypothesis import given
from hypothesis import strategies as st

from syndicate.render.encode import BASE64, QUOTED_PRINTABLE, encode, smaller

TEXT = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
    | st.sampled_from(list(" \t\n.=Fأ\r")),
    max_size=400,
)
ENCODINGS = st.sampled_from([QUOTED_PRINTABLE, BASE64])
ARABIC = "أعلنت الهيئة اليوم عن خطة جديدة للميناء والجسور والأسواق القديمة. " * 40
ENGLISH = "The council agreed today on a new plan for the harbour and the bridges. " * 40


def decoded(raw: bytes, encoding: str) -> str:
    if encoding == BASE64:
        return base64.b64decode(raw, validate=False).decode().replace("\r\n", "\n")
    return quopri.decodestring(raw).decode().replace("\r\n", "\n")


def seen(text: str) -> str:
    """A text as a reader sees it: the padding of base64 adds blanks before line ends and tags."""
    return re.sub(r" *\n", "\n", text).rstrip(" ")


@given(TEXT)
def test_quoted_printable_gives_the_text_back(text: str) -> None:
    unix = text.replace("\r\n", "\n").replace("\r", "\n")

    assert decoded(encode(text, QUOTED_PRINTABLE), QUOTED_PRINTABLE) == unix


@given(TEXT)
def test_base64_gives_the_text_back_but_for_padding(text: str) -> None:
    unix = text.replace("\r\n", "\n").replace("\r", "\n")

    assert seen(decoded(encode(text, BASE64), BASE64)) == seen(unix)


@given(st.lists(TEXT, min_size=1, max_size=6))
def test_joined_quoted_printable_pieces_are_the_joined_text(pieces: list[str]) -> None:
    unix = "".join(piece.replace("\r\n", "\n").replace("\r", "\n") for piece in pieces)

    joined = b"".join(encode(piece, QUOTED_PRINTABLE) for piece in pieces)

    assert decoded(joined, QUOTED_PRINTABLE) == unix


@given(st.lists(TEXT, min_size=1, max_size=6), ENCODINGS)
def test_joined_lines_are_canonical_and_need_no_stuffing(pieces: list[str], encoding: str) -> None:
    joined = b"".join(encode(piece, encoding) for piece in pieces)

    lines = joined.split(b"\r\n")
    assert all(len(line) <= 76 for line in lines)
    assert b"\n" not in joined.replace(b"\r\n", b"")
    assert b"\r" not in joined.replace(b"\r\n", b"")
    assert joined.isascii()
    for line in lines:
        assert not line.startswith((b".", b"From "))
        assert not line.endswith((b" ", b"\t"))
        assert b"  " not in line
        assert b"\t" not in line


@given(TEXT, ENCODINGS)
def test_the_same_text_gives_the_same_bytes(text: str, encoding: str) -> None:
    assert encode(text, encoding) == encode(text, encoding)


def test_smaller_chooses_what_is_shorter_on_the_wire() -> None:
    assert smaller(ENGLISH) == QUOTED_PRINTABLE
    assert smaller(ARABIC) == BASE64
    for text in (ENGLISH, ARABIC):
        sizes = {name: len(encode(text, name)) for name in (QUOTED_PRINTABLE, BASE64)}
        assert sizes[smaller(text)] == min(sizes.values())


def test_arabic_costs_little_more_than_its_own_bytes() -> None:
    wire = len(encode(ARABIC, smaller(ARABIC)))

    assert wire <= 1.4 * len(ARABIC.encode())
