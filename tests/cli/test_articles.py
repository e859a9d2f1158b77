"""`syndicate articles`, as an operator sees it: columns, JSON, one sentence for each act."""

import datetime as dt
from typing import Any

import pytest

from syndicate.cli import articles as command
from syndicate.store.content.articles import Article
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.platform import audit
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.articles import Access, ArticleKind, ArticleState, Change
from syndicate.vocabulary.newsletters import NewsletterKind
from tests import rows
from tests.cli.asking import Answer, ask, cells

pytestmark = pytest.mark.usefixtures("database", "daily")
AT = rows.NOW
HOUR = dt.timedelta(hours=1)
GONE = "There is no article 7; see the list of articles."


@pytest.fixture
def daily() -> None:
    with transaction() as tx:
        rows.publication(tx)


def run(*arguments: object) -> Answer:
    return ask(command.app, *arguments)


def article(name: str = "story", **columns: Any) -> int:
    with transaction() as tx:
        return rows.article(tx, 1, name, **columns).id


def ids(*options: object) -> list[int]:
    return [each["id"] for each in run("list", "--json", *options).said["articles"]]


def state_of(article_id: int) -> ArticleState:
    with transaction() as tx:
        return tx.session.get_one(Article, article_id).state


def test_a_list_has_a_row_for_each_article() -> None:
    article(
        "one", access=Access.PAID, revision=3, at=dt.datetime(2026, 11, 24, 7, 5, tzinfo=dt.UTC)
    )
    article("two", headline="H" * 100, is_dated=False)
    article("three", state=ArticleState.KILLED)
    article("four", state=ArticleState.EMBARGOED, embargo_until=AT + HOUR)
    article("five", state=ArticleState.EMBARGOED)

    told = run("list").out

    assert cells(told, "id") == ["state", "access", "rev", "published", "headline"]
    assert cells(told, "1") == ["live", "paid", "3", "24 Nov 2026 07:05 UTC", "Headline one"]
    assert cells(told, "2") == ["live", "free", "1", "no date: held", "H" * 90]
    assert [cells(told, str(number))[0] for number in (3, 4, 5)] == ["killed", "embargoed", "held"]


def test_the_json_of_a_list_tells_each_article_whole() -> None:
    article(kind=ArticleKind.LIVE, state=ArticleState.EMBARGOED, embargo_until=AT + HOUR)

    (shown,) = run("list", "--json").said["articles"]

    assert shown == {
        "id": 1,
        "publication_id": 1,
        "state": "embargoed",
        "access": "free",
        "kind": "live",
        "revision": 1,
        "url": "https://daily.example/story",
        "headline": "Headline story",
        "published": "2026-11-24T08:00:00Z",
        "updated": "2026-11-24T08:00:00Z",
        "embargo_until": "2026-11-24T09:00:00Z",
        "is_held": False,
        "is_dated": True,
        "is_backlog": False,
    }


def test_a_list_is_narrowed_and_paged_newest_first() -> None:
    states = (ArticleState.LIVE, ArticleState.KILLED, ArticleState.LIVE, ArticleState.EMBARGOED)
    for number, state in enumerate(states):
        article(f"story-{number}", state=state)

    assert ids() == [4, 3, 2, 1]
    assert ids("--limit", 2) == [4, 3]
    assert ids("--limit", 2, "--before", 3) == [2, 1]
    assert ids("--state", "live") == [3, 1]
    assert ids("--state", "live", "--before", 3) == [1]
    assert ids("--held") == [4]
    assert ids("--held", "--limit", 1) == [4]


def test_what_is_held_is_narrowed_and_paged_like_any_list() -> None:
    for number in range(3):
        article(f"held-{number}", state=ArticleState.EMBARGOED)
    article("with-an-end", state=ArticleState.EMBARGOED, embargo_until=rows.NOW)

    assert ids("--held") == [3, 2, 1]
    assert ids("--held", "--before", 3) == [2, 1]
    assert ids("--held", "--before", 3, "--limit", 1) == [2]
    assert ids("--held", "--state", "embargoed", "--before", 2) == [1]
    assert ids("--held", "--state", "live") == []


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (
            ("list", "--state", "dead"),
            2,
            f"The state cannot be dead; choose one of {', '.join(ArticleState)}.",
        ),
        (("show", 7), 3, GONE),
        (("correct", 7, "--note", "x"), 3, GONE),
        (("embargo", 7, "--lift"), 3, GONE),
        (("alert", 7), 3, GONE),
        (("kill", 7), 3, GONE),
        (("takedown", 7, "--reason", "x"), 3, GONE),
        (("split", 7, "--source", 1), 3, GONE),
    ],
)
def test_what_is_not_there_is_one_sentence(
    arguments: tuple[object, ...], code: int, sentence: str
) -> None:
    done = run(*arguments)

    assert (done.code, done.out, done.err) == (code, "", sentence)


