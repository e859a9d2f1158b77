"""Real feeds in the demo: every entry is stored once, and found by following rel=next."""

import json
from pathlib import Path

import feedparser
import pytest
from lxml import etree

from syndicate.sample import visitor
from tests.journeys.running import CORPUS, SYNDICATE, Running, fresh_folder, running

pytestmark = pytest.mark.stack

FEEDS = CORPUS / "feeds"
ATOM = "{http://www.w3.org/2005/Atom}"
MANY = 5
# What a user has set for an installation of their own; a demo that looked at it would fail at once.
USERS_OWN = {
    "SYNDICATE_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "SYNDICATE_REDIS_URL": "redis://127.0.0.1:1/0",
    "SYNDICATE_RELAY_URL": "smtp://127.0.0.1:1",
}


def _five() -> list[Path]:
    """Five feeds of different kinds: the ones with most entries among the smaller files."""
    listed = json.loads((FEEDS / "index.json").read_text())
    files = [FEEDS / each["file"] for each in listed if each["bytes"] < 400_000]
    counted = {path: len(feedparser.parse(path.read_bytes()).entries) for path in files}
    return sorted(counted, key=lambda path: (counted[path], path.name), reverse=True)[:MANY]


@pytest.mark.long
@pytest.mark.skipif(not FEEDS.is_dir(), reason="../shared/corpus is not here")
def test_five_real_feeds_are_stored_once_and_found_by_following_next() -> None:
    files = _five()
    with fresh_folder() as data_dir:
        argv = [*SYNDICATE, "demo", "--json", "--data-dir", str(data_dir), "--port", "0"]
        argv += [part for path in files for part in ("--source", str(path))]
        with running(argv, data_dir, **USERS_OWN) as program:
            _check(program, files)
            assert program.end() == 0


def _check(program: Running, files: list[Path]) -> None:
    assert program.said["sources"] == 10 + len(files)
    stored = program.rows(
        "SELECT s.name, c.guid, c.link, c.title, c.article_id FROM article_source c "
        "JOIN source s ON s.id = c.source_id"
    )
    for path in files:
        ours = [row for row in stored if row[0] == path.name]
        wanted = _identities(path)
        assert len(ours) == len(wanted), path.name
        assert len({row[4] for row in ours}) == len(wanted), path.name
    shown = program.rows(
        "SELECT a.atom_id FROM article a JOIN publication p ON p.id = a.publication_id "
        "WHERE p.slug = 'harbour-post' AND a.state = 'live' AND a.access = 'free'"
    )
    seen = _follow(f"{program.web_url}/feeds/everything.atom")
    assert len(seen) == len(set(seen))
    assert set(seen) == {atom_id for (atom_id,) in shown}
    assert len(seen) > 50


def _identities(path: Path) -> set[tuple[str, str, str]]:
    """Distinct (guid, link, title) of a feed, as feedparser reads it."""
    return {
        (entry.get("id", ""), entry.get("link", ""), entry.get("title", ""))
        for entry in feedparser.parse(path.read_bytes()).entries
    }


def _follow(url: str | None) -> list[str]:
    """The ids of all entries from a document on, through every rel=next."""
    found: list[str] = []
    visited: set[str] = set()
    while url is not None:
        assert url not in visited
        visited.add(url)
        root = etree.fromstring(visitor.get(url).body)
        found += [entry.findtext(f"{ATOM}id") or "" for entry in root.iter(f"{ATOM}entry")]
        links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
        url = links.get("next")
    return found
