"""The proxy's log tells who was answered from its cache; and reading it twice tells nothing new."""

import datetime as dt

import pytest

from syndicate.feeds import proxy_log, watch
from syndicate.feeds.proxy_log import Seen
from syndicate.store.ground.session import transaction
from syndicate.store.syndication import consumers
from syndicate.store.syndication.consumers import FeedConsumer
from syndicate.vocabulary.feeds import FeedFormat
from tests.feeds import newsroom
from tests.feeds.newsroom import NOW, minutes

TAG = r"\x22c0ffee-gzip\x22"


def line(
    at: dt.datetime = NOW,
    request: str = "GET /feeds/everything.rss",
    *,
    status: str = "304",
    cache: str = "HIT",
    agent: str = "Reader/1.0",
    page: str = "-",
) -> str:
    answer = f'{status} 0 0.000s {cache} "{agent}" "{TAG}" "{page}"'
    return f'{at.isoformat()} 192.0.2.7 "{request}" {answer}\n'


def test_an_answer_from_the_cache_is_read() -> None:
    assert list(proxy_log.read([line(agent=r"Caf\xC3\xA9 \x22reader\x22")])) == [
        Seen("everything", FeedFormat.RSS, 'Café "reader"', NOW, 304, "c0ffee")
    ]
    assert [seen.slug for seen in proxy_log.read([line(request="HEAD /p/x/feeds/a%20b.atom")])] == [
        "a b"
    ]


@pytest.mark.parametrize(
    "other",
    [
        line(cache="MISS"),
        line(cache="REVALIDATED"),
        line(cache="BYPASS"),
        line(cache="-"),
        line(status="404"),
        line(page="2"),
        line(request="GET /feeds/mine/..."),
        line(request="GET /feeds/everything.xml"),
        line(request="POST /feeds/everything.rss"),
        line(request="GET /feeds.opml"),
        line().replace("2026", "20x6"),
        line().replace("+00:00", ""),
        "nothing of ours",
        "",
    ],
)
def test_what_the_web_server_saw_itself_and_other_lines_are_left_out(other: str) -> None:
    assert list(proxy_log.read([other])) == []


@pytest.mark.usefixtures("database")
def test_a_log_is_noted_once_however_often_it_is_read() -> None:
    newsroom.article(newsroom.publication(), 1)
    log = [
        line(agent="Reader/1.0 (27 subscribers)"),
        line(NOW + minutes(5), agent="Reader/1.0 (28 subscribers)", status="200"),
        line(NOW + minutes(6), "GET /feeds/nothing.rss"),
        line(NOW + minutes(7), agent="-"),
    ]

    assert watch.note_log(log) == 3
    assert watch.note_log(log) == 0
    first = _consumers()
    assert watch.note_log([*log, line(NOW + minutes(9), agent="Reader/1.0 (29 subscribers)")]) == 1

    assert (first["Reader/1.0 (N subscribers)"].requests, first["(no name)"].requests) == (2, 1)
    assert first["Reader/1.0 (N subscribers)"].status == 200
    last = _consumers()["Reader/1.0 (N subscribers)"]
    assert (last.requests, last.last_at, last.etag) == (3, NOW + minutes(9), "c0ffee")


@pytest.mark.usefixtures("database")
def test_a_flood_of_names_is_not_told_apart() -> None:
    newsroom.article(newsroom.publication(), 1)

    watch.note_log(line(agent=f"Robot-{number}") for number in range(watch.MOST + 5))

    found = _consumers()
    assert len(found) == watch.MOST + 1
    assert found[watch.OTHERS].requests == 5


def _consumers() -> dict[str, FeedConsumer]:
    with transaction() as tx:
        return {row.client: row for row in consumers.consumers(tx)}
