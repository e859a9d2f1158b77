"""Pieces encoded apart and joined in any choice read as the text they came from."""

import base64
import quopri
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.render.encode import (
    BASE64,
    EIGHT_BIT,
    QUOTED_PRINTABLE,
    encode,
    padded,
    smaller,
)

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
    """A text as a reader sees it: the padding of older formats adds blanks before line ends."""
    return re.sub(r" *\n", "\n", text).rstrip(" ")


@given(TEXT, ENCODINGS)
def test_an_encoding_gives_the_text_back(text: str, encoding: str) -> None:
    unix = text.replace("\r\n", "\n").replace("\r", "\n")

    assert decoded(encode(text, encoding), encoding) == unix


@given(st.lists(TEXT, min_size=1, max_size=6))
def test_padded_base64_gives_the_text_back_but_for_padding(pieces: list[str]) -> None:
    for text in pieces:
        unix = text.replace("\r\n", "\n").replace("\r", "\n")
        assert seen(decoded(padded(text, BASE64), BASE64)) == seen(unix)

    assert b"=" not in b"".join(padded(text, BASE64) for text in pieces)


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


# No word is longer than a line may be: HTML and text of mails have none such.
WORDY = st.lists(st.text(max_size=60), max_size=30).map(" ".join)


def words(text: str) -> list[str]:
    """What is left of a text when blanks and line ends do not count."""
    return re.sub(r"[ \t\r\n]+", " ", text).split(" ")


@given(WORDY)
def test_eight_bit_gives_every_word_back(text: str) -> None:
    raw = encode(text, EIGHT_BIT)

    told = [word for word in words(raw.decode()) if word]
    assert told == [word for word in words(text) if word]


@given(st.lists(WORDY, min_size=1, max_size=5))
def test_eight_bit_lines_are_canonical_and_need_no_stuffing(pieces: list[str]) -> None:
    joined = b"".join(encode(piece, EIGHT_BIT) for piece in pieces)

    assert b"\n" not in joined.replace(b"\r\n", b"")
    assert b"\r" not in joined.replace(b"\r\n", b"")
    for line in joined.split(b"\r\n"):
        assert len(line) <= 998
        assert line == b"-- " or not line.endswith((b" ", b"\t"))
        assert b"  " not in line
    for piece in pieces:
        for line in encode(piece, EIGHT_BIT).split(b"\r\n"):
            assert not line.startswith((b".", b"From "))


@given(WORDY)
def test_recoding_there_and_back_keeps_every_word(text: str) -> None:
    eight = encode(text, EIGHT_BIT)
    seven = encode(eight.decode(), BASE64)

    told = [word for word in words(base64.b64decode(seven).decode()) if word]
    assert told == [word for word in words(text) if word]


@pytest.mark.parametrize("encoding", [QUOTED_PRINTABLE, BASE64, EIGHT_BIT])
def test_the_line_before_a_signature_keeps_its_blank_and_no_other_line_does(encoding: str) -> None:
    raw = encode("The end. \n-- \nThe Daily\n", encoding)

    told = decoded(raw, encoding) if encoding != EIGHT_BIT else raw.decode().replace("\r\n", "\n")
    assert told.replace("end. ", "end.") == "The end.\n-- \nThe Daily\n"
    if encoding == EIGHT_BIT:
        assert told.startswith("The end.\n")


def test_arabic_in_eight_bit_costs_its_own_bytes() -> None:
    assert len(encode(ARABIC, EIGHT_BIT)) <= 1.02 * len(ARABIC.encode())
