"""Issues that were begun, as they are remembered outside the database and put back into it."""

import dataclasses
import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select

from syndicate.store.composition import lost_stories
from syndicate.store.content.articles import Article
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom.newsletters import Issue, IssueStory
from syndicate.store.recovery import begun_issues
from syndicate.store.recovery.begun_issues import MAYBE, NOTE, Begun
from syndicate.store.sending.mailings import Mailing
from syndicate.vocabulary.newsletters import IssueState
from syndicate.vocabulary.sending import BatchState, MailingState
from tests import rows
from tests.rows import DAY, NOW
from tests.store import mailed

pytestmark = pytest.mark.usefixtures("database")
SECOND = dt.timedelta(seconds=1)
OUT = {IssueState.SENDING, IssueState.DONE}
LOST = Begun(
    mailing_id=70,
    newsletter="morning",
    local_date=NOW.date(),
    slot="18:00",
    number=7,
    window=(NOW - DAY, NOW),
    names=("id:tag:daily.example,2026:bridge",),
    at=NOW + SECOND,
)


@pytest.fixture(autouse=True)
def _newsroom(database: str) -> None:  # noqa: ARG001 - the database must be there first
    """The newsletter "morning" and an article."""
    with transaction() as tx:
        publication = rows.publication(tx)
        rows.newsletter(tx, publication.id)
        rows.article(tx, publication.id, "bridge")


def made(number: int = 1, at: IssueState = IssueState.SENDING, **columns: Any) -> int:
    """An issue that carries the article; columns of its mailing. Returns the mailing's id."""
    with transaction() as tx:
        issue = rows.issue(tx, 1, number, state=at)
        rows.story(tx, issue.id, 0, 1)
        return rows.mailing(tx, issue, **columns).id


def written(state: IssueState) -> int:
    """An issue whose mailing is still being written."""
    return made(at=state, state=MailingState.MATERIALISING)


def begun(mailing_id: int, number: int = 1, **columns: Any) -> Begun:
    """What is remembered of an issue that `made` made."""
    plain = Begun(
        mailing_id=mailing_id,
        newsletter="morning",
        local_date=NOW.date(),
        slot=f"{7 + number:02}:00",
        number=number,
        window=(NOW - DAY, NOW),
        names=("id:tag:daily.example,2026:bridge",),
        at=NOW,
    )
    return dataclasses.replace(plain, **columns)


def since(moment: dt.datetime) -> list[Begun]:
    with transaction() as tx:
        return begun_issues.since(tx, moment)


def missing(*every: Begun) -> list[Begun]:
    with transaction() as tx:
        return begun_issues.missing(tx, every)


def put_back(one: Begun = LOST) -> None:
    with transaction() as tx:
        begun_issues.put_back(tx, one, now=NOW + DAY)


def all_issues() -> list[Issue]:
    with transaction() as tx:
        return list(tx.scalars(select(Issue).order_by(Issue.id)))


def was_told() -> bool:
    with transaction() as tx:
        return bool(tx.scalar(select(Article.id).where(lost_stories.was_told(1))))


def test_what_was_begun_or_ended_after_a_moment_is_told_in_order() -> None:
    first = made(1, started_at=NOW - DAY, done_at=NOW + SECOND)
    second = made(2, started_at=NOW + SECOND)
    made(3, started_at=NOW, done_at=NOW)
    with transaction() as tx:
        rows.single(tx, started_at=NOW + SECOND)

    assert since(NOW) == [
        begun(first, 1, at=NOW - DAY, is_over=True),
        begun(second, 2, at=NOW + SECOND),
    ]
    assert since(NOW + SECOND) == []


def test_a_mailing_that_is_about_to_begin_begins_now() -> None:
    mailing_id = made(started_at=None)
    with transaction() as tx:
        single = rows.single(tx).id

    def find(each: int) -> Begun | None:
        with transaction() as tx:
            return begun_issues.find(tx, each, now=NOW + DAY)

    assert find(mailing_id) == begun(mailing_id, at=NOW + DAY)
    assert find(single) is None
    assert find(99) is None


@pytest.mark.parametrize("state", list(BatchState))
def test_somebody_is_sending_while_a_batch_is_in_hand(state: BatchState) -> None:
    mailing_id = mailed.digest(1, name="evening")
    mailed.put_batch(mailing_id, state=state)

    with transaction() as tx:
        assert begun_issues.is_anybody_sending(tx) is (state is BatchState.LEASED)


