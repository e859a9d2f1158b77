"""Takedowns outlive the database: a restored backup brings nothing back, whatever it held."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import update

from syndicate import clock, settings
from syndicate.cli import restores
from syndicate.embedded.postgres import Postgres
from syndicate.errors import PermanentError
from syndicate.journal import takedowns
from syndicate.store.content import articles
from syndicate.store.content.articles import Article, Tombstone
from syndicate.store.editing import changes
from syndicate.store.ground import session
from syndicate.store.ground.session import transaction
from syndicate.vocabulary.articles import ArticleState
from tests import searching
from tests.collect import newsroom
from tests.collect.newsroom import NOW, item, rss
from tests.collect.site import Site, running

WORD = "quokkajournal"
LATER = NOW + dt.timedelta(hours=1)
# Nobody may be connected to what is copied.
_END_OTHERS = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s"


@pytest.fixture
def site() -> Iterator[Site]:
    with running() as found:
        link = f"https://daily.example/{WORD}"
        found.serve("/feed", rss(item(1, title=f"About {WORD}", link=link, guid=WORD, text=WORD)))
        yield found


@pytest.fixture
def path(tmp_path: Path, settings_env: pytest.MonkeyPatch) -> Path:
    found = tmp_path / "apart" / "takedowns.jsonl"
    settings_env.setenv("SYNDICATE_TAKEDOWN_LOG", str(found))
    settings.load.cache_clear()
    return found


class Backups:
    """Copies of a database, and going on with one of them."""

    def __init__(self, server: Postgres, admin: str, env: pytest.MonkeyPatch, url: str) -> None:
        self.server, self.admin, self.env, self.url = server, admin, env, url
        self.name = f"{url.rpartition('/')[2].partition('?')[0]}"
        self.made: list[str] = []

    def make(self) -> str:
        """Copy the database as it is; the copy's name."""
        session.dispose()
        name = f"backup_{self.name}_{len(self.made)}"
        with psycopg.connect(self.admin, autocommit=True) as connection:
            connection.execute(_END_OTHERS, (self.name,))
        self._run(f"CREATE DATABASE {name} TEMPLATE {self.name}")
        self.made.append(name)
        return name

    def restore(self, name: str) -> str:
        """Go on with a copy; its address."""
        session.dispose()
        url = self.server.url(name)
        self.env.setenv("SYNDICATE_DATABASE_URL", url)
        settings.load.cache_clear()
        return url

    def remove(self) -> None:
        session.dispose()
        for name in self.made:
            self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.admin, autocommit=True) as connection:
            connection.execute(statement.encode())


@pytest.fixture
def backups(
    postgres: Postgres, postgres_url: str, settings_env: pytest.MonkeyPatch, database: str
) -> Iterator[Backups]:
    with psycopg.connect(database) as connection:
        row = connection.execute("SELECT current_database()").fetchone()
    assert row is not None
    found = Backups(postgres, postgres_url, settings_env, database)
    found.name = row[0]
    yield found
    found.remove()


def take_down(moment: dt.datetime = LATER) -> None:
    with transaction() as tx:
        [row] = articles.listed(tx, limit=1)
        assert changes.take_down(tx, row, now=moment)


@pytest.mark.usefixtures("database")
def test_a_line_tells_nothing_of_the_article_and_is_written_once(site: Site, path: Path) -> None:
    newsroom.collect(newsroom.source(newsroom.publication(), site, "/feed"))
    before = takedowns.keep(path)
    take_down()

    counts = [before, takedowns.keep(path), takedowns.keep(path)]

    assert counts == [0, 1, 0]
    [line] = path.read_text().splitlines()
    assert WORD not in line
    assert json.loads(line)["publication"] == "daily"
    assert path.stat().st_mode & 0o777 == 0o600
    assert takedowns.replay(path, LATER) == 0


@pytest.mark.parametrize("when", ["with it", "before it", "before it, and collected again"])
def test_a_restored_backup_brings_nothing_back(
    backups: Backups, site: Site, path: Path, when: str
) -> None:
    source = newsroom.source(newsroom.publication(), site, "/feed")
    backup = backups.make() if when != "with it" else ""
    newsroom.collect(source)
    backup = backup or backups.make()
    take_down()
    takedowns.keep(path)

    url = backups.restore(backup)
    if when == "before it, and collected again":
        newsroom.collect(source, now=LATER)
    held = searching.tables_with(url, WORD)
    told = restores.check_takedowns(settings.load(), Path()).state
    repeated = [takedowns.replay(path, LATER), takedowns.replay(path, LATER)]
    newsroom.collect(source, now=LATER + dt.timedelta(days=8))
    kept = takedowns.keep(path)

    assert bool(held) is (when != "before it")
    assert (told, repeated, kept >= 0) == ("fail", [1, 0], True)
    assert searching.tables_with(url, WORD) == []
    assert {row.state.value for row in newsroom.articles()} == {"taken_down"}
    assert restores.check_takedowns(settings.load(), Path()).state == "ok"


def kill() -> None:
    with transaction() as tx:
        [row] = articles.listed(tx, limit=1)
        assert changes.kill(tx, row, note=f"It said {WORD}.", now=LATER)


