"""Mailings that wait for new content: which are held, and when each goes on."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select, update

from syndicate import jobs
from syndicate.store.composition import renewals
from syndicate.store.content.articles import Article
from syndicate.store.ground.session import transaction
from syndicate.store.sending import ledger
from syndicate.store.sending.ledger import ContentRow
from syndicate.store.sending.mailings import Mailing, MailingRevision
from syndicate.vocabulary.articles import Change
from syndicate.vocabulary.sending import MailingState
from tests import rows
from tests.rows import NOW
from tests.store import mailed
from tests.store.composition import audience

pytestmark = pytest.mark.usefixtures("database")
LATER = NOW + dt.timedelta(minutes=1)
BRIDGE, HARBOUR = 1, 2  # articles
OPEN = {MailingState.MATERIALISING, MailingState.SENDING, MailingState.PAUSED}


def carrying(*article_ids: int, name: str = "morning", **columns: Any) -> int:
    """A mailing, *sending*, whose issue carries these articles."""
    with transaction() as tx:
        if tx.scalar(select(Article.id).limit(1)) is None:
            audience.articles(tx, "bridge", "harbour")
        stories = [{"article_id": each} for each in article_ids]
        sending = {"state": MailingState.SENDING}
        newsletter_id = audience.newsletter(tx, name)
        return audience.mailing(tx, newsletter_id, 1, *stories, **(sending | columns))


def revise(article_id: int = BRIDGE, number: int = 2, change: Change = Change.CORRECTION) -> None:
    with transaction() as tx:
        rows.revision(tx, article_id, number, change)
        tx.execute(update(Article).where(Article.id == article_id).values(revision=number))


def mark(*article_ids: int, now: dt.datetime = NOW) -> list[int]:
    with transaction() as tx:
        held = renewals.mark(tx, article_ids, now)
        assert tx.hints == [(jobs.RENEW_CONTENT, (each,)) for each in held]
        return held


def mark_overlooked(mailing_id: int | None = None) -> list[int]:
    with transaction() as tx:
        return renewals.mark_overlooked(tx, LATER, mailing_id=mailing_id)


def waiting() -> list[int]:
    with transaction() as tx:
        return renewals.waiting(tx)


def locked(mailing_id: int, version: int = 1) -> bool:
    with transaction() as tx:
        return renewals.lock_waiting(tx, mailing_id, version=version) is not None


def finish(mailing_id: int, *revisions: tuple[int, int]) -> None:
    with transaction() as tx:
        mailing = tx.scalars(select(Mailing).where(Mailing.id == mailing_id)).one()
        renewals.finish(tx, mailing, revisions, NOW)


def test_every_open_mailing_that_carries_the_article_is_held() -> None:
    both, bridge = carrying(BRIDGE, HARBOUR), carrying(BRIDGE, name="evening")
    harbour = carrying(HARBOUR, name="night")

    assert sorted(mark(BRIDGE)) == [both, bridge]

    assert mailed.mailing(both).renew_since == NOW
    assert mailed.mailing(harbour).renew_since is None


def test_a_mailing_is_held_once_for_several_of_its_articles() -> None:
    mailing_id = carrying(BRIDGE, HARBOUR)

    assert mark(BRIDGE, HARBOUR) == [mailing_id]


def test_a_correction_of_nothing_holds_nothing() -> None:
    carrying(BRIDGE)

    assert mark() == mark(99) == []


@pytest.mark.parametrize("state", sorted(MailingState))
def test_only_a_mailing_of_which_something_may_leave_is_held(state: MailingState) -> None:
    mailing_id = carrying(BRIDGE, state=state)
    revise()

    assert mark(BRIDGE) == ([mailing_id] if state in OPEN else [])
    mailed.put_mailing(mailing_id, renew_since=None)
    assert mark_overlooked() == ([mailing_id] if state in OPEN else [])


def test_a_second_correction_holds_a_mailing_anew() -> None:
    mailing_id = carrying(BRIDGE)
    mark(BRIDGE)

    assert mark(BRIDGE, now=LATER) == [mailing_id]
    assert mailed.mailing(mailing_id).renew_since == LATER


@pytest.mark.parametrize("change", sorted(Change))
def test_only_a_correction_can_have_been_overlooked(change: Change) -> None:
    mailing_id = carrying(BRIDGE)
    revise(change=change)

    assert mark_overlooked() == ([mailing_id] if change is Change.CORRECTION else [])


def test_a_correction_that_the_issue_has_is_not_overlooked() -> None:
    mailing_id = carrying(BRIDGE)
    revise(number=1)
    assert mark_overlooked() == []

    revise(number=2)
    assert mark_overlooked() == [mailing_id]
    # It waits already.
    assert mark_overlooked() == []


def test_another_articles_correction_is_not_overlooked_by_this_issue() -> None:
    carrying(BRIDGE)
    revise(HARBOUR)

    assert mark_overlooked() == []


def test_a_correction_that_a_later_version_has_is_not_overlooked() -> None:
    mailing_id = carrying(BRIDGE, HARBOUR)
    revise(BRIDGE, 2)
    finish(mailing_id, (0, 2), (1, 1))
    assert mark_overlooked() == []

    # What stands at one place says nothing of the other.
    revise(HARBOUR, 2)
    assert mark_overlooked() == [mailing_id]


def test_what_stands_in_one_mailing_says_nothing_of_another() -> None:
    first, second = carrying(BRIDGE), carrying(BRIDGE, name="evening")
    revise()
    finish(first, (0, 2))

    assert mark_overlooked() == [second]


def test_one_mailing_is_looked_at_where_one_is_named() -> None:
    first, second = carrying(BRIDGE), carrying(BRIDGE, name="evening")
    revise()

    assert mark_overlooked(second) == [second]
    assert mailed.mailing(first).renew_since is None


def test_those_that_wait_are_listed_the_most_urgent_first() -> None:
    first, second = carrying(BRIDGE), carrying(BRIDGE, name="evening")
    urgent = carrying(BRIDGE, name="now", priority=1)
    carrying(BRIDGE, name="over", state=MailingState.DONE, renew_since=NOW)
    assert waiting() == []

    mark(BRIDGE)

    assert waiting() == [urgent, first, second]


@pytest.mark.parametrize(
    ("columns", "is_locked"),
    [
        ({"content_version": 1}, True),
        ({"content_version": 2}, False),
        ({"renew_since": None}, False),
        ({"state": MailingState.PAUSED}, True),
        ({"state": MailingState.CANCELLED}, False),
        ({"state": MailingState.DONE}, False),
    ],
    ids=str,
)
def test_a_mailing_is_renewed_if_it_still_waits_for_this_version(
    columns: dict[str, Any], is_locked: bool
) -> None:
    mailing_id = carrying(BRIDGE, renew_since=NOW)
    carrying(BRIDGE, name="evening", renew_since=NOW)
    mailed.put_mailing(mailing_id, **columns)

    assert locked(mailing_id) is is_locked
    assert not locked(99)


def test_a_mailing_goes_on_with_the_next_version_and_says_what_is_in_it() -> None:
    mailing_id = carrying(BRIDGE, HARBOUR, content_version=3, renew_since=NOW)

    finish(mailing_id, (0, 2), (1, 1))

    row = mailed.mailing(mailing_id)
    assert (row.content_version, row.renew_since) == (4, None)
    with transaction() as tx:
        query = select(MailingRevision).order_by(MailingRevision.position)
        found = [(each.version, each.position, each.revision) for each in tx.scalars(query)]
        assert found == [(4, 0, 2), (4, 1, 1)]
        assert tx.scalars(select(MailingRevision.made_at).distinct()).one() == NOW


def test_what_was_corrected_while_a_version_was_made_holds_the_mailing_again() -> None:
    mailing_id = carrying(BRIDGE, renew_since=NOW)
    other_id = carrying(BRIDGE, name="evening")
    revise(number=2)
    revise(number=3)

    finish(mailing_id, (0, 2))

    row = mailed.mailing(mailing_id)
    assert (row.content_version, row.renew_since) == (2, NOW)
    # Nobody asked for the other one here.
    assert mailed.mailing(other_id).renew_since is None


def test_a_mailings_languages_are_those_of_its_frames() -> None:
    mailing_id, other_id = carrying(BRIDGE), carrying(BRIDGE, name="evening")
    with transaction() as tx:
        blocks = [
            ContentRow(language, kind, position, 0, b"", b"", None, 2)
            for language, kind, position in [
                ("en", "frame", 0),
                ("en", "frame", 1),
                ("ar", "frame", 0),
                ("fr", "story", 0),
            ]
        ]
        ledger.add_content(tx, mailing_id, 1, blocks)
        ledger.add_content(tx, other_id, 1, [ContentRow("de", "frame", 0, 0, b"", b"", None, 2)])

    with transaction() as tx:
        assert renewals.languages(tx, mailing_id) == {"en", "ar"}
        assert renewals.languages(tx, 99) == set()


def test_an_issues_stories_stand_with_the_newest_revision_of_their_articles() -> None:
    mailing_id = carrying(HARBOUR, BRIDGE)
    carrying(BRIDGE, name="evening")
    revise(BRIDGE, 4)

    with transaction() as tx:
        found = renewals.placed_stories(tx, mailed.issue(mailing_id).id)

    told = [(story.position, story.article_id, story.revision, newest) for story, newest in found]
    assert told == [(0, HARBOUR, 1, 1), (1, BRIDGE, 1, 4)]
