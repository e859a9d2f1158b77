"""A mail rendered once and cut is, for any choice, what premailer makes of that choice alone."""

import base64
import datetime as dt
import quopri
import re
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.errors import OversizeError, UnrenderableError
from syndicate.reading.records import Words
from syndicate.render import email
from syndicate.render.email import Block, Rendered, inline, render
from syndicate.render.encode import BASE64
from syndicate.render.environment import environment
from syndicate.render.merge import SLOT_MARK
from tests import matrix

NOW = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
ENGLISH = "The council agreed on a plan & a <budget> for the old harbour."
ARABIC = "اتفق المجلس أمس على خطة للميناء القديم والجسور والأسواق الثلاث."
# Written in a template's place: a document without marks, in which a slot is its name.
UNMARKED = {
    "slot": lambda name: f"slot:{name}",
    "begin": lambda *_block: "",
    "end": lambda: "",
}


def story(position: int, language: str, **more: Any) -> dict[str, Any]:
    words = ARABIC if language == "ar" else ENGLISH
    return {
        "position": position,
        "mask": 1 << position,
        **vars(
            Words(
                f"{words[:30]} {position}",
                standfirst=words if position % 2 else "",
                authors=("World desk",) if position % 2 else (),
            )
        ),
        "url": f"https://daily.example/story-{position}?a=1&b=2",
        "picture": {
            "url": f"https://daily.example/{position}.jpg",
            "width": 544,
            "height": 306,
            "alt": words,
            "credit": "Staff",
        }
        if position % 3 == 0
        else None,
        "is_for_subscribers": position % 4 == 0,
        "updated_at": NOW,
        "language": language,
        **more,
    }


def context(
    shown: Sequence[int] = range(6), language: str = "en", repeat: int = 1
) -> dict[str, Any]:
    """An issue of three sections with two stories each, of which some are shown."""
    sections = []
    for first in (0, 2, 4):
        bits = [position for position in (first, first + 1) if position in shown]
        if bits:
            stories = [story(position, language) for position in bits]
            for each in stories:
                each["standfirst"] *= repeat
            sections.append(
                {
                    "name": f"Section {first}",
                    "position": first,
                    "mask": sum(1 << bit for bit in (first, first + 1)),
                    "language": language,
                    "stories": stories,
                }
            )
    return {
        "publication": {"name": "The Daily", "postal_address": "1 Press Square, Exampletown"},
        "newsletter": {"name": "Morning", "description": "What happened."},
        "issue": {"number": 7, "local_date": NOW.date()},
        "sections": sections,
        "zone": "UTC",
    }


def decoded(blocks: Sequence[Block], part: str) -> str:
    """The blocks' text, joined, with slots as the template wrote them."""
    headers = blocks[0].headers
    assert headers is not None
    encoding = headers[f"{part}_encoding"]
    out = []
    for block in blocks:
        raw: bytes = getattr(block, part)
        for index, piece in enumerate(raw.split(SLOT_MARK)):
            if index % 2:
                context_name, name = piece.decode().split(":")
                written = f'href="slot:{name}"' if context_name == "attribute" else f"slot:{name}"
                out.append(written)
            elif encoding == BASE64:
                out.append(re.sub(r" *(\n|$)", r"\1", _lines(base64.b64decode(piece))))
            else:
                out.append(_lines(quopri.decodestring(piece)))
    return "".join(out)


def _lines(raw: bytes) -> str:
    return raw.decode().replace("\r\n", "\n")


def chosen(rendered: Rendered, choice: int) -> list[Block]:
    """The blocks that a choice shows, in reading order."""
    shown = [block for block in rendered.blocks if block.mask == 0 or block.mask & choice]
    return sorted(shown, key=_reading_order)


def _reading_order(block: Block) -> tuple[int, int, bool]:
    if block.kind == "frame":
        return (0 if block.position == 0 else 2, 0, False)
    return (1, block.position, block.kind == "story")


def alone(choice: int, language: str) -> tuple[str, str]:
    """What rendering and inlining a choice by itself gives, without any marks."""
    shown = [bit for bit in range(6) if choice >> bit & 1]
    jinja = environment(language)
    values = {**context(shown, language), **UNMARKED}
    page = inline(jinja.get_template("mail/digest/body.html").render(values))
    return page, jinja.get_template("mail/digest/body.txt").render(values)


@pytest.mark.parametrize("language", matrix.whole(["en", "ar"], short=["ar"]))
@given(choice=st.integers(1, 63))
def test_any_choices_joined_blocks_equal_premailers_result_for_it_alone(
    language: str, choice: int
) -> None:
    rendered = render("digest", language, context(language=language))
    page, plain = alone(choice, language)

    blocks = chosen(rendered, choice)

    assert squeezed(decoded(blocks, "html")) == squeezed(page)
    assert squeezed(decoded(blocks, "text")) == squeezed(plain)


def squeezed(document: str) -> str:
    """Lines without the blanks at their ends, and without empty ones."""
    lines = (line.rstrip() for line in document.split("\n"))
    return "\n".join(line for line in lines if line)


def test_the_same_context_gives_the_same_bytes() -> None:
    assert render("digest", "en", context()) == render("digest", "en", context())


def test_text_and_html_have_the_same_blocks_with_the_same_bits() -> None:
    rendered = render("digest", "en", context())

    kinds = [(block.kind, block.position, block.mask) for block in rendered.blocks]
    assert kinds[0] == ("frame", 0, 0)
    assert kinds[-1] == ("frame", 1, 0)
    assert len(kinds) == len(set(kinds)) == 2 + 3 + 6
    assert all(block.html and block.text for block in rendered.blocks)


def test_screens_styles_survive_inlining_with_important() -> None:
    page = decoded(chosen(render("digest", "en", context()), 63), "html")

    assert page.startswith("<!DOCTYPE html>\n<html")
    assert "@media" in page
    assert "!important" in page
    assert "prefers-color-scheme" in page


def test_inlining_never_touches_the_network() -> None:
    page = '<!DOCTYPE html><html><head><link rel="stylesheet" href="http://127.0.0.1:9/a.css">'

    inlined = inline(page + "</head><body><p>x</p></body></html>")

    assert "<p>x</p>" in inlined


def test_a_mail_over_the_gate_is_refused_with_its_size() -> None:
    with pytest.raises(OversizeError) as caught:
        render("digest", "en", context(repeat=400))

    assert caught.value.ids["size_bytes"] > email.MAX_HTML_BYTES


def test_the_gate_counts_decoded_bytes_not_arabics_wire_size() -> None:
    rendered = render("digest", "ar", context(language="ar", repeat=150))

    assert rendered.html_bytes <= email.MAX_HTML_BYTES
    assert sum(len(block.html) for block in rendered.blocks) > rendered.html_bytes


def test_an_unknown_name_is_an_error() -> None:
    values = context()
    del values["issue"]

    with pytest.raises(UnrenderableError, match="UndefinedError"):
        render("digest", "en", values)