@pytest.mark.parametrize("when", ["with it", "before it"])
def test_a_restored_backup_shows_nothing_that_was_killed(
    backups: Backups, site: Site, path: Path, when: str
) -> None:
    source = newsroom.source(newsroom.publication(), site, "/feed")
    backup = backups.make() if when == "before it" else ""
    newsroom.collect(source)
    backup = backup or backups.make()
    kill()
    assert takedowns.keep(path) == 1
    assert WORD not in path.read_text()

    backups.restore(backup)
    told = restores.check_takedowns(settings.load(), Path()).state
    repeated = [takedowns.replay(path, LATER), takedowns.replay(path, LATER)]
    newsroom.collect(source, now=LATER + dt.timedelta(days=8))

    assert (told, repeated) == ("fail", [1, 0])
    expected = "killed" if when == "with it" else "taken_down"
    assert [row.state.value for row in newsroom.articles()] == [expected]


@pytest.mark.usefixtures("database")
def test_of_what_was_killed_and_then_taken_down_both_are_written_and_the_last_one_counts(
    site: Site, path: Path
) -> None:
    newsroom.collect(newsroom.source(newsroom.publication(), site, "/feed"))
    kill()
    takedowns.keep(path)
    take_down()

    assert (takedowns.keep(path), takedowns.replay(path, LATER)) == (1, 0)
    with transaction() as tx:
        tx.execute(update(Tombstone).values(reason="killed"))
        tx.execute(update(Article).values(state=ArticleState.KILLED))
    assert [takedowns.replay(path, LATER) for _ in range(2)] == [1, 0]
    assert [row.state for row in newsroom.articles()] == [ArticleState.TAKEN_DOWN]


@pytest.mark.usefixtures("database")
def test_what_an_older_version_left_out_is_written_at_the_start(site: Site, path: Path) -> None:
    """It wrote takedowns alone, and one of them after the kill."""
    newsroom.collect(newsroom.source(newsroom.publication(), site, "/feed"))
    kill()
    path.parent.mkdir()
    later = {"at": "2099-01-01T00:00:00+00:00", "atom_id": "tag:x", "publication": "daily"}
    path.write_text(json.dumps(later | {"keys": [], "carried": []}) + "\n")
    path.write_text(path.read_text().replace("2099", f"{LATER.year + 1}"))

    assert takedowns.keep(path, is_whole=True) == 1
    assert takedowns.keep(path, is_whole=True) == 0


@pytest.mark.usefixtures("database")
def test_a_line_that_broke_off_costs_no_other(site: Site, path: Path) -> None:
    newsroom.collect(newsroom.source(newsroom.publication(), site, "/feed"))
    path.parent.mkdir()
    path.write_text('{"atom_id": "tag:daily.inva')
    take_down()

    assert takedowns.keep(path) == 1
    assert takedowns.keep(path) == 0
    assert len(path.read_text().splitlines()) == 2


def test_a_takedown_dated_beyond_the_calendar_hides_none_that_follow(
    database: str, site: Site, path: Path
) -> None:
    newsroom.collect(newsroom.source(newsroom.publication(), site, "/feed"))
    take_down()
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("UPDATE tombstone SET at = 'infinity'")
        assert takedowns.keep(path) == 1
        connection.execute("UPDATE tombstone SET at = now(), atom_id = atom_id || '-next'")

    assert [takedowns.keep(path), takedowns.keep(path)] == [1, 0]


@pytest.mark.usefixtures("database")
def test_a_lost_file_is_written_anew(site: Site, path: Path) -> None:
    newsroom.collect(newsroom.source(newsroom.publication(), site, "/feed"))
    take_down()
    takedowns.keep(path)
    before = path.read_text()
    path.unlink()

    assert takedowns.keep(path) == 1
    assert path.read_text() == before


@pytest.mark.usefixtures("database")
def test_a_journal_that_cannot_be_written_is_a_sentence(site: Site, tmp_path: Path) -> None:
    newsroom.collect(newsroom.source(newsroom.publication(), site, "/feed"))
    take_down()
    (tmp_path / "file").write_text("")

    with pytest.raises(PermanentError, match="SYNDICATE_TAKEDOWN_LOG"):
        takedowns.keep(tmp_path / "file" / "takedowns.jsonl")


def test_a_takedown_after_a_kill_leaves_no_address(database: str, site: Site) -> None:
    newsroom.collect(newsroom.source(newsroom.publication(), site, "/feed"))
    with transaction() as tx:
        [row] = articles.listed(tx, limit=1)
        assert changes.kill(tx, row, note=None, now=LATER)

    take_down()

    assert searching.tables_with(database, WORD) == []


@pytest.mark.usefixtures("database")
def test_a_moment_of_another_age_keeps_no_later_takedown_out(site: Site, path: Path) -> None:
    """A row or a line of the year 9999, and lines that say no moment, no number, no key."""
    newsroom.collect(newsroom.source(newsroom.publication(), site, "/feed"))
    line: dict[str, Any] = {
        "atom_id": "tag:daily.invalid,2020:x",
        "publication": "daily",
        "keys": [],
    }
    moments = ("9999-12-30T00:00:00+00:00", "2020-01-01T00:00:00", "9999-12-31T23:59:59-05:00")
    lines = [line | {"at": at, "carried": []} for at in moments]
    lines += [line | {"at": moments[0][:4], "carried": [[1, "no hex", "x"]]}]
    lines += [line | {"at": "2020-01-01T00:00:00Z", "carried": [["x", "00", "x"]]}]
    path.parent.mkdir()
    path.write_text("".join(f"{json.dumps(each)}\n" for each in lines))
    take_down(clock.now())

    assert takedowns.keep(path) == 1
    assert takedowns.keep(path) == 0
    assert takedowns.replay(path, LATER) == 1
