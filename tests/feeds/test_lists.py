"""The lists for programs: the news sitemap with its window and its split, and OPML."""

import datetime as dt
from typing import Any

import pytest
from lxml import etree
from starlette.testclient import TestClient

from syndicate import clock
from syndicate.vocabulary.articles import Access, ArticleState
from tests.application import build
from tests.feeds import newsroom

pytestmark = pytest.mark.usefixtures("database")

NAMES = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "n": "http://www.google.com/schemas/sitemap-news/0.9",
}


@pytest.fixture
def browser() -> TestClient:
    return TestClient(build(), base_url=newsroom.BASE)


def test_the_news_sitemap_holds_two_days_with_the_publications_zone(browser: TestClient) -> None:
    publication = newsroom.publication(zone="Asia/Riyadh", name="Daily & Co")
    now = clock.now()
    _at(publication, 1, now - dt.timedelta(hours=1), headline="Fish & <chips>", language="en-GB")
    _at(publication, 2, now - dt.timedelta(hours=49))
    _at(publication, 3, now - dt.timedelta(hours=2), access=Access.PAID)
    _at(publication, 4, now - dt.timedelta(hours=3), state=ArticleState.KILLED)
    _at(
        publication,
        5,
        now - dt.timedelta(hours=3),
        state=ArticleState.EMBARGOED,
        embargo_until=now + dt.timedelta(hours=1),
    )

    answer = browser.get("/sitemap-news.xml")

    root = etree.fromstring(answer.content)
    assert answer.headers["content-type"] == "application/xml; charset=utf-8"
    # A paid article's page tells a reader to sign in, so it may be found (see `visibility`).
    assert _all(root, "//s:loc") == ["https://daily.example/1", "https://daily.example/3"]
    assert _all(root, "//n:title")[0] == "Fish & <chips>"
    assert set(_all(root, "//n:publication/n:name")) == {"Daily & Co"}
    assert _all(root, "//n:publication/n:language") == ["en", "en"]
    moment = dt.datetime.fromisoformat(_all(root, "//n:publication_date")[0])
    assert moment.utcoffset() == dt.timedelta(hours=3)
    assert moment == (now - dt.timedelta(hours=1)).replace(microsecond=0)
    again = browser.get("/sitemap-news.xml", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_the_news_sitemap_holds_uris_without_passwords(browser: TestClient) -> None:
    publication = newsroom.publication()
    now = clock.now()
    _at(publication, 1, now, url="https://name:secret@daily.example/م 1")

    root = etree.fromstring(browser.get("/sitemap-news.xml").content)

    assert _all(root, "//s:loc") == ["https://daily.example/%D9%85%201"]


def test_a_sitemap_of_nothing_is_a_sitemap(browser: TestClient) -> None:
    newsroom.publication()

    root = etree.fromstring(browser.get("/sitemap-news.xml").content)

    assert root.tag == f"{{{NAMES['s']}}}urlset"
    assert len(root) == 0


def test_more_than_a_thousand_articles_are_split_under_an_index(browser: TestClient) -> None:
    publication = newsroom.publication()
    at = clock.now() - dt.timedelta(hours=1)
    newsroom.articles(publication, range(1001), published_at=at, updated_at=at)

    index = etree.fromstring(browser.get("/sitemap-news.xml").content)

    files = _all(index, "/s:sitemapindex/s:sitemap/s:loc")
    assert len(files) == 2
    counts, seen = [], set()
    for file in files:
        locations = _all(etree.fromstring(browser.get(file).content), "//s:loc")
        counts.append(len(locations))
        seen |= set(locations)
    assert counts == [1000, 1]
    assert len(seen) == 1001
    for wrong in ("0", "3", "x"):
        assert browser.get(f"/sitemap-news.xml?file={wrong}").status_code in {404, 422}


def test_opml_lists_every_publications_feeds_and_none_that_is_gone(browser: TestClient) -> None:
    newsroom.publication(name="Daily")
    newsroom.publication("yawmi", name="يومي", language="ar", direction="rtl")

    root = etree.fromstring(browser.get("/feeds.opml").content)

    groups = root.xpath("/opml/body/outline")
    assert [group.get("text") for group in groups] == ["Daily", "يومي"]
    slugs = [outline.get("xmlUrl") for outline in groups[1]]
    assert f"{newsroom.BASE}/feeds/yawmi-everything.rss" in slugs
    assert {outline.get("language") for outline in groups[1]} == {"ar"}
    assert all(outline.get("text") for outline in root.iter("outline"))


def _at(publication: int, number: int, moment: dt.datetime, **values: Any) -> None:
    newsroom.article(publication, number, published_at=moment, updated_at=moment, **values)


def _all(root: etree._Element, path: str) -> list[str]:
    return [each.text or "" for each in root.xpath(path, namespaces=NAMES)]
