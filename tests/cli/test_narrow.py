"""On a screen of 80 columns each list shows whole what an operator types next."""

from pathlib import Path

import pytest

from syndicate.cli import (
    desks,
    feeds,
    holding,
    issues,
    newsletters,
    operators,
    publications,
    sections,
    tokens,
)
from syndicate.store.ground.session import transaction
from syndicate.store.syndication import feeds as feed_rows
from syndicate.vocabulary.feeds import FeedKind
from tests import rows
from tests.cli.asking import ask

PAPER = "the-harbour-post-of-the-whole-region-and"
SLUG = "what-happened-on-the-coast-while-you-were-away"
FEED = "everything-that-happened-on-the-coast"
LISTS = [
    (publications.app, "list", PAPER),
    (sections.app, "list", SLUG),
    (desks.app, "list", SLUG),
    (newsletters.app, "list", SLUG),
    (issues.app, "list", SLUG),
    (operators.app, "list", SLUG),
    (feeds.app, "list", FEED),
    (feeds.app, "watch", FEED),
    (tokens.app, "list", PAPER),
]


@pytest.fixture
def newsroom(database: str, tmp_path: Path) -> None:
    assert database
    with transaction() as tx:
        paper = rows.publication(tx, PAPER, name="The Harbour Post of the Whole Region")
        rows.section(tx, paper.id, SLUG, name="What happened on the coast")
        rows.desk(tx, paper.id, SLUG, name="The desk for what happened on the coast")
        rows.operator(tx, SLUG, name="The desk for what happened on the coast")
        letter = rows.newsletter(tx, paper.id, SLUG, name="What happened on the coast")
        rows.issue(tx, letter.id)
        feed_rows.add(tx, paper.id, slug=FEED, kind=FeedKind.EVERYTHING, title="All that happened")
    log = tmp_path / "access.log"
    log.write_text(
        f'2026-11-24T08:00:00+00:00 192.0.2.7 "GET /feeds/{FEED}.rss" 304 0 0.000s HIT '
        f'"{"Reader of many words " * 4}/1.0" "-" "-"\n'
    )
    assert ask(feeds.app, "read-log", log).code == 0
    assert ask(tokens.app, "add", "The content system", "--publication", PAPER).code == 0
    assert ask(holding.hold, "newsletter", SLUG, "--why", "The press office asked.").code == 0


@pytest.mark.usefixtures("newsroom")
@pytest.mark.parametrize("columns", ["80", "60"])
def test_nothing_that_is_typed_next_is_cut(monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    told = [(ask(app, word), typed) for app, word, typed in LISTS]

    for answer, typed in [*told, (ask(holding.holds), SLUG)]:
        assert answer.code == 0, answer.err
        assert typed in answer.out
        assert "…" not in answer.out
        assert max(map(len, answer.out.splitlines())) <= int(columns), answer.out