@pytest.mark.parametrize("limit", [0, 10_001])
def test_a_list_has_bounds(limit: int) -> None:
    assert run("list", "--limit", limit).code == 2


@pytest.fixture
def carried() -> None:
    """Article 1: corrected once, brought by three sources, the third by its likeness."""
    with transaction() as tx:
        made = rows.article(tx, 1, revision=2)
        rows.tag(tx, made, "harbour")
        rows.revision(tx, made.id, 1, headline="First", created_at=AT)
        correction = {"headline": "Second", "note": "It was 7.", "created_at": AT + HOUR}
        rows.revision(tx, made.id, 2, Change.CORRECTION, **correction)
        for name in ("first", "second", "third"):
            source_id = rows.source(tx, 1, name).id
            rows.carried(tx, made.id, source_id, name, link=f"https://{name}.example/story")
        again = rows.carried(tx, made.id, 1, "again", link="https://first.example/again")
        merged(tx, "source:3", likeness=0.874)
        merged(tx, "source:1", entry=again.id, revision=1)


def merged(tx: Transaction, who: str, **detail: object) -> None:
    """That a source's story was held for article 1 is written down."""
    act = Act.ARTICLE_MERGE
    audit.record(tx, at=AT, actor=who, action=act, subject="article:1", **detail)


@pytest.mark.usefixtures("database", "daily", "carried")
def test_the_json_of_an_article_has_its_revisions_and_who_brings_it() -> None:
    shown = run("show", 1, "--json").said

    assert (shown["standfirst"], shown["authors"]) == ("Standfirst story", ["Daily desk"])
    assert shown["tags"] == ["Harbour"]
    assert shown["revisions"][1] == {
        "number": 2,
        "change": "correction",
        "is_material": True,
        "note": "It was 7.",
        "headline": "Second",
        "at": "2026-11-24T09:00:00Z",
    }
    assert [(each["id"], each["link"], each["reason"]) for each in shown["sources"]] == [
        (1, "https://first.example/story", "brought it first"),
        (2, "https://second.example/story", "same address"),
        (3, "https://third.example/story", "same headline, 87% of the words"),
        (1, "https://first.example/again", "same story under another identity"),
    ]


@pytest.mark.usefixtures("database", "daily", "carried")
def test_an_article_is_shown_line_by_line() -> None:
    assert run("show", 1).out.splitlines() == [
        "id         1",
        "state      live",
        "access     free",
        "kind       story",
        "url        https://daily.example/story",
        "published  24 Nov 2026 08:00 UTC",
        "updated    24 Nov 2026 08:00 UTC",
        "headline   Headline story",
        "  1. first, 24 Nov 2026 08:00 UTC",
        "  2. correction, 24 Nov 2026 09:00 UTC: It was 7.",
        "  source 1: brought it first",
        "  source 2: same address",
        "  source 3: same headline, 87% of the words",
        "  source 1, entry 4: same story under another identity",
    ]


@pytest.mark.parametrize("likeness", ["odd", None])
def test_a_likeness_that_cannot_be_read_is_not_told(likeness: str | None) -> None:
    with transaction() as tx:
        made = rows.article(tx, 1)
        for name in ("first", "second"):
            rows.carried(tx, made.id, rows.source(tx, 1, name).id, name)
        merged(tx, "source:2", likeness=likeness)

    assert run("show", 1, "--json").said["sources"][1]["reason"] == "same address"


def test_the_first_source_brought_it_though_a_merge_is_written_down_for_it() -> None:
    with transaction() as tx:
        made = rows.article(tx, 1)
        rows.carried(tx, made.id, rows.source(tx, 1).id)
        merged(tx, "source:1", likeness=0.9)

    (source,) = run("show", 1, "--json").said["sources"]

    assert source["reason"] == "brought it first"


def test_a_correction_is_told_once_and_then_as_done() -> None:
    article()
    asked = ("correct", 1, "--note", "It was 7.", "--headline", "Seven", "--body", "<p>7</p>")

    first, second = run(*asked), run(*asked)
    shown = run("show", 1, "--json").said

    assert first.out == "Article 1 is corrected; its feeds are being rebuilt.\n"
    assert second.out == ("Article 1 is already corrected; nothing changed.\n")
    assert (shown["headline"], shown["body"], shown["standfirst"]) == (
        "Seven",
        "<p>7</p>",
        "Standfirst story",
    )
    assert [(each["change"], each["note"]) for each in shown["revisions"]] == [
        ("correction", "It was 7.")
    ]


def test_a_correction_needs_a_note() -> None:
    article()

    done = run("correct", 1, "--headline", "Seven")

    assert (done.code, done.out) == (2, "")
    assert "--note" in done.err


def test_an_embargo_is_set_and_lifted_by_a_persons_word() -> None:
    article()

    held = run("embargo", 1, "--until", "2099-11-30T08:00:00+03:00")
    state = state_of(1)
    lifted = run("embargo", 1, "--lift", "--json")

    assert held.out == (
        "Article 1 is held back until 30 Nov 2099 05:00 UTC; its feeds are being rebuilt.\n"
    )
    assert state is ArticleState.EMBARGOED
    assert lifted.said["state"] == "live"
    assert run("embargo", 1, "--lift").out == "Article 1 is already published; nothing changed.\n"


