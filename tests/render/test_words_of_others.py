"""Words of others are words, whatever they look like: in every mail, wherever they can stand."""

import base64
import html
import itertools
import quopri
import re
from collections.abc import Sequence
from urllib.parse import unquote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from syndicate.errors import UnrenderableError
from syndicate.render.cleaned import cleaned
from syndicate.render.cleaned import text as clean_text
from syndicate.render.email import Block, Rendered, inline, render
from syndicate.render.encode import BASE64, EIGHT_BIT
from syndicate.render.environment import environment
from syndicate.render.marks import Marks, cut, word_for
from syndicate.render.merge import SLOT_MARK, Content, in_eight_bit, merge
from tests import matrix
from tests.render.hostile import MAILS, PIECES, WORDS, context
from tests.render.test_email import UNMARKED

LINKS = {
    name: f"https://news.daily.example/own/{name}/secret"
    for name in ("preferences_url", "unsubscribe_url", "never_url", "confirm_url")
}
EVERYTHING = ["".join(PIECES)]
SEVERAL = st.lists(WORDS, min_size=1, max_size=5)


def slots(blocks: Sequence[Block], part: str) -> list[tuple[str, int, str]]:
    """Kind and position of a block with each slot in it."""
    return [
        (block.kind, block.position, slot.decode())
        for block in blocks
        for slot in getattr(block, part).split(SLOT_MARK)[1::2]
    ]


def parts(rendered: Rendered, choice: int) -> tuple[str, str]:
    """Text and HTML of one reader's copy, decoded, with lines in LF and no blanks at their ends."""
    headers = rendered.blocks[0].headers
    assert headers is not None
    body = b"".join(merge(Content.load(rendered.blocks), choice, LINKS))
    _, plain, page, _ = body.split(f"--{headers['boundary']}".encode())
    return (
        decoded(plain.partition(b"\r\n\r\n")[2], headers["text_encoding"]),
        decoded(page.partition(b"\r\n\r\n")[2], headers["html_encoding"]),
    )


def decoded(raw: bytes, encoding: str) -> str:
    if encoding == BASE64:
        raw = base64.b64decode(raw)
    elif encoding != EIGHT_BIT:
        raw = quopri.decodestring(raw)
    return squeezed(raw.decode().replace("\r\n", "\n"))


def squeezed(document: str) -> str:
    """Without empty lines and doubled blanks, which an encoding may add (and nobody sees)."""
    lines = (re.sub(r"[ \t]+", " ", line).strip() for line in document.split("\n"))
    return "\n".join(line for line in lines if line)


def alone(message: str, language: str, words: list[str], shown: int) -> tuple[str, str]:
    """What the templates make of a choice by itself, without any marks, with links in place."""
    jinja = environment(language)
    values = {**cleaned(context(message, words, shown, language)), **UNMARKED}
    values["slot"] = LINKS.__getitem__
    page = inline(jinja.get_template(f"mail/{message}/body.html").render(values))
    plain = jinja.get_template(f"mail/{message}/body.txt").render(values)
    return squeezed(plain), squeezed(page)


