"""Who wrote an article: persons before the publisher."""

from typing import Any

import lxml.html
import pytest

from syndicate.reading.pages.bylines import authors_of
from syndicate.reading.pages.meta import Meta

DAILY: dict[str, Any] = {"publisher": {"name": "The Daily"}}


def authors(body: str = "", node: dict[str, Any] | None = None, head: str = "") -> tuple[str, ...]:
    root = lxml.html.document_fromstring(
        f"<html><head>{head}</head><body>{body}<p>x</p></body></html>"
    )
    return authors_of(root, node or {}, Meta(root))


META = '<meta name="author" content="Court Desk">'
MARKED = '<span itemprop="author">Sports Desk</span>'
CLASSED = '<div class="byline">By Foreign Desk</div>'


@pytest.mark.parametrize(
    ("node", "head", "body", "expected"),
    [
        ({"author": "City Desk"}, META, MARKED + CLASSED, "City Desk"),
        ({"creator": "City Desk"}, META, MARKED, "City Desk"),
        ({}, META, MARKED + CLASSED, "Court Desk"),
        ({}, "", MARKED + CLASSED, "Sports Desk"),
        ({}, "", CLASSED, "Foreign Desk"),
    ],
)
def test_who_knows_best(node: dict[str, Any], head: str, body: str, expected: str) -> None:
    assert authors(body, {**DAILY, **node}, head) == (expected,)


@pytest.mark.parametrize("name", ["The Daily", "the daily!", "The Daily Newsroom", "The"])
def test_the_publishers_own_name_gives_way_to_a_persons(name: str) -> None:
    node = {**DAILY, "author": name}

    assert authors(CLASSED, node) == ("Foreign Desk",)
    assert authors(MARKED, node) == ("Sports Desk",)
    assert authors("", node, META) == ("Court Desk",)
    assert authors("", node) == (name,)


def test_the_name_of_the_site_is_the_publishers_too() -> None:
    head = '<meta property="og:site_name" content="Daily">'

    assert authors(CLASSED, {"author": "Daily"}, head) == ("Foreign Desk",)


def test_a_byline_that_names_all_that_machines_are_told_and_more_counts() -> None:
    links = '<p><a rel="author">Court Desk</a>, <a rel="author">City Desk</a></p>'
    other = f"<p>{'It rained. ' * 50}</p><p><a rel='author'>Sports Desk</a></p>"

    assert authors(links + other, {"author": "City Desk"}) == ("Court Desk", "City Desk")
    assert authors(links + other, {"author": "Foreign Desk"}) == ("Foreign Desk",)
    assert authors(links.replace("Court Desk", "Desk"), {"author": "City Desk"}) == ("City Desk",)


def test_parts_of_a_name_are_one_name() -> None:
    parts = '<i class="firstname">Old Town</i> <i class="lastname">Desk</i>'

    assert authors(f'<p><a rel="author">{parts}</a></p>') == ("Old Town Desk",)


def test_several_elements_hold_a_name_each() -> None:
    head = '<meta name="author" content="Desk, City">'

    assert authors("", {}, head + META) == ("Desk, City", "Court Desk")
    assert authors("", {}, '<meta name="author" property="author" content="A B and C D">') == (
        "A B",
        "C D",
    )


def test_a_person_beside_the_publisher_is_enough() -> None:
    node = {**DAILY, "author": ["The Daily", "City Desk"]}

    assert authors(CLASSED, node) == ("The Daily", "City Desk")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('<a rel="author" href="/x">City Desk</a>', ("City Desk",)),
        ('<span rel="author">City Desk</span>', ("City Desk",)),
        (
            '<div itemprop="author"><img alt="x"><b itemprop="name">City Desk</b> x</div>',
            ("City Desk",),
        ),
        ('<meta itemprop="author" content="City Desk">', ("City Desk",)),
        (
            '<a rel="author">City Desk</a><a rel="author">Court Desk</a>',
            ("City Desk", "Court Desk"),
        ),
        (f'<div itemprop="author">{"word " * 40}</div>', ()),
    ],
)
def test_what_a_page_marks_up_as_authors(body: str, expected: tuple[str, ...]) -> None:
    assert authors(body) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('<p class="article__author-name">City Desk</p>', ("City Desk",)),
        ('<p class="Byline big">By City Desk and Court Desk</p>', ("City Desk", "Court Desk")),
        ('<p class="authors">City Desk</p>', ("City Desk",)),
        ('<p class="authority">City Desk</p>', ()),
        ('<p class="byline">Share by email</p>', ()),
        ('<p class="byline">Email Desk</p>', ()),
        ('<p class="byline">Reuters</p>', ()),
        ('<p class="byline">city desk</p>', ()),
        ('<p class="byline">The Daily Desk</p>', ()),
        (f'<p class="byline">{"City Desk " * 20}</p>', ()),
        ('<p class="byline"> </p><p class="byline">City Desk</p>', ("City Desk",)),
        # The first kind of class that names somebody is the byline; others are of teasers.
        ('<p class="author">City Desk</p><p class="byline">Court Desk</p>', ("City Desk",)),
        (
            '<p class="author">City Desk</p><p class="author">Court Desk</p>',
            ("City Desk", "Court Desk"),
        ),
    ],
)
def test_names_in_elements_whose_class_says_so(body: str, expected: tuple[str, ...]) -> None:
    assert authors(body, DAILY) == expected


