import datetime as dt
import json

import pytest

from syndicate.store.ground.session import transaction
from syndicate.store.intake.sources import Source
from syndicate.vocabulary.sources import Pages
from tests.collect import newsroom
from tests.collect.newsroom import NOW, item, rss
from tests.collect.site import Asked, Reply, Site

HOUR = dt.timedelta(hours=1)
pytestmark = pytest.mark.usefixtures("database")


def test_a_feed_is_stored_once(site: Site) -> None:
    site.serve("/feed", rss(*(item(n) for n in range(5))), etag='"one"')
    newsroom.source(newsroom.publication(), site, "/feed")

    first = newsroom.collect()
    second = newsroom.collect(now=NOW + HOUR)

    assert (first.sources, first.fetched, first.articles, first.revisions) == (1, 1, 5, 0)
    assert (second.unchanged, second.articles, second.revisions) == (1, 0, 0)
    assert [each.headline for each in newsroom.articles()] == [f"Story {n}" for n in range(5)]


def test_the_same_bytes_without_an_etag_are_not_read_again(site: Site) -> None:
    site.serve("/feed", rss(item(1)))
    newsroom.source(newsroom.publication(), site, "/feed")

    newsroom.collect()
    second = newsroom.collect(now=NOW + HOUR)

    assert (second.fetched, second.unchanged) == (1, 1)


def test_validators_go_back_byte_for_byte(site: Site) -> None:
    site.serve("/feed", rss(item(1)), etag='W/"a b"', last_modified="Tue, 24 Nov 2026 08:00:00 GMT")
    newsroom.source(newsroom.publication(), site, "/feed")

    newsroom.collect()
    newsroom.collect(now=NOW + HOUR)

    assert site.asked[1].headers["If-None-Match"] == 'W/"a b"'
    assert site.asked[1].headers["If-Modified-Since"] == "Tue, 24 Nov 2026 08:00:00 GMT"


@pytest.mark.parametrize(
    "last_modified",
    [
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Fri, 01 Jan 2010 00:00:00 GMT",
        "Sat, 24 Nov 2035 08:00:00 GMT",
    ],
)
def test_a_server_that_calls_whatever_it_has_unchanged_hides_no_story(
    site: Site, last_modified: str
) -> None:
    bodies = [rss(item(1)), rss(item(2), item(1))]

    def answer(asked: Asked) -> Reply:
        if "If-Modified-Since" in asked.headers:
            return Reply(304, b"", {})
        return Reply(200, bodies.pop(0), {"Last-Modified": last_modified})

    site.routes["/feed"] = answer
    newsroom.source(newsroom.publication(), site, "/feed")

    first = newsroom.collect()
    second = newsroom.collect(now=NOW + HOUR)

    assert (first.articles, second.articles) == (1, 1)
    assert [kind for kind, _ in newsroom.notices()].count("validators") == 1
    assert "Last-Modified" in first.notices[-1]


def test_the_password_of_a_source_opens_its_pages_and_stays_with_us(site: Site) -> None:
    page = "<h1>Story 1</h1><article><p>The page says more than its feed did. <img src=p.jpg></p>"
    site.serve("/story/1", page, content_type="text/html")
    site.serve("/feed", rss(item(1, link="/story/1")))
    source_id = newsroom.source(newsroom.publication(), site, "/feed", pages=Pages.ALWAYS)
    with transaction() as tx:
        source = tx.session.get_one(Source, source_id)
        source.url = source.url.replace("://", "://name:secret@")

    newsroom.collect()

    assert {each.path: "Authorization" in each.headers for each in site.asked} == {
        "/feed": True,
        "/story/1": True,
    }
    assert "secret" not in repr(vars(newsroom.only_article()))


def test_a_changed_text_makes_one_revision(site: Site) -> None:
    site.serve("/feed", rss(item(1)))
    newsroom.source(newsroom.publication(), site, "/feed")
    newsroom.collect()
    site.serve("/feed", rss(item(1, title="Story 1, and what came of it")))

    done = newsroom.collect(now=NOW + HOUR)

    assert (done.articles, done.revisions) == (0, 1)
    assert [(each.number, each.change, each.is_material) for each in newsroom.revisions()] == [
        (1, "first", True),
        (2, "update", True),
    ]
    assert newsroom.only_article().updated_at >= NOW + HOUR


