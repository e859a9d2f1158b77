"""Sources of other kinds than feeds: sitemaps, pages, section pages."""

import datetime as dt
from typing import Any

import pytest

from syndicate.errors import UsageError
from syndicate.reading.pages import profile
from syndicate.store.content import featured
from syndicate.store.ground.session import transaction
from syndicate.vocabulary.sources import SourceKind
from tests.collect import newsroom
from tests.collect.newsroom import NOW, item, rss
from tests.collect.site import Site

pytestmark = pytest.mark.usefixtures("database")
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
TEXT = " ".join(f"Sentence number {n} of the story is here." for n in range(60))
PROFILE = {
    "headline": "h1",
    "body": "#text",
    "featured": "#featured a",
    "published": {"select": "time", "attribute": "datetime"},
}


def page(number: int, *, featured_box: str = "", text: str = TEXT) -> str:
    return (
        f"<html lang='en'><head><title>Story {number}</title></head><body>"
        f"<h1>Story {number}</h1><time datetime='2026-11-24T07:{number:02}:00Z'></time>"
        f"<div id='text'><p>{text}</p></div><div id='featured'>{featured_box}</div></body></html>"
    )


def news_sitemap(site: Site, *numbers: int) -> str:
    urls = "".join(
        f"<url><loc>{site.url(f'/story/{n}')}</loc><news:news><news:publication><news:name>D"
        "</news:name><news:language>en</news:language></news:publication>"
        f"<news:publication_date>2026-11-24T07:{n:02}:00Z</news:publication_date>"
        f"<news:title>Story {n}</news:title></news:news></url>"
        for n in numbers
    )
    return (
        '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{urls}</urlset>'
    )


def serve_stories(site: Site, *numbers: int) -> None:
    for number in numbers:
        site.serve(f"/story/{number}", page(number), content_type="text/html")


def test_a_news_sitemap_brings_articles_by_their_pages(site: Site) -> None:
    serve_stories(site, 1, 2)
    site.serve("/news.xml", news_sitemap(site, 1, 2))
    newsroom.source(
        newsroom.publication(), site, "/news.xml", kind=SourceKind.SITEMAP, pages="always"
    )

    done = newsroom.collect()

    assert done.articles == 2
    assert sorted(each.headline for each in newsroom.articles()) == ["Story 1", "Story 2"]
    assert all("Sentence number 59" in each.body_html for each in newsroom.articles())
    assert newsroom.collect(now=NOW + HOUR).articles == 0


def test_a_sitemap_index_leads_to_its_newest_parts(site: Site) -> None:
    serve_stories(site, 1, 2)
    site.serve("/a.xml", news_sitemap(site, 1))
    site.serve("/b.xml", news_sitemap(site, 2))
    index = "".join(f"<sitemap><loc>{site.url(p)}</loc></sitemap>" for p in ("/a.xml", "/b.xml"))
    site.serve(
        "/index.xml",
        f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{index}</sitemapindex>',
    )
    newsroom.source(
        newsroom.publication(), site, "/index.xml", kind=SourceKind.SITEMAP, pages="always"
    )

    assert newsroom.collect().articles == 2


def test_an_article_page_is_a_source_of_one_article(site: Site) -> None:
    box = "".join(f"<a href='/t/{n}'>Teaser {n}</a>" for n in range(9))
    site.serve("/kerry", page(1, featured_box=box), content_type="text/html")
    publication_id = newsroom.publication()
    newsroom.source(publication_id, site, "/kerry", kind=SourceKind.PAGE, profile=PROFILE)

    newsroom.collect()

    article = newsroom.only_article()
    assert article.headline == "Story 1"
    assert article.published_at == dt.datetime(2026, 11, 24, 7, 1, tzinfo=dt.UTC)
    assert "Teaser" not in article.body_html
    with transaction() as tx:
        picks = featured.current(tx, publication_id, now=NOW + HOUR)
    assert [each.teaser for each in picks] == [f"Teaser {n}" for n in range(9)]


def test_another_featured_box_makes_no_revision(site: Site) -> None:
    publication_id = newsroom.publication()
    newsroom.source(publication_id, site, "/kerry", kind=SourceKind.PAGE, profile=PROFILE)
    site.serve("/kerry", page(1, featured_box="<a href='/a'>A</a>"), content_type="text/html")
    newsroom.collect()
    site.serve("/kerry", page(1, featured_box="<a href='/b'>B</a>"), content_type="text/html")

    done = newsroom.collect(now=NOW + HOUR)

    assert (done.articles, done.revisions) == (0, 0)
    with transaction() as tx:
        picks = featured.current(tx, publication_id, now=NOW + 2 * HOUR)
    assert [each.teaser for each in picks] == ["B"]


def test_a_section_page_leads_to_its_articles(site: Site) -> None:
    serve_stories(site, 1, 2)
    links = "".join(f"<h2><a href='/story/{n}'>Story {n}</a></h2>" for n in (1, 2))
    site.serve("/world", f"<html><body>{links}</body></html>", content_type="text/html")
    newsroom.source(
        newsroom.publication(),
        site,
        "/world",
        kind=SourceKind.PAGE,
        pages="always",
        profile={"links": "h2 a", **PROFILE},
    )

    done = newsroom.collect()

    assert done.articles == 2
    assert {(each.url, each.headline) for each in newsroom.articles()} == {
        (site.url("/story/1"), "Story 1"),
        (site.url("/story/2"), "Story 2"),
    }


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"headlin": "h1"}, "has no field headlin"),
        ({"headline": "h1["}, "no usable CSS selector"),
        ({"headline": 7}, "must be a CSS selector"),
        ({"updated": {"select": "b", "zone": "Mars/Base"}}, "does not exist"),
        ({"updated": {"select": "b", "patern": "x"}}, "must be a CSS selector"),
    ],
)
def test_a_profile_that_cannot_be_used_is_one_sentence(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        profile.check(wrong)


def test_one_story_through_two_feeds_is_one_article_by_its_canonical_address(site: Site) -> None:
    canonical = f"<link rel='canonical' href='{site.url('/story/1')}'>"
    site.serve("/story/1", page(1), content_type="text/html")
    site.serve("/amp/1", page(1).replace("<head>", f"<head>{canonical}"), content_type="text/html")
    site.serve("/one", rss(item(1, link=site.url("/story/1"))))
    site.serve("/two", rss(item(1, link=site.url("/amp/1"), guid="other", title="Story one")))
    publication_id = newsroom.publication()
    first = newsroom.source(publication_id, site, "/one", pages="always")
    second = newsroom.source(publication_id, site, "/two", pages="always")

    newsroom.collect(first)
    newsroom.collect(second)

    assert len(newsroom.articles()) == 1
    assert {each.source_id for each in newsroom.carried()} == {first, second}
