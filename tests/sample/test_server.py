"""The sample newsroom's site over HTTP, and its editor's changes."""

import datetime as dt
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from syndicate.errors import NotFoundError
from syndicate.sample import server, state, visitor
from syndicate.sample.state import Edit, State

START = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """The newsroom's address; its folder is `tmp_path`."""
    state.write(tmp_path, State(START, 0))

    class Handler(server.Handler):
        folder = tmp_path

    with server.Server(("127.0.0.1", 0), Handler) as running:
        state.write(tmp_path, State(START, running.server_port))
        thread = threading.Thread(target=running.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def _edit(folder: Path, key: str, kind: str, hour: int) -> None:
    edit = Edit(kind, dt.datetime(2026, 11, 24, hour, 30, tzinfo=dt.UTC))
    state.write(folder, state.read(folder).with_edit(key, edit))


def test_a_feed_lists_the_articles_of_its_section_newest_first(site: str) -> None:
    reply = visitor.get(f"{site}/en/feeds/world.xml")

    items = etree.fromstring(reply.body).findall("channel/item")
    assert reply.headers["content-type"].startswith("application/rss+xml")
    assert [item.findtext("link") for item in items] == [
        f"{site}/en/articles/{slug}" for slug in ("river-treaty", "night-ferry", "orrin-pass")
    ]


def test_an_unchanged_feed_answers_304(site: str) -> None:
    first = visitor.get(f"{site}/ar/feeds/everything.xml")
    again = visitor.get(f"{site}/ar/feeds/everything.xml", {"If-None-Match": first.headers["etag"]})

    assert (first.status, again.status, again.body) == (200, 304, b"")


@pytest.mark.parametrize(
    ("kind", "moves"), [("fix", False), ("update", True), ("correction", True)]
)
def test_an_edit_changes_the_page_and_the_feed(
    site: str, tmp_path: Path, kind: str, moves: bool
) -> None:
    urls = (f"{site}/en/articles/seagrass", f"{site}/en/feeds/science.xml")
    before = [visitor.get(url) for url in urls]

    _edit(tmp_path, "en/seagrass", kind, 9)

    after = [visitor.get(url) for url in urls]
    assert all(old.body != new.body for old, new in zip(before, after, strict=True))
    assert (b"2026-11-24T09:30:00+00:00" in after[0].body) is moves
    assert f"<syndicate:change>{kind}</syndicate:change>".encode() in after[1].body


def test_the_same_edit_again_changes_the_page_again(site: str, tmp_path: Path) -> None:
    bodies = []
    for hour in (9, 10, 11):
        bodies.append(visitor.get(f"{site}/ar/articles/seagrass").body)
        _edit(tmp_path, "ar/seagrass", "fix", hour)

    assert len(set(bodies)) == 3


def test_an_embargoed_article_is_marked_and_not_on_the_front(site: str, tmp_path: Path) -> None:
    feed = visitor.get(f"{site}/en/feeds/politics.xml").body
    state.write(tmp_path, State(dt.datetime(2999, 1, 1, tzinfo=dt.UTC), state.read(tmp_path).port))
    front = visitor.get(f"{site}/en/").body

    assert b"<dcterms:available>2026-11-24T08:10:00+00:00</dcterms:available>" in feed
    assert b"archive-law" not in front


def test_a_file_is_served_and_nothing_outside_its_folder(site: str, tmp_path: Path) -> None:
    (tmp_path / "files" / "1-a feed.xml").write_bytes(b"<rss/>")

    assert visitor.get(f"{site}/files/1-a%20feed.xml").body == b"<rss/>"
    assert visitor.get(f"{site}/files/..%2fstate.json").status == 404
    assert visitor.get(f"{site}/files/.hidden").status == 404


def test_what_is_not_there_answers_404(site: str) -> None:
    for path in ("/en/articles/nothing", "/fr/", "/en/feeds/sport.xml", "/pictures/nothing.jpg"):
        assert visitor.get(site + path).status == 404


def test_no_newsroom_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="syndicate up"):
        state.read(tmp_path)
