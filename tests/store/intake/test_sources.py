"""Adding, pausing, resuming and removing sources, by rows and by commands."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from syndicate.cli import articles as articles_commands
from syndicate.cli import collect as collect_commands
from syndicate.cli import sources as sources_commands
from syndicate.collect import run
from syndicate.errors import NotFoundError, SyndicateError
from syndicate.store.ground.session import transaction
from syndicate.store.intake import sources
from syndicate.store.intake.sources import Source
from syndicate.vocabulary.sources import SourceKind, SourceState
from tests.collect import newsroom
from tests.collect.newsroom import NOW, item, rss
from tests.collect.site import Reply, Site

pytestmark = pytest.mark.usefixtures("database")
GROUPS: dict[str, Any] = {
    "sources": sources_commands,
    "collect": collect_commands,
    "articles": articles_commands,
}


def command(group: str, *arguments: str) -> tuple[int, Any, str]:
    """(exit code, what it printed, what it complained of) of a command."""
    found = CliRunner().invoke(GROUPS[group].app, list(arguments))
    if isinstance(found.exception, SyndicateError):  # as `syndicate.cli.main` does it
        code, complaint = found.exception.exit_code, f"syndicate: {found.exception}\n"
    else:
        code, complaint = found.exit_code, found.stderr
    printed = json.loads(found.stdout.splitlines()[-1]) if found.stdout.strip() else None
    return code, printed, complaint


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://feeds.news.example.co.uk/rss", "example.co.uk"),
        ("https://news.example.com:8443/rss", "example.com"),
        ("http://10.1.2.3:8080/rss", "10.1.2.3"),
        ("http://localhost/rss", "localhost"),
        ("push:daily", "push:daily"),
    ],
)
def test_politeness_is_owed_to_a_registered_domain(url: str, domain: str) -> None:
    assert sources.domain_of(url) == domain


def test_the_same_address_is_the_same_source_also_the_one_it_had_before(site: Site) -> None:
    publication_id = newsroom.publication()
    first = newsroom.source(publication_id, site, "/old")
    with transaction() as tx:
        tx.execute(update(Source).values(url=site.url("/new"), aliases=[site.url("/old")]))

    again = newsroom.source(publication_id, site, "/old")

    assert again == first
    with transaction() as tx:
        assert [row.url for row, _ in sources.listed(tx)] == [site.url("/new")]


def test_a_change_of_state_is_one_notice(site: Site) -> None:
    source_id = newsroom.source(newsroom.publication(), site, "/feed")
    with transaction() as tx:
        for _ in range(2):
            sources.set_state(tx, source_id, SourceState.PAUSED, message="paused", now=NOW)

    assert newsroom.notices() == [("paused", "paused")]
    assert run.collect_now(None, NOW).sources == 0


def test_removing_a_source_keeps_its_articles(site: Site) -> None:
    site.serve("/feed", rss(item(1)))
    source_id = newsroom.source(newsroom.publication(), site, "/feed")
    newsroom.collect()

    with transaction() as tx:
        assert sources.remove(tx, source_id)
        assert not sources.remove(tx, source_id)

    assert newsroom.only_article().headline == "Story 1"


def test_an_unknown_source_is_one_sentence() -> None:
    with pytest.raises(NotFoundError, match="There is no source 7"):
        run.collect_now([7], NOW)


def test_commands_add_list_collect_and_change(site: Site) -> None:
    newsroom.publication(sections=["World"])
    site.serve("/feed", rss(item(1)), etag='"e"')
    where = ("--allow", site.origin, "--json")

    code, added, _ = command(
        "sources", "add", site.url("/feed"), "--section", "world", "--pages", "never", *where
    )
    assert (code, added["kind"]) == (0, "feed")
    code, done, _ = command("collect", "run", "--json")
    assert (code, done["articles"], done["revisions"], done["failed"]) == (0, 1, 0, 0)
    code, done, _ = command("collect", "run", "--json")
    assert (code, done["articles"], done["unchanged"]) == (0, 0, 1)

    article_id = newsroom.only_article().id
    code, shown, _ = command(
        "articles", "correct", str(article_id), "--note", "It was 7.", "--headline", "New", "--json"
    )
    assert (code, shown["revision"], shown["headline"]) == (0, 2, "New")
    assert command("articles", "kill", str(article_id), "--json")[1]["state"] == "killed"
    assert command("collect", "run", "--json")[1]["articles"] == 0


def test_a_failing_source_is_a_part_that_was_not_done(site: Site) -> None:
    site.routes["/feed"] = lambda _: Reply(500)
    newsroom.source(newsroom.publication(), site, "/feed")

    code, done, complaint = command("collect", "run", "--json")

    assert (code, done["failed"]) == (5, 1)
    assert complaint.count("syndicate:") == 1


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("sources", "add", "http://nobody.invalid/feed"), 3, "There is no host named nobody"),
        (("sources", "add", "http://127.0.0.1:9/feed"), 4, "is not among"),
        (("sources", "add", "x", "--kind", "nonsense"), 2, "There is no kind nonsense"),
        (("sources", "add", "x", "--allow", "0.0.0.0/0"), 4, "cannot be allowed"),
        (("sources", "pause", "7"), 3, "There is no source 7"),
        (("articles", "show", "7"), 3, "There is no article 7"),
        (("collect", "run", "--source", "7"), 3, "There is no source 7"),
        (("collect", "parse", "/nonexistent"), 3, "There is no file"),
    ],
)
def test_bad_input_is_one_sentence_and_an_exit_code(
    arguments: tuple[str, ...], code: int, says: str
) -> None:
    newsroom.publication()

    found, _, complaint = command(*arguments)

    assert (found, complaint.count("\n")) == (code, 1)
    assert says in complaint
    with transaction() as tx:
        assert sources.listed(tx) == []


def test_what_is_no_feed_is_not_added(site: Site, tmp_path: Path) -> None:
    newsroom.publication()
    site.serve("/page", "<html><body>x</body></html>")
    (tmp_path / "page.html").write_text("<html><body>x</body></html>")

    code, _, complaint = command("sources", "add", site.url("/page"), "--allow", site.origin)
    parsed, _, _ = command("collect", "parse", str(tmp_path / "page.html"))

    assert (code, parsed) == (4, 4)
    assert "is not a feed: it is an HTML page" in complaint


def test_a_check_explains_what_would_happen(site: Site) -> None:
    site.serve("/feed", rss(item(1), item(2, pubDate="")))
    site.routes["/moved"] = lambda _: Reply(301, b"", {"Location": "/feed"})

    code, found, _ = command(
        "sources", "check", site.url("/moved"), "--allow", site.origin, "--json"
    )

    assert (code, found["entries"], found["dated"], found["thin"]) == (0, 2, 1, 2)
    assert any("redirects (301)" in reason for reason in found["why"])
    assert any("held from digests" in reason for reason in found["why"])


def test_a_push_source_is_never_polled() -> None:
    publication_id = newsroom.publication()
    with transaction() as tx:
        sources.add(tx, publication_id, SourceKind.PUSH, "push:daily", "CMS push")
        assert not sources.has_due(tx, NOW.replace(year=2100))

    assert run.collect_now(None, NOW).sources == 0
