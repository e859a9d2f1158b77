"""Which elements of a page are its article's own."""

import lxml.html
import pytest

from syndicate.reading.pages.own_elements import own_elements, without_others


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


def left(body: str) -> str:
    root = lxml.html.document_fromstring(f"<title>Water rises</title><body>{body}</body>")
    without_others(root)
    found = root.find("body")
    assert found is not None
    return " ".join(found.text_content().split())


MAIN = "<article><h1>Water rises</h1><p>It rose in the night.</p>{}</article>"


def test_articles_of_others_are_taken_out_and_what_follows_them_stays() -> None:
    teaser = "<article>Rain again</article> More. "

    assert left(teaser + MAIN.format("") + teaser) == "More. Water risesIt rose in the night. More."
    assert left(f"<div><article>Rain<article>again</article></article></div>{MAIN.format('')}") == (
        "Water risesIt rose in the night."
    )


def test_articles_within_the_article_are_its_own() -> None:
    assert left(MAIN.format("<article>Live: 8 a.m.</article>")).endswith("Live: 8 a.m.")


def test_a_page_whose_text_stands_elsewhere_stays_as_it_is() -> None:
    longer = f"<article>{'It rained. ' * 40}</article>"

    assert left(MAIN.format("") + longer).count("It rained.") == 40
    assert left(f"<h1>Water rises</h1><p>It rose.</p>{longer}").count("It rained.") == 40
