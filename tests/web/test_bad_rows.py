"""Rows that older code wrote, or a hand by SQL: each costs itself, and every page stands."""

import contextlib
import importlib
import re
from collections.abc import Callable

import pytest
from sqlalchemy import Date, DateTime, text
from starlette.testclient import TestClient

from syndicate import clock
from syndicate.errors import RefusedError, UsageError
from syndicate.newsletters import run, steering
from syndicate.store.composition import issues
from syndicate.store.ground.session import transaction
from syndicate.store.intake import sources
from syndicate.store.maintenance.tables import METADATA
from syndicate.store.platform import due
from syndicate.store.readers import recipients, subscribers
from syndicate.store.syndication import feeds
from syndicate.subscribers import transfer
from syndicate.vocabulary.newsletters import IssueState, SubscriptionState
from syndicate.vocabulary.sources import SourceKind
from tests import matrix, rows
from tests.acting import TESTER
from tests.clean_database import CleanDatabase
from tests.feeds.newsroom import publish_all
from tests.web import newsroom as newsrooms
from tests.web import operators
from tests.web.newsroom import Newsroom
from tests.web.test_queries import LISTS

SLUG = "morning"
Everything = Callable[[], dict[str, str]]


@pytest.fixture
def whole(
    database: str,  # noqa: ARG001 - the rows go there
    valkey_url: str,  # noqa: ARG001 - and their hints there
    clean_database: CleanDatabase,
    request: pytest.FixtureRequest,
) -> Newsroom:
    """The newsroom with readers, sources, feeds, mailings and what else has rows."""
    return clean_database.once(("whole", request.path), _whole)


def _whole() -> Newsroom:
    newsroom = newsrooms.make()
    now = clock.now()
    with transaction() as tx:
        for publication_id in (newsroom.english, newsroom.arabic):
            feeds.ensure(tx, publication_id)
        source = sources.add(tx, newsroom.english, SourceKind.FEED, "https://a.example/", "A")
        sources.notice(tx, source.id, kind="failing", message="It is slow.", now=now)
        for number in range(2):
            address = f"reader00{number}@example.com"
            reader = subscribers.upsert(tx, address, language="en", now=now)
            recipients.upsert(tx, address, subscriber_id=reader.id)
            made = subscribers.subscribe(tx, reader.id, newsroom.newsletter, language="en", now=now)
            made.state, made.confirmed_at = SubscriptionState.ACTIVE, now
        due.take(tx, "tick", now)
        operators.incident(tx)
    operators.mailing(newsroom)
    publish_all(now)
    return newsroom


def paths(room: Newsroom) -> list[str]:
    shown = [room.path(name) for name in ("report", "museum", "arabic")]
    formats = [f"/feeds/everything.{form}" for form in ("rss", "atom", "json")]
    return [
        *LISTS,
        *shown,
        *(f"{path}/{page}" for path in shown for page in ("print", "email", "feedback", "share")),
        *formats,
        *(
            "/sections/world",
            "/p/al-nahar/",
            "/feeds.opml",
            "/sitemap-news.xml",
            "/readyz",
            "/metrics",
        ),
        *(f"/newsletters/{SLUG}", f"/issues/{room.issue}", "/console/mailings/1"),
        *(f"/console/newsletters/{room.newsletter}", "/api/v1/articles", "/api/v1/mailings/1"),
        *(f"/console/newsletters/{room.newsletter}/rehearsal", f"/api/v1/issues/{room.issue}"),
        *(f"/api/v1/newsletters/{SLUG}", f"/api/v1/newsletters/{SLUG}/rehearsal"),
        f"/api/v1/articles/{room.articles['report']}",
    ]


def work(room: Newsroom) -> None:
    """Everything that reads many rows without a page: feeds, tick, upkeep, an issue, an export."""
    now = clock.now()
    publish_all(now)
    importlib.import_module("workers.tick").take_steps(now)
    importlib.import_module("workers.upkeep").take_steps(now)
    # Its own row may be at fault, or name no language, which a sentence says.
    with contextlib.suppress(RefusedError, UsageError):
        issue_id = steering.send_now(room.newsletter, actor=TESTER, now=now)
        assert run.compose_issue(issue_id, now) is not IssueState.COMPOSING
    assert len(list(transfer.export_csv(SLUG))) == 3


def troubles(log: str) -> set[str]:
    """What was written down as an error."""
    return set(re.findall(r"\[error +\] (\w+)", log)) - {"moments_of_the_future_put_right"}


def answers(browser: TestClient, room: Newsroom) -> dict[str, int]:
    headers = operators.bearer()
    return {path: browser.get(path, headers=headers).status_code for path in paths(room)}


MOMENTS = ["infinity", "-infinity", "10000-01-01 04:59:59+00", "0044-03-15 BC", "9999-12-31"]


