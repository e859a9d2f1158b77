"""Sending again on an operator's word: what is taken, what is left alone, and what follows."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select, update

from syndicate.store.ground.session import transaction
from syndicate.store.readers import recipients
from syndicate.store.readers.recipients import Recipient
from syndicate.store.sending import resending
from syndicate.store.sending.mailings import Mailing
from syndicate.store.sending.resending import Choice
from syndicate.vocabulary.sending import BatchState, DeliveryState, MailingState
from tests.rows import DAY, NOW
from tests.store import mailed
from tests.store.hands import assert_counts_agree, states

pytestmark = pytest.mark.usefixtures("database")
ACCEPTED, AMBIGUOUS, DEFERRED, FAILED, PENDING = (
    DeliveryState.ACCEPTED,
    DeliveryState.AMBIGUOUS,
    DeliveryState.DEFERRED,
    DeliveryState.FAILED,
    DeliveryState.PENDING,
)


def ended(readers: int = 3, state: DeliveryState = FAILED, *, name: str = "morning") -> int:
    """A mailing that is done, with every delivery in one state."""
    mailing_id = mailed.digest(readers, name=name, state=MailingState.DONE, done_at=NOW)
    told: dict[str, Any] = {"code": 550, "enhanced": "5.1.1", "reason": "unknown"}
    mailed.put(mailing_id, state, *range(readers), done_at=NOW, not_before=NOW, **told)
    mailed.put_batch(mailing_id, state=BatchState.DONE, not_before=NOW)
    return mailing_id


def count(mailing_id: int, choice: Choice) -> int:
    with transaction() as tx:
        return resending.count(tx, mailing_id, choice)


def requeue(mailing_id: int, choice: Choice, expires_at: dt.datetime = NOW + DAY) -> int:
    """As many as `count` said."""
    announced = count(mailing_id, choice)
    with transaction() as tx:
        done = resending.requeue(tx, mailing_id, choice, expires_at=expires_at)
    assert done == announced
    assert_counts_agree(mailing_id)
    return done


def test_what_failed_is_pending_again_as_if_nothing_had_been_said() -> None:
    mailing_id = ended()

    assert requeue(mailing_id, Choice({FAILED})) == 3

    row = mailed.delivery(mailing_id, 1)
    assert (row.state, row.reason, row.not_before, row.done_at) == (PENDING, None, None, None)
    batch, mailing = mailed.batch(mailing_id), mailed.mailing(mailing_id)
    assert (batch.state, batch.not_before) == (BatchState.READY, None)
    assert (mailing.state, mailing.done_at) == (MailingState.SENDING, None)
    assert mailed.counters(mailing_id) == {}


@pytest.mark.parametrize(
    ("state", "resends"), [(DEFERRED, 0), (FAILED, 0), (AMBIGUOUS, 1), (PENDING, 0)]
)
def test_only_what_may_have_arrived_is_sent_with_the_bytes_it_had(
    state: DeliveryState, resends: int
) -> None:
    mailing_id = ended(state=state)

    assert requeue(mailing_id, Choice({state})) == 3

    assert [mailed.delivery(mailing_id, each).resends for each in range(3)] == [resends] * 3


def test_the_states_that_were_asked_for_are_taken_and_no_others() -> None:
    mailing_id = ended(7)
    for ordinal, state in enumerate(DeliveryState):
        mailed.put(mailing_id, state, ordinal)

    assert requeue(mailing_id, Choice({FAILED, AMBIGUOUS})) == 2

    left = {FAILED: PENDING, AMBIGUOUS: PENDING}
    assert states(mailing_id) == [left.get(state, state) for state in DeliveryState]
    assert mailed.counters(mailing_id) == {
        "accepted": 1,
        "deferred": 1,
        "suppressed": 1,
        "skipped": 1,
    }


@pytest.mark.parametrize(
    ("error", "number"),
    [("5.1.1", 1), ("5.1", 2), ("4", 1), ("55", 2), ("550", 1), ("7.1", 0), (None, 4)],
)
def test_an_error_is_known_by_how_its_code_begins(error: str | None, number: int) -> None:
    mailing_id = ended(4)
    said = [(550, "5.1.1"), (552, "5.1.2"), (451, None), (None, None)]
    for ordinal, (code, enhanced) in enumerate(said):
        mailed.put(mailing_id, FAILED, ordinal, code=code, enhanced=enhanced)

    assert requeue(mailing_id, Choice({FAILED}, error=error)) == number


def test_one_receiver_group_is_taken_where_one_is_named() -> None:
    mailing_id = ended(3)
    with transaction() as tx:
        tx.execute(update(Recipient).where(Recipient.id == 2).values(receiver_group="google"))

    assert count(mailing_id, Choice({FAILED}, receiver_group="yahoo")) == 0
    assert requeue(mailing_id, Choice({FAILED}, receiver_group="google")) == 1
    assert states(mailing_id) == [FAILED, PENDING, FAILED]
    assert requeue(mailing_id, Choice({FAILED}, receiver_group=recipients.OTHER)) == 2


def test_a_batch_in_a_workers_hands_is_left_alone() -> None:
    mailing_id = ended(2)
    with transaction() as tx:
        made = tx.scalars(select(Mailing)).one()
        mailed.add_batch(tx, made, range(3, 5), number=1)
    mailed.put(mailing_id, FAILED, 0, 1, number=1)
    mailed.put_batch(mailing_id, state=BatchState.LEASED)

    assert requeue(mailing_id, Choice({FAILED})) == 2

    assert states(mailing_id) == [FAILED, FAILED, PENDING, PENDING]
    assert mailed.batch(mailing_id, 0).state is BatchState.LEASED
    assert mailed.batch(mailing_id, 1).state is BatchState.READY


def test_a_batch_of_which_nothing_is_taken_stays_as_it_is() -> None:
    mailing_id = ended(1)
    with transaction() as tx:
        made = tx.scalars(select(Mailing)).one()
        mailed.add_batch(tx, made, range(2, 3), number=1)
    mailed.put(mailing_id, ACCEPTED, 0, number=1)
    mailed.put_batch(mailing_id, 1, state=BatchState.DONE, not_before=NOW)

    assert requeue(mailing_id, Choice({FAILED})) == 1

    other = mailed.batch(mailing_id, 1)
    assert (other.state, other.not_before) == (BatchState.DONE, NOW)
    assert states(mailing_id) == [PENDING, ACCEPTED]


def test_other_mailings_stay_as_they_are() -> None:
    mailing_id, other_id = ended(2), ended(2, name="evening")

    assert requeue(mailing_id, Choice({FAILED})) == 2

    assert states(other_id) == [FAILED, FAILED]
    assert mailed.batch(other_id).state is BatchState.DONE
    assert mailed.mailing(other_id).state is MailingState.DONE
    assert mailed.counters(other_id) == {"failed": 2}


@pytest.mark.parametrize(
    "state",
    [MailingState.SENDING, MailingState.PAUSED, MailingState.DONE, MailingState.CANCELLED],
)
def test_a_mailing_of_which_something_is_taken_is_sending(state: MailingState) -> None:
    mailing_id = ended(1)
    mailed.put_mailing(mailing_id, state=state)

    requeue(mailing_id, Choice({FAILED}))

    assert mailed.mailing(mailing_id).state is MailingState.SENDING


def test_a_mailing_of_which_nothing_is_taken_stays_over() -> None:
    mailing_id = ended(1)
    before = mailed.mailing(mailing_id)

    assert requeue(mailing_id, Choice({AMBIGUOUS}), NOW + 9 * DAY) == 0

    after = mailed.mailing(mailing_id)
    assert (after.state, after.done_at) == (MailingState.DONE, NOW)
    assert after.expires_at == before.expires_at


@pytest.mark.parametrize("days", [2, 9])
def test_a_mailing_lasts_at_least_as_long_as_was_said(days: int) -> None:
    mailing_id = ended(1)
    mailed.put_mailing(mailing_id, expires_at=NOW + 5 * DAY)

    requeue(mailing_id, Choice({FAILED}), NOW + days * DAY)

    assert mailed.mailing(mailing_id).expires_at == NOW + max(5, days) * DAY


def test_asking_twice_takes_nothing_more() -> None:
    mailing_id = ended(2, AMBIGUOUS)
    requeue(mailing_id, Choice({AMBIGUOUS}))

    assert requeue(mailing_id, Choice({AMBIGUOUS})) == 0
    assert mailed.delivery(mailing_id).resends == 1
