import random
import time

import nh3
import pytest

from syndicate.reading import nesting
from syndicate.reading.clean import MAX_DEPTH, TAGS, clean
from tests import matrix

_SIZE = 240_000


@pytest.mark.parametrize(
    "unit",
    matrix.rows(
        [
            "<div></b>",
            "<b></i><p>x",
            "<a title=1></b>",
            "<span><div></span></div>",
            "<span><table><td></span></td></table>",
            "<div><!-- </div> -->",
            "<div><a title='</div>'></a>",
            "<div><![CDATA[ </div> ]]>",
            "<svg><input>",
            "<table>x</table>",
            "<table><td><q></td><i></i>",
            "<title><!--</title><div>-->",
            "<b id=1><p>",
            "<div/>",
        ],
        every=3,
    ),
)
def test_a_body_that_closes_nothing_of_what_it_opens_holds_nobody(unit: str) -> None:
    markup = unit * (_SIZE // len(unit))

    began = time.process_time()
    found = clean(markup, base="https://news.example/")
    took_s = time.process_time() - began

    assert took_s < 3
    assert nesting.deepest(found) <= MAX_DEPTH


@pytest.mark.parametrize(
    "markup",
    matrix.rows(
        [
            "<p>" + "&" * 900_000,
            "<p>" + "&nbsp;" * 160_000,
            "<p>" + "&amp;" * 20_000 + "a" * 890_000,
            "<p title='" + "&" * 900_000 + "'>x</p>",
            "&" * 900_000,
            "&#38;" * 180_000,
            "x\n \n" * 200_000,
            "<p>" * 300_000,
        ],
        every=3,
    ),
    ids=lambda markup: markup[:12],
)
def test_a_body_of_a_million_signs_holds_nobody(markup: str) -> None:
    began = time.process_time()
    clean(markup, base="https://news.example/")

    assert time.process_time() - began < 2


def test_a_long_body_in_references_alone_stays_what_it_is() -> None:
    markup = f"<p>{'&#1575;&#1604;&nbsp;' * 40}</p>" * 1_000

    found = clean(markup, base="https://news.example/")

    assert found.count("<p>") == 1_000
    assert found.count("ال&nbsp;") == 40_000


def test_plain_text_becomes_what_a_parser_would_write() -> None:
    said = 'a &amp b&nbsp;c d &lt;i> "e" &#233; &notit; &#0; &'

    assert clean(said) == f"<p>{nh3.clean(said, tags=set())}</p>"


def test_a_tag_of_a_thousand_attributes_is_not_copied_for_each_paragraph() -> None:
    many = " ".join(f"a{number}" for number in range(2_000))

    assert nesting.is_laborious(f"<b {many}>" + "<p>x</p>" * 20_000)


def test_a_long_article_with_paragraphs_and_points_left_open_stays_what_it_is() -> None:
    points = "<ul>" + "<li>A point, as old pages write it." * 400 + "</ul>"
    markup = "<p>A paragraph that nothing ends.\n" * 5_000 + points

    found = clean(markup, base="https://news.example/")

    assert found.count("<p>") == found.count("</p>") == 5_000
    assert found.count("<li>") == found.count("</li>") == 400


def test_a_table_of_ten_thousand_cells_stays_what_it_is() -> None:
    row = "<tr><td>1</td><td><b>2</b></td><td>3</td><td>4</td><td>5</td></tr>\n"

    found = clean(f"<table><tbody>{row * 2_000}</tbody></table>", base="https://news.example/")

    assert found.count("<td>") == 10_000


@pytest.mark.parametrize(("depth", "is_kept"), [(MAX_DEPTH, True), (MAX_DEPTH + 1, False)])
def test_depth_is_that_of_the_cleaned_text(depth: int, *, is_kept: bool) -> None:
    found = clean("<div>" * depth + "deep</b></i></span>" + "</div>" * depth)

    assert found.startswith("<div>") == is_kept
    assert "deep" in found


def test_deepest_ends_with_an_element_what_stands_open_in_it() -> None:
    assert nesting.deepest("<a><b><c></a><d></x><e/><br></d>") == 3


def test_nothing_is_nested_deeper_than_was_counted() -> None:
    # A parser adds a body to a table, and a row to it: three for one.
    dice = random.Random(7)  # noqa: S311 - a game of dice
    names = ["p", "b", "a", "i", "div", "span", "table", "tr", "td", "li", "ul", "svg", "title"]
    names += ["input", "select", "option", "h1", "form"]
    pieces = [f"<{name}>" for name in names] + [f"</{name}>" for name in names]
    pieces += ["x", "<!-- ", "-->", "<a title='", "'>", "<![CDATA[", "]]>", "</>", "<!", ">", " "]
    for _ in range(3_000):
        markup = "".join(dice.choices(pieces, k=dice.randrange(5, 60)))
        counted = _most_open(markup)
        cleaned = nh3.clean(markup, tags=TAGS | set(names), clean_content_tags=set())
        assert nesting.deepest(cleaned) <= 3 * counted + 1, markup


def _most_open(markup: str) -> int:
    reading = nesting._Reading()
    most = 0
    for _ in nesting._read(markup, reading):
        most = max(most, reading.weight)
    return most
