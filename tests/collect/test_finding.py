"""Paste any address: what a site of our own leads to, and its stories as they would be stored."""

import datetime as dt

import pytest

from syndicate.collect import finding, making
from syndicate.collect.finding import Found
from syndicate.errors import BlockedAddressError, FetchError, NotAFeedError, NotFoundError
from syndicate.vocabulary.sources import Lead, SourceKind
from tests.acting import TESTER
from tests.collect import newsroom
from tests.collect.newsroom import NOW, item, rss
from tests.collect.site import Site
from tests.collect.test_checking import news_sitemap, serve_stories

pytestmark = pytest.mark.usefixtures("database")
FEED = "<link rel='alternate' type='application/rss+xml' href='/wire.xml' title='Wire'>"


def find(site: Site, path: str = "/", **more: str) -> Found:
    address = site.url(path)
    return finding.find(
        more.get("address", address),
        allow=[site.origin],
        publication=more.get("publication"),
        actor=TESTER,
        now=NOW,
    )


def headlines(found: Found) -> list[str]:
    return [each.headline for each in found.stories]


def html(body: str, head: str = "") -> str:
    return f"<html lang='en'><head><title>The Daily</title>{head}</head><body>{body}</body></html>"


def listed(*numbers: int) -> str:
    return "".join(f"<h2><a href='/story/{n}'>What happened in story {n}</a></h2>" for n in numbers)


def test_a_feed_is_one_also_without_its_scheme(site: Site) -> None:
    site.serve("/wire.xml", rss(*(item(n) for n in range(1, 13))))

    found = find(site, address=f"{site.origin}/wire.xml")

    assert (found.lead, found.sentence) == (Lead.FEED, "This is a feed with 12 stories.")
    (choice,) = found.choices
    assert (choice.kind, choice.url) == (SourceKind.FEED, site.url("/wire.xml"))
    assert (choice.title, choice.newest) == ("Daily", NOW - dt.timedelta(hours=2, minutes=1))
    assert headlines(found) == [f"Story {n}" for n in range(1, 11)]


def test_a_home_page_leads_to_the_feeds_that_it_names(site: Site) -> None:
    comments = "<link rel='alternate' type='application/atom+xml' href='/comments/feed'>"
    site.serve(
        "/", html("<a href='/sport.rss'>Sport</a>", comments + FEED), content_type="text/html"
    )
    site.serve("/wire.xml", rss(item(1)))
    site.serve("/sport.rss", rss(item(2)))
    site.serve("/comments/feed", rss(item(3)))

    found = find(site)

    assert found.sentence == "This page leads to 3 feeds; the first has 1 story."
    assert [each.url.removeprefix(site.url("")) for each in found.choices] == [
        "/wire.xml",
        "/sport.rss",
        "/comments/feed",
    ]
    assert headlines(found) == ["Story 1"]


def test_an_article_leads_to_the_feed_of_its_site(site: Site) -> None:
    serve_stories(site, 1)
    site.serve("/", html("", FEED), content_type="text/html")
    site.serve("/wire.xml", rss(item(1)))

    found = find(site, "/story/1")

    assert (found.lead, found.choices[0].url) == (Lead.NAMED, site.url("/wire.xml"))


def test_a_feed_that_nothing_names_is_found_where_feeds_usually_are(site: Site) -> None:
    site.serve("/", html("<p>Welcome</p>"), content_type="text/html")
    site.serve("/feed", html("Not here"), content_type="text/html")
    site.serve("/rss.xml", rss(item(1)))

    found = find(site)

    assert (found.lead, found.choices[0].url) == (Lead.USUAL, site.url("/rss.xml"))
    assert found.sentence == "This page names no feed, but its site has one with 1 story."


def test_robots_txt_names_a_sitemap_of_news(site: Site) -> None:
    serve_stories(site, 1, 2)
    site.serve("/", html(listed(1, 2, 3)), content_type="text/html")
    site.serve("/robots.txt", f"Sitemap: {site.url('/maps/index.xml')}")
    part = f"<sitemap><loc>{site.url('/maps/a.xml')}</loc></sitemap>"
    site.serve("/maps/index.xml", f"<sitemapindex>{part}</sitemapindex>")
    site.serve("/maps/a.xml", news_sitemap(site, 1, 2))

    found = find(site)

    assert (found.lead, found.choices[0].url) == (Lead.SITEMAP, site.url("/maps/index.xml"))
    assert headlines(found) == ["Story 2", "Story 1"]
    assert "Sentence number 0" in found.stories[0].standfirst


