"""Which elements of a page are its article's own."""

import lxml.html
import pytest

from syndicate.reading.pages.own_elements import own_elements


def own(body: str, title: str = "Water rises") -> list[str]:
    """Ids of the marked elements of a page that are its article's own."""
    root = lxml.html.document_fromstring(f"<title>{title}</title><body>{body}</body>")
    return [name for element in own_elements(root) if (name := element.get("data-id"))]


HERE, THERE = '<b data-id="here">x</b>', '<b data-id="there">x</b>'


@pytest.mark.parametrize(
    "around",
    [
        "<nav>{}</nav>",
        "<aside>{}</aside>",
        "<form>{}</form>",
        '<ul class="most related">{}</ul>',
        '<div id="comments">{}</div>',
        "<article>{}</article>",
    ],
)
def test_places_of_others_are_passed_over(around: str) -> None:
    article = f"<article><h1>Water rises</h1>{HERE}</article>"

    assert own(article + around.format(THERE)) == ["here"]
    assert own(around.format(THERE) + article) == ["here"]


@pytest.mark.parametrize(
    "around", ['<div class="has-sidebar">{}</div>', "<aside>{}</aside>", "<article>{}</article>"]
)
def test_nothing_around_the_heading_is_passed_over(around: str) -> None:
    assert own(around.format(f"<h1>Water rises</h1>{HERE}")) == ["here"]


def test_an_aside_of_the_article_is_its_own() -> None:
    assert own(f"<article><h1>Water rises</h1><aside>{HERE}</aside></article>") == ["here"]


def test_the_heading_is_the_one_that_the_title_names() -> None:
    other = f"<article><h1>The Daily</h1>{THERE}</article>"

    assert own(f"{other}<article><h2>Water rises</h2>{HERE}</article>") == ["here"]


def test_without_a_heading_in_it_the_first_article_behind_the_heading_is_meant() -> None:
    before = f"<article>{THERE}</article>"

    assert own(f"{before}<h1>Water rises</h1><article>{HERE}</article>{before}") == ["here"]


def test_a_page_without_headings_is_all_its_own() -> None:
    assert own(f"{HERE}<p>x</p>") == ["here"]
