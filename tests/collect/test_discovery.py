"""What somebody can mean by an address, where to look then, and what is said of it."""

import pytest

from syndicate.collect import discovery
from syndicate.collect.discovery import Choice, Looked, Material
from syndicate.errors import OutOfBoundsError, UsageError
from syndicate.reading.records import Entry, NamedFeed
from syndicate.vocabulary.sources import Lead, SourceKind

SITE = "https://daily.example"


@pytest.mark.parametrize(
    ("pasted", "meant"),
    [
        (f" {SITE}/world\n", (f"{SITE}/world",)),
        ("daily.example", (SITE, "http://daily.example")),
        ("daily.example:8080/a b?c", ()),
        ("127.0.0.1:8080/x", ("https://127.0.0.1:8080/x", "http://127.0.0.1:8080/x")),
        ("feed://daily.example/rss", (f"{SITE}/rss", "http://daily.example/rss")),
        (f"feed:{SITE}/rss", (f"{SITE}/rss",)),
        ("أخبار.example/ar", ("https://أخبار.example/ar", "http://أخبار.example/ar")),
    ],
)
def test_an_address_is_read_as_it_is_meant(pasted: str, meant: tuple[str, ...]) -> None:
    if meant:
        assert discovery.spelt(pasted) == meant
    else:
        with pytest.raises(UsageError, match="is not an address; paste one as a browser shows it"):
            discovery.spelt(pasted)


@pytest.mark.parametrize(
    "pasted", ["", "news", "our site", "ftp://a.example/", "http://[", "a.\0b"]
)
def test_what_can_be_no_address_is_one_sentence(pasted: str) -> None:
    with pytest.raises((UsageError, OutOfBoundsError)) as refused:
        discovery.spelt(pasted)

    assert str(refused.value).endswith(".")


def test_comments_and_the_page_itself_come_after_the_news_or_not_at_all() -> None:
    named = [
        NamedFeed(f"{SITE}/comments/feed", "Comments"),
        NamedFeed(f"{SITE}/feed", "News"),
        NamedFeed(f"{SITE}/feed/", "News again"),
        NamedFeed("http://www.daily.example/world", "This page"),
    ]

    found = discovery.feeds_of(named, f"{SITE}/world/")

    assert [each.title for each in found] == ["News", "Comments"]


@pytest.mark.parametrize(
    ("url", "home", "first"),
    [
        (f"{SITE}/", None, f"{SITE}/feed"),
        (f"{SITE}/world/", f"{SITE}/", f"{SITE}/world/feed"),
        (f"{SITE}/world/story.html", f"{SITE}/", f"{SITE}/feed"),
    ],
)
def test_places_to_look_at(url: str, home: str | None, first: str) -> None:
    assert discovery.home_of(url) == home
    assert discovery.feed_places(url)[0] == first
    assert all(each.startswith(f"{SITE}/") for each in discovery.feed_places(url))


def test_sitemaps_of_news_that_robots_txt_names_come_first() -> None:
    found = discovery.sitemaps_of(f"{SITE}/world", [f"{SITE}/map.xml", "/maps/news.xml"])

    assert found == [
        f"{SITE}/maps/news.xml",
        f"{SITE}/news-sitemap.xml",
        f"{SITE}/sitemap-news.xml",
        f"{SITE}/map.xml",
    ]


def test_what_has_stories_comes_first_and_the_same_stories_once() -> None:
    def feed(name: str, *stories: str) -> Material:
        entries = [Entry(title=each, guid=each) for each in stories]
        return Material(Choice(SourceKind.FEED, f"{SITE}/{name}"), entries)

    found = [feed("empty"), feed("comments", "c"), feed("rss", "a", "b"), feed("atom", "a", "b")]

    ordered = [each.choice.url.rpartition("/")[2] for each in discovery.best_first(found)]
    assert ordered == ["rss", "comments", "empty"]


@pytest.mark.parametrize(
    ("lead", "choices", "said"),
    [
        (Lead.FEED, [1], "This is a feed with 1 story."),
        (Lead.NAMED, [1200, 3], "This page leads to 2 feeds; the first has 1\u202f200 stories."),
        (Lead.NAMED, [0], "This page leads to a feed with 0 stories."),
        (Lead.SITEMAP, [9], "No feed was found, but the site has a sitemap with 9 stories."),
    ],
)
def test_what_was_found_is_one_sentence(lead: Lead, choices: list[int], said: str) -> None:
    found = [
        Material(Choice(SourceKind.FEED, f"{SITE}/{number}", stories=stories))
        for number, stories in enumerate(choices)
    ]

    assert discovery.sentence(Looked(SITE, lead, found)) == said


def test_a_sitemap_that_was_pasted_is_called_one() -> None:
    url = f"{SITE}/news.xml"
    found = [Material(Choice(SourceKind.SITEMAP, url, stories=2))]

    assert discovery.sentence(Looked(url, Lead.SITEMAP, found)) == (
        "This is a sitemap with 2 stories."
    )
