"""One reader's copy: blocks joined by the bits of a choice, slots filled in their context."""

import base64
import email
import email.policy
from dataclasses import replace
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.characters import resolved
from syndicate.render.email import Block
from syndicate.render.encode import BASE64, QUOTED_PRINTABLE, encode, padded
from syndicate.render.merge import SLOT_MARK, Content, fill, merge

ENCODINGS = (QUOTED_PRINTABLE, BASE64)


def block(kind: str, position: int, mask: int, text: str, encoding: str) -> Block:
    headers = {"boundary": "=_b", "html_encoding": encoding, "text_encoding": encoding}
    is_first = (kind, position) == ("frame", 0)
    raw = encode(text, encoding)
    return Block(kind, position, mask, raw, raw, headers if is_first else None)


def content(encoding: str = QUOTED_PRINTABLE) -> Content:
    return Content.load(
        [
            block("story", 2, 0b100, "c\n", encoding),
            block("frame", 1, 0, "end\n", encoding),
            block("heading", 0, 0b011, "H0\n", encoding),
            block("story", 0, 0b001, "a\n", encoding),
            block("story", 1, 0b010, "b\n", encoding),
            block("heading", 2, 0b100, "H2\n", encoding),
            block("frame", 0, 0, "start\n", encoding),
        ]
    )


def parts(body: tuple[bytes, ...]) -> list[str]:
    head = b'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="=_b"\r\n\r\n'
    message = email.message_from_bytes(
        head + b"".join(body), _class=EmailMessage, policy=email.policy.default
    )
    assert message.defects == []
    return ["".join(part.get_content().split(" ")) for part in message.iter_parts()]


CHOICES = [
    (0b000, ["start", "end"]),
    (0b001, ["start", "H0", "a", "end"]),
    (0b010, ["start", "H0", "b", "end"]),
    (0b100, ["start", "H2", "c", "end"]),
    (0b110, ["start", "H0", "b", "H2", "c", "end"]),
    (0b111, ["start", "H0", "a", "b", "H2", "c", "end"]),
]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(("choice", "lines"), CHOICES)
def test_merge_shows_the_blocks_of_a_choice_in_reading_order(
    choice: int, lines: list[str], encoding: str
) -> None:
    text, html_part = parts(merge(content(encoding), choice, {}))

    assert text.split() == lines
    assert html_part.split() == lines


def test_merge_without_a_slots_value_is_an_error() -> None:
    raw = b"x" + SLOT_MARK + b"text:name" + SLOT_MARK + b"y"
    first = Block("frame", 0, 0, raw, raw, content().headers)

    with pytest.raises(KeyError):
        merge(Content.load([first]), 0, {})


VALUES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=80)


@given(value=VALUES)
def test_a_slots_value_is_escaped_for_its_context(value: str) -> None:
    as_text, as_html, as_attribute = (
        fill(context, value) for context in ("text", "html", "attribute")
    )

    assert as_text == value
    assert "<" not in as_html
    assert resolved(as_html) == value
    assert as_attribute.startswith('href="')
    inside = as_attribute.removeprefix('href="').removesuffix('"')
    assert '"' not in inside
    assert resolved(inside) == value


def with_slot(encoding: str, version: int) -> Block:
    made = padded if version < 3 else encode
    raw = made("أ: ", encoding) + SLOT_MARK + b"text:name" + SLOT_MARK + made("\nب\n", encoding)
    headers = {"boundary": "=_b", "html_encoding": encoding, "text_encoding": encoding}
    return Block("frame", 0, 0, raw, raw, headers, version)


@given(value=VALUES)
def test_base64_holds_the_text_and_no_blank_more(value: str) -> None:
    body = merge(Content.load([with_slot(BASE64, 3)]), 0, {"name": value})

    encoded = b"".join(body).split(b"base64\r\n\r\n")[1].partition(b"--=_b")[0]
    assert base64.b64decode(encoded).decode() == f"أ: {value}\r\nب\r\n"


@pytest.mark.parametrize("version", [1, 2])
def test_what_older_code_froze_is_padded_as_it_was(version: int) -> None:
    block = with_slot(BASE64, version)
    if version == 1:  # its own slots are known by their message
        block = replace(block, text=block.text.replace(b":name", b":never_url"))
        block = replace(block, html=block.text)

    body = merge(Content.load([block], "article"), 0, {"name": "x", "never_url": "x"})

    encoded = b"".join(body).split(b"base64\r\n\r\n")[1].partition(b"\r\n--=_b")[0]
    pieces = [padded(each, BASE64) for each in ("أ: ", "x", "\nب\n")]
    assert encoded + b"\r\n" == b"".join(pieces) + b"\r\n"
    assert b"=" not in encoded
