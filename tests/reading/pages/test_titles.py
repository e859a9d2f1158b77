"""Which of a page's many titles is the headline."""

from typing import Any

import lxml.html
import pytest

from syndicate.reading.pages.meta import Meta
from syndicate.reading.pages.titles import headline_of


def headline(
    *, told: str = "", shared: str = "", site: str = "", title: str = "", h1: tuple[str, ...] = ()
) -> str:
    """The headline of a page with these titles: of JSON-LD, OpenGraph, `<title>` and `<h1>`."""
    head = f"<title>{title}</title>" if title else ""
    for name, value in (("og:title", shared), ("og:site_name", site)):
        head += f'<meta property="{name}" content="{value}">' if value else ""
    body = "".join(f"<h1>{each}</h1>" for each in h1)
    root = lxml.html.document_fromstring(f"<html><head>{head}</head><body>{body}<p>x</p></body>")
    return headline_of(root, {"headline": told} if told else {}, Meta(root))


@pytest.mark.parametrize(
    ("titles", "expected"),
    [
        ({"told": "A", "shared": "B", "title": "D", "h1": ("C",)}, "A"),
        ({"shared": "B", "title": "D", "h1": ("C",)}, "B"),
        ({"title": "D | C", "h1": ("C",)}, "C"),
        ({"title": "D", "h1": ("C",)}, "D"),
        ({"title": "D &amp; E"}, "D & E"),
        ({"h1": ("", " ", "<b>C</b> and\n D")}, "C and D"),
        ({}, ""),
    ],
)
def test_who_knows_best(titles: dict[str, Any], expected: str) -> None:
    assert headline(**titles) == expected


def test_what_was_written_for_search_engines_gives_way_to_the_newsrooms_own_words() -> None:
    own, search = "Water rises in old town", "Flood news today"

    assert headline(told=search, shared=own, title=f"{search} | Daily", h1=(own,)) == own
    assert headline(told=search, shared=own, title=f"{search} | Daily", h1=(search,)) == own
    # Nobody sides with either: JSON-LD stands.
    assert headline(told=search, shared=own, title=search, h1=("Another heading",)) == search
    assert headline(told=search, shared=own, title="Daily", h1=(own,)) == search


def test_a_shared_title_that_only_adds_names_is_no_other_headline() -> None:
    told = "Water rises in old town"

    found = headline(told=told, shared=f"{told} | City desk", title=f"{told} | Daily", h1=(told,))

    assert found == told


@pytest.mark.parametrize("mark", ["|", "-", "–", "—", "·", "•", "»", ":"])  # noqa: RUF001 - signs of sites
def test_a_title_that_only_adds_a_name_to_the_heading_is_that_heading(mark: str) -> None:
    assert headline(told=f"Water rises {mark} Daily", h1=("Water rises",)) == "Water rises"
    assert headline(told=f"Water rises{mark} again", h1=("Water rises",)) == (
        f"Water rises{mark} again"
    )


def test_the_heading_that_speaks_of_the_same_counts() -> None:
    found = headline(shared="Water rises in town - Daily", h1=("Daily", "Water rises in town"))

    assert found == "Water rises in town"


def test_a_heading_that_title_does_not_speak_of_is_not_the_pages() -> None:
    title = "Water rises in town | Code | A. Writer"

    assert headline(title=title, h1=("Hi, I am a writer.",)) == title
    assert headline(title=title, h1=("Code", "Water rises in town \u00b6")) == "Water rises in town"
    assert headline(title="Water rises", h1=("Floods in old town",)) == "Water rises"
    assert headline(title="Water rises", h1=("Water: it rises",)) == "Water: it rises"


def test_no_headline_holds_the_name_of_its_site() -> None:
    root = lxml.html.document_fromstring("<title>Rain again | Code | Ann Lee</title><p>x</p>")

    assert headline(told="Rain again | Daily", site="Daily") == "Rain again"
    assert headline(title="Rain again | Daily News", site="Daily News") == "Rain again"
    assert headline_of(root, {}, Meta(root), authors=["Ann Lee"]) == "Rain again | Code"
    assert (
        headline_of(root, {}, Meta(root), url="https://www.code.example/", authors=["Ann Lee"])
        == "Rain again"
    )


def test_soft_hyphens_are_no_letters() -> None:
    assert headline(told="Wasser\u00adstand") == "Wasserstand"


def test_the_name_of_the_site_is_no_headline() -> None:
    assert headline(told="Pier News", site="Pier News", h1=("Water rises",)) == "Water rises"
    assert headline(shared="Pier News", site="Pier News", title="Rain") == "Rain"
    assert headline(title="Pier News | Rain", site="Pier News", h1=("Pier News",)) == "Rain"
    assert headline(site="Pier News", title="Pier News") == "Pier News"


def test_a_name_before_a_colon_goes_where_the_heading_lacks_it() -> None:
    told = "Pier News: how we began"

    assert headline(told=told, site="Pier News", h1=("how we began",)) == "how we began"
    assert headline(told=told, site="Pier News", h1=(told,)) == told
    assert headline(told=told, site="Pier News") == told
    assert headline(told="Rain: how we began", h1=("how we began",)) == "Rain: how we began"


def test_where_each_title_has_a_kicker_of_its_own_the_headline_has_none() -> None:
    own = "Water rises in town"

    assert headline(shared=f"Floods: {own}", h1=(f"After the storm - {own}",)) == own
    assert headline(shared=f"Floods: {own}", h1=(f"Floods - {own}",)) == f"Floods: {own}"
    assert headline(shared=f"Oslo is wet: {own}", h1=(f"The city is wet: {own}",)) == (
        f"Oslo is wet: {own}"
    )
    assert headline(shared=f"Floods: {own}", h1=(own,)) == f"Floods: {own}"
    assert headline(shared=f"Floods: {own}", h1=(f"Why {own}",)) == f"Floods: {own}"
    assert headline(shared="Floods: rain", h1=("Storm: rain",)) == "Floods: rain"


def test_a_heading_of_a_word_is_not_all_of_a_headline() -> None:
    assert headline(told="Live \u2013 Water rises in town", h1=("Live",)) == (
        "Live \u2013 Water rises in town"
    )


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Tea &amp;amp; &amp;#8217;cake&amp;#8217;", "Tea & \u2019cake\u2019"),
        ("A guide to &lt;head&gt; elements", "A guide to <head> elements"),
        ("Vec&lt;String&gt; &lt;em&gt;explained&lt;/em&gt;", "Vec<String> explained"),
    ],
)
def test_a_title_is_read_whoever_escaped_it(said: str, expected: str) -> None:
    assert headline(shared=said) == expected
    assert headline(title=said) == expected
    assert headline(told=said) == expected


def test_the_title_of_a_drawing_is_not_the_pages() -> None:
    root = lxml.html.document_fromstring("<svg><title>Menu</title></svg><p>x</p>")

    assert headline_of(root, {}, Meta(root)) == ""