def test_a_page_that_lists_stories_can_be_collected_as_it_is(site: Site) -> None:
    serve_stories(site, 1, 2, 3)
    site.serve(
        "/",
        html(f"<nav><a href='/about'>About</a></nav>{listed(1, 2, 3)}"),
        content_type="text/html",
    )

    found = find(site)
    (choice,) = found.choices
    assert (found.lead, choice.profile) == (Lead.LIST, {"links": "h2 a"})
    assert headlines(found) == ["Story 1", "Story 2", "Story 3"]

    newsroom.publication()
    given: dict[str, object] = {
        "url": choice.url,
        "kind": choice.kind.value,
        "allow_origins": [site.origin],
        "profile": dict(choice.profile or {}),
    }
    making.use(given, is_checked=True, actor=TESTER, now=NOW)
    newsroom.collect()

    assert [each.headline for each in newsroom.articles()] == headlines(found)


def test_one_article_brings_itself(site: Site) -> None:
    serve_stories(site, 1)

    found = find(site, "/story/1")

    assert (found.lead, found.choices[0].kind) == (Lead.ARTICLE, SourceKind.PAGE)
    assert headlines(found) == ["Story 1"]


def test_an_address_that_leads_nowhere_is_one_sentence(site: Site) -> None:
    site.serve("/", html("<p>Closed</p>"), content_type="text/html")

    with pytest.raises(NotAFeedError) as refused:
        find(site)

    assert str(refused.value).startswith(f"No stories were found at {site.url('/')}: it is not a ")
    assert "Paste the address of a feed, or of the page" in str(refused.value)


def test_what_does_not_answer_says_what_to_do(site: Site) -> None:
    with pytest.raises(FetchError, match="answered 404: there is nothing there; check its"):
        find(site, "/gone")
    site.serve("/paid", "", 403)
    with pytest.raises(FetchError, match="answered 403: it does not let us read it; ask the"):
        find(site, "/paid")


def test_a_private_server_must_be_named(site: Site) -> None:
    with pytest.raises(BlockedAddressError):
        finding.find(site.url("/"), allow=[], publication=None, actor=TESTER, now=NOW)

    assert site.asked == []


def test_stories_are_shown_as_they_are_stored(site: Site) -> None:
    publication_id = newsroom.publication(sections=["World"])
    picture = "<media:content url='https://daily.example/p.jpg' medium='image'/>"
    told = item(1, link=site.url("/story/1"), category="World", dc_creator="Desk of the Daily")
    told = told.replace("</item>", f"{picture}</item>")
    held = item(2, syndicate_embargo="soon", category="Sport")
    site.serve("/wire.xml", rss(told, held, head="<language>en-GB</language>"))
    serve_stories(site, 1)

    shown = find(site, "/wire.xml").stories
    newsroom.source(publication_id, site, "/wire.xml", pages="thin")
    newsroom.collect()

    stored = newsroom.articles()
    assert [(each.section, each.said_section) for each in shown] == [
        ("World", "World"),
        (None, "Sport"),
    ]
    assert [each.is_held for each in shown] == [False, True]
    assert shown[0].picture is not None
    assert shown[0].picture["url"] == "https://daily.example/p.jpg"
    names = ("headline", "standfirst", "url", "language", "direction", "published_at")
    assert [[getattr(each, name) for name in names] for each in shown] == [
        [getattr(each, name) for name in names] for each in stored
    ]
    assert [list(each.authors) for each in shown] == [list(each.authors) for each in stored]


def test_nothing_is_stored_and_an_unknown_publication_is_refused(site: Site) -> None:
    newsroom.publication()
    site.serve("/wire.xml", rss(item(1)))

    find(site, "/wire.xml")
    with pytest.raises(NotFoundError, match="There is no publication gazette"):
        find(site, "/wire.xml", publication="gazette")

    assert newsroom.articles() == []
