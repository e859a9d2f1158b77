"""`syndicate feeds`: each command, its JSON, and the sentence for what cannot be."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from syndicate.cli.feeds import app
from syndicate.errors import NotFoundError, RefusedError, UsageError
from syndicate.store.ground.session import transaction
from syndicate.store.syndication import feeds
from tests.cli.asking import cells
from tests.feeds import newsroom

pytestmark = pytest.mark.usefixtures("database", "article")


@pytest.fixture
def article() -> int:
    return newsroom.article(newsroom.publication(), 1)


def test_publish_builds_what_is_due_and_show_tells_of_it() -> None:
    assert _said("publish", "--json") == {"built": 4}
    assert _said("publish", "--json") == {"built": 0}
    before = _said("show", "everything", "--json")
    assert _said("publish", "--all", "--json") == {"built": 4}

    assert _said("show", "everything", "--json")["documents"] == before["documents"]
    assert [(each["format"], each["entries"]) for each in before["documents"]] == [
        ("atom", 1),
        ("json", 1),
        ("rss", 1),
    ]
    slugs = [feed["slug"] for feed in _said("list", "--json")["feeds"]]
    assert slugs == ["everything", "featured", "language-en", "corrections"]
    for command in (["list"], ["publish"], ["show", "everything"], ["watch"], ["hub"]):
        assert _run(*command).exit_code == 0


def test_add_makes_a_feed_by_a_rule_and_retire_and_move_end_it() -> None:
    assert _run("add", "stories", "Stories", "--fits", "word=story").exit_code == 0
    _run("publish")
    assert _said("show", "stories", "--json")["entries"] == 1

    assert _run("move", "stories", "everything").exit_code == 0
    assert isinstance(_run("move", "everything", "stories").exception, RefusedError)
    assert _run("move", "everything", "https://feeds.example/all").exit_code == 0
    assert _run("move", "everything").exit_code == 0
    assert _run("retire", "featured").exit_code == 0

    with transaction() as tx:
        offered = {feed.slug for feed in feeds.offered(tx, 1)}
    assert not {"stories", "featured"} & offered
    assert "everything" in offered


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["show", "nothing"], NotFoundError),
        (["retire", "nothing"], NotFoundError),
        (["move", "nothing", "everything"], NotFoundError),
        (["move", "everything", "nothing"], NotFoundError),
        (["move", "everything", "everything"], RefusedError),
        (["partner", "Nobody", "--revoke"], NotFoundError),
        (["add", "everything", "X", "--fits", "word=x"], RefusedError),
        (["add", "Not a slug", "X", "--fits", "word=x"], UsageError),
        (["add", "x", "X", "--fits", "planet=mars"], UsageError),
        (["add", "x", "X", "--fits", "word=x", "--publication", "other"], NotFoundError),
    ],
)
def test_what_cannot_be_is_said(words: list[str], error: type[Exception]) -> None:
    result = _run(*words)

    assert isinstance(result.exception, error)


def test_a_part_that_no_rule_has_is_named_as_it_was_typed() -> None:
    refused = _run("add", "x", "X", "--fits", "planet=mars")

    assert str(refused.exception) == (
        "A feed's rule has no planet; its parts are section, tag, author, language, kind, word."
    )


def test_a_partner_gets_an_address_that_stays_the_same() -> None:
    first, second = _run("partner", "The Aggregator"), _run("partner", "The Aggregator")

    assert first.stdout == second.stdout
    assert first.stdout.startswith(f"{newsroom.BASE}/feeds/everything.rss?for=")
    revoked = _run("partner", "The Aggregator", "--revoke")
    assert revoked.stdout == "The address of The Aggregator is no longer valid.\n"


def test_hub_and_watch_print_one_object() -> None:
    assert _said("hub", "--json") == {"requests": 0, "subscriptions": []}
    assert _said("watch", "--json") == {"consumers": [], "behind": []}


def test_read_log_notes_who_was_answered_from_the_cache(tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    log.write_text(
        '2026-11-24T08:00:00+00:00 192.0.2.7 "GET /feeds/everything.rss" 304 0 0.000s HIT '
        r'"Reader/1.0" "\x22c0ffee\x22" "-"'
        "\n"
    )

    assert "1 answer from the cache had not been noted yet." in _run("read-log", str(log)).output
    assert "0 answers from the cache had not been noted yet." in _run("read-log", str(log)).output
    consumer = _said("watch", "--json")["consumers"][0]
    assert (consumer["client"], consumer["feed"]) == ("Reader/1.0", "everything")
    assert cells(_run("watch").output, "Reader/1.0")[0] == "everything"


def _run(*words: str) -> Any:
    return CliRunner().invoke(app, words)


def _said(*words: str) -> dict[str, Any]:
    result = _run(*words)
    assert result.exit_code == 0, result.exception
    found: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return found
