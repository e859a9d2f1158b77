"""What a page leads to: feeds that it names, and the place of its stories."""

import pytest

from syndicate.reading.pages import listing
from syndicate.reading.records import Listing, NamedFeed

URL = "https://daily.example/world/"
HEADLINES = [f"The river rose again on day {n}" for n in range(6)]


def read(inner: str, head: str = "") -> Listing:
    page = f"<html><head><title> World\n news</title>{head}</head><body>{inner}</body></html>"
    return listing.read(page.encode(), url=URL)


def links(*, inside: str = "{}", path: str = "/world/river-{}") -> str:
    return "".join(
        inside.format(f"<a href='{path.format(n)}'>{text}</a>") for n, text in enumerate(HEADLINES)
    )


def test_feeds_of_the_head_come_before_those_that_are_linked() -> None:
    found = read(
        "<a href='/rss/all.rss'>All news</a> <a href='/about'>RSS</a> <a href='/feeding'>Feeding"
        " time at the zoo</a>",
        "<link rel='alternate' type='application/rss+xml' title='World' href='feed.xml'>"
        "<link rel='alternate' type='text/html' hreflang='ar' href='/ar/'>"
        "<link rel='alternate' type='application/atom+xml; charset=utf-8' href='/atom'>",
    )

    assert found.title == "World news"
    assert found.feeds == (
        NamedFeed("https://daily.example/world/feed.xml", "World"),
        NamedFeed("https://daily.example/atom"),
        NamedFeed("https://daily.example/rss/all.rss", "All news"),
        NamedFeed("https://daily.example/about", "RSS"),
    )


@pytest.mark.parametrize(
    ("inner", "selector"),
    [
        (links(inside="<h2>{}</h2>"), "h2 a"),
        (links(inside="<div class='teaser'>{}</div>"), "div.teaser a"),
        # Outside of it other links stand in the same kind of place.
        (links(inside="<ul><li>{}</li></ul>"), "main a"),
        # One address, linked by picture and by headline, is one story.
        (links(inside="<h3><a href='/world/river-0'><img alt=''></a>{}</h3>"), "h3 a"),
    ],
)
def test_the_place_that_holds_the_stories_is_told(inner: str, selector: str) -> None:
    around = "<nav><ul class='tabs'><li><a href='/sport'>Sport</a></li></ul></nav>"

    found = read(f"{around}<main>{inner}</main><footer><a href='/imprint'>Imprint</a></footer>")

    assert found.selector == selector
    assert [each.teaser for each in found.stories] == HEADLINES


def test_headlines_without_spaces_are_headlines() -> None:
    inner = "".join(
        f"<h3><a href='/{n}'>大雨过后河水再次上涨数百居民连夜撤离{n}</a></h3>" for n in range(3)
    )

    assert read(inner).selector == "h3 a"


@pytest.mark.parametrize(
    "inner",
    [
        "",
        links(inside="<nav><h2>{}</h2></nav>"),
        links(inside="<h2>{}</h2>", path="https://elsewhere.example/{}"),
        "<ul><li><a href='/about'>About us</a></li><li><a href='/jobs'>Jobs</a></li></ul>",
        links(inside="<h2>{}</h2>").partition("<a href='/world/river-2'")[0],
    ],
    ids=["nothing", "navigation", "another site", "short links", "two stories"],
)
def test_what_is_no_list_of_stories(inner: str) -> None:
    found = read(inner)

    assert (found.selector, found.stories) == (None, ())


def test_bytes_without_an_element_lead_nowhere() -> None:
    assert listing.read(b"", url=URL) == Listing()