def test_ten_such_elements_are_enough() -> None:
    many = "".join(f'<p class="author">Desk {chr(65 + n)}</p>' for n in range(15))

    assert len(authors(many)) == 10


def authors_around(article: str, around: str) -> tuple[str, ...]:
    return authors(f"<main>{article}</main>{around}", DAILY)


ARTICLE = "<article><h1>Water rises</h1>{}<p>It rained all night.</p></article>"


@pytest.mark.parametrize(
    "around",
    [
        "<aside>{}</aside>",
        "<footer>{}</footer>",
        '<div class="comments">{}</div>',
        '<section id="related-stories">{}</section>',
        '<div class="teaser-list"><h3>Fire in the harbour</h3>{}</div>',
        "<article><h2>Fire in the harbour</h2>{}</article>",
    ],
)
@pytest.mark.parametrize(
    "name",
    ['<p class="byline">Other Desk</p>', '<a rel="author">Other Desk</a>'],
)
def test_names_of_others_are_no_authors(around: str, name: str) -> None:
    own = ARTICLE.format('<p class="byline">City Desk</p>')

    assert authors_around(own, around.format(name)) == ("City Desk",)
    assert authors_around(ARTICLE.format(""), around.format(name)) == ()


def test_a_class_counts_again_only_beside_its_first_name() -> None:
    own = ARTICLE.format(
        '<div><b class="author">City Desk</b> <b class="author">Court Desk</b></div>'
    )
    text = f"<p>{'It rained all night. ' * 30}</p>"

    found = authors_around(own + text, '<div><b class="author">Other Desk</b></div>')

    assert found == ("City Desk", "Court Desk")


@pytest.mark.parametrize(
    ("byline", "expected"),
    [
        ("<span>City Desk</span><span>24 November</span>", ("City Desk",)),
        ("<span>City Desk</span><span>Court Desk</span>", ("City Desk", "Court Desk")),
        ("<span>City</span><span>Desk</span>", ("City Desk",)),
        ("<span>24 November 2026</span>", ()),
    ],
)
def test_parts_of_a_byline_are_not_run_together(byline: str, expected: tuple[str, ...]) -> None:
    assert authors(f'<p class="byline">{byline}</p>', DAILY) == expected


LONG = f"<p>{'The water rose in the night, the port office said. ' * 4}</p>"
BOLD = "<p><strong>{}</strong></p>"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (BOLD.format("Ann Lee") + LONG, ("Ann Lee",)),
        (BOLD.format("Ann Lee/Bo Roe") + LONG, ("Ann Lee", "Bo Roe")),
        ("<p>Short.</p>" + BOLD.format("By Ann Lee") + LONG, ("Ann Lee",)),
        (
            LONG + "<p style='text-align:right'><b>L\u00ea Ph\u01b0\u01a1ng</b></p>",
            ("L\u00ea Ph\u01b0\u01a1ng",),
        ),
        # Cross-headings, links to more, and names that somebody else has.
        (LONG + BOLD.format("Ann Lee") + LONG, None),
        (LONG + BOLD.format("Read More"), None),
        (BOLD.format("Ann Lee") + "<p>Short.</p>" + LONG, None),
        (BOLD.format("<a href='/x'>Ann Lee</a>") + LONG, None),
        ("<p><b>Ann Lee</b> said so.</p>" + LONG, None),
        ("<p>Ann Lee</p>" + LONG, None),
        (BOLD.format("What we know so far about it") + LONG, None),
        (BOLD.format("The Daily") + LONG, None),
        (BOLD.format("Ann Lee"), None),
    ],
)
def test_where_only_the_publisher_signs_a_bold_line_may(
    body: str, expected: tuple[str, ...] | None
) -> None:
    node = {**DAILY, "author": "The Daily"}

    assert authors(body, node) == (expected or ("The Daily",))
    assert authors(body, {**DAILY, "author": "Cy Poe"}) == ("Cy Poe",)


def test_a_newsroom_gives_way_to_a_person_wherever_it_signs() -> None:
    node = {**DAILY, "author": {"@type": "NewsMediaOrganization", "name": "Wire"}}

    assert authors(CLASSED, node) == ("Foreign Desk",)
    assert authors("", node) == ("Wire",)
