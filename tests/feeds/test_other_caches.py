"""A cache of somebody else's before the shipped proxy: no request puts an error, another page or
another paper in the place of what readers and their programs ask for.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.feeds_servers import Answer, fetch
from syndicate import clock
from syndicate.web import static
from tests.feeds import building, newsroom
from tests.feeds.newsroom import NOW
from tests.feeds.proxies import ask, cache_before, proxy, serving

pytestmark = [pytest.mark.debian("nginx"), pytest.mark.usefixtures("database")]

LIVE = "/feeds/everything.rss"
HOST = "courier.example"  # the second paper: whoever loses the host shows the first

# What a request says beside a document's address and host.
HEADERS = (
    "X-Forwarded-Host: evil.example", "X-Host: evil.example", "Forwarded: host=evil.example",
    "X-Forwarded-Proto: gopher", "X-Forwarded-Port: 81", "X-Forwarded-Prefix: /p/daily",
    "X-Forwarded-For: evil", "X-Original-URL: /feeds/everything.rss?page=1",
    "X-Rewrite-URL: /console", "X-HTTP-Method-Override: DELETE", "X-HTTP-Method: HEAD",
    "X-Method-Override: PURGE", "X-Script-Name: /p/daily", "Via: 1.1 evil", "Max-Forwards: 0",
    "Range: bytes=0-9", "Range: bytes=99999999-", "If-Range: x", "If-Match: x",
    'If-None-Match: "x"', "If-None-Match: *", "If-Unmodified-Since: Tue, 24 Nov 2020 08:00:00 GMT",
    "If-Modified-Since: Tue, 24 Nov 2037 08:00:00 GMT", "Accept: text/html", "Accept: image/png",
    "Accept: application/json", "Accept-Language: ar", "Accept-Encoding: br",
    "Accept-Encoding: gzip;q=0", "Accept-Encoding: identity;q=0", "Accept-Charset: utf-7",
    "Cookie: language=ar; session=x", "Authorization: Basic eDp5", "Origin: http://evil.example",
    "Sec-Fetch-Site: cross-site", "Referer: http://evil.example/", "User-Agent: Googlebot",
    "Expect: 100-continue", "Expect: x", "TE: trailers", "Upgrade: h2c", "Keep-Alive: x",
    "Connection: Host, Accept", "Content-Length: 0", "Content-Length: x", "Content-Type: x",
    "Transfer-Encoding: x", "Pragma: no-cache", "Cache-Control: no-store, max-age=0",
    f"X-Long: {'x' * 9000}", f"Cookie: {'x' * 20000}", f"Accept: {'x' * 40000}", "X-Odd: \x01",
    "X-Odd: \xff", "X\x01: odd", "X_Forwarded_Host: evil.example", ": x", "Host: evil.example",
)  # fmt: skip


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[int]:
    publication = newsroom.publication()
    newsroom.articles(publication, range(60))
    newsroom.article(publication, 70, published_at=clock.now(), updated_at=clock.now())
    courier = newsroom.publication("courier", host=HOST, language="ar", direction="rtl")
    newsroom.section(courier, "world")
    building.publish_due(NOW)
    with serving(tmp_path) as web, proxy(web) as port, cache_before(port) as before:
        yield before


def _documents() -> tuple[str, ...]:
    return (
        *("/", "/sections/world", "/feeds", "/newsletters", "/robots.txt", "/p/daily/", "/hub"),
        *("/articles/1/story-0", static.url("feed.css"), "/feeds/feed.css", "/feeds.opml"),
        *(LIVE, f"{LIVE}?page=1", "/feeds/everything.json", "/sitemap-news.xml"),
    )


def _forms(path: str) -> Iterator[str]:
    """Other spellings of an address, and what is beside it."""
    bare, mark, query = path.partition("?")
    given = mark + query
    more = f"{path}{'&' if mark else '?'}"
    yield from (f"{more}{each}" for each in ("x=1", "page=2", "before=1", "utm_source=x", "", "&"))
    yield from (f"{path}{each}" for each in ("#", "#x", "%00", "%FF", "%20", "+", "?", ";x=1"))
    yield from (f"{bare}{each}{given}" for each in ("/", "//", "/.", "/..", "%2F", ";x", "%3F"))
    yield from (f"{before}{path}" for before in ("/", "/.", "/x/..", "/%2e", "/p/daily", "/p/x"))
    yield bare[:1] + f"%{ord(bare[1:2] or 'x'):02X}" + bare[2:] + given
    yield bare[:1] + bare[1:].swapcase() + given
    yield bare + "?" + "y" * 3000
    yield bare + "?" + "y" * 9000
    yield bare + "?\xff"
    yield bare + "\xc3\xa9"


def _requests(path: str) -> Iterator[str]:
    for form in _forms(path):
        yield f"GET {form} HTTP/1.1\r\nHost: {HOST}\r\n"
    for host in ("COURIER.example", f"{HOST}.", f"{HOST}:80", f"{HOST}:443", f"{HOST}.:80"):
        yield f"GET {path} HTTP/1.1\r\nHost: {host}\r\n"
    for method in ("HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PURGE", "BREW", "get"):
        yield f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\n"
    for header in HEADERS:
        yield f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n{header}\r\n"
    yield f"GET {path} HTTP/1.0\r\n"
    yield f"GET {path} HTTP/1.0\r\nHost: {HOST}\r\n"


@pytest.mark.long
@pytest.mark.parametrize("step", [1, 6])
def test_no_request_puts_something_else_in_a_documents_place(cache: int, step: int) -> None:
    wrong = []
    tried = 0

    for path in _documents():
        wanted = _shown(_found(cache, path, "first"))
        assert wanted[0] == 200, path
        for head in list(_requests(path))[::step]:
            tried += 1
            run = f"run-{tried}"
            ask(cache, f"{head}X-Run: {run}\r\n")
            if _shown(_found(cache, path, run)) != wanted:
                wrong.append((path, head[-60:]))

    assert wrong == []
    assert tried > 1500 / step


def _found(port: int, path: str, run: str) -> Answer:
    return fetch(port, path, {"Host": HOST, "X-Run": run})


def _shown(answer: Answer) -> tuple[object, ...]:
    said = ("content-type", "content-encoding", "content-language", "location", "cache-control")
    return answer.status, *(answer.headers.get(name) for name in said), answer.body
