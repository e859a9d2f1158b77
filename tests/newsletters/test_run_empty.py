"""What may not stand in an issue, and what becomes of an issue with nothing in it."""

import datetime as dt

import pytest
from sqlalchemy import update

from syndicate.newsletters import run
from syndicate.store.composition import issues
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.sending import ledger
from syndicate.vocabulary.articles import ArticleState
from syndicate.vocabulary.newsletters import EmptyRule, IssueState
from tests import matrix
from tests.newsletters.paper import DAY, HOUR, NOW, SLOT, article, choices, reader
from tests.subscribers import desk

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def morning() -> Newsletter:
    """A newsletter over "world" (section 1) and "sport" (section 2)."""
    with transaction() as tx:
        return desk.morning(tx)


@pytest.mark.usefixtures("database", "morning")
@pytest.mark.parametrize(
    "more",
    matrix.rows(
        [
            {"state": ArticleState.KILLED},
            {"state": ArticleState.EMBARGOED, "embargo_until": NOW + HOUR},
            {"is_dated": False},
            {"is_backlog": True},
            {"published_at": SLOT + dt.timedelta(minutes=1)},
            {"published_at": SLOT - DAY, "collected_at": SLOT - DAY},
            {"language": "fr"},
            {"section_id": None},
        ],
        every=2,
    ),
    ids="-".join,
)
def test_what_may_not_stand_in_an_issue_does_not(more: dict[str, object]) -> None:
    with transaction() as tx:
        made = article(tx, 1, "world-one", SLOT - HOUR)
        for name, value in more.items():
            setattr(made, name, value)
        reader(tx, 1)
    (issue_id,) = run.open_due_issues(NOW)

    assert run.compose_issue(issue_id, NOW) is IssueState.EMPTY


@pytest.mark.usefixtures("database", "morning")
def test_an_embargo_that_ended_in_the_window_is_news_then() -> None:
    with transaction() as tx:
        article(
            tx, 1, "world-one", SLOT - 3 * DAY,
            state=ArticleState.EMBARGOED, embargo_until=SLOT - HOUR,
        )  # fmt: skip
        reader(tx, 1)
    (issue_id,) = run.open_due_issues(NOW)

    assert run.compose_issue(issue_id, NOW) is IssueState.SENDING


def test_a_story_that_reached_us_after_its_window_is_in_the_next_issue(
    morning: Newsletter,
) -> None:
    with transaction() as tx:
        article(tx, 1, "world-late", SLOT - DAY - HOUR, collected_at=SLOT - DAY + HOUR)
        reader(tx, 1)
    run.open_due_issues(NOW)

    with transaction() as tx:
        issue = issues.of_newsletter(tx, morning.id, limit=1)[0]
    assert run.compose_issue(issue.id, NOW) is IssueState.SENDING


@pytest.mark.usefixtures("database", "morning")
@pytest.mark.parametrize(
    ("rule", "state"), [(EmptyRule.SKIP, IssueState.EMPTY), (EmptyRule.HOLD, IssueState.HELD)]
)
def test_an_issue_without_stories_follows_the_rule_and_stays_visible(
    rule: EmptyRule, state: IssueState
) -> None:
    with transaction() as tx:
        tx.execute(update(Newsletter).values(empty_rule=rule))
        reader(tx, 1)
    (issue_id,) = run.open_due_issues(NOW)

    run.compose_issue(issue_id, NOW)

    with transaction() as tx:
        issue = issues.find(tx, issue_id)
        assert issue is not None
        assert ledger.of_issue(tx, issue_id) is None
    assert (issue.state, bool(issue.note)) == (state, True)


@pytest.mark.usefixtures("database", "morning")
def test_a_notice_tells_every_reader_that_there_is_nothing_new() -> None:
    with transaction() as tx:
        tx.execute(update(Newsletter).values(empty_rule=EmptyRule.NOTICE))
        recipient_id = reader(tx, 1, sections=("sport",))
    (issue_id,) = run.open_due_issues(NOW)

    run.compose_issue(issue_id, NOW)

    with transaction() as tx:
        mailing = ledger.of_issue(tx, issue_id)
        assert mailing is not None
        assert choices(tx, mailing.id) == {recipient_id: 1}
        assert ledger.counts(tx, mailing.id).remaining == 1


@pytest.mark.usefixtures("database", "morning")
def test_an_issue_that_nobody_subscribed_to_is_done_at_once() -> None:
    with transaction() as tx:
        article(tx, 1, "world-one", SLOT - HOUR)
    (issue_id,) = run.open_due_issues(NOW)

    assert run.compose_issue(issue_id, NOW) is IssueState.DONE