@pytest.mark.long
@pytest.mark.parametrize("moment", MOMENTS)
def test_no_moment_in_any_row_takes_a_page_down(
    browser: TestClient, whole: Newsroom, moment: str, capsys: pytest.CaptureFixture[str]
) -> None:
    operators.sign_in(browser)
    before = answers(browser, whole)
    with transaction() as tx:
        for table in METADATA.sorted_tables:
            moments = [
                each.name
                for each in table.columns
                # What was retired leads on, and is no page that could break.
                if isinstance(each.type, Date | DateTime) and each.name != "retired_at"
            ]
            # Whoever is signed in, stays so.
            if moments and table.name not in {"console_session", "api_token"}:
                to = ", ".join(f"{each} = '{moment}'" for each in moments)
                tx.execute(text(f"UPDATE {table.name} SET {to}"))  # noqa: S608 - our own names

    work(whole)

    after = answers(browser, whole)
    assert {path: code for path, code in before.items() if code >= 400} == {}
    # What is over since, or not out yet, is not here; nothing is broken.
    assert {path: code for path, code in after.items() if code not in {200, 303, 404}} == {}
    assert after["/"] == after["/feeds/everything.rss"] == after["/metrics"] == 200
    assert troubles(capsys.readouterr().out) <= {"moment_out_of_bounds_read", "clock_was_set_back"}


# One row of its own beside others that are well.
MOMENTS = ["infinity", "-infinity", "10000-01-01 04:59:59+00", "0044-03-15 BC", "9999-12-31"]
BAD = {
    "picture.rights_until": "UPDATE picture SET rights_until = 'infinity'",
    "picture.url": "UPDATE picture SET url = 'http://['",
    "picture.media_type": "UPDATE picture SET media_type = E'image/\\x01'",
    "picture.size_bytes": "UPDATE picture SET size_bytes = 9223372036854775807, width = -1",
    "article.published_at": "UPDATE article SET published_at = '-infinity' WHERE slug = 'museum'",
    "article.updated_at": "UPDATE article SET updated_at = 'infinity' WHERE slug = 'museum'",
    "article.url": "UPDATE article SET url = 'https://[' WHERE slug = 'museum'",
    "article.language": "UPDATE article SET language = E'\\x01<' WHERE slug = 'museum'",
    "article.headline": "UPDATE article SET headline = repeat('x', 300000) WHERE slug = 'museum'",
    "article.authors": "UPDATE article SET authors = '{\"\",\"\\x01\"}' WHERE slug = 'museum'",
    "revision.created_at": "UPDATE revision SET created_at = 'infinity'",
    "featured.url": "UPDATE featured SET url = 'http://[' || id, ends_at = 'infinity'",
    "tag.name": "UPDATE tag SET name = E'\\x01'",
    "feed.language": "UPDATE feed SET language = E'\\x01' WHERE slug = 'world'",
    "feed.rule": "UPDATE feed SET kind = 'rule', rule = '[1]' WHERE slug = 'world'",
    "publication.zone": "UPDATE publication SET zone = 'Mars/Base' WHERE slug = 'al-nahar'",
    "publication.language": "UPDATE publication SET language = 'x' WHERE slug = 'al-nahar'",
    "source.url": "UPDATE source SET url = 'http://['",
    "source.profile": "UPDATE source SET profile = '[1]', kind = 'page'",
    "consent.at": "UPDATE subscription SET confirmed_at = 'infinity' WHERE id = 1",
}


@pytest.mark.parametrize("bad", matrix.rows(BAD, every=24))
def test_one_bad_row_costs_itself_alone(browser: TestClient, whole: Newsroom, bad: str) -> None:
    operators.sign_in(browser)
    with transaction() as tx:
        tx.execute(text(bad))

    work(whole)

    after = answers(browser, whole)
    assert {path: code for path, code in after.items() if code >= 500} == {}
    for path in ("/", "/sections/world", "/feeds/everything.rss", "/sitemap-news.xml"):
        assert "Council agrees on the river report" in browser.get(path).text, path


UNREADABLE = [
        ("zone = 'Mars/Base'", "No time zone found with key Mars/Base"),
        ("zone = 'Europe'", "Evening: The schedule is not usable"),
        ("schedule = '{\"times\": [\"25:61\"]}'", "Evening: The schedule is not usable"),
        ("schedule = '{\"times\": 7}'", "Evening: The schedule is not usable"),
        ("schedule = '{}'", "Evening: A schedule needs one time at least"),
        ("schedule = '{\"times\": [\"08:00\"], \"days\": [\"x\", 1]}'", "Evening: The schedule"),
        ("languages = '{}'", "Evening has no language"),
    ]  # fmt: skip


@pytest.mark.parametrize(("bad", "says"), matrix.rows(UNREADABLE, every=4))
def test_a_newsletter_that_cannot_be_read_keeps_no_other_from_coming_out(
    browser: TestClient, whole: Newsroom, bad: str, says: str
) -> None:
    operators.sign_in(browser)
    with transaction() as tx:
        schedule = {"times": ["18:00"], "days": []}
        rows.newsletter(tx, whole.english, "evening", schedule=schedule)
        tx.execute(text(f"UPDATE newsletter SET {bad} WHERE slug = 'evening'"))  # noqa: S608 - our own words
        tx.execute(text("UPDATE newsletter SET created_at = '2020-01-01'"))
        tx.execute(text("DELETE FROM issue_story; DELETE FROM mailing; DELETE FROM issue"))
    late = clock.now().replace(hour=9, minute=0)

    run.open_due_issues(late)

    with transaction() as tx:
        opened = issues.of_newsletter(tx, whole.newsletter, limit=9)
    assert [issue.slot for issue in opened] == ["08:00"]
    assert says in browser.get("/console").text.replace("&#39;", "'")
    for path in ("/console/newsletters", "/api/v1/newsletters", "/newsletters"):
        assert browser.get(path, headers=operators.bearer()).status_code == 200
