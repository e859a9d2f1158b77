"""`demo --source`: an address or a file, checked before anything starts, and added as it is."""

import datetime as dt
from pathlib import Path

import pytest

from syndicate.cli.demo import own_sources
from syndicate.cli.demo.own_sources import OwnSource
from syndicate.errors import (
    BlockedAddressError,
    FetchError,
    NotAFeedError,
    NotFoundError,
    UsageError,
)
from syndicate.sample import state
from syndicate.sample.state import State
from syndicate.store.ground.session import transaction
from syndicate.store.intake import sources
from syndicate.store.intake.sources import Source
from syndicate.vocabulary.sources import Pages, SourceKind
from tests import rows
from tests.collect.newsroom import item, rss
from tests.collect.site import Site

NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
NEWSROOM = State(NOW, 18080)


@pytest.mark.parametrize(
    "address",
    [
        "https://news.example/feed.xml",
        "http://127.0.0.1:8000/feed",
        "http://[::1]:8080/feed",
        "HTTPS://News.example/",
    ],
)
def test_an_address_is_taken_as_it_is(address: str) -> None:
    assert own_sources.read(address) == OwnSource(url=address)


@pytest.mark.parametrize(
    "address",
    [
        "ftp://news.example/feed",
        "file:///etc/passwd",
        "http://",
        "http:///feed",
        "http://[",
        "http://127.0.0.1:65536/feed",
        "http://news.example:0/feed",
        "https://news.example:port/feed",
    ],
)
def test_what_nobody_can_be_asked_at_is_refused(address: str) -> None:
    with pytest.raises(UsageError) as refused:
        own_sources.read(address)

    assert str(refused.value) == (
        f"--source {address} cannot be collected; give an http or https address, or a file."
    )


def test_a_file_is_taken_by_its_whole_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "feed.xml").write_bytes(rss(item(1)))
    monkeypatch.chdir(tmp_path)

    assert own_sources.read("feed.xml") == OwnSource(file=tmp_path / "feed.xml")


@pytest.mark.parametrize("name", ["none.xml", "folder", "", "news.example/feed.xml", "mailto:desk"])
def test_a_file_that_is_not_there_is_said_so(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    text = str(tmp_path / name) if name in {"none.xml", "folder"} else name

    with pytest.raises(NotFoundError) as refused:
        own_sources.read(text)

    assert str(refused.value) == (
        f"--source {text}: there is no such file; give a feed's address or its file."
    )


def test_files_and_addresses_are_read_before_anything_starts(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "feed.xml"
    file.write_bytes(rss(item(1)))
    site.serve("/feed", rss(item(2)))

    own_sources.check([OwnSource(file=file), OwnSource(url=site.url("/feed"))], NOW)

    assert site.paths() == ["/feed"]


def test_what_is_no_feed_stops_the_demo(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text("<html><body>x</body></html>")
    site.serve("/page", "<html><body>x</body></html>")

    with pytest.raises(NotAFeedError):
        own_sources.check([OwnSource(file=file)], NOW)
    with pytest.raises(NotAFeedError):
        own_sources.check([OwnSource(url=site.url("/page"))], NOW)
    with pytest.raises(FetchError, match="404"):
        own_sources.check([OwnSource(url=site.url("/none"))], NOW)


def test_a_server_on_this_machine_must_be_named_by_its_number(site: Site) -> None:
    site.serve("/feed", rss(item(1)))

    with pytest.raises(BlockedAddressError):
        own_sources.check([OwnSource(url=f"http://localhost:{site.port}/feed")], NOW)

    assert site.asked == []


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("http://127.0.0.1/feed", "127.0.0.1:80"),
        ("https://127.0.0.1/feed", "127.0.0.1:443"),
        ("http://127.0.0.9:8000/feed", "127.0.0.9:8000"),
        ("http://10.1.2.3/feed", None),
        ("http://localhost/feed", None),
        ("https://news.example/feed", None),
        ("", None),
    ],
)
def test_only_a_loopback_address_is_allowed_by_being_named(
    address: str, allowed: str | None
) -> None:
    assert own_sources._loopback(address) == allowed


def add(own: OwnSource, folder: Path, number: int = 1) -> Source:
    with transaction() as tx:
        publication_id = rows.publication(tx).id
    state.write(state.folder_of(folder), NEWSROOM)
    source_id = own.add(folder, NEWSROOM, publication_id, number)
    with transaction() as tx:
        found = sources.find(tx, source_id)
        assert found is not None
        return found


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("address", "allowed"),
    [("https://news.example/feed", []), ("http://127.0.0.1:8000/feed", ["127.0.0.1:8000"])],
)
def test_an_address_is_a_feed_whose_pages_are_left_alone(
    tmp_path: Path, address: str, allowed: list[str]
) -> None:
    row = add(OwnSource(url=address), tmp_path)

    assert (row.kind, row.url, row.name) == (SourceKind.FEED, address, address)
    assert (row.pages, row.allow_origins) == (Pages.NEVER, allowed)


@pytest.mark.usefixtures("database")
def test_a_file_is_served_by_the_newsroom_under_a_name_that_is_an_address(tmp_path: Path) -> None:
    file = tmp_path / "our feed (2) أخبار.xml"
    file.write_bytes(rss(item(1)))

    row = add(OwnSource(file=file), tmp_path, number=3)

    served = tmp_path / "sample" / "files" / "3-our-feed-2-أخبار.xml"
    assert served.read_bytes() == file.read_bytes()
    assert row.url == (
        "http://127.0.0.1:18080/files/3-our-feed-2-%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1.xml"
    )
    assert (row.name, row.allow_origins) == (file.name, ["127.0.0.1:18080"])


@pytest.mark.usefixtures("database")
def test_two_files_of_one_name_are_two_sources(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "feed.xml").write_text(folder)
    first = add(OwnSource(file=tmp_path / "a" / "feed.xml"), tmp_path, number=1)
    second_id = OwnSource(file=tmp_path / "b" / "feed.xml").add(
        tmp_path, NEWSROOM, first.publication_id, 2
    )

    files = state.folder_of(tmp_path) / state.FILES
    assert second_id != first.id
    assert {path.name: path.read_text() for path in files.iterdir()} == {
        "1-feed.xml": "a",
        "2-feed.xml": "b",
    }