@pytest.mark.parametrize("state", list(IssueState))
def test_an_issue_is_missing_unless_readers_get_it_or_have_got_it(state: IssueState) -> None:
    known = begun(made(at=state))

    assert missing(known) == ([] if state in OUT else [known])


def test_what_is_missing_is_told_by_newsletter_day_and_slot() -> None:
    known = begun(made())
    # Whatever numbers it had in its own life.
    assert missing(dataclasses.replace(known, number=5, mailing_id=9)) == []

    other_slot = dataclasses.replace(known, slot="23:00")
    other_day = dataclasses.replace(known, local_date=(NOW + DAY).date())
    unknown = dataclasses.replace(known, newsletter="evening")
    assert missing(other_slot, known, other_day, unknown) == [other_slot, other_day]
    assert missing() == []


@pytest.mark.parametrize("state", sorted(MailingState))
def test_a_mailing_that_is_still_written_was_not_begun_here(state: MailingState) -> None:
    mailing_id = made(state=state, started_at=None)
    made(2, state=MailingState.MATERIALISING)

    with transaction() as tx:
        found = begun_issues.frozen(tx, [mailing_id])

    is_frozen = state is MailingState.MATERIALISING
    assert found == ([begun(mailing_id)] if is_frozen else [])


def test_a_lost_issue_is_put_back_as_sent_and_its_stories_as_told() -> None:
    put_back()
    put_back()

    (issue,) = all_issues()
    assert (issue.newsletter_id, issue.number, issue.slot) == (1, 7, "18:00")
    assert (issue.local_date, issue.window_from, issue.window_to) == (NOW.date(), *LOST.window)
    assert (issue.state, issue.note, issue.created_at) == (IssueState.DONE, NOTE, NOW + DAY)
    assert was_told()


def test_a_lost_issue_whose_number_is_taken_gets_the_next_one() -> None:
    made(7)
    with transaction() as tx:
        other = rows.newsletter(tx, 1, "evening")
        rows.issue(tx, other.id, 40)

    put_back()

    assert [(each.newsletter_id, each.number) for each in all_issues()] == [(1, 7), (2, 40), (1, 8)]


def test_a_number_that_is_taken_elsewhere_is_free_here() -> None:
    with transaction() as tx:
        other = rows.newsletter(tx, 1, "evening")
        rows.issue(tx, other.id, 7)

    put_back()

    assert [(each.newsletter_id, each.number) for each in all_issues()] == [(2, 7), (1, 7)]


def test_an_issue_of_a_newsletter_that_is_not_here_is_passed_over() -> None:
    put_back(dataclasses.replace(LOST, newsletter="evening"))

    assert all_issues() == []
    assert not was_told()


@pytest.mark.parametrize("state", list(IssueState))
def test_an_issue_that_waited_here_and_was_sent_there_is_done(state: IssueState) -> None:
    mailing_id = written(state)

    put_back(dataclasses.replace(LOST, slot="08:00", number=1))

    (issue,) = all_issues()
    if state in OUT:
        assert (issue.state, issue.note) == (state, None)
        assert mailed.mailing(mailing_id).state is MailingState.MATERIALISING
    else:
        assert (issue.state, issue.note) == (IssueState.DONE, NOTE)
        # Nobody materialises it any more.
        assert mailed.mailing(mailing_id).state is MailingState.CANCELLED


def test_the_mailing_of_another_issue_stays_as_it_is() -> None:
    written(IssueState.FROZEN)
    other = made(2, IssueState.FROZEN, state=MailingState.MATERIALISING)

    put_back(dataclasses.replace(LOST, slot="08:00", number=1))

    assert mailed.mailing(other).state is MailingState.MATERIALISING


def test_what_waits_to_be_composed_or_sent_is_left_to_an_editor() -> None:
    for number, state in enumerate(IssueState, 1):
        made(number, state)
    waiting = {IssueState.DUE, IssueState.COMPOSING, IssueState.FROZEN}

    def hold() -> int:
        with transaction() as tx:
            return begun_issues.hold_waiting(tx)

    with transaction() as tx:
        assert begun_issues.hold_waiting(tx, until=NOW - dt.timedelta(days=900)) == 0
    assert (hold(), hold()) == (3, 0)

    found = [(each.state, each.note) for each in all_issues()]
    assert found == [
        (IssueState.HELD, MAYBE) if state in waiting else (state, None) for state in IssueState
    ]
    with transaction() as tx:
        kept = {number for number, state in enumerate(IssueState, 1) if state not in waiting}
        assert set(tx.scalars(select(IssueStory.issue_id))) == kept
        assert set(tx.scalars(select(Mailing.issue_id))) == kept
