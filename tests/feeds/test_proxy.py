"""The proxy configuration that we ship, in Debian's nginx before web processes of ours."""

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.feeds_servers import Nginx, Web, fetch
from syndicate.feeds import proxy_log
from tests.feeds import building, newsroom
from tests.feeds.newsroom import NOW, minutes

pytestmark = [pytest.mark.debian("nginx"), pytest.mark.usefixtures("database")]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where nginx's workers may go, who are of another account where root starts it."""
    with tempfile.TemporaryDirectory(prefix="syndicate-nginx-", dir="/tmp") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def proxy(folder: Path) -> Iterator[Nginx]:
    publication = newsroom.publication()
    newsroom.articles(publication, range(60))
    building.publish_due(NOW)
    env = {name: os.environ[name] for name in os.environ if name.startswith("SYNDICATE_")}
    with Web(env, folder, 1) as web, Nginx(folder, web.port, folder) as nginx:
        yield nginx


@pytest.mark.long
def test_each_coding_and_page_is_kept_by_itself(proxy: Nginx) -> None:
    wanted = {"": None, "gzip, deflate": "gzip", "gzip, br;q=0.9": "br", "gzip;q=0, br;q=0": None}

    answers = {
        said: fetch(proxy.proxy_port, "/feeds/everything.rss", {"Accept-Encoding": said})
        for said in wanted
    }
    older = fetch(proxy.proxy_port, "/feeds/everything.rss?page=1")

    assert {
        said: answer.headers.get("content-encoding") for said, answer in answers.items()
    } == wanted
    assert {answer.headers["vary"] for answer in answers.values()} == {"Accept-Encoding, Accept"}
    shown = fetch(proxy.proxy_port, "/feeds/everything.rss", {"Accept": "text/html"})
    assert shown.headers["content-type"] == "application/xml; charset=utf-8"
    assert answers[""].headers["content-type"] == "application/rss+xml; charset=utf-8"
    assert b"Story 55<" in older.body
    assert b"Story 55<" not in answers[""].body


@pytest.mark.long
def test_a_known_etag_is_answered_by_304(proxy: Nginx) -> None:
    first = fetch(proxy.proxy_port, "/feeds/everything.rss")

    known = {"If-None-Match": first.headers["etag"]}
    again = fetch(proxy.proxy_port, "/feeds/everything.rss", known)

    assert (again.status, again.body) == (304, b"")


def test_a_killed_article_is_gone_within_five_seconds(proxy: Nginx) -> None:
    before = fetch(proxy.proxy_port, "/feeds/everything.rss")
    assert b"Story 7<" in before.body

    newsroom.kill(8, now=NOW + minutes(1))
    building.publish_due(NOW + minutes(1))
    time.sleep(5)

    assert b"Story 7<" not in fetch(proxy.proxy_port, "/feeds/everything.rss").body
    atom = fetch(proxy.proxy_port, "/feeds/everything.atom").body
    assert b'ref="tag:daily.example,2026:7"' in atom


@pytest.mark.long
def test_the_proxys_log_tells_who_was_answered_from_the_cache(proxy: Nginx, folder: Path) -> None:
    agent = {"User-Agent": 'The "A" reader/1.0 (3 readers)'}
    tag = fetch(proxy.proxy_port, "/feeds/everything.rss", agent).headers["etag"]
    log = folder / "access.log"

    # An answer of the cache is as old as two seconds; lines are written within one.
    while not (seen := list(proxy_log.read(log.read_text().splitlines()))):
        fetch(proxy.proxy_port, "/feeds/everything.rss", {**agent, "If-None-Match": tag})
        time.sleep(0.05)

    assert {(each.slug, each.agent, each.status, each.etag) for each in seen} == {
        ("everything", agent["User-Agent"], 304, tag.strip('"'))
    }


@pytest.mark.long
def test_the_proxys_log_knows_no_token(proxy: Nginx, folder: Path) -> None:
    for path in ("/feeds/mine/s3cret.rss", "/feeds/everything.rss?for=s3cret", "/confirm/s3cret"):
        fetch(proxy.proxy_port, path)

    log = folder / "access.log"
    while "/confirm/..." not in log.read_text():  # written once the answer is sent
        time.sleep(0.05)
    assert "/feeds/everything.rss" in log.read_text()
    assert "s3cret" not in log.read_text() + (folder / "nginx.log").read_text()
