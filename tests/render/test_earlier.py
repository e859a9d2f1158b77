"""Blocks of the first format: their own slots are filled, and no words of others."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from syndicate.render.earlier import FORMAT, pieces, slots_of
from syndicate.render.email import Block
from syndicate.render.encode import BASE64, EIGHT_BIT, QUOTED_PRINTABLE, decoded, padded
from syndicate.render.merge import Content, in_eight_bit, merge
from tests.render.hostile import PIECES

LINKS = {
    name: f"https://news.daily.example/own/{name}/secret"
    for name in ("preferences_url", "unsubscribe_url", "never_url", "confirm_url")
}
ENCODINGS = (QUOTED_PRINTABLE, BASE64, EIGHT_BIT)
FOOTER = (
    '<p><a href="slot:preferences_url">Choose</a> · <a href="slot:unsubscribe_url">Leave</a></p>'
)
PLAIN_FOOTER = "--\nChoose:\nslot:preferences_url\nLeave:\nslot:unsubscribe_url\n"
# How versions before there were formats found slots in a rendered document.
_HTML_SLOT = re.compile(r'(href=)?("?)slot:([a-z_]+)\2')
_TEXT_SLOT = re.compile(r"slot:([a-z_]+)")


def frozen(document: str, part: str, encoding: str) -> bytes:
    """A block's bytes as the first format froze them, slots wherever something looked like one."""
    raw = b"".join(
        b"\0" + piece.encode() + b"\0" if index % 2 else padded(piece, encoding)
        for index, piece in enumerate(_pieces(document, part))
    )
    # Frozen as 8bit, what was in quoted-printable before has its NUL in the open.
    return in_eight_bit(raw, encoding) if encoding == EIGHT_BIT else raw


def _pieces(document: str, part: str) -> Iterator[str]:
    pattern = _HTML_SLOT if part == "html" else _TEXT_SLOT
    end = 0
    for found in pattern.finditer(document):
        yield document[end : found.start()]
        kind = ("attribute" if found[1] else "html") if part == "html" else "text"
        yield f"{kind}:{found.groups()[-1]}"
        end = found.end()
    yield document[end:]


def block(kind: str, position: int, page: str, plain: str, encoding: str) -> Block:
    headers = {"boundary": "=_b", "html_encoding": encoding, "text_encoding": encoding}
    return Block(
        kind,
        position,
        0 if kind == "frame" else 1 << position,
        frozen(page, "html", encoding),
        frozen(plain, "text", encoding),
        headers if (kind, position) == ("frame", 0) else None,
        FORMAT,
    )


def copy(blocks: list[Block], message: str) -> dict[str, str]:
    """Text and HTML of the copy of who chose everything, doubled blanks and line ends taken out."""
    encoding = (blocks[0].headers or {})["html_encoding"]
    body = b"".join(merge(Content.load(blocks, message), -1 & 0xFFFF, LINKS))
    _, plain, page, _ = body.split(b"--=_b")
    told = {}
    for name, part in (("text", plain), ("html", page)):
        raw = decoded(part.partition(b"\r\n\r\n")[2], encoding)
        told[name] = " ".join(raw.decode(errors="replace").split())
    return told


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(
    ("message", "page", "plain"),
    [
        ("digest", FOOTER, PLAIN_FOOTER),
        ("alert", FOOTER, PLAIN_FOOTER),
        ("article", '<a href="slot:never_url">Never</a>', "Never:\nslot:never_url\n"),
        (
            "confirmation",
            '<a href="slot:confirm_url">Yes</a> <a href="slot:confirm_url">slot:confirm_url</a>',
            "Yes:\nslot:confirm_url\n",
        ),
        # As confirmations were before there was a second link in them.
        ("confirmation", '<a href="slot:confirm_url">Yes</a>', "Yes:\nslot:confirm_url\n"),
        ("feedback", "<p>The tide was in April.</p>", "The tide was in April.\n"),
    ],
)
def test_what_holds_no_words_of_others_is_read_as_it_always_was(
    message: str, page: str, plain: str, encoding: str
) -> None:
    for part, document in (("html", page), ("text", plain)):
        segments = tuple(frozen(document, part, encoding).split(b"\0"))

        assert pieces(segments, slots_of(message, part), encoding) == segments


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_storys_words_get_no_link_of_the_readers(encoding: str) -> None:
    page = (
        '<a href="https://pier.example/read?next=slot:preferences_url"><img alt="slot:never_url" '
        'src="slot:unsubscribe_url"></a> its last slot:organisers, "slot:preferences_url"'
    )
    blocks = [
        block("frame", 0, "<html>", "Morning\n", encoding),
        block("story", 0, page, "The slot:unsubscribe_url was free, slot:x too.\n", encoding),
        block("frame", 1, FOOTER, PLAIN_FOOTER, encoding),
    ]

    told = copy(blocks, "digest")

    assert told["html"].count("/own/") == told["text"].count("/own/") == 2
    blanks = " ?" if encoding == BASE64 else ""
    assert re.search(f"next={blanks}slot:preferences_url", told["html"])
    assert re.search(f'alt={blanks}"slot:never_url"', told["html"])
    assert re.search(f'src={blanks}"slot:unsubscribe_url"', told["html"])
    assert "slot:organisers" in told["html"]
    assert "The slot:unsubscribe_url was free, slot:x too." in told["text"]