OR_LEAVE_IT_OUT = "correct it, or leave it out where it may be."
ONE_OF_BOTH = "Say when the embargo ends with --until, or publish the article with --lift."


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ((), ONE_OF_BOTH),
        (("--until", "2099-11-30T08:00:00Z", "--lift"), ONE_OF_BOTH),
        (
            ("--until", "tomorrow"),
            "tomorrow is not a time; write it with its zone, such as 2026-11-30T08:00:00Z.",
        ),
        (
            ("--until", ""),
            " is not a time; write it with its zone, such as 2026-11-30T08:00:00Z.",
        ),
        (
            ("--until", "2099-11-30T08:00:00"),
            "The end of the embargo names no zone; write it as 2026-11-24T08:00:00Z.",
        ),
        (
            ("--until", "2099-11-30"),
            "The end of the embargo names no zone; write it as 2026-11-24T08:00:00Z.",
        ),
        (
            ("--until", "2101-01-01T00:00:00Z"),
            f"The end of the embargo is not between 1970 and 2100; {OR_LEAVE_IT_OUT}",
        ),
    ],
)
def test_an_embargo_that_cannot_be_meant_is_refused(
    options: tuple[str, ...], sentence: str
) -> None:
    article()

    done = run("embargo", 1, *options)

    assert (done.code, done.out, done.err) == (2, "", sentence)
    assert state_of(1) is ArticleState.LIVE


def test_what_another_source_brings_becomes_an_article_of_its_own() -> None:
    with transaction() as tx:
        made = rows.article(tx, 1)
        for name in ("first", "second", "third"):
            rows.carried(tx, made.id, rows.source(tx, 1, name).id, name)

    told = run("split", 1, "--source", 2)
    shown = run("split", 1, "--source", 3, "--json").said

    assert told.out == "What source 2 brings is now article 2.\n"
    assert shown == {"article_id": 3, "split_from": 1}
    assert [each["id"] for each in run("show", 1, "--json").said["sources"]] == [1]


@pytest.mark.usefixtures("database", "daily", "carried")
def test_what_the_same_source_brings_under_another_identity_becomes_an_article() -> None:
    told = run("split", 1, "--source", 1, "--entry", 4)

    assert told.out == "What source 1 brings is now article 2.\n"
    assert [each["entry"] for each in run("show", 1, "--json").said["sources"]] == [1, 2, 3]
    shown = run("show", 2, "--json").said["sources"]
    assert shown == [
        {
            "id": 1,
            "entry": 4,
            "link": "https://first.example/again",
            "reason": "brought it first",
        }
    ]


@pytest.mark.parametrize(
    ("source", "code", "sentence"),
    [
        (1, 4, "Source 1 speaks for article 1; name the other source."),
        (
            9,
            3,
            "Source 9 does not bring article 1; `syndicate articles show 1` says which do.",
        ),
    ],
)
def test_a_split_that_cannot_be_made_is_one_sentence(source: int, code: int, sentence: str) -> None:
    with transaction() as tx:
        rows.carried(tx, rows.article(tx, 1).id, rows.source(tx, 1).id)

    done = run("split", 1, "--source", source)

    assert (done.code, done.out, done.err) == (code, "", sentence)


def test_an_alert_is_asked_for_once() -> None:
    with transaction() as tx:
        section_id = rows.section(tx, 1).id
        rows.article(tx, 1, section_id=section_id)
        rows.newsletter(tx, 1, "now", section_ids=[section_id], kind=NewsletterKind.ALERT)

    told, again = run("alert", 1), run("alert", 1)

    assert told.out == "Article 1 is to be sent as an alert.\n"
    assert again.out == "Article 1 was already to be sent as an alert.\n"


def test_a_killed_article_says_so_and_keeps_its_text() -> None:
    article(body_html="<p>Text.</p>")

    told = run("kill", 1, "--note", "A hoax.")
    shown = run("show", 1, "--json").said

    assert told.out == "Article 1 is killed; its feeds are being rebuilt.\n"
    assert (shown["state"], shown["body"]) == ("killed", "<p>Text.</p>")
    assert run("kill", 1, "--json").said["state"] == "killed"
    assert run("kill", 1).out == "Article 1 is already killed; nothing changed.\n"


def test_a_takedown_needs_its_grounds_and_leaves_no_text() -> None:
    article(body_html="<p>Text.</p>")

    refused = run("takedown", 1)
    told = run("takedown", 1, "--reason", "An order.")
    shown = run("show", 1, "--json").said

    assert (refused.code, refused.out) == (2, "")
    assert told.out == "Article 1 is taken down; its feeds are being rebuilt.\n"
    assert (shown["state"], shown["headline"], shown["body"]) == ("taken_down", "", "")
