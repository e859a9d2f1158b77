"""Readers' apps of others fetch our feeds: each article once, a correction once, 304 obeyed."""

import email
import os
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bench.feeds_servers import Web
from syndicate import clock
from syndicate.store.ground.session import transaction
from syndicate.store.syndication import consumers
from syndicate.vocabulary.articles import Change
from syndicate.web import feed_shelf, feed_visits
from tests import matrix
from tests.feeds import building, newsroom
from tests.feeds.newsroom import NOW, minutes


@dataclass(frozen=True)
class Newsboat:
    """Debian's newsboat with one feed and files of its own."""

    folder: Path

    def run(self) -> None:
        """Fetch once."""
        files = (("-u", "urls"), ("-c", "cache.db"), ("-C", "config"))
        arguments = [part for flag, name in files for part in (flag, str(self.folder / name))]
        _run(["/usr/bin/newsboat", *arguments, "-x", "reload"], self.folder)

    def items(self) -> list[tuple[str, str, str]]:
        """(guid, title, text) of everything it holds, newest first."""
        connection = sqlite3.connect(self.folder / "cache.db")
        try:
            query = "SELECT guid, title, content FROM rss_item ORDER BY pubDate DESC"
            return connection.execute(query).fetchall()
        finally:
            connection.close()


@dataclass(frozen=True)
class Rss2email:
    """Debian's rss2email, which writes a mail for what is new and one more for what changed."""

    folder: Path

    def add(self, url: str) -> None:
        """Follow a feed."""
        (self.folder / "mail").mkdir()
        (self.folder / "config").write_text(
            "[DEFAULT]\nfrom = feeds@example.com\nto = reader001@example.com\n"
            f"email-protocol = maildir\nmaildir-path = {self.folder}/mail\n"
            "maildir-mailbox = INBOX\nreply-changes = True\n"
        )
        self._say("add", "daily", url)

    def run(self) -> None:
        """Fetch once."""
        self._say("run")

    def mails(self) -> Counter[str]:
        """How many mails there are of each article, by its headline."""
        found = (self.folder / "mail" / "INBOX" / "new").glob("*")
        return Counter(email.message_from_bytes(each.read_bytes())["Subject"] for each in found)

    def _say(self, *words: str) -> None:
        files = ["-c", str(self.folder / "config"), "-d", str(self.folder / "data.json")]
        _run(["/usr/bin/r2e", *files, *words], self.folder)


pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    newsroom.articles(newsroom.publication(), range(3))
    building.publish_due(NOW)
    env = {name: os.environ[name] for name in os.environ if name.startswith("SYNDICATE_")}
    with Web(env, tmp_path, 1) as running:
        yield running


FORMS = ["rss", "atom"]


@pytest.mark.debian("newsboat")
@pytest.mark.parametrize("form", matrix.rows(FORMS, every=2))
def test_newsboat_holds_each_article_once_and_its_corrected_text(
    web: Web, tmp_path: Path, form: str
) -> None:
    (tmp_path / "urls").write_text(f"http://127.0.0.1:{web.port}/feeds/everything.{form}\n")
    (tmp_path / "config").write_text("auto-reload no\n")
    newsboat = Newsboat(tmp_path)

    newsboat.run()
    first = newsboat.items()
    newsboat.run()

    assert [(guid, title) for guid, title, _ in first] == [
        (f"tag:daily.example,2026:{number}", f"Story {number}") for number in range(3)
    ]
    assert newsboat.items() == first

    _correct()
    newsboat.run()

    after = newsboat.items()
    assert [title for _, title, text in after if "Put right." in text] == ["Story 1"]
    assert len(after) == 3
    assert [after[0], after[2]] == [first[0], first[2]]


@pytest.mark.long
@pytest.mark.debian("r2e")
def test_rss2email_obeys_304_and_tells_of_a_correction_once(web: Web, tmp_path: Path) -> None:
    reader = Rss2email(tmp_path)
    reader.add(f"http://127.0.0.1:{web.port}/feeds/everything.atom")

    reader.run()
    reader.run()
    _wait_for_visits(2)

    assert reader.mails() == {"Story 0": 1, "Story 1": 1, "Story 2": 1}
    with transaction() as tx:
        [consumer] = consumers.consumers(tx)
    assert (consumer.requests, consumer.status) == (2, 304)

    _correct()
    reader.run()
    reader.run()

    assert reader.mails() == {"Story 0": 1, "Story 1": 2, "Story 2": 1}


def _correct() -> None:
    """Publish a correction of the second article, and wait until the web process serves it."""
    right: dict[str, Any] = {
        "standfirst": "What was wrong is put right.",
        "body_html": "<p>Put right.</p>",
    }
    newsroom.change(2, revision=2, updated_at=NOW + minutes(1), **right)
    newsroom.revision(2, 2, Change.CORRECTION, note="The river was another.")
    building.publish_due(clock.now())
    time.sleep(2 * feed_shelf.FRESH_S)


def _wait_for_visits(count: int) -> None:
    """The web process writes visits down every few seconds."""
    deadline = time.monotonic() + 4 * feed_visits.FLUSH_S
    while time.monotonic() < deadline:
        with transaction() as tx:
            if sum(row.requests for row in consumers.consumers(tx)) >= count:
                return
        time.sleep(0.2)
    raise AssertionError("the visits were not written")


def _run(argv: list[str], home: Path) -> None:
    subprocess.run(
        argv,
        env={"HOME": str(home), "TERM": "dumb", "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
        check=True,
        timeout=60,
        stderr=subprocess.DEVNULL,
    )
