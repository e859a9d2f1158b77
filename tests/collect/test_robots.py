"""What robots.txt lets us read: pages only, asked once a day, and never where the operator says."""

import asyncio
import datetime as dt

import pytest

from syndicate.collect.robots import Robots, robots
from syndicate.errors import RobotsError, TemporaryError
from syndicate.fetch import Fetcher
from syndicate.vocabulary.sources import Pages, SourceKind
from tests.collect import newsroom
from tests.collect.newsroom import NOW
from tests.collect.site import Reply, Site

PAGE = (
    "<html><head><title>Story</title></head><body><article><h1>Story 1</h1>"
    + "<p>The page says much more about it than the feed ever did, in whole sentences.</p>" * 12
    + "</article></body></html>"
)
LONG = "more about it than the feed"


@pytest.fixture(autouse=True)
def _nothing_known() -> None:
    """Another test's site may have had this one's port."""
    robots.cache_clear()


def may_read(known: Robots, site: Site, path: str, now: dt.datetime = NOW) -> str:
    async def ask() -> None:
        async with Fetcher(limit=1) as fetcher:
            await known.check(site.url(path), fetcher=fetcher, allow=[site.origin], now=now)

    try:
        asyncio.run(ask())
    except (RobotsError, TemporaryError) as error:
        return type(error).__name__
    return "read"


@pytest.mark.parametrize(
    ("rules", "path", "answer"),
    [
        ("", "/a", "read"),
        ("User-agent: *\nDisallow: /", "/a", "RobotsError"),
        ("User-agent: *\nDisallow: /\nUser-agent: syndicate\nDisallow:", "/a", "read"),
        ("User-agent: Syndicate\nDisallow: /news/\nAllow: /news/open", "/news/open/1", "read"),
        ("User-agent: Syndicate\nDisallow: /news/\nAllow: /news/open", "/news/1", "RobotsError"),
        ("User-agent: other\nDisallow: /", "/a", "read"),
        ("User-agent: *\nDisallow: /*.print$", "/a.print", "RobotsError"),
        ("User-agent: *\nDisallow: /*.print$", "/a.print?x", "read"),
        ("\ufeffUser-agent: *\nDisallow: /a", "/a", "RobotsError"),
        ("<html>not rules at all</html>", "/a", "read"),
    ],
)
def test_rules_are_read_as_rfc_9309_says(site: Site, rules: str, path: str, answer: str) -> None:
    site.serve("/robots.txt", rules)

    assert may_read(Robots(), site, path) == answer


@pytest.mark.parametrize(
    ("status", "answer"),
    [(404, "read"), (403, "read"), (429, "TemporaryError"), (503, "TemporaryError")],
)
def test_no_rules_are_a_yes_and_no_answer_a_later(site: Site, status: int, answer: str) -> None:
    site.serve("/robots.txt", "User-agent: *\nDisallow: /", status=status)

    assert may_read(Robots(), site, "/a") == answer


def test_a_host_is_asked_once_a_day_and_its_last_word_holds_when_it_is_silent(site: Site) -> None:
    known = Robots()
    site.serve("/robots.txt", "User-agent: *\nDisallow: /a")
    said = [may_read(known, site, path) for path in ("/a", "/b", "/a")]
    site.serve("/robots.txt", "", status=500)
    later = NOW + dt.timedelta(hours=25)

    said += [may_read(known, site, path, later) for path in ("/a", "/b")]

    assert said == ["RobotsError", "read", "RobotsError", "RobotsError", "read"]
    assert site.paths() == ["/robots.txt", "/robots.txt"]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("obeys", "is_read", "notices"), [(True, False, 1), (False, True, 0), (None, True, 0)]
)
def test_a_refused_page_leaves_its_entry_as_the_feed_gave_it(
    site: Site, obeys: bool | None, is_read: bool, notices: int
) -> None:
    site.serve("/robots.txt", "User-agent: *\nDisallow: /story/")
    site.serve("/story/1", PAGE, content_type="text/html")
    link = site.url("/story/1")
    site.serve("/feed", newsroom.rss(newsroom.item(1, link=link)))
    publication = newsroom.publication()
    source = newsroom.source(publication, site, "/feed", pages=Pages.ALWAYS, obeys_robots=obeys)

    newsroom.collect(source)
    site.serve("/feed", newsroom.rss(newsroom.item(1, link=link, text="Told in another way.")))
    newsroom.collect(source, now=NOW + dt.timedelta(hours=1))

    assert (LONG in newsroom.only_article().body_html) is is_read
    said = [message for kind, message in newsroom.notices() if kind == "robots"]
    assert len(said) == notices
    assert all("--robots ignore" in message for message in said)
    assert ("/story/1" in site.paths()) is is_read


@pytest.mark.usefixtures("database")
def test_a_page_as_a_source_fails_with_the_reason(site: Site) -> None:
    site.serve("/robots.txt", "User-agent: *\nDisallow: /story/")
    site.serve("/story/1", PAGE, content_type="text/html")
    source = newsroom.source(
        newsroom.publication(), site, "/story/1", kind=SourceKind.PAGE, obeys_robots=True
    )

    done = newsroom.collect(source)

    assert done.failed == 1
    assert "robots.txt does not allow us to read" in (newsroom.state_of(source).reason or "")
    assert site.paths() == ["/robots.txt"]


@pytest.mark.usefixtures("database")
def test_a_silent_host_is_asked_for_its_pages_later(site: Site) -> None:
    refusals = [503]
    site.routes["/robots.txt"] = lambda _: Reply(refusals.pop() if refusals else 404)
    site.serve("/story/1", PAGE, content_type="text/html")
    site.serve("/feed", newsroom.rss(newsroom.item(1, link=site.url("/story/1"))), etag='"1"')
    source = newsroom.source(
        newsroom.publication(), site, "/feed", pages=Pages.ALWAYS, obeys_robots=True
    )

    newsroom.collect(source)
    first = newsroom.only_article().body_html
    newsroom.collect(source, now=NOW + dt.timedelta(minutes=15))

    assert LONG not in first
    assert LONG in newsroom.only_article().body_html
