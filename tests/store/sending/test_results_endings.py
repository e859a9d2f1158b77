"""When a mailing ends: with the last of its batches, and its issue with it."""

import datetime as dt

import pytest
from sqlalchemy import select

from syndicate.store.ground.session import transaction
from syndicate.store.sending import ledger, results
from syndicate.store.sending.mailings import Mailing
from syndicate.vocabulary.newsletters import IssueState
from syndicate.vocabulary.sending import (
    AmbiguousPolicy,
    BatchState,
    DeliveryState,
    MailingState,
)
from tests import rows
from tests.rows import NOW
from tests.store import mailed
from tests.store.hands import LATER, give_back, intend, settle, taken

pytestmark = pytest.mark.usefixtures("database")
ACCEPTED, AMBIGUOUS = DeliveryState.ACCEPTED, DeliveryState.AMBIGUOUS


def finish(mailing_id: int, now: dt.datetime = NOW) -> MailingState:
    with transaction() as tx:
        results.finish_mailing(tx, mailing_id, now=now)
    return mailed.mailing(mailing_id).state


def test_a_mailing_ends_with_its_last_batch_and_its_issue_with_it() -> None:
    mailing_id, other_id = mailed.digest(1), mailed.digest(1, name="evening")
    with transaction() as tx:
        made = tx.scalars(select(Mailing).where(Mailing.id == mailing_id)).one()
        mailed.add_batch(tx, made, range(2, 3), number=1)

    for number, state in ((0, MailingState.SENDING), (1, MailingState.DONE)):
        leased = taken()
        settle(leased, ACCEPTED, 0)
        give_back(leased)
        assert mailed.batch(mailing_id, number).state is BatchState.DONE
        assert mailed.mailing(mailing_id).state is state

    assert mailed.mailing(mailing_id).done_at == NOW
    assert mailed.issue(mailing_id).state is IssueState.DONE
    assert mailed.issue(other_id).state is IssueState.SENDING


@pytest.mark.parametrize("state", sorted(MailingState))
def test_only_a_mailing_that_is_under_way_ends(state: MailingState) -> None:
    mailing_id = mailed.digest(1, state=state)
    mailed.put_batch(mailing_id, state=BatchState.DONE)

    ends = state in {MailingState.SENDING, MailingState.PAUSED}

    assert finish(mailing_id) is (MailingState.DONE if ends else state)
    assert mailed.mailing(mailing_id).done_at == (NOW if ends else None)
    assert mailed.issue(mailing_id).state is (IssueState.DONE if ends else IssueState.SENDING)


def test_a_mailing_that_ended_keeps_its_end() -> None:
    mailing_id = mailed.digest(0)
    finish(mailing_id)

    finish(mailing_id, LATER)

    assert mailed.mailing(mailing_id).done_at == NOW


def test_a_mail_to_a_friend_ends_without_an_issue() -> None:
    other = mailed.issue(mailed.digest(1))
    with transaction() as tx:
        made = rows.single(tx)

    assert finish(made.id) is MailingState.DONE
    with transaction() as tx:
        tx.session.add(other)
        tx.session.refresh(other)
        assert other.state is IssueState.SENDING


@pytest.mark.parametrize("state", [BatchState.READY, BatchState.LEASED])
def test_a_batch_that_is_not_over_keeps_its_mailing_open(state: BatchState) -> None:
    mailing_id = mailed.digest(1)
    mailed.put_batch(mailing_id, state=state)

    assert finish(mailing_id) is MailingState.SENDING


@pytest.mark.parametrize(
    ("policy", "state", "expires_at", "is_over"),
    [
        (AmbiguousPolicy.RECONCILE, AMBIGUOUS, LATER, False),
        (AmbiguousPolicy.RECONCILE, AMBIGUOUS, NOW, True),
        (AmbiguousPolicy.RECONCILE, ACCEPTED, LATER, True),
        (AmbiguousPolicy.SKIP, AMBIGUOUS, LATER, True),
        (AmbiguousPolicy.RESEND, AMBIGUOUS, LATER, True),
    ],
)
def test_what_is_in_doubt_waits_for_the_log_until_the_mailing_expires(
    policy: AmbiguousPolicy, state: DeliveryState, expires_at: dt.datetime, is_over: bool
) -> None:
    mailing_id = mailed.digest(1, policy=policy, expires_at=expires_at)
    mailed.put(mailing_id, state, 0)
    mailed.put_batch(mailing_id, state=BatchState.DONE)

    assert finish(mailing_id) is (MailingState.DONE if is_over else MailingState.SENDING)


def test_a_cancelled_mailing_stays_cancelled_when_its_last_batch_comes_back() -> None:
    mailing_id = mailed.digest(2)
    leased = taken()
    intend(leased, 0, 1)
    mailed.put_mailing(mailing_id, state=MailingState.CANCELLED)
    settle(leased, DeliveryState.ACCEPTED, 0, 1)

    give_back(leased)

    with transaction() as tx:
        mailing = ledger.find(tx, mailing_id)
    assert mailing is not None
    assert mailing.state is MailingState.CANCELLED
