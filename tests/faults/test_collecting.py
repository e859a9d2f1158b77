"""A collecting worker killed in the middle, again and again: nothing lost, nothing there twice."""

import contextlib
import datetime as dt
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from syndicate import clock
from syndicate.store.content.articles import Article, ArticleSource, Revision
from syndicate.store.editing import outbox
from syndicate.store.editing.outbox import ChangedArticle
from syndicate.store.ground.session import transaction
from tests import matrix
from tests.collect import newsroom
from tests.collect.newsroom import item, rss
from tests.collect.site import Asked, Reply, Site, running

pytestmark = pytest.mark.stack

KILLS = matrix.whole([3, 20], short=[3])
PUBLISHERS, FEEDS, ENTRIES = 8, 3, 12
# Longer than a lease: what a killed worker held is free for the next one.
STEP = dt.timedelta(minutes=10)


@pytest.fixture
def publishers() -> Iterator[list[Site]]:
    with contextlib.ExitStack() as stack:
        yield [
            stack.enter_context(running(f"127.0.9.{number + 1}")) for number in range(PUBLISHERS)
        ]


def feed(publisher: int, number: int, version: int) -> bytes:
    """A feed whose first entry changes with every version, and which gets one more each time."""
    name = f"{publisher}-{number}"
    entries = [
        item(
            entry,
            guid=f"{name}-{entry}",
            link=f"https://p{publisher}.example/{number}/{entry}",
            title=f"Story {entry}, version {version}" if entry == 0 else f"Story {entry}",
        )
        for entry in range(ENTRIES + version)
    ]
    return rss(*entries)


def serve(publishers: list[Site], version: int) -> None:
    for index, site in enumerate(publishers):
        for number in range(FEEDS):
            body = feed(index, number, version)

            def answer(_: Asked, body: bytes = body) -> Reply:
                time.sleep(0.02)
                return Reply(200, body)

            site.routes[f"/{number}"] = answer


def start(now: dt.datetime) -> subprocess.Popen[str]:
    root = Path(__file__).parents[2]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.collecting_worker", now.isoformat()],
        cwd=root,
        env={**os.environ, "SYNDICATE_LOG_LEVEL": "error"},
        stdout=subprocess.PIPE,
        text=True,
    )


def wait_until_loaded(worker: subprocess.Popen[str]) -> None:
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n"


@pytest.mark.usefixtures("database")
@pytest.mark.long
@pytest.mark.timeout(900)  # twenty workers begin one after the other
@pytest.mark.parametrize("kills", KILLS)
def test_killed_workers_lose_and_double_nothing(publishers: list[Site], kills: int) -> None:
    publication_id = newsroom.publication()
    for site in publishers:
        for number in range(FEEDS):
            newsroom.source(publication_id, site, f"/{number}", allow_origins=[site.origin])
    chance = random.Random(7)  # noqa: S311 - the same moments every time
    # A source is due from the moment that the database knows it.
    now, killed = clock.now(), 0

    for version in range(kills):
        serve(publishers, version)
        now += STEP
        worker = start(now)
        wait_until_loaded(worker)
        time.sleep(chance.uniform(0.0, 1.0))
        killed += worker.poll() is None
        worker.kill()
        worker.communicate()
    last = start(now + STEP)
    last.communicate()
    with transaction() as tx:
        outbox.pass_on(tx, now)

    assert killed >= kills - 2
    assert last.returncode == 0
    check_whole(kills - 1)


def check_whole(version: int) -> None:
    """Every entry of every feed stands once, in its newest version, with numbered revisions."""
    expected = PUBLISHERS * FEEDS * (ENTRIES + version)
    with transaction() as tx:
        articles = tx.scalar(select(func.count()).select_from(Article))
        guids = tx.scalar(select(func.count(func.distinct(ArticleSource.guid))))
        carried = tx.scalar(select(func.count()).select_from(ArticleSource))
        newest = tx.scalar(
            select(func.count()).where(Article.headline == f"Story 0, version {version}")
        )
        gaps = tx.scalars(
            select(Revision.article_id)
            .group_by(Revision.article_id)
            .having(func.max(Revision.number) != func.count())
        ).all()
        assert tx.scalar(select(func.count()).select_from(ChangedArticle)) == 0
    assert (articles, guids, carried) == (expected, expected, expected)
    assert newest == PUBLISHERS * FEEDS
    assert gaps == []
