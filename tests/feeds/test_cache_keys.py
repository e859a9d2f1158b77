"""Whatever form an address is asked in, the proxy keeps no other document in a document's place."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bench.feeds_servers import Web, fetch
from syndicate import clock
from syndicate.store.ground.session import transaction
from syndicate.store.syndication import feeds
from tests import matrix
from tests.application import build
from tests.feeds import building, newsroom
from tests.feeds.newsroom import NOW
from tests.feeds.proxies import ask, proxy, send, serving

pytestmark = pytest.mark.debian("nginx")

LIVE = "/feeds/everything.rss"
ARCHIVE = f"{LIVE}?page=1"
OPML = "/feeds.opml"
SITEMAP = "/sitemap-news.xml"
KEPT = (LIVE, ARCHIVE, "/feeds/everything.atom", OPML, SITEMAP, f"{SITEMAP}?file=1")

# Addresses that are not the one form of anything: none may be answered by what is kept, or be kept.
OTHER_FORMS = (
    *(f"{LIVE}?{query}" for query in (
        "page=", "page=&page=1", "page=1&page=", "page=1&page=1", "page=1&page=2", "%70age=1",
        "p%61ge=1", "PAGE=1", "PAGE=&page=1", "page=&PAGE=1", "Page=1&page=0", "page=0", "page=00",
        "page=01", "page=+1", "page=%31", "page=1%20", "page=1+", "page=-1", "page=1.0", "page=1e0",
        "page=%D9%A1", "page=1&", "&page=1", "page=1&&", "page=1;page=2", ";page=1", "page=1%00",
        "page=1%26page=", "page[]=1", "page==1", "page=x", "page=99999999", "page=1?page=",
        "page=1&x=1", "file=1", "file=9&page=1", "before=1", "utm_source=mail&utm_medium=x", "?",
        "page", "page=1#", "for=", "for=&page=1", "%66or=&page=1", "page=1&for=", "FOR=x&page=1",
        "x=" + "y" * 1900, "x=" + "y" * 6000, "&".join(f"x{n}=" for n in range(200)),
    )),
    f"{LIVE}#page=1", f"{LIVE}#", f"{LIVE}?#", f"{ARCHIVE}#x", f"{LIVE}?", f"{OPML}?",
    f"{SITEMAP}?", f"{LIVE}/", f"{LIVE}//", f"{LIVE}/?page=1", f"{LIVE}/.", f"{LIVE}/..",
    f"{LIVE};page=1", f"{LIVE}%3Fpage=1", f"{LIVE}%23", f"{LIVE}%00", f"{LIVE}%20", f"{LIVE}.",
    f"{LIVE}%2F", f"{LIVE}%0d%0aX-Evil:1",
    "//feeds/everything.rss", "/feeds//everything.rss", "//feeds//everything.rss?page=1",
    "/./feeds/everything.rss", "/feeds/./everything.rss", "/x/../feeds/everything.rss",
    "/feeds/x/../everything.rss", "/feeds/mine/../everything.rss", "/%2e/feeds/everything.rss",
    "/feeds/%2e/everything.rss", "/x/%2e%2e/feeds/everything.rss", "/feeds%2Feverything.rss",
    "/feeds/x%2F..%2Feverything.rss", "/feeds/%65verything.rss", "/feeds/%65verything.rss?page=1",
    "/feeds/everything%2Erss", "/feeds/everything%2erss?page=1", "/%66eeds/everything.rss?page=1",
    "/feeds/EVERYTHING.rss", "/feeds/everything.RSS", "/FEEDS/everything.rss",
    "/feeds/everything.rss.rss", "/feeds\\everything.rss", "/feeds/everything.rss\\",
    "/p/daily/feeds/everything.rss", "/p/nobody/feeds/everything.rss", "/p/x/feeds/everything.rss",
    "/p/x/feeds/everything.rss?page=1", "/p//feeds/everything.rss", "/p/../feeds/everything.rss",
    "/p/x/../feeds/everything.rss?page=1", "/p/%2e%2e/feeds/everything.rss",
    f"{OPML}?x=1", f"{OPML}/", f"{OPML}?page=1", "/feeds%2Eopml", "//feeds.opml", "/Feeds.opml",
    "/p/nobody/feeds.opml", "/p/daily/feeds.opml", "/./feeds.opml", f"{OPML};x",
    f"{SITEMAP}?file=", f"{SITEMAP}?file=&file=1", f"{SITEMAP}?FILE=&file=1", f"{SITEMAP}?file=9",
    f"{SITEMAP}?%66ile=9", f"{SITEMAP}?file=0", f"{SITEMAP}?file=01", f"{SITEMAP}?file=x",
    f"{SITEMAP}?utm_source=x", f"{SITEMAP}/", "//sitemap-news.xml", "/sitemap%2Dnews.xml",
    "/p/nobody/sitemap-news.xml", "/p/daily/sitemap-news.xml?file=1", "/x/../sitemap-news.xml",
)  # fmt: skip


def _head(target: str, *headers: str, method: str = "GET", host: str = "daily.example") -> str:
    lines = (f"{method} {target} HTTP/1.1", f"Host: {host}", *headers)
    return "".join(f"{line}\r\n" for line in lines)


# Requests whose address is the one form, and that try to have it answered as something else.
ODD_REQUESTS = {
    "another host": _head(LIVE, host="evil.example"),
    "a host in capitals with a dot and a port": _head(LIVE, host="EVIL.example.:81"),
    "another host for a list": _head(OPML, host="evil.example"),
    "another host for the sitemap": _head(SITEMAP, host="evil.example"),
    "no host": f"GET {LIVE} HTTP/1.0\r\n",
    "a whole address": _head(f"http://evil.example{LIVE}"),
    "a whole address of an archive": _head(f"HTTP://evil.example:81{ARCHIVE}"),
    "a forwarded host": _head(
        *(LIVE, "X-Forwarded-Host: evil.example", "X-Host: evil.example"),
        *("Forwarded: host=evil.example", "X-Forwarded-Proto: gopher"),
    ),
    "another address in a header": _head(
        *(LIVE, f"X-Original-URL: {ARCHIVE}", f"X-Rewrite-URL: {ARCHIVE}", "X-Forwarded-Prefix: /x")
    ),
    "HEAD": _head(LIVE, method="HEAD"),
    "HEAD of an archive": _head(ARCHIVE, method="HEAD"),
    "POST": _head(LIVE, "Content-Length: 0", method="POST"),
    "OPTIONS": _head(LIVE, method="OPTIONS"),
    "an unheard-of method": _head(LIVE, method="BREW"),
    "another method in a header": _head(
        *(LIVE, "X-HTTP-Method-Override: DELETE", "X-HTTP-Method: HEAD", "X-Method-Override: POST")
    ),
    "a body": _head(LIVE, "Content-Length: 0"),
    "a range": _head(LIVE, "Range: bytes=0-9"),
    "a range of an archive": _head(ARCHIVE, "Range: bytes=0-0,5-9", 'If-Range: "x"'),
    "any tag": _head(LIVE, "If-None-Match: *"),
    "a time": _head(LIVE, "If-Modified-Since: Tue, 24 Nov 2026 08:00:00 GMT"),
    "a tag that must match": _head(LIVE, 'If-Match: "x"'),
    "a cookie and a password": _head(LIVE, "Cookie: a=b", "Authorization: Basic eDp5"),
    "a coding that is not wanted": _head(LIVE, "Accept-Encoding: br;q=0.0, gzip;q=0"),
    "any coding": _head(LIVE, "Accept-Encoding: *"),
    "a coding in capitals": _head(LIVE, "Accept-Encoding: BR"),
    "a coding said twice": _head(LIVE, "Accept-Encoding: identity", "Accept-Encoding: br"),
    "no type": _head(LIVE, "Accept:"),
    "a type in capitals": _head(LIVE, "Accept: TEXT/HTML"),
    "a type that holds another's name": _head(LIVE, "Accept: text/htmlx"),
    "a type said twice": _head(LIVE, "Accept: */*", "Accept: text/html"),
    "no version": f"GET {ARCHIVE}\r\n",
    "two hosts": _head(LIVE, "Host: evil.example"),
    "another request in the body": _head(
        *(LIVE, f"Content-Length: {len(_head(ARCHIVE)) + 2}", ""), _head(ARCHIVE)
    ),
    "a body in pieces": _head(LIVE, "Transfer-Encoding: chunked", "", "1", "x", "0", ""),
    "an unheard-of coding of the body": _head(LIVE, "Transfer-Encoding: x"),
    "a header too long": _head(LIVE, f"X-Long: {'x' * 9000}"),
    "a control character": _head(LIVE, "X-Odd: \x01\xff"),
    "headers that go no further": _head(LIVE, "Connection: Host, Accept, Accept-Encoding"),
    "another protocol": _head(LIVE, "Upgrade: websocket", "Sec-WebSocket-Version: 13"),
    "a feed in raw UTF-8": _head("/feeds/\xc3\xa9.rss"),
    "a page in raw Latin-1": _head(f"{LIVE}?page=\xb9"),
    "a space in the address": _head(f"{LIVE} x"),
    "a wish for what is fresh": _head(LIVE, "Pragma: no-cache", "Cache-Control: no-store"),
}


# What the proxy does not let through to the web server, or back.
REFUSED = (
    (400, _head(f"{LIVE} x")),
    (400, _head(LIVE, f"X-Long: {'x' * 9000}")),
    (400, _head(LIVE, "Host: evil.example")),
    (400, _head("/feeds/\xc3\xa9.rss")),
    (405, _head(LIVE, method="TRACE")),
    (412, _head(LIVE, 'If-Match: "x"')),
    (412, _head(LIVE, "If-Unmodified-Since: Tue, 24 Nov 2020 08:00:00 GMT")),
    (413, _head("/hub", "Content-Length: 99999999", method="POST")),
    (414, _head(f"{LIVE}?{'y' * 9000}")),
    (501, _head(LIVE, "Transfer-Encoding: x")),
    (505, f"GET {LIVE} HTTP/2.0\r\n"),
)


@pytest.fixture
def web(database: str, tmp_path: Path) -> Iterator[Web]:  # noqa: ARG001 - the rows go there
    publication = newsroom.publication()
    newsroom.articles(publication, range(60))
    newsroom.article(publication, 70, published_at=clock.now(), updated_at=clock.now())
    building.publish_due(NOW)
    with serving(tmp_path) as server:
        yield server


@pytest.mark.parametrize("step", matrix.steps(96))
def test_no_form_of_an_address_puts_another_document_in_a_documents_place(
    web: Web, step: int
) -> None:
    wanted = _documents(web.port)
    requests = {form: _head(form) for form in OTHER_FORMS} | ODD_REQUESTS
    wrong = {}

    for name, head in list(requests.items())[::step]:
        with proxy(web) as port:
            send(port, head)
            found = _documents(port)
        wrong[name] = [path for path in KEPT if found[path] != wanted[path]]

    assert {name: paths for name, paths in wrong.items() if paths} == {}
    assert len(wrong) > 140 / step


@pytest.mark.long
def test_a_document_in_another_form_is_led_to_its_own_or_refused_and_kept_by_nobody(
    web: Web,
) -> None:
    with proxy(web) as port:
        _documents(port)
        answers = {form: ask(port, _head(form, host="evil.example")) for form in OTHER_FORMS}

    for form, answer in answers.items():
        assert answer.status in {302, 307, 400, 404, 414}, form
        assert answer.headers["cache-control"] == "no-store", form
        location = answer.headers.get("location", "/")
        assert re.match(r"/[^/\\\\]", location) or location == "/", form
        assert "evil" not in location.lower().replace("x-evil", ""), form


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("asked", "own"),
    matrix.rows(
        [
            (f"{LIVE}?utm_source=mail", LIVE),
            (f"{ARCHIVE}&utm_source=mail", ARCHIVE),
            (f"{LIVE}?page=", LIVE),
            (f"{LIVE}?page=0", LIVE),
            (f"{LIVE}?%70age=1", ARCHIVE),
            (f"{LIVE}?PAGE=1", LIVE),
            ("/feeds/%65verything.rss", LIVE),
            ("/p/nobody/feeds/everything.rss?page=1", ARCHIVE),
            (f"{LIVE}?x=1&for=a.b&page=1", f"{ARCHIVE}&for=a.b"),
            (f"{LIVE}?for=a%2Eb", f"{LIVE}?for=a.b"),
            (f"{OPML}?utm_source=mail", OPML),
            ("/p/daily/sitemap-news.xml?file=01", f"{SITEMAP}?file=1"),
        ],
        every=4,
    ),
)
def test_a_reader_with_an_address_of_another_form_finds_the_document(asked: str, own: str) -> None:
    browser = TestClient(build(), base_url=newsroom.BASE)
    newsroom.articles(newsroom.publication(), range(60))
    building.publish_due(NOW)

    answer = browser.get(asked, follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (302, own)
    assert answer.headers["cache-control"] == "no-store"
    assert browser.get(own).status_code == 200


@pytest.mark.long
def test_what_is_gone_or_has_moved_is_kept_in_its_own_form_alone(web: Web) -> None:
    with transaction() as tx:
        feeds.retire(tx, "everything", now=NOW)
        feeds.move(tx, "featured", "language-en")

    gone, moved = (
        [fetch(web.port, f"/feeds/{slug}.rss{query}") for query in ("", "?x=1", "?for=a.b")]
        for slug in ("everything", "featured")
    )

    assert [answer.status for answer in gone + moved] == [410, 302, 410, 301, 302, 301]
    kept = "public, max-age=300, s-maxage=2"
    assert [answer.headers["cache-control"] for answer in gone] == [kept, "no-store", "no-store"]
    assert [answer.headers["cache-control"] for answer in moved] == [kept, "no-store", "no-store"]


@pytest.mark.long
def test_no_cache_may_keep_what_the_proxy_refuses(web: Web) -> None:
    with proxy(web) as port:
        answers = [ask(port, head) for _, head in REFUSED]

    assert [(answer.status, answer.headers.get("cache-control")) for answer in answers] == [
        (status, "no-store") for status, _ in REFUSED
    ]


@pytest.mark.usefixtures("database")
@pytest.mark.long
def test_no_cache_may_keep_that_the_web_server_is_away(tmp_path: Path) -> None:
    with serving(tmp_path) as web:
        pass

    with proxy(web) as port:
        answers = [fetch(port, path) for path in (LIVE, "/", "/feeds/mine/x.rss")]

    assert {(answer.status, answer.headers.get("cache-control")) for answer in answers} == {
        (502, "no-store")
    }


@pytest.mark.long
def test_the_host_of_a_whole_address_stands_above_the_header(web: Web) -> None:
    newsroom.publication("courier", host="courier.example", language="ar")
    whole = "http://Courier.example/"

    with proxy(web) as port:
        answers = [
            ask(port, _head("/")),
            ask(port, _head("/", host="COURIER.example.")),
            ask(port, _head(whole)),
            ask(port, _head("http://daily.example/", host="courier.example")),
        ]

    assert [answer.headers["content-language"] for answer in answers] == ["en", "ar", "ar", "en"]


@pytest.mark.long
def test_a_feed_that_begins_is_not_missing_for_a_moment(web: Web) -> None:
    with proxy(web) as port:
        assert fetch(port, "/feeds/courier-everything.rss").status == 404
        newsroom.publication("courier")
        newsroom.publish_all()

        assert fetch(port, "/feeds/courier-everything.rss").status == 200


@pytest.mark.long
def test_a_partner_is_answered_by_the_web_server_each_time(web: Web) -> None:
    with proxy(web) as port:
        _documents(port)
        first = fetch(port, f"{LIVE}?for=a.b")
        again = fetch(port, f"{LIVE}?for=a.b", {"If-None-Match": first.headers["etag"]})

    assert (first.status, again.status, again.body) == (200, 304, b"")
    assert {answer.headers["cache-control"] for answer in (first, again)} == {
        "private, max-age=300"
    }


def _documents(port: int) -> dict[str, tuple[int, str, bytes]]:
    """What stands in each place: status, type and body."""
    answers = {path: fetch(port, path) for path in KEPT}
    shown = {path: fetch(port, path, {"Accept": "text/html"}) for path in (LIVE, ARCHIVE)}
    packed = {path: fetch(port, path, {"Accept-Encoding": "br"}) for path in (LIVE, ARCHIVE)}
    return {
        path: (
            *(answers[path].status, answers[path].headers["content-type"]),
            b"\n".join(
                bytes(found[path].headers["content-type"], "ascii") + found[path].body
                for found in (answers, shown, packed)
                if path in found
            ),
        )
        for path in KEPT
    }