# Each renders some mails.
FEWER = settings(max_examples=settings.default.max_examples // 2)  # type: ignore[union-attr]


@pytest.mark.parametrize("language", matrix.rows(["en", "ar"], every=3))
@pytest.mark.parametrize("message", MAILS)
@FEWER
@given(words=SEVERAL, choice=st.integers(1, 15).filter(lambda choice: choice & 0b11))
@example(words=EVERYTHING, choice=15)
@example(words=EVERYTHING, choice=0b1001)
@example(words=list(PIECES), choice=0b0110)
def test_a_choices_joined_blocks_are_what_its_words_make_alone(
    message: str, language: str, words: list[str], choice: int
) -> None:
    rendered = render(message, language, context(message, words, language=language))

    assert parts(rendered, choice) == alone(message, language, words, choice)


@pytest.mark.parametrize("message", matrix.rows(list(MAILS), every=2))
@FEWER
@given(words=SEVERAL)
@example(words=EVERYTHING)
@example(words=list(PIECES))
def test_private_links_stand_where_the_template_puts_them_and_nowhere_else(
    message: str, words: list[str]
) -> None:
    plain = render(message, "en", context(message, ["Harbour"]))

    rendered = render(message, "en", context(message, words))

    assert slots(rendered.blocks, "html") == slots(plain.blocks, "html")
    assert slots(rendered.blocks, "text") == slots(plain.blocks, "text")
    for copy, innocent in zip(parts(rendered, 15), parts(plain, 15), strict=True):
        assert copy.count("/own/") == innocent.count("/own/")
    assert "/own/" not in rendered.subject


@pytest.mark.parametrize("message", matrix.rows(list(MAILS), every=2))
@FEWER
@given(words=SEVERAL)
@example(words=EVERYTHING)
@example(words=list(PIECES))
def test_each_word_stands_in_both_parts_as_it_was_written(message: str, words: list[str]) -> None:
    rendered = render(message, "en", context(message, words))
    plain, page = parts(rendered, 15)
    tree = lxml_html.fromstring(page.encode(), parser=lxml_html.HTMLParser(encoding="utf-8"))
    shown = [tree.text_content(), *(each.get("alt", "") for each in tree.iter("img"))]
    seen, read = (" ".join(" ".join(each).split()) for each in (shown, [plain]))
    links = {unquote(link) for _, _, link, _ in tree.iterlinks()}

    told = cleaned(context(message, words))
    for each in told.get("corrections", ()):
        if each["is_withdrawn"]:
            del each["headline"], each["url"]

    for value in strings(told):
        line = " ".join(value.split())
        if value.startswith("https://pier.example/"):
            assert unquote(value) in links
        elif value not in ("en", told.get("zone")):
            assert line in read or line in seen
    told_of = told["article"] if "article" in told else told["newsletter"]
    for name in ("headline", "name"):
        line = " ".join(told_of.get(name, "").split())
        assert line in read
        assert line in seen


def strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [each for item in value for each in strings(item)] if isinstance(value, list) else []


@pytest.mark.parametrize("message", MAILS)
@given(words=SEVERAL)
@example(words=EVERYTHING)
def test_no_content_begins_a_line_of_the_text_part_of_its_own(
    message: str, words: list[str]
) -> None:
    filled = [f"x{word}x" for word in words]

    assert len(text_lines(message, filled)) == len(text_lines(message, ["Harbour"]))
    # The template's own, behind which the footer stands.
    assert text_lines(message, ["-- "]).count("-- ") == 1


def text_lines(message: str, words: list[str]) -> list[str]:
    values = {**cleaned(context(message, words)), **UNMARKED}
    return environment("en").get_template(f"mail/{message}/body.txt").render(values).split("\n")


@FEWER
@given(words=SEVERAL)
@example(words=EVERYTHING)
def test_a_part_that_is_made_8bit_keeps_its_slots_and_no_others(words: list[str]) -> None:
    rendered = render("feedback", "ar", context("feedback", words, language="ar"))
    headers = rendered.blocks[0].headers
    assert headers is not None

    for part in ("html", "text"):
        raw = getattr(rendered.blocks[0], part)
        assert in_eight_bit(raw, headers[f"{part}_encoding"]).count(SLOT_MARK) == 0


@FEWER
@given(words=SEVERAL)
@example(words=EVERYTHING)
def test_the_same_words_give_the_same_bytes(words: list[str]) -> None:
    assert render("digest", "en", context("digest", words)) == render(
        "digest", "en", context("digest", words)
    )


@pytest.mark.parametrize("message", MAILS)
@FEWER
@given(words=SEVERAL)
@example(words=EVERYTHING)
def test_a_subject_is_one_line_that_a_header_can_hold(message: str, words: list[str]) -> None:
    subject = render(message, "en", context(message, words)).subject

    assert subject == clean_text(subject) == " ".join(subject.split())
    assert len(subject) <= 500


@given(content=WORDS)
def test_a_mark_is_a_word_that_its_content_does_not_hold(content: str) -> None:
    word = word_for(content)

    assert word not in content
    assert word == word_for(content)
    assert re.fullmatch("k[0-9a-f]{32}", word)


@pytest.mark.parametrize(
    "broken",
    [
        "{doubled}{doubled}",  # a template that writes one mark twice
        "",  # or loses one
    ],
)
def test_a_mark_that_is_doubled_or_lost_is_the_templates_fault(broken: str) -> None:
    marks = Marks(word_for(""), is_html=False)
    written = marks.names()["slot"]("never_url")

    with pytest.raises(ValueError, match="one by one"):
        marks.read(broken.format(doubled=written))


BEGIN, END = ("begin", "story", 0, 1), ("end",)


@pytest.mark.parametrize(
    "calls",
    [
        (BEGIN, BEGIN, END, END),
        (END,),
        (BEGIN,),
        (BEGIN, END, BEGIN, END),  # at the same position
        (BEGIN, END, ("slot", "never_url"), ("begin", "story", 1, 2), END),
    ],
)
def test_blocks_that_cannot_be_told_apart_are_the_templates_fault(
    calls: Sequence[tuple[str, ...]],
) -> None:
    marks = Marks(word_for(""), is_html=False)
    names = marks.names()
    document = "".join(names[name](*arguments) for name, *arguments in calls)

    with pytest.raises(ValueError, match="block"):
        cut(marks.read(document))


def test_a_value_and_its_neighbour_cannot_make_a_mark_between_them() -> None:
    marks = Marks("kabcd", is_html=False)
    written = marks.names()["slot"]("never_url")

    with pytest.raises(ValueError, match="one by one"):
        marks.read("kab" + "cdx0x" + written)


def test_what_is_no_plain_data_is_given_to_no_template() -> None:
    with pytest.raises(UnrenderableError, match="TypeError"):
        render("confirmation", "en", {"publication": object(), "newsletter": {"name": "Morning"}})


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("a\0b\x07c", "abc"),
        ("a\r\nb\nc\rd\u2028e\x0bf", "a b c d e f"),
        ("tail -- \n", "tail --"),
        ("\ufdd0a\ufffe\U0010ffffb\ud800", "ab"),
        ("  two  blanks\tand a tab", "  two  blanks\tand a tab"),
        ("\u202eطويل\u200f &amp; 100 % <b>", "طويل\u200f &amp; 100 % <b>"),
        ("\u202bطويل\u202c a\u2067 b", "\u202bطويل\u202c a b"),
        ("\ue000\U000f0000 \ufffd", "\ue000\U000f0000 \ufffd"),
    ],
)
def test_text_loses_what_no_mail_can_hold_and_nothing_else(given_text: str, kept: str) -> None:
    assert clean_text(given_text) == kept


def test_escaped_words_are_not_escaped_twice_and_not_unescaped() -> None:
    words = ["&lt;b&gt; &#115;lot:never_url %73lot"]

    plain, page = parts(render("article", "en", context("article", words)), 0)

    assert words[0] in plain
    assert html.escape(words[0]) in page
    assert (
        list(itertools.chain(*[re.findall("secret", each) for each in (plain, page)]))
        == ["secret"] * 2
    )


def test_an_address_has_the_letters_of_a_uri_and_no_password_in_both_parts() -> None:
    values = context("article", ["Harbour"])
    values["article"] |= {"url": "https://me:s3cret@أخبار.example/ميناء?q=a b"}

    plain, page = parts(render("article", "en", values), 0)

    address = "https://xn--igbicxr.example/%D9%85%D9%8A%D9%86%D8%A7%D8%A1?q=a%20b"
    assert address in plain
    assert f'href="{address}"' in page
    assert "s3cret" not in plain + page
