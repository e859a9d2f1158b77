"""A document that was cut off: what came whole is taken, and the rest when it comes."""

import datetime as dt

import pytest

from syndicate.collect import documents
from syndicate.reading.records import Entry, ParsedFeed, Sitemap, SitemapEntry
from tests.collect import newsroom
from tests.collect.newsroom import NOW, item, rss
from tests.collect.site import Site

HOUR = dt.timedelta(hours=1)
URL = "https://daily.example/news/feed.xml"


@pytest.mark.parametrize(
    ("begins", "said"),
    [
        (
            "Thirty bo",
            "within the story that begins “Thirty bo”. That story is left out until it comes whole",
        ),
        ("", "before its end. What came whole is taken, and what is missing when it comes"),
    ],
)
def test_it_is_told_by_the_words_of_its_half_story(begins: str, said: str) -> None:
    listed = SitemapEntry("https://a.example/own")
    for document in (
        documents.of_feed(ParsedFeed("json", entries=(Entry("One"),), cut_off=begins), URL),
        documents.of_sitemap(Sitemap(entries=(listed,), cut_off=begins), URL),
    ):
        assert document.is_cut_off
        (notice,) = document.notices
        assert notice.kind == "cut_off"
        assert notice.message == (f"{URL} was cut off {said}; if it does not, tell the publisher.")


@pytest.mark.usefixtures("database")
def test_half_a_story_is_no_article_and_comes_whole_with_the_next_poll(site: Site) -> None:
    whole = rss(item(1), item(2, title="Thirty boats in the regatta"))
    cut = whole[: whole.index(b"ats in the regatta")]
    site.serve("/feed", cut, etag='"one"')
    source_id = newsroom.source(newsroom.publication(), site, "/feed")

    first = newsroom.collect()
    newsroom.collect(now=NOW + HOUR)
    assert newsroom.state_of(source_id).connected_at is not None
    kinds = [kind for kind, _ in newsroom.notices()]
    site.serve("/feed", whole, etag='"one"')
    last = newsroom.collect(now=NOW + 2 * HOUR)

    assert (first.articles, last.articles) == (1, 1)
    assert "“Thirty bo”" in first.notices[-1]
    assert kinds.count("cut_off") == 1
    assert "If-None-Match" not in site.asked[-1].headers
    assert [each.headline for each in newsroom.articles()] == [
        "Story 1",
        "Thirty boats in the regatta",
    ]


@pytest.mark.usefixtures("database")
def test_what_stood_behind_a_cut_between_two_stories_comes_and_old_stories_are_no_news(
    site: Site,
) -> None:
    whole = rss(item(1), item(2, when=NOW - dt.timedelta(days=40)), item(3))
    site.serve("/feed", whole[: whole.index(b"</item>") + 7], etag='"one"')
    source_id = newsroom.source(newsroom.publication(), site, "/feed")

    first = newsroom.collect()
    connected_at = newsroom.state_of(source_id).connected_at
    site.serve("/feed", whole, etag='"one"')
    last = newsroom.collect(now=NOW + HOUR)

    assert (first.articles, last.articles) == (1, 2)
    assert "was cut off before its end" in first.notices[-1]
    assert connected_at is None
    assert newsroom.state_of(source_id).connected_at is not None
    assert {each.headline for each in newsroom.articles() if each.is_backlog} == {"Story 2"}
