"""What became of stories after an issue had carried them, as the next issue tells it."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select, update

from syndicate.store.composition import corrections
from syndicate.store.composition.corrections import TELL_FOR, LaterChange
from syndicate.store.content.articles import Article
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.newsroom.newsletters import Issue
from syndicate.vocabulary.articles import ArticleState, Change
from syndicate.vocabulary.sending import MailingState
from tests import rows
from tests.rows import DAY, NOW
from tests.store.composition import audience

pytestmark = pytest.mark.usefixtures("database")
BRIDGE, HARBOUR = 1, 2  # articles
SECOND = dt.timedelta(seconds=1)


def carried(
    *stories: audience.Story, number: int = 1, newsletter_id: int = 1, **columns: Any
) -> None:
    """An issue of these stories that was sent; columns of its mailing."""
    with transaction() as tx:
        sent = {"state": MailingState.DONE}
        audience.mailing(tx, newsletter_id, number, *stories, **(sent | columns))


@pytest.fixture(autouse=True)
def _newsroom(database: str) -> None:  # noqa: ARG001 - the database must be there first
    """Two articles, and a newsletter whose second issue tells what became of those of the first."""
    with transaction() as tx:
        newsletter_id = audience.newsletter(tx)
        audience.articles(tx, "bridge", "harbour")
        rows.issue(tx, newsletter_id, 50)


def revise(
    article_id: int = BRIDGE, number: int = 2, change: Change = Change.CORRECTION, **columns: Any
) -> None:
    if change is Change.KILL:
        be(article_id, state=ArticleState.KILLED)
    with transaction() as tx:
        rows.revision(tx, article_id, number, change, **({"created_at": NOW - DAY} | columns))


def be(article_id: int = BRIDGE, **columns: Any) -> None:
    with transaction() as tx:
        tx.execute(update(Article).where(Article.id == article_id).values(**columns))


def told(number: int = 50) -> list[LaterChange]:
    with transaction() as tx:
        newsletter = newsletters.find(tx, 1)
        assert newsletter is not None
        issue = tx.scalars(select(Issue).where(Issue.number == number)).one()
        return corrections.of_newsletter(tx, newsletter, issue, NOW)


def ids() -> list[tuple[int, int]]:
    return [(each.article_id, each.revision) for each in told()]


def test_a_correction_is_told_with_what_readers_need() -> None:
    carried({"article_id": BRIDGE, "section_slug": "city"})
    revise(note="It is 300 metres long.")
    be(headline="As it is now", language="ar", url=None)

    assert told() == [
        LaterChange(
            article_id=BRIDGE,
            revision=2,
            section_slug="city",
            language="ar",
            headline="As it is now",
            note="It is 300 metres long.",
            url=None,
            slug="bridge",
            at=NOW - DAY,
            sent_on=NOW.date(),
            is_withdrawn=False,
        )
    ]


def test_a_withdrawal_is_told_without_a_headline() -> None:
    carried({"article_id": BRIDGE})
    revise(change=Change.KILL)

    (found,) = told()
    assert (found.is_withdrawn, found.headline, found.note) == (True, "", "")


@pytest.mark.parametrize("change", sorted(Change))
def test_what_is_told_is_a_correction_or_a_withdrawal(change: Change) -> None:
    carried({"article_id": BRIDGE})
    revise(change=change)

    assert bool(told()) is (change in {Change.CORRECTION, Change.KILL})


@pytest.mark.parametrize("state", sorted(ArticleState))
def test_a_correction_of_what_may_not_be_shown_is_not_told(state: ArticleState) -> None:
    carried({"article_id": BRIDGE})
    revise()
    be(state=state)

    assert bool(told()) is (state is ArticleState.LIVE)


@pytest.mark.parametrize("state", sorted(ArticleState))
def test_a_withdrawal_is_told_while_the_article_is_withdrawn(state: ArticleState) -> None:
    carried({"article_id": BRIDGE})
    revise(change=Change.KILL)
    be(state=state)

    assert bool(told()) is (state is ArticleState.KILLED)


@pytest.mark.parametrize("state", sorted(MailingState))
def test_what_no_reader_got_is_not_corrected(state: MailingState) -> None:
    carried({"article_id": BRIDGE}, state=state)
    revise()

    assert bool(told()) is (state not in {MailingState.MATERIALISING, MailingState.CANCELLED})


def test_what_no_issue_of_this_newsletter_carried_is_not_corrected_in_it() -> None:
    revise()
    assert told() == []

    with transaction() as tx:
        other = audience.newsletter(tx, "evening")
    carried({"article_id": BRIDGE}, newsletter_id=other)
    assert told() == []


def test_an_issue_does_not_correct_itself() -> None:
    carried({"article_id": BRIDGE})
    revise()

    assert told(1) == []
    assert len(told()) == 1


@pytest.mark.parametrize(("carried_as", "number", "is_told"), [(1, 2, True), (2, 2, False)])
def test_a_correction_is_told_that_came_after_what_was_carried(
    carried_as: int, number: int, is_told: bool
) -> None:
    carried({"article_id": BRIDGE, "revision": carried_as})
    revise(number=number)

    assert bool(told()) is is_told


def test_a_correction_that_an_issue_told_already_is_not_told_again() -> None:
    carried({"article_id": BRIDGE}, number=1)
    carried({"article_id": BRIDGE, "revision": 2, "is_correction": True}, number=2)
    revise(number=2)
    assert told() == []

    revise(number=3)
    assert ids() == [(BRIDGE, 3)]


@pytest.mark.parametrize(("age", "is_told"), [(TELL_FOR - SECOND, True), (TELL_FOR, False)])
def test_a_correction_is_told_for_a_week(age: dt.timedelta, is_told: bool) -> None:
    carried({"article_id": BRIDGE})
    revise(created_at=NOW - age)

    assert bool(told()) is is_told


def test_of_several_corrections_the_last_counts() -> None:
    carried({"article_id": BRIDGE}, {"article_id": HARBOUR})
    revise(HARBOUR, 2)
    revise(BRIDGE, 3, note="third")
    revise(BRIDGE, 2, note="second")

    assert ids() == [(BRIDGE, 3), (HARBOUR, 2)]
    assert told()[0].note == "third"


def test_a_story_that_was_carried_twice_was_sent_on_the_first_day() -> None:
    with transaction() as tx:
        for number, days in ((1, 1), (2, 3)):
            issue = rows.issue(tx, 1, number, local_date=(NOW - days * DAY).date())
            rows.story(tx, issue.id, 0, BRIDGE)
            rows.mailing(tx, issue, state=MailingState.DONE)
    revise()

    (found,) = told()
    assert found.sent_on == (NOW - 3 * DAY).date()
