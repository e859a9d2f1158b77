"""`syndicate sources`, as an operator sees it: sentences, columns, JSON, refusals."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from syndicate import clock
from syndicate.articles import push_keys
from syndicate.cli import articles, collect
from syndicate.cli import sources as command
from syndicate.store.ground.session import transaction
from syndicate.store.intake import sources
from syndicate.store.intake.sources import FetchState
from syndicate.store.intake.websub import HubSubscription
from syndicate.store.newsroom import publications
from syndicate.vocabulary.sources import HubState, SourceKind
from tests import rows
from tests.cli.asking import Answer, ask, cells
from tests.collect import newsroom
from tests.collect.newsroom import NOW, item, rss
from tests.collect.site import Reply, Site

pytestmark = pytest.mark.usefixtures("database", "daily")
URL = "https://wire.example/feed"
# What is told of a source that was not fetched yet.
FRESH = dict.fromkeys(("etag", "last_at", "last_status", "reason")) | {"failures": 0}


@pytest.fixture
def daily() -> int:
    return newsroom.publication(sections=["World"])


def run(*arguments: object) -> Answer:
    return ask(command.app, *arguments)


def add(url: str = URL, *more: object) -> int:
    """A source that nobody fetched; its id."""
    done = run("add", url, "--no-check", "--json", *more)
    assert done.code == 0, done.err
    return int(done.said["id"])


def test_a_source_that_is_added_is_told_with_its_number() -> None:
    done = run("add", URL, "--no-check")

    told = "Source 1 (wire-example) was added and is due now.\n"
    assert (done.code, done.out, done.err) == (0, told, "")


def test_what_was_added_is_one_object(site: Site, tmp_path: Path) -> None:
    profile = tmp_path / "profile.json"
    profile.write_text('{"zone": "Asia/Qatar"}')
    options = ("--name", "The Wire", "--section", "world", "--pages", "never", "--robots", "ignore")
    site.serve("/feed", rss(item(1)))

    added = run(
        *("add", site.url("/feed"), "--allow", site.origin, "--profile", profile, *options),
        *("--compare", "https://wire.example/news.xml", "--json"),
    ).said

    assert added == {
        "id": 1,
        "slug": "the-wire",
        "publication_id": 1,
        "kind": "feed",
        "url": site.url("/feed"),
        "name": "The Wire",
        "state": "active",
        "pages": "never",
        "allow_origins": [site.origin],
        "section": "world",
        "robots": "ignore",
        "publication": "daily",
        "compare_url": "https://wire.example/news.xml",
        "profile": {"zone": "Asia/Qatar"},
        **FRESH,
        "next_at": added["next_at"],
    }
    assert run("show", 1, "--json").said == added
    assert run("list", "--json").said["sources"] == [added]
    with transaction() as tx:
        row = sources.find(tx, 1)
        assert row is not None
    assert (row.profile, row.compare_url) == (
        {"zone": "Asia/Qatar"},
        "https://wire.example/news.xml",
    )
    assert site.paths() == ["/feed"]


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ((), None),
        (("--robots", "obey"), "obey"),
        (("--robots", "ignore"), "ignore"),
        (("--no-robots",), "ignore"),
    ],
)
def test_whether_robots_txt_is_asked_is_left_open_unless_it_is_said(
    option: tuple[str, ...], said: str | None
) -> None:
    assert run("add", URL, "--no-check", "--json", *option).said["robots"] == said


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (
            ("add", "x", "--kind", "nonsense"),
            2,
            f"The kind cannot be nonsense; choose one of {', '.join(SourceKind)}.",
        ),
        (
            ("add", URL, "--pages", "often"),
            2,
            "The pages cannot be often; choose one of never, thin, always.",
        ),
        (
            ("check", "x", "--kind", "rss"),
            2,
            "The kind cannot be rss; choose one of feed, sitemap, ",
        ),
        (("add", URL, "--allow", "0.0.0.0/0"), 2, "0.0.0.0/0 cannot be allowed; name one "),
        (("check", "x", "--allow", "here"), 4, "here cannot be allowed; name one "),
        (("add", "http://nobody.invalid/feed"), 3, "There is no host named nobody.invalid"),
        (("add", "http://127.0.0.1:9/feed"), 4, "Port 9 of 127.0.0.1 is not one of "),
        (("add", URL, "--profile", "/nonexistent"), 3, "There is no file /nonexistent; name one"),
        (("pause", "7"), 3, "There is no source 7; the list of sources shows all there are."),
        (("resume", "7"), 3, "There is no source 7; the list of sources shows all there are."),
        (("remove", "7"), 3, "There is no source 7; the list of sources shows all there are."),
        (
            ("secret", "weekly"),
            3,
            "There is no publication weekly; the list of publications shows all there are.",
        ),
    ],
)
def test_a_refusal_is_one_sentence_and_an_exit_code(
    arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    done = run(*arguments)

    assert (done.code, done.out) == (code, "")
    assert done.err.startswith(sentence)
    with transaction() as tx:
        assert sources.listed(tx) == []


def test_what_is_no_feed_is_not_added(site: Site) -> None:
    site.serve("/page", "<html><body>x</body></html>")

    done = run("add", site.url("/page"), "--allow", site.origin)

    assert (done.code, done.out) == (4, "")
    assert "is not a feed: it is an HTML page" in done.err
    with transaction() as tx:
        assert sources.listed(tx) == []


def test_a_check_explains_what_would_happen_and_stores_nothing(site: Site) -> None:
    site.serve("/feed", rss(item(1), item(2, pubDate="")))
    site.routes["/moved"] = lambda _: Reply(301, b"", {"Location": "/feed"})
    asked = ("check", site.url("/moved"), "--allow", site.origin)

    found, told = run(*asked, "--json").said, run(*asked)

    assert (found["entries"], found["dated"], found["thin"]) == (2, 1, 2)
    assert any("redirects (301)" in reason for reason in found["why"])
    assert any("held from digests" in reason for reason in found["why"])
    assert [line for line in found["why"] if line not in told.out] == []
    with transaction() as tx:
        assert sources.listed(tx) == []


def test_a_check_reads_a_page_by_its_profile(site: Site, tmp_path: Path) -> None:
    site.serve("/x", "<html><body><h2>One</h2><p>Text.</p></body></html>", content_type="text/html")
    profile = tmp_path / "profile.json"
    profile.write_text(json.dumps({"headline": "h2", "body": "p"}))

    done = run(
        *("check", site.url("/x"), "--kind", "page", "--allow", site.origin),
        *("--profile", profile, "--json"),
    )

    assert (done.code, done.said["kind"], done.said["entries"]) == (0, "page", 1)


def fetched(source_id: int, **columns: Any) -> None:
    with transaction() as tx:
        tx.execute(
            update(FetchState)
            .where(FetchState.source_id == source_id)
            .values(next_at=NOW, **columns)
        )


def test_a_list_shows_each_source_with_its_last_fetch() -> None:
    one = add(URL, "--name", "Wire")
    add("https://other.example/feed", "--name", "Other")
    fetched(one, last_at=NOW - dt.timedelta(hours=1), reason="answered 500" + "!" * 60)
    fetched(2)

    told = run("list")

    assert cells(told.out, "id") == ["slug", "kind", "state", "name", "last", "next", "why"]
    reason = f"answered 500{'!' * 48}"
    at, then = "24 Nov 2026 08:00 UTC", "24 Nov 2026 09:00 UTC"
    assert cells(told.out, "1") == ["wire", "feed", "active", "Wire", at, then, reason]
    assert cells(told.out, "2") == ["other", "feed", "active", "Other", "-", then]


def test_the_json_of_a_list_holds_what_the_last_fetch_learnt() -> None:
    source_id = add()
    fetched(source_id, etag=b'"\xe9"', last_at=NOW, last_status=500, failures=3, reason="no")

    (shown,) = run("list", "--json").said["sources"]

    assert {name: shown[name] for name in ("etag", "last_at", "last_status", "next_at")} == {
        "etag": '"é"',
        "last_at": "2026-11-24T09:00:00Z",
        "last_status": 500,
        "next_at": "2026-11-24T09:00:00Z",
    }
    assert (shown["failures"], shown["reason"]) == (3, "no")


def test_a_source_that_was_never_fetched_says_so() -> None:
    add()

    (shown,) = run("list", "--json").said["sources"]

    assert [shown[name] for name in ("etag", "last_at", "last_status", "reason")] == [None] * 4


def test_an_empty_list_is_an_empty_object() -> None:
    assert run("list", "--json").said == {"sources": [], "notices": []}


def test_the_newest_notices_stand_under_the_list() -> None:
    source_id = add()
    with transaction() as tx:
        for number in range(12):
            sources.notice(tx, source_id, kind="said", message=f"Word {number}.", now=NOW)

    told, shown = run("list"), run("list", "--json").said["notices"]

    said = [line for line in told.out.splitlines() if line.startswith("24 Nov")]
    assert said == [f"24 Nov 2026 09:00 UTC  Word {number}." for number in range(11, 1, -1)]
    assert len(shown) == 12
    assert shown[0] == {
        "source_id": source_id,
        "at": "2026-11-24T09:00:00Z",
        "kind": "said",
        "message": "Word 11.",
    }


def hub(source_id: int, url: str, **columns: Any) -> None:
    with transaction() as tx:
        plain = {"topic": URL, "secret": b"s", "state": HubState.VERIFIED}
        callback = f"callback-{source_id}"
        row = HubSubscription(source_id=source_id, hub_url=url, callback=callback, **plain)
        for name, value in columns.items():
            setattr(row, name, value)
        rows.added(tx, row)


def test_hubs_are_shown_with_what_they_told_first_and_how_late() -> None:
    hub(add(), "https://hub.example/", pushed_at=NOW)
    hub(add("https://other.example/feed"), "https://silent.example/")
    fetched(1, pushed_first=4, push_delay_s=6, polled_first=1, poll_delay_s=300)

    shown, told = run("hubs", "--json").said["hubs"], run("hubs").out

    assert shown == [
        {
            "hub_url": "https://hub.example/",
            "sources": 1,
            "pushed_first": 4,
            "polled_first": 1,
            "push_delay_s": 1.5,
            "poll_delay_s": 300.0,
            "pushed_at": "2026-11-24T09:00:00Z",
        },
        {
            "hub_url": "https://silent.example/",
            "sources": 1,
            "pushed_first": 0,
            "polled_first": 0,
            "push_delay_s": None,
            "poll_delay_s": None,
            "pushed_at": None,
        },
    ]
    at = "24 Nov 2026 09:00 UTC"
    assert cells(told, "https://hub.example/") == ["1", "4", "2 s", "1", "300 s", at]
    assert cells(told, "https://silent.example/") == ["1", "0", "-", "0", "-", "-"]


def test_pausing_and_resuming_say_the_state_each_time() -> None:
    add()

    told = [run(step, 1).out for step in ("pause", "pause", "resume")]
    shown = [run(step, 1, "--json").said for step in ("pause", "resume")]

    assert told == ["Source 1 is paused.\n"] * 2 + ["Source 1 is active.\n"]
    assert shown == [
        {"id": 1, "slug": "wire-example", "state": state} for state in ("paused", "active")
    ]
    assert run("pause", "wire-example").out == "Source wire-example is paused.\n"


def test_removing_says_that_the_articles_stay() -> None:
    add()
    add("https://other.example/feed")

    assert run("remove", 1).out == "Source 1 was removed; its articles stay.\n"
    assert run("remove", 2, "--json").said == {"removed": 2}
    assert run("list", "--json").said["sources"] == []


def test_the_key_of_a_cms_is_its_publications() -> None:
    newsroom.publication("weekly")
    with transaction() as tx:
        every = publications.all_publications(tx)
        keys = {each.slug: push_keys.secret_of(tx, each, clock.now()).hex() for each in every}

    assert run("secret").out == f"{keys['daily']}\n"
    assert run("secret", "weekly", "--json").said == {"key": "weekly", "secret": keys["weekly"]}
    assert keys["daily"] != keys["weekly"]


def test_an_address_that_is_known_is_changed_and_keeps_its_number() -> None:
    add(URL, "--name", "Wire")

    assert add(URL, "--name", "The Wire", "--kind", "websub") == 1
    again = [run("add", URL, "--no-check", "--name", "A wire").out for _ in range(2)]
    assert again == ["Source 1 (wire) was changed.\n", "Source 1 (wire) was already like that.\n"]
    assert add(URL, "--name", "The Wire") == 1
    with transaction() as tx:
        ((row, _),) = sources.listed(tx)
    assert (row.name, row.kind) == ("The Wire", "websub")


def test_a_source_is_added_collected_and_what_it_brought_is_changed_by_commands(
    site: Site,
) -> None:
    site.serve("/feed", rss(item(1)), etag='"e"')
    add(site.url("/feed"), "--section", "world", "--pages", "never", "--allow", site.origin)

    first, second = (ask(collect.app, "run", "--json").said for _ in range(2))
    article_id = newsroom.only_article().id
    note = ("--note", "It was 7.", "--headline", "New", "--json")
    corrected = ask(articles.app, "correct", article_id, *note).said
    killed = ask(articles.app, "kill", article_id, "--json").said
    last = ask(collect.app, "run", "--json").said

    assert (first["articles"], first["revisions"], first["failed"]) == (1, 0, 0)
    assert (second["articles"], second["unchanged"]) == (0, 1)
    assert (corrected["revision"], corrected["headline"]) == (2, "New")
    assert (killed["state"], last["articles"]) == ("killed", 0)


def test_what_an_address_leads_to_is_told_and_fits_the_command_that_adds_it(site: Site) -> None:
    site.serve("/", "<link rel='alternate' type='application/rss+xml' href='/feed'>")
    site.serve("/feed", rss(item(1, category="World"), item(2, category="Sport [b]")))

    told = run("find", site.origin, "--allow", site.origin)
    said = run("find", site.origin, "--allow", site.origin, "--json").said
    (choice,) = said["choices"]
    added = run("add", choice["url"], "--kind", choice["kind"], "--allow", site.origin)

    assert told.out.startswith(
        "This page leads to a feed with 2 stories.\n"
        f"  feed  {site.url('/feed')}  Daily (2 stories)\n"
    )
    assert "section World · en · no author · no picture\n" in told.out
    assert "section “Sport [b]” · en" in told.out
    assert [each["section"] for each in said["stories"]] == ["World", None]
    assert said["sections"] == ["Sport [b]"]
    assert "\nThe source names these sections: Sport [b]\n" in told.out
    assert told.out.endswith("\n  syndicate sections add sport-b --name 'Sport [b]'\n")
    assert added.code == 0


def test_an_address_that_leads_nowhere_ends_with_what_to_do(site: Site) -> None:
    site.serve("/", "<p>Closed</p>")

    done = run("find", site.url("/"), "--allow", site.origin)

    assert (done.code, done.out) == (4, "")
    assert "it is not a feed and names none" in done.err
