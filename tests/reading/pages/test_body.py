"""The text of a page that nobody described to us."""

import lxml.html
import pytest
from lxml import etree

from syndicate.reading.pages.body import body_of

URL = "https://daily.example/story/1"
SENTENCE = "The water in the old harbour rose by a metre during the night, the port office said. "


def page(inner: str, around: str = "") -> etree._Element:
    """A page whose article has this in the middle of plain paragraphs."""
    text = "".join(f"<p>{SENTENCE * 3}{n}</p>" for n in range(3))
    return lxml.html.document_fromstring(
        f"<html><body>{around}<h1>Floods</h1><article>{text}{inner}{text}</article></body></html>"
    )


def body(inner: str, around: str = "") -> str:
    return body_of(page(inner, around), url=URL)


def test_the_text_of_an_article_is_paragraphs() -> None:
    found = body("")

    assert found.startswith("<p>The water in the old harbour")
    assert found.count("</p>") >= 3


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        (f"<h3>Higher than ever</h3><p>{SENTENCE}</p>", "<h3>Higher than ever</h3>"),
        (f"<p><strong>Higher than ever</strong></p><p>{SENTENCE}</p>", "<h2>Higher than ever</h2>"),
        (f"<blockquote><p>{SENTENCE}</p></blockquote>", "<blockquote>"),
        (f"<ul><li>{SENTENCE}</li><li>Two {SENTENCE}</li></ul>", "<ul>"),
        (f"<p>{SENTENCE}<em>never</em> {SENTENCE}</p>", "<em>never</em>"),
    ],
)
def test_what_structures_a_text_stays(inner: str, expected: str) -> None:
    assert expected in body(inner)


@pytest.mark.parametrize(
    "around",
    [
        f"<nav><a href='/x'>{SENTENCE}elsewhere</a></nav>",
        "<script>var elsewhere = '<p>x</p>';</script>",
        f"<footer><p>{SENTENCE}elsewhere</p></footer>",
        f"<article><h2>Another</h2><p>{SENTENCE * 3}elsewhere</p></article>",
    ],
)
def test_what_stands_around_an_article_is_not_its_text(around: str) -> None:
    assert "elsewhere" not in body("", around)


def test_nothing_that_runs_is_left() -> None:
    found = body(f"<p onclick='x()'>{SENTENCE}<script>x()</script><iframe src='/x'></iframe></p>")

    assert not {"<script", "onclick", "<iframe"} & {
        each for each in ("<script", "onclick", "<iframe") if each in found
    }


def test_the_page_is_not_changed() -> None:
    root = page("<p><strong>Higher than ever</strong></p>")
    before = etree.tostring(root)

    body_of(root, url=URL)

    assert etree.tostring(root) == before


@pytest.mark.parametrize("document", ["<html></html>", "<p>x</p>", "<body><div></div></body>"])
def test_a_page_without_a_text_has_no_body(document: str) -> None:
    found = body_of(lxml.html.document_fromstring(document), url=URL)

    assert found in {"", "<p>x</p>"}


@pytest.mark.parametrize(
    ("told", "is_paid", "is_all"),
    [
        (66, False, True),
        (55, False, True),
        (66, True, False),
        # The page shows more than the article.
        (25, False, False),
        (18, False, False),
        (0, False, False),
    ],
)
def test_where_more_is_told_all_that_the_page_shows_is_read(
    told: int, is_paid: bool, is_all: bool
) -> None:
    begin, rest = ("".join(f"<p>{SENTENCE * 6}{n}</p>" for n in range(count)) for count in (3, 8))
    # Of what stands in a place of this name the library is not sure.
    shown = f"<article>{begin}<div id='text-hidden'>{rest}</div></article>"
    root = lxml.html.document_fromstring(f"<html><body><h1>Floods</h1>{shown}</body></html>")

    found = body_of(root, url=URL, told=SENTENCE * told, is_paid=is_paid)

    assert found.count(SENTENCE.strip()) == (66 if is_all else 18)
