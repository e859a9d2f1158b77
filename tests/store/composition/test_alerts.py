"""Articles that are told at once: when each is due, once in each newsletter, within the hour."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import OperationalError

from syndicate import jobs
from syndicate.store.composition import alerts, lost_stories
from syndicate.store.composition.alerts import AHEAD, WITHIN, DueAlert
from syndicate.store.content.articles import Article
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom.newsletters import Issue
from syndicate.store.platform.installation import Installation
from syndicate.vocabulary.articles import ArticleState
from syndicate.vocabulary.newsletters import IssueState, NewsletterKind
from tests import rows
from tests.rows import DAY, NOW

pytestmark = pytest.mark.usefixtures("database")
SECOND = dt.timedelta(seconds=1)
WORLD, SPORT = 1, 2  # sections
ALERTS, DIGEST = 1, 2  # newsletters


@pytest.fixture(autouse=True)
def _newsroom(database: str) -> None:  # noqa: ARG001 - the database must be there first
    """An alert newsletter that draws from "world", and a digest that does too."""
    with transaction() as tx:
        publication = rows.publication(tx)
        rows.section(tx, publication.id)
        rows.section(tx, publication.id, "sport")
        rows.newsletter(tx, publication.id, "now", section_ids=(WORLD,), kind=NewsletterKind.ALERT)
        rows.newsletter(tx, publication.id, "morning", section_ids=(WORLD,))


def article(name: str = "bridge", **columns: Any) -> int:
    with transaction() as tx:
        plain = {"section_id": WORLD, "alert_at": NOW}
        return rows.article(tx, 1, name, NOW - DAY, **(plain | columns)).id


def ask(*article_ids: int, now: dt.datetime = NOW) -> list[int]:
    with transaction() as tx:
        fresh = alerts.ask(tx, article_ids, now=now)
        assert tx.hints == [(jobs.OPEN_ALERTS, ())]
        return sorted(fresh)


def due(now: dt.datetime = NOW) -> list[tuple[int, int]]:
    with transaction() as tx:
        found = alerts.due(tx, now=now)
        assert alerts.has_due(tx, now=now) is bool(found)
    return [(each.newsletter_id, each.article_id) for each in found]


def open_issue(article_id: int, *, held: str | None = None, now: dt.datetime = NOW) -> Issue | None:
    with transaction() as tx:
        wanted = DueAlert(ALERTS, article_id)
        return alerts.open_issue(tx, wanted, local_date=now.date(), held=held, now=now)


def asked_at(article_id: int) -> dt.datetime | None:
    with transaction() as tx:
        return tx.scalar(select(Article.alert_at).where(Article.id == article_id))


def test_what_is_asked_for_is_new_once_within_the_hour() -> None:
    first, second, third = (article(name, alert_at=None) for name in ("one", "two", "three"))

    assert ask(first, second, 99) == [first, second]
    assert ask(first, now=NOW + WITHIN - SECOND) == []
    assert asked_at(first) == NOW + WITHIN - SECOND
    assert ask(second, now=NOW + WITHIN) == [second]
    assert asked_at(third) is None


def test_what_was_told_stays_told() -> None:
    made = article(alert_at=None)
    open_issue(made)

    assert ask(made) == []
    assert asked_at(made) is None


def test_asking_for_nothing_is_nothing_new() -> None:
    article(alert_at=None)

    assert ask() == []


def test_an_alert_newsletter_tells_what_it_draws_from() -> None:
    made = article()
    article("match", section_id=SPORT)
    article("quiet", alert_at=None)
    article("french", language="fr")

    assert due() == [(ALERTS, made)]


def test_every_alert_newsletter_tells_it_in_the_order_asked() -> None:
    late, early = article("late"), article("early", alert_at=NOW - SECOND)
    tied = article("tied")
    with transaction() as tx:
        other = rows.newsletter(tx, 1, "all", kind=NewsletterKind.ALERT).id

    expected = [early, late, tied]
    assert due() == [(each, made) for each in (ALERTS, other) for made in expected]


@pytest.mark.parametrize(
    ("asked", "is_due"),
    [(NOW - WITHIN + SECOND, True), (NOW - WITHIN, False), (NOW + SECOND, True)],
)
def test_an_alert_that_comes_later_than_an_hour_is_none(asked: dt.datetime, is_due: bool) -> None:
    article(alert_at=asked)

    assert bool(due()) is is_due


@pytest.mark.parametrize(
    ("asked", "until", "is_due"),
    [
        (NOW - DAY, NOW, True),
        (NOW - DAY, NOW + SECOND, False),
        (NOW - DAY, NOW - WITHIN, False),
        (NOW - AHEAD + SECOND, NOW, True),
        (NOW - AHEAD, NOW, False),
    ],
    ids=["ends now", "not yet", "ended an hour ago", "asked in time", "asked too early"],
)
def test_under_an_embargo_an_alert_is_due_at_its_end(
    asked: dt.datetime, until: dt.datetime, is_due: bool
) -> None:
    article(alert_at=asked, state=ArticleState.EMBARGOED, embargo_until=until)

    assert bool(due()) is is_due


@pytest.mark.parametrize("state", sorted(ArticleState))
def test_what_may_not_be_shown_is_not_told(state: ArticleState) -> None:
    article(state=state)

    assert bool(due()) is (state is ArticleState.LIVE)


@pytest.mark.parametrize(
    ("opens_from", "is_due"), [(NOW - SECOND, True), (NOW, False), (NOW - DAY, True)]
)
def test_what_was_asked_for_before_a_release_opens_nothing(
    opens_from: dt.datetime, is_due: bool
) -> None:
    article()
    with transaction() as tx:
        tx.execute(update(Installation).values(opens_from=opens_from))

    assert bool(due()) is is_due


def test_an_old_release_brings_no_old_alert_back() -> None:
    article(alert_at=NOW - WITHIN)
    with transaction() as tx:
        tx.execute(update(Installation).values(opens_from=NOW - DAY))

    assert due() == []


def test_an_alert_is_due_in_each_newsletter_that_has_not_told_it() -> None:
    made = article()
    with transaction() as tx:
        other = rows.newsletter(tx, 1, "all", kind=NewsletterKind.ALERT).id
        lost = rows.newsletter(tx, 1, "lost", kind=NewsletterKind.ALERT).id
        lost_stories.remember(tx, lost, ["id:tag:daily.example,2026:bridge"], NOW)
        # A digest that carries an article tells it at no time of its own.
        rows.issue(tx, DIGEST)
    open_issue(made)

    assert due() == [(other, made)]


def test_an_alert_is_opened_once_as_due() -> None:
    made = article()
    issue = open_issue(made, now=NOW + SECOND)

    assert issue is not None
    assert (issue.slot, issue.article_id) == (f"alert {made}", made)
    assert (issue.state, issue.note) == (IssueState.DUE, None)
    assert issue.created_at == NOW + SECOND
    assert open_issue(made) is None
    assert open_issue(article("market")) is not None


def test_an_alert_over_the_caps_begins_as_held_with_the_reason() -> None:
    issue = open_issue(article(), held="More than 3 an hour.")

    assert issue is not None
    assert (issue.state, issue.note) == (IssueState.HELD, "More than 3 an hour.")


@pytest.mark.parametrize("ahead", [-DAY, DAY], ids=["published before", "published later"])
def test_an_alerts_window_holds_its_article(ahead: dt.timedelta) -> None:
    with transaction() as tx:
        made = rows.article(tx, 1, "bridge", NOW + ahead).id

    issue = open_issue(made)

    assert issue is not None
    moments = sorted((NOW, NOW + ahead))
    assert (issue.window_from, issue.window_to) == (moments[0] - SECOND, moments[1])


def test_alerts_are_counted_since_a_moment_but_for_those_that_are_held() -> None:
    for number, at in enumerate((NOW, NOW + SECOND, NOW + 2 * SECOND)):
        open_issue(article(f"story-{number}"), now=at)
    open_issue(article("held"), held="Too many.", now=NOW + SECOND)
    with transaction() as tx:
        rows.issue(tx, ALERTS, 90, created_at=NOW + DAY)

    def opened(newsletter_id: int, since: dt.datetime) -> int:
        with transaction() as tx:
            return alerts.opened_since(tx, newsletter_id, since)

    assert opened(ALERTS, NOW - SECOND) == 3
    assert opened(ALERTS, NOW) == 2
    assert opened(DIGEST, NOW - DAY) == 0


def test_numbers_and_caps_are_counted_one_after_the_other() -> None:
    with transaction() as tx, transaction() as other:
        assert alerts.lock_newsletter(tx, ALERTS).slug == "now"
        assert alerts.lock_newsletter(other, DIGEST).slug == "morning"
        other.execute(text("SET LOCAL lock_timeout = '20ms'"))
        with pytest.raises(OperationalError, match="lock timeout"):
            alerts.lock_newsletter(other, ALERTS)
        other.session.rollback()
