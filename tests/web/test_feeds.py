"""Feeds over HTTP: validators, codings, pages, gone and moved."""

import gzip
import hashlib
import socket
import time
from collections.abc import Callable, Iterator
from email.utils import format_datetime

import brotli
import pytest
import time_machine
from lxml import etree
from starlette.testclient import TestClient

from syndicate import settings
from syndicate.store.ground import session
from syndicate.store.ground.session import transaction
from syndicate.store.syndication import feeds
from syndicate.vocabulary.feeds import FeedFormat
from syndicate.web import feed_shelf
from tests.clean_database import CleanDatabase
from tests.feeds import building, newsroom, shelf
from tests.feeds.newsroom import NOW, minutes

PLAIN = {"Accept-Encoding": "identity"}
TYPES = {form.value: f"{form.media_type}; charset=utf-8" for form in FeedFormat}


@pytest.fixture
def articles(
    database: str,  # noqa: ARG001 - the rows go there
    clean_database: CleanDatabase,
) -> list[int]:
    return shelf.filled(clean_database, 12)


@pytest.fixture
def archives(
    database: str,  # noqa: ARG001 - the rows go there
    clean_database: CleanDatabase,
) -> list[int]:
    """More than stand on one page: the oldest are in archives."""
    return shelf.filled(clean_database, 173)


