"""The parsing children of a process: what they answer, and when one is replaced."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicate.errors import NotAFeedError, OversizeError
from syndicate.reading import pool
from syndicate.reading.pool import Readers
from tests.collect.newsroom import NOW, item, rss

URL = "https://daily.example/x"
PAGE = b"<h1>Fine</h1><p>" + b"Some text here. " * 50
MAP = (
    b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>/1</loc></url></urlset>'
)


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    """One child, kept between the tests."""
    found = Readers(1)
    yield found
    found.close()


def title(readers: Readers) -> str:
    """What it reads of a document that is well."""
    feed = readers.feed(rss(item(1)), url=URL, content_type="", now=NOW)
    return feed.entries[0].title


def test_each_kind_of_document_is_read_by_the_same_child(readers: Readers) -> None:
    assert title(readers) == "Story 1"
    page = readers.page(PAGE, url=URL, content_type="", now=NOW, profile={"headline": "h1"})
    sitemap = readers.sitemap(MAP, url=URL, now=NOW)
    pids = readers.pids()

    assert page.headline == "Fine"
    assert [each.url for each in sitemap.entries] == ["https://daily.example/1"]
    assert title(readers) == "Story 1"
    assert readers.pids() == pids


def test_header_and_zone_are_handed_on(readers: Readers) -> None:
    body = rss(item(1, title="Café", pubDate="24 Nov 2026 11:00")).decode().encode("cp1252")

    (entry,) = readers.feed(
        body, url=URL, content_type="text/xml; charset=cp1252", now=NOW, zone="Asia/Qatar"
    ).entries

    assert (entry.title, entry.published) == ("Café", NOW.replace(hour=8))


def test_what_is_no_feed_is_an_error_of_that_document_and_the_child_stays(
    readers: Readers,
) -> None:
    title(readers)
    pids = readers.pids()

    with pytest.raises(NotAFeedError) as refused:
        readers.feed(b"<html>", url=URL, content_type="", now=NOW)
    with pytest.raises(NotAFeedError):
        readers.sitemap(b"<html>", url=URL, now=NOW)

    assert str(refused.value).startswith(f"{URL} is not a feed: it is an HTML page")
    assert readers.pids() == pids
    assert title(readers) == "Story 1"


def test_a_child_that_died_between_documents_is_replaced_unnoticed(readers: Readers) -> None:
    title(readers)
    (pid,) = readers.pids()
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)

    assert readers.pids() == []
    assert title(readers) == "Story 1"
    assert readers.pids() != [pid]


def test_a_child_is_replaced_after_many_documents(
    readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    title(readers)
    before = readers.pids()
    monkeypatch.setattr(pool, "RECYCLE_AFTER", 1)

    title(readers)

    assert readers.pids() == []
    monkeypatch.undo()
    title(readers)
    assert len(readers.pids()) == 1
    assert readers.pids() != before


def test_closed_readers_start_anew(readers: Readers) -> None:
    title(readers)
    readers.close()

    assert readers.pids() == []


def test_a_child_knows_no_key_and_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNDICATE_STACK", "stack-of-a-test")
    readers = pool.Readers(1)
    try:
        assert readers.feed(rss(item(1)), url=URL, content_type="", now=NOW).entries
        (pid,) = readers.pids()
        known = Path(f"/proc/{pid}/environ").read_bytes()
    finally:
        readers.close()

    assert b"SYNDICATE_STACK=stack-of-a-test" in known
    assert known.count(b"SYNDICATE_") == 1


def test_a_child_that_hangs_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    readers = pool.Readers(1)
    try:
        assert readers.feed(rss(item(1)), url=URL, content_type="", now=NOW).entries
        monkeypatch.setattr(pool, "WALL_S", 0.0)
        with pytest.raises(OversizeError, match="takes longer"):
            readers.feed(rss(item(1)), url=URL, content_type="", now=NOW)
        monkeypatch.undo()
        assert readers.feed(rss(item(1)), url=URL, content_type="", now=NOW).entries
    finally:
        readers.close()