def test_a_character_cut_in_half_changes_no_headline(site: Site) -> None:
    whole = rss(*(item(n, title=f"خبر الميناء {n}") for n in range(3)))
    site.serve("/feed", whole)
    newsroom.source(newsroom.publication(), site, "/feed")
    newsroom.collect()
    site.serve("/feed", whole.replace("الميناء 2".encode(), "المينا".encode() + b"\xd8 2"))

    done = newsroom.collect(now=NOW + HOUR)

    assert (done.articles, done.revisions) == (0, 0)
    assert [each.headline for each in newsroom.articles()] == [f"خبر الميناء {n}" for n in range(3)]
    assert [kind for kind, _ in newsroom.notices()] == ["bytes"]


def test_one_failing_source_leaves_the_others_alone(site: Site) -> None:
    publication_id = newsroom.publication()
    site.serve("/good", rss(item(1)))
    site.serve("/page", "<html><body>no feed</body></html>")
    for path in ("/page", "/missing", "/good"):
        newsroom.source(publication_id, site, path)

    done = newsroom.collect()

    assert (done.sources, done.failed, done.articles) == (3, 2, 1)


@pytest.mark.parametrize("escape", ["&#0;", "&#xD800;", "&#1;"])
def test_a_character_that_no_database_holds_is_left_out(site: Site, escape: str) -> None:
    site.serve("/feed", rss(item(1, title=f"One{escape}", guid=f"g{escape}", text=f"t{escape}")))
    newsroom.source(newsroom.publication(), site, "/feed")

    done = newsroom.collect()

    assert (done.articles, done.failed) == (1, 0)
    assert newsroom.only_article().headline == "One"


def test_a_json_feed_cannot_smuggle_such_a_character_in(site: Site) -> None:
    entry = {"id": "g\0", "title": "One\0\ud800", "content_html": "<p>\ud800</p>", "tags": ["\0t"]}
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": [entry]}
    site.serve("/feed", json.dumps(feed))
    newsroom.source(newsroom.publication(), site, "/feed")

    done = newsroom.collect()

    assert (done.articles, done.failed) == (1, 0)
    assert newsroom.only_article().headline == "One"


def test_a_slow_down_is_honoured_for_the_whole_host(site: Site) -> None:
    publication_id = newsroom.publication()
    site.routes["/busy"] = lambda _: Reply(429, b"", {"Retry-After": "3600"})
    site.serve("/other", rss(item(1)))
    busy = newsroom.source(publication_id, site, "/busy")
    newsroom.source(publication_id, site, "/other")

    newsroom.collect()

    assert site.paths() == ["/busy"]
    assert newsroom.state_of(busy).next_at >= NOW + HOUR


def test_a_page_is_read_where_the_entry_is_thin(site: Site) -> None:
    text = " ".join(f"Sentence number {n} of the whole story is here." for n in range(40))
    site.serve("/story", f"<html><body><article><h1>S</h1><p>{text}</p></article></body></html>")
    site.serve("/feed", rss(item(1, link=site.url("/story"))))
    newsroom.source(newsroom.publication(), site, "/feed", pages="thin")

    newsroom.collect()

    assert "Sentence number 39" in newsroom.only_article().body_html


def test_a_failed_page_never_blocks_its_entry(site: Site) -> None:
    answers = [Reply(503), Reply(200, b"<html><body><p>" + b"Now it is here. " * 60 + b"</p>")]

    def page(_: Asked) -> Reply:
        return answers.pop(0)

    site.routes["/story"] = page
    site.serve("/feed", rss(item(1, link=site.url("/story"))), etag='"same"')
    newsroom.source(newsroom.publication(), site, "/feed", pages="always")

    first = newsroom.collect()
    second = newsroom.collect(now=NOW + HOUR)

    assert (first.articles, second.articles, second.revisions) == (1, 0, 1)
    assert "Now it is here." in newsroom.only_article().body_html