def test_a_headline_that_ended_its_block_early_leaves_no_mark_and_gets_no_link() -> None:
    tail = " at the pier slot:unsubscribe_url\nhttps://pier.example/\n\n<!--/-->\n"
    blocks = [
        block("frame", 0, "<html>", "Morning\n", QUOTED_PRINTABLE),
        block("story", 0, "Ferry back", "Ferry back ", QUOTED_PRINTABLE),
        block("frame", 1, FOOTER, tail + PLAIN_FOOTER, QUOTED_PRINTABLE),
    ]

    told = copy(blocks, "digest")["text"]

    assert "<!--" not in told
    assert "at the pier slot:unsubscribe_url https://pier.example/" in told
    assert [told.count(f"/own/{name}") for name in ("preferences_url", "unsubscribe_url")] == [1, 1]
    assert told.endswith("/own/unsubscribe_url/secret")


@pytest.mark.parametrize("message", ["feedback", "a template of their own"])
def test_a_letter_to_the_desk_is_words_from_end_to_end(message: str) -> None:
    words = "My slot:x was taken, and \0text:never_url\0 \0hello\0 \0\0 slot:confirm_url."
    blocks = [block("frame", 0, "<p>x</p>", words, EIGHT_BIT)]

    told = copy(blocks, message)["text"]

    assert told == "My slot:x was taken, and slot:never_url hello slot:confirm_url ."


def test_an_odd_number_of_nuls_does_not_move_the_templates_own_slot() -> None:
    plain = "Seen: a\0b.\n--\nNever:\nslot:never_url\n"
    blocks = [block("frame", 0, '<a href="slot:never_url">x</a>', plain, EIGHT_BIT)]

    told = copy(blocks, "article")["text"]

    assert told == "Seen: ab. -- Never: https://news.daily.example/own/never_url/secret"


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("message", ["digest", "feedback"])
@given(words=st.lists(st.sampled_from([each for each in PIECES if each.isascii()]), max_size=6))
@example(words=list(PIECES[:14]))
def test_no_words_get_a_link_or_leave_a_mark(message: str, encoding: str, words: list[str]) -> None:
    said = "".join(words)
    escaped = said.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    footer = (FOOTER, PLAIN_FOOTER) if message == "digest" else ("", "")
    blocks = [
        block("frame", 0, f"<p>{escaped}</p>", f"{said}\n", encoding),
        block("story", 0, f'<img alt="{escaped}">', f"{said}\n", encoding),
        block("frame", 1, f"<i>{escaped}</i>{footer[0]}", f"{said}\n{footer[1]}", encoding),
    ]

    told = copy(blocks, message)

    own = 2 if message == "digest" else 0
    assert told["html"].count("/own/") == told["text"].count("/own/") == own
    assert not re.search(r"<!--(/|(story|heading):\d+:\d+)-->", told["text"] + told["html"])
