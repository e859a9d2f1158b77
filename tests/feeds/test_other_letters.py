"""A story whose language nobody knows, in feeds: every format says so, and no list is false."""

import pytest
from lxml import etree

from syndicate.articles import receive_push
from syndicate.feeds import sitemap
from syndicate.feeds.model import Site
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import publications
from syndicate.store.newsroom.publications import Publication
from syndicate.store.syndication import feeds, news_sitemap
from tests.acting import TESTER
from tests.feeds import newsroom, reading
from tests.feeds.newsroom import BASE, NOW

pytestmark = pytest.mark.usefixtures("database")

HEADLINE = "העבורת נשארת בנמל"
BODY = '<div dir="rtl" lang="und-Hebr"><p>בים</p></div>'


@pytest.fixture
def daily(database: str) -> Publication:  # noqa: ARG001 - the rows go there
    """An English publication with one story in Hebrew letters, which its CMS says nothing of."""
    newsroom.publication()
    with transaction() as tx:
        made = publications.by_slug(tx, "daily")
        assert made is not None
        said = {"id": "1", "headline": HEADLINE, "body_html": "<p>בים</p>"}
        receive_push.receive(tx, made, [receive_push.entry_of(said)], actor=TESTER, now=NOW)
    newsroom.publish_all()
    return made


@pytest.mark.usefixtures("daily")
def test_every_format_says_which_way_it_runs_and_no_language() -> None:
    assert reading.texts(reading.rss("everything"), "//item/dc:language") == ["und-Hebr"]
    assert reading.texts(reading.rss("everything"), "//content:encoded") == [BODY]
    assert reading.texts(reading.rss("everything"), "//channel/language") == ["en"]
    assert reading.texts(reading.atom("everything"), "//a:entry/@xml:lang") == ["und-Hebr"]
    (item,) = reading.json_feed("everything")["items"]
    assert (item["language"], item["content_html"]) == ("und-Hebr", BODY)


def test_it_is_in_no_feed_of_a_language(daily: Publication) -> None:
    with transaction() as tx:
        offered = {each.slug for each in feeds.offered(tx, daily.id)}

    assert {each for each in offered if each.startswith("language")} == {"language-en"}
    assert reading.texts(reading.rss("language-en"), "//item") == []


def test_a_news_sitemap_says_what_its_publication_speaks(daily: Publication) -> None:
    with transaction() as tx:
        found = news_sitemap.newest(tx, now=NOW, offset=0, limit=9)

    written = sitemap.news(found, {daily.id: (daily, Site(BASE, BASE, BASE, ""))})

    names = {"n": "http://www.google.com/schemas/sitemap-news/0.9"}
    assert etree.fromstring(written).xpath("//n:language/text()", namespaces=names) == ["en"]
