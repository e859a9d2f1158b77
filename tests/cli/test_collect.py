"""`syndicate collect`: by hand, and how a document would be read without a database."""

import json
from pathlib import Path

import pytest

from syndicate import clock, phrases
from syndicate.cli import collect as command
from syndicate.store.ground.session import transaction
from syndicate.store.intake import sources
from syndicate.vocabulary.sources import SourceState
from tests.cli.asking import Answer, ask
from tests.collect import newsroom
from tests.collect.newsroom import NOW, item, rss
from tests.collect.site import Reply, Site

PAGE = (
    "<html lang='en'><head><title>The pier opens</title></head><body><h1>The pier opens</h1>"
    "<p id='by'>World desk</p><div id='text'><p>At last.</p></div></body></html>"
)
PROFILE = {"headline": "h1", "byline": "#by", "body": "#text"}


def run(*arguments: object) -> Answer:
    return ask(command.app, *arguments)


def write(folder: Path, name: str, content: str | bytes) -> Path:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


@pytest.mark.usefixtures("database")
def test_pictures_are_measured_by_hand(site: Site) -> None:
    site.serve("/1.jpg", b"12345", content_type="image/jpeg")
    newsroom.source(newsroom.publication(), site, "/feed")
    pictured = f'<media:content url="{site.url("/1.jpg")}" medium="image"/>'
    site.serve("/feed", rss(item(1, when=clock.now()).replace("</item>", f"{pictured}</item>")))
    run("run")

    first, second = run("measure"), run("measure", "--json")

    assert (first.code, first.out) == (0, "1 picture measured.\n")
    assert second.said == {"measured": 0}


@pytest.mark.usefixtures("database")
def test_what_a_run_did_is_one_sentence_and_one_object(site: Site) -> None:
    publication_id = newsroom.publication()
    site.serve("/one", rss(item(1), item(2)), etag='"1"')
    site.serve("/two", rss(item(3)), etag='"2"')
    for path in ("/one", "/two"):
        newsroom.source(publication_id, site, path)

    first = run("run")
    site.serve("/two", rss(item(3, title="Story 3, and what came of it")), etag='"3"')
    second = run("run", "--json")

    assert (first.code, first.out) == (
        0,
        "2 sources: 2 fetched, 0 of them unchanged, 0 failed; 3 new articles, 0 revisions.\n",
    )
    assert second.said == {
        "sources": 2,
        "fetched": 2,
        "unchanged": 1,
        "failed": 0,
        "articles": 0,
        "revisions": 1,
        "notices": [],
    }


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("named", [(), ("--source", "1")])
def test_a_run_that_finds_nothing_new_says_since_when(site: Site, named: tuple[str, ...]) -> None:
    site.serve("/one", rss(item(1)), etag='"1"')
    newsroom.source(newsroom.publication(), site, "/one")

    first, second = run("run", *named), run("run", *named)

    with transaction() as tx:
        asked = phrases.moment(sources.state_of(tx, 1).last_at or NOW)
    assert "Nothing is new" not in first.out
    assert f"\nNothing is new since {asked}, when Syndicate last asked.\n" in second.out


@pytest.mark.usefixtures("database")
def test_only_the_sources_that_are_named_are_asked_though_they_rest(site: Site) -> None:
    publication_id = newsroom.publication()
    ids = []
    for number in (1, 2, 3):
        site.serve(f"/{number}", rss(item(number)))
        ids.append(newsroom.source(publication_id, site, f"/{number}"))
    with transaction() as tx:
        sources.set_state(tx, ids[0], SourceState.PAUSED, message="paused", now=NOW)

    done = run("run", "--source", ids[0], "--source", ids[2], "--json")

    assert (done.said["sources"], done.said["articles"]) == (2, 2)
    assert sorted(site.paths()) == ["/1", "/3"]


@pytest.mark.usefixtures("database")
def test_a_failing_source_is_a_part_that_was_not_done_and_is_told_all_the_same(
    site: Site,
) -> None:
    publication_id = newsroom.publication()
    site.routes["/bad"] = lambda _: Reply(500)
    site.serve("/good", rss(item(1)))
    for path in ("/bad", "/good"):
        newsroom.source(publication_id, site, path)

    done = run("run")

    assert done.code == 5
    assert done.out == (
        "2 sources: 1 fetched, 0 of them unchanged, 1 failed; 1 new article, 0 revisions.\n"
    )
    assert done.err.endswith("1 of 2 sources failed; `syndicate sources list` says why.")