@pytest.mark.usefixtures("database", "articles")
@pytest.mark.parametrize("form", list(FeedFormat))
def test_a_feed_is_served_with_its_type_hash_date_and_links(browser: TestClient, form: str) -> None:
    answer = browser.get(f"/feeds/everything.{form}", headers=PLAIN)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == TYPES[form]
    assert answer.headers["etag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"'
    assert answer.headers["last-modified"] == format_datetime(NOW, usegmt=True)
    assert answer.headers["vary"] == "Accept-Encoding, Accept"
    assert "stale-while-revalidate" in answer.headers["cache-control"]
    assert "s-maxage=2" in answer.headers["cache-control"]
    assert answer.headers["link"] == (
        f'<{newsroom.BASE}/hub>; rel="hub", <{newsroom.BASE}/feeds/everything.{form}>; rel="self"'
    )
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.usefixtures("database", "articles")
def test_a_browser_is_told_that_a_feed_is_xml_with_a_style_sheet(browser: TestClient) -> None:
    accept = {**PLAIN, "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9"}
    shown = browser.get("/feeds/everything.rss", headers=accept)
    plain = browser.get("/feeds/everything.rss", headers=PLAIN)

    assert shown.headers["content-type"] == "application/xml; charset=utf-8"
    assert (shown.content, shown.headers["etag"]) == (plain.content, plain.headers["etag"])
    assert b'<?xml-stylesheet type="text/css" href="/feeds/feed.css"?>' in shown.content
    assert browser.get("/feeds/feed.css").headers["content-type"] == "text/css; charset=utf-8"


@pytest.mark.usefixtures("database", "articles")
@pytest.mark.parametrize("form", list(FeedFormat))
def test_a_browser_is_told_that_a_feed_is_xml_only_where_it_is(
    browser: TestClient, form: FeedFormat
) -> None:
    shown = browser.get(f"/feeds/everything.{form}", headers={**PLAIN, "Accept": "text/html"})

    is_xml = shown.content.startswith(b"<?xml ")
    expected = "application/xml; charset=utf-8" if is_xml else TYPES[form]
    assert (form.is_xml, shown.headers["content-type"]) == (is_xml, expected)


@pytest.mark.usefixtures("database", "articles")
def test_each_coding_has_a_tag_of_its_own_and_the_same_text(browser: TestClient) -> None:
    found = {}
    for coding in ("identity", "gzip", "br"):
        with browser.stream(
            "GET", "/feeds/everything.rss", headers={"Accept-Encoding": coding}
        ) as answer:
            found[coding] = (answer.headers["etag"], b"".join(answer.iter_raw()))
            assert answer.headers.get("content-encoding", "identity") == coding

    assert len({tag for tag, _ in found.values()}) == 3
    assert gzip.decompress(found["gzip"][1]) == found["identity"][1]
    assert brotli.decompress(found["br"][1]) == found["identity"][1]


@pytest.mark.usefixtures("database", "articles")
@pytest.mark.parametrize("coding", ["identity", "gzip", "br"])
def test_a_known_tag_is_answered_by_304_and_no_body(browser: TestClient, coding: str) -> None:
    headers = {"Accept-Encoding": coding}
    first = browser.get("/feeds/everything.rss", headers=headers)

    for tag in (first.headers["etag"], f'"other", W/{first.headers["etag"]}', "*"):
        answer = browser.get("/feeds/everything.rss", headers={**headers, "If-None-Match": tag})
        assert answer.status_code == 304
        assert answer.content == b""
        assert "content-length" not in answer.headers
        assert answer.headers["vary"] == "Accept-Encoding, Accept"
        assert answer.headers["cache-control"] == first.headers["cache-control"]
        assert "etag" in answer.headers


@pytest.mark.usefixtures("database", "articles")
def test_if_none_match_comes_before_if_modified_since(browser: TestClient) -> None:
    since = {"If-Modified-Since": format_datetime(NOW, usegmt=True)}
    older = {"If-Modified-Since": format_datetime(NOW - minutes(1), usegmt=True)}

    assert browser.get("/feeds/everything.rss", headers=since).status_code == 304
    assert browser.get("/feeds/everything.rss", headers=older).status_code == 200
    both = {**since, "If-None-Match": '"another"'}
    assert browser.get("/feeds/everything.rss", headers=both).status_code == 200
    for nonsense in ("yesterday", "Tue, 24 Nov 2026 08:00:00 +99999999999999999999"):
        headers = {"If-Modified-Since": nonsense}
        assert browser.get("/feeds/everything.rss", headers=headers).status_code == 200


@pytest.mark.usefixtures("database", "articles")
def test_a_date_that_a_clock_ahead_gave_out_does_not_hide_the_feed(browser: TestClient) -> None:
    with time_machine.travel(NOW):
        ahead = {"If-Modified-Since": format_datetime(NOW + minutes(60), usegmt=True)}
        answer = browser.get("/feeds/everything.rss", headers=ahead)

    assert answer.status_code == 200
    assert answer.headers["last-modified"] == format_datetime(NOW, usegmt=True)


@pytest.mark.usefixtures("database", "articles")
def test_head_says_what_get_would_and_sends_nothing(browser: TestClient) -> None:
    get = browser.get("/feeds/everything.atom", headers=PLAIN)
    head = browser.head("/feeds/everything.atom", headers=PLAIN)

    assert head.status_code == 200
    assert head.content == b""
    assert dict(head.headers) == dict(get.headers)
    known = {**PLAIN, "If-None-Match": get.headers["etag"]}
    assert browser.head("/feeds/everything.atom", headers=known).status_code == 304


@pytest.mark.usefixtures("database", "archives")
def test_archives_may_be_kept_and_open_pages_may_not(browser: TestClient) -> None:
    for form in FeedFormat:
        kept = browser.get(f"/feeds/everything.{form}?page=1").headers["cache-control"]
        assert "immutable" in kept, form
    assert "immutable" not in browser.get("/feeds/everything.rss?page=3").headers["cache-control"]


@pytest.mark.usefixtures("database", "articles")
def test_what_is_not_there_is_a_404(browser: TestClient) -> None:
    names = ["nothing.rss", "everything.xml", "everything", ".rss"]
    pages = [f"everything.rss?page={number}" for number in ("9", "-1", "x", "9" * 400)]

    answers = {each: browser.get(f"/feeds/{each}") for each in names + pages}

    said = {each: (it.status_code, it.headers["cache-control"]) for each, it in answers.items()}
    assert said == dict.fromkeys(answers, (404, "no-store"))


@pytest.mark.usefixtures("database", "articles")
def test_a_feed_takes_no_posts(browser: TestClient) -> None:
    answer = browser.post("/feeds/everything.rss")

    assert answer.status_code == 405


@pytest.mark.usefixtures("database", "articles")
def test_a_gone_feed_answers_410_and_a_moved_one_301(browser: TestClient) -> None:
    assert browser.get("/feeds/everything.rss").status_code == 200
    with transaction() as tx:
        assert feeds.retire(tx, "everything", now=NOW)
        assert feeds.move(tx, "featured", "language-en")
        assert feeds.move(tx, "corrections", "https://elsewhere.example/feed")
        assert not feeds.move(tx, "nothing", "everything")
    time.sleep(feed_shelf.FRESH_S)

    assert browser.get("/feeds/everything.rss").status_code == 410
    moved = browser.get("/feeds/featured.atom")
    assert moved.status_code == 301
    assert moved.headers["location"] == f"{newsroom.BASE}/feeds/language-en.atom"
    far = browser.get("/feeds/corrections.atom")
    assert far.headers["location"] == "https://elsewhere.example/feed"


def test_a_change_is_served_while_the_document_stands_on_the_shelf(
    browser: TestClient, articles: list[int]
) -> None:
    before = browser.get("/feeds/everything.rss")
    assert b"Story 7<" in before.content

    newsroom.kill(articles[7], now=NOW + minutes(1))
    building.publish_due(NOW + minutes(1))
    time.sleep(feed_shelf.FRESH_S)

    after = browser.get("/feeds/everything.rss", headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    assert b"Story 7<" not in after.content


@pytest.mark.usefixtures("database", "articles")
def test_the_list_of_feeds_is_opml(browser: TestClient) -> None:
    answer = browser.get("/feeds.opml")

    assert answer.headers["content-type"] == "text/x-opml; charset=utf-8"
    outlines = etree.fromstring(answer.content).xpath("//outline[@type='rss']/@xmlUrl")
    assert outlines == [
        f"{newsroom.BASE}/feeds/{slug}.rss"
        for slug in (
            "everything",
            "featured",
            "language-en",
            "corrections",
            "author-world-desk",
        )
    ]
    again = browser.get("/feeds.opml", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


@pytest.fixture
def away(settings_env: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Takes the database away, or makes it silent."""
    silent = socket.create_server(("127.0.0.1", 0))
    where = {
        "away": "postgresql:///x?host=/nonexistent",
        "silent": f"postgresql://x@127.0.0.1:{silent.getsockname()[1]}/x?connect_timeout=4",
    }

    def take(how: str) -> None:
        settings_env.setenv("SYNDICATE_DATABASE_URL", where[how])
        settings.load.cache_clear()
        session.dispose()
        time.sleep(feed_shelf.FRESH_S)

    yield take
    silent.close()


@pytest.mark.usefixtures("articles")
@pytest.mark.parametrize("how", ["away", "silent"])
def test_feeds_in_memory_are_served_while_the_database_is_away(
    browser: TestClient, away: Callable[[str], None], how: str
) -> None:
    feed = "/feeds/everything.rss"
    before = browser.get(feed, headers=PLAIN)
    away(how)

    began_s = time.monotonic()
    after = browser.get(feed, headers=PLAIN)
    known = browser.get(feed, headers={"If-None-Match": before.headers["etag"]})
    since = browser.get(feed, headers={"If-Modified-Since": before.headers["last-modified"]})
    partner = browser.get(f"{feed}?for=a.b")

    assert time.monotonic() - began_s < 6
    assert (after.status_code, after.content) == (200, before.content)
    assert (known.status_code, since.status_code, partner.status_code) == (304, 304, 200)
    for answer in (after, known, since):
        assert answer.headers["cache-control"] == "public, max-age=60, s-maxage=2"
        assert 1 <= int(answer.headers["age"]) <= 60
        assert "warning" not in answer.headers
    assert partner.headers["cache-control"] == "private, max-age=300"
    assert browser.get("/feeds/everything.atom").status_code == 503  # was not asked for before
    assert "age" not in before.headers


@pytest.mark.usefixtures("articles")
def test_a_feed_that_nobody_confirms_is_not_served_for_ever(
    browser: TestClient, away: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert browser.get("/feeds/everything.rss").status_code == 200
    away("away")
    assert browser.get("/feeds/everything.rss").status_code == 200

    monkeypatch.setattr(feed_shelf, "STALE_S", 0.1)
    answer = browser.get("/feeds/everything.rss")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")


@pytest.mark.usefixtures("articles")
def test_what_was_withdrawn_meanwhile_is_gone_once_the_database_is_back(
    browser: TestClient, away: Callable[[str], None], database: str
) -> None:
    assert b"Story 7<" in browser.get("/feeds/everything.rss", headers=PLAIN).content
    own = settings.load().database_url
    assert own
    away("away")
    assert browser.get("/feeds/everything.rss").headers["age"]
    with pytest.MonkeyPatch.context() as back:
        back.setenv("SYNDICATE_DATABASE_URL", own)
        settings.load.cache_clear()
        newsroom.kill(8, now=NOW + minutes(1))
        building.publish_due(NOW + minutes(1))
        time.sleep(1.5)

        answer = browser.get("/feeds/everything.rss", headers=PLAIN)

    assert database
    assert b"Story 7<" not in answer.content
    assert "age" not in answer.headers
