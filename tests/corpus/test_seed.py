"""The article that the project started from, field by field."""

import datetime as dt

import pytest
from lxml import html

from syndicate.reading.pages import extract, profile
from syndicate.reading.records import ParsedPage
from syndicate.reading.text import plain
from tests.corpus import material

NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
URL = "https://news.example/news/middleeast/kerry.html"
PROFILE = {
    "section": ".articleSection",
    "headline": "#DetailedTitle",
    "standfirst": ".articleSumm",
    "updated": {
        "select": "#ctl00_cphBody_lblDate",
        "format": "%d %b %Y %H:%M",
        "zone": "UTC",
    },
    "body": "#tdTextContent",
    "picture": "table img",
    "caption": "td.caption",
    "featured": "#featured li a",
}


@pytest.fixture(scope="module")
def page() -> ParsedPage:
    profile.check(PROFILE)
    body = (material.folder("seed") / "article.html").read_bytes()
    return extract.extract(body, url=URL, now=NOW, source_profile=PROFILE)


@pytest.fixture(scope="module")
def told() -> list[str]:
    """The paragraphs of the article's text, as the mission gives it."""
    text = (material.folder("seed") / "article.txt").read_text()
    return [line.strip() for line in text.splitlines() if line.strip()]


def test_the_head_is_exact(page: ParsedPage, told: list[str]) -> None:
    assert page.section == told[0] == "Middle East"
    assert page.headline == told[1] == "Kerry in critical bid for Middle East peace"
    assert page.standfirst == told[2]
    assert page.updated == dt.datetime(2014, 3, 31, 16, 26, tzinfo=dt.UTC)
    assert page.published is None
    assert (page.language, page.direction) == ("en", "ltr")


def test_caption_and_credit_stand_apart(page: ParsedPage) -> None:
    picture = page.pictures[0]

    assert picture.caption == (
        "Under pressure from Kerry, Israel and the Palestinians agreed to hold nine months of "
        "peace talks"
    )
    assert picture.credit == "EPA"
    assert picture.url == "https://news.example/mritems/Images/2014/3/31/kerry.jpg"
    assert (picture.width, picture.height) == (680, 382)


def test_the_text_is_whole_with_its_cross_headings(page: ParsedPage, told: list[str]) -> None:
    parts = [
        (str(each.tag), " ".join(each.text_content().split()))
        for each in html.fragment_fromstring(page.body, create_parent=True)
    ]
    start = told.index(next(line for line in told if line.startswith("US Secretary of State")))
    end = len(told) - told[::-1].index("Email Article") - 1

    assert [text for _, text in parts] == told[start:end]
    assert [text for tag, text in parts if tag == "h2"] == [
        "Risk of collapse",
        "'Not in good fatih'",
    ]


def test_the_featured_box_is_the_publications(page: ParsedPage, told: list[str]) -> None:
    teasers = [pick.teaser for pick in page.featured]

    assert teasers == told[told.index("Featured on Al Jazeera") + 1 :]
    assert [pick.url for pick in page.featured] == [
        f"https://news.example/teaser/{number}" for number in range(1, 10)
    ]
    assert not any(teaser in plain(page.body) for teaser in teasers)


@pytest.mark.parametrize("action", ["Email Article", "Print Article", "Send Feedback"])
def test_the_actions_are_not_in_the_text(page: ParsedPage, action: str) -> None:
    assert action not in plain(page.body)
