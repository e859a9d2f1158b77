"""Pages through the proxy that we ship: kept for a moment, and bounded for each visitor."""

import http.client
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from bench.feeds_servers import Nginx, Web, fetch
from syndicate import clock
from syndicate.store.content.pictures import Picture
from syndicate.store.ground.session import transaction
from tests.feeds import newsroom
from tests.feeds.proxies import ask, open_folder, serving

pytestmark = pytest.mark.debian("nginx")
VISITOR, ANOTHER = {"X-Forwarded-For": "203.0.113.7"}, {"X-Forwarded-For": "203.0.113.8"}


@pytest.fixture
def web(database: str, tmp_path: Path) -> Iterator[Web]:  # noqa: ARG001 - the rows go there
    publication = newsroom.publication(host="daily.example")
    newsroom.articles(publication, range(3))
    newest = newsroom.article(publication, 70, published_at=clock.now(), updated_at=clock.now())
    newsroom.picture(newest)
    with serving(tmp_path) as server:
        yield server


@pytest.fixture
def folder() -> Iterator[Path]:
    with open_folder() as found:
        yield found


@pytest.fixture
def proxy(web: Web, folder: Path) -> Iterator[int]:
    with Nginx(folder, web.port, folder) as nginx:
        yield nginx.proxy_port


def kept(folder: Path, path: str) -> list[str]:
    """What the log says of each answer: from the cache or not."""
    time.sleep(1.2)  # it is written once a second
    lines = (folder / "access.log").read_text().splitlines()
    return [line.split("s ")[1].split()[0] for line in lines if f'"GET {path}"' in line]


def test_pages_are_kept_for_a_moment_and_what_is_withdrawn_is_gone_within_five_seconds(
    proxy: int, folder: Path
) -> None:
    before = [fetch(proxy, "/") for _ in range(3)]
    assert all(b"Story 70" in answer.body for answer in before)
    assert kept(folder, "/")[1:] == ["HIT", "HIT"]

    newsroom.kill(4, now=clock.now())
    time.sleep(5)

    assert b"Story 70" not in fetch(proxy, "/").body


def test_no_page_is_answered_by_another_publications_or_by_a_private_one(
    proxy: int, folder: Path
) -> None:
    newsroom.publication("courier", host="courier.example", language="ar")
    hosts = ("daily.example", "courier.example", "DAILY.example.", "daily.example:81") * 2
    languages = [
        ask(proxy, f"GET / HTTP/1.1\r\nHost: {host}\r\n").headers["content-language"]
        for host in hosts
    ]
    paths = (
        "/articles/1?utm_source=x",
        "/confirm/a.b",
        "/console/sign-in",
        "/api/v1/feeds",
        "/nowhere",
    )
    for path in paths * 2:
        fetch(proxy, path)

    assert languages == ["en", "ar", "en", "en"] * 2
    time.sleep(1.2)
    lines = (folder / "access.log").read_text().splitlines()
    others = [line for line in lines if '"GET /"' not in line]
    assert len(others) > len(paths)
    assert [line for line in others if "HIT" in line or "STALE" in line] == []


def test_a_flood_of_one_visitor_is_over_at_the_proxy_and_others_read_on(proxy: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", proxy, timeout=10)
    answers = []
    for _ in range(600):
        connection.request("GET", "/", headers=VISITOR)
        answer = connection.getresponse()
        answer.read()
        answers.append((answer.status, answer.headers["Retry-After"]))
    connection.close()

    assert set(answers) == {(200, None), (429, "60")}
    assert fetch(proxy, "/", ANOTHER).status == 200
    # Whoever names a visitor that was not asked by one of ours is that proxy, and no header helps.
    spoofed = {"X-Forwarded-For": f"198.51.100.1, {VISITOR['X-Forwarded-For']}"}
    assert 429 in {fetch(proxy, "/", spoofed).status for _ in range(30)}
    assert {fetch(proxy, "/").status for _ in range(300)} == {200}


def test_an_ipv6_household_is_one_visitor_and_a_provider_tells_of_each_mail(proxy: int) -> None:
    def statuses(path: str, address: str) -> set[int]:
        connection = http.client.HTTPConnection("127.0.0.1", proxy, timeout=10)
        found = set()
        for number in range(600):
            connection.request("GET", path, headers={"X-Forwarded-For": address.format(number)})
            answer = connection.getresponse()
            answer.read()
            found.add(answer.status)
        connection.close()
        return found

    assert 429 in statuses("/", "2001:db8:1:2::{:x}")
    assert fetch(proxy, "/", {"X-Forwarded-For": "2001:db8:1:3::1"}).status == 200
    assert statuses("/hooks/mail/postmark", "203.0.113.9") == {405}


def test_no_feed_makes_the_front_page_a_502(proxy: int) -> None:
    long = f"https://{'x' * 60}.{'y' * 63}.{'z' * 63}.example/picture.jpg"
    with transaction() as tx:
        tx.execute(update(Picture).values(url=long))

    assert fetch(proxy, "/").status == 200


def test_pages_outlive_the_web_server_for_a_while(web: Web, proxy: int) -> None:
    assert fetch(proxy, "/").status == 200
    web.__exit__()
    time.sleep(2.5)

    assert fetch(proxy, "/").status == 200
    assert fetch(proxy, "/newsletters").status == 502


def test_a_large_body_of_a_stranger_is_refused_and_not_laid_down_first(
    proxy: int, folder: Path
) -> None:
    size = 60 * 1024 * 1024
    head = f"Host: daily.example\r\nContent-Type: text/csv\r\nContent-Length: {size}\r\n"

    list_ = ask(proxy, f"POST /api/v1/newsletters/x/subscribers HTTP/1.1\r\n{head}")
    form = ask(proxy, f"POST /newsletters/x HTTP/1.1\r\n{head}")

    assert (list_.status, form.status) == (401, 413)
    assert not list(folder.rglob("*body*"))