@pytest.mark.usefixtures("database")
def test_what_became_known_of_a_source_stands_under_the_sentence(site: Site) -> None:
    site.routes["/gone"] = lambda _: Reply(410)
    source_id = newsroom.source(newsroom.publication(), site, "/gone", kind="feed")

    done = run("run", "--source", source_id)

    told = newsroom.notices()
    assert done.out.splitlines()[1:] == [f"  {message}" for _, message in told]


@pytest.mark.usefixtures("database")
def test_a_run_of_nothing_is_no_failure() -> None:
    assert run("run").out == (
        "0 sources: 0 fetched, 0 of them unchanged, 0 failed; 0 new articles, 0 revisions.\n"
    )


@pytest.mark.usefixtures("database")
def test_a_source_that_is_not_there_is_named() -> None:
    done = run("run", "--source", 7)

    assert (done.code, done.out) == (3, "")
    assert done.err == "There is no source 7; the list of sources shows all there are."


def test_a_feed_is_shown_as_it_would_be_stored(tmp_path: Path) -> None:
    entries = (
        item(1),
        item(2, pubDate=""),
        item(3, pubDate="", title="", dcterms_modified="2026-11-24T08:00:00Z"),
    )

    done = run("parse", write(tmp_path, "feed.xml", rss(*entries)))

    assert done.out.splitlines() == [
        "Daily (rss, 3 entries)",
        "  24 Nov 2026 06:59 UTC  Story 1",
        "  (no date)              Story 2",
        "  24 Nov 2026 08:00 UTC  https://daily.example/story/3",
    ]


def test_the_json_of_a_feed_has_its_entries(tmp_path: Path) -> None:
    file = write(tmp_path, "feed.xml", rss(item(1, link="/story/1")))

    found = run("parse", file, "--url", "https://daily.example/feed", "--json").said

    assert (found["feed"]["format"], found["feed"]["title"]) == ("rss", "Daily")
    assert [each["link"] for each in found["entries"]] == ["https://daily.example/story/1"]


def test_the_content_type_says_how_a_feed_is_written(tmp_path: Path) -> None:
    file = write(
        tmp_path, "feed", rss(item(1, title="É")).decode().replace("utf-8", "").encode("latin-1")
    )

    assert "É" in run("parse", file, "--content-type", "text/xml; charset=iso-8859-1").out


def test_a_page_is_shown_as_it_would_be_stored(tmp_path: Path) -> None:
    page = write(tmp_path, "page.html", PAGE)
    profile = write(tmp_path, "profile.json", json.dumps(PROFILE))
    asked = ("extract", page, "--url", "https://daily.example/1", "--profile", profile)

    told, found = run(*asked), run(*asked, "--json").said

    assert told.out.splitlines() == [
        "headline    The pier opens",
        "standfirst  -",
        "section     -",
        "published   -",
        "updated     -",
        "language    en",
        "authors     World desk",
        "",
        "<p>At last.</p>",
    ]
    assert (found["headline"], found["authors"]) == ("The pier opens", ["World desk"])
    assert found["url"] == "https://daily.example/1"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("no json", "{file} is not JSON: "),
        (b"\xff\xfe\xff", "{file} is not JSON: "),
        ("[1]", "{file} must hold one JSON object, the source's profile."),
        ("null", "{file} must hold one JSON object, the source's profile."),
        ('{"headlin": "h1"}', "A source profile has no field headlin; it has "),
    ],
)
def test_a_profile_that_cannot_be_used_is_one_sentence(
    tmp_path: Path, content: str | bytes, sentence: str
) -> None:
    page, profile = write(tmp_path, "page.html", PAGE), write(tmp_path, "profile.json", content)

    done = run("extract", page, "--url", "https://daily.example/1", "--profile", profile)

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(sentence.format(file=profile))
    assert "\n" not in done.err


@pytest.mark.parametrize("command_line", [("parse",), ("extract", "--url", "https://a.example/")])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, command_line: tuple[str, ...]) -> None:
    missing = run(*command_line, tmp_path / "none")
    folder = run(*command_line, tmp_path)

    assert (missing.code, missing.err) == (
        3,
        f"There is no file {tmp_path}/none; name one that exists.",
    )
    assert (folder.code, folder.err) == (2, f"{tmp_path} cannot be read: Is a directory.")


def test_what_is_no_feed_is_refused(tmp_path: Path) -> None:
    done = run("parse", write(tmp_path, "page.html", PAGE))

    assert (done.code, done.out) == (4, "")
    assert "is not a feed: it is an HTML page" in done.err


def test_no_profile_is_none() -> None:
    assert command.read_profile(None) is None
