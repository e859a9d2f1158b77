"""What became of deliveries: rows and counters together, once, and by the lease's holder alone."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select, text

from syndicate.store.ground.session import transaction
from syndicate.store.sending import batch_leases, ledger, results
from syndicate.store.sending.batch_leases import LeasedBatch
from syndicate.store.sending.mailings import Delivery, Mailing
from syndicate.store.sending.results import DeliveryOutcome
from syndicate.vocabulary.sending import (
    BatchState,
    DeliveryState,
    MailingState,
)
from tests.mail.campaign import NOW
from tests.store import mailed
from tests.store.hands import (
    LATER,
    assert_counts_agree,
    due,
    give_back,
    intend,
    settle,
    states,
    take,
    taken,
)

pytestmark = pytest.mark.usefixtures("database")
PENDING, ACCEPTED, DEFERRED, FAILED, AMBIGUOUS = (
    DeliveryState.PENDING,
    DeliveryState.ACCEPTED,
    DeliveryState.DEFERRED,
    DeliveryState.FAILED,
    DeliveryState.AMBIGUOUS,
)


def write(leased: LeasedBatch, *outcomes: DeliveryOutcome) -> bool:
    with transaction() as tx:
        return results.settle(tx, leased, outcomes, now=NOW)


def test_results_change_rows_and_counters_in_one_commit() -> None:
    mailing_id = mailed.digest(10)
    leased = taken()
    intend(leased, *range(10))

    settle(leased, DeliveryState.ACCEPTED, 0, 1, 2, code=250)
    settle(leased, DeliveryState.FAILED, 3, code=550, enhanced="5.1.1", reason="unknown")
    settle(leased, DeliveryState.DEFERRED, 4, 5, code=450, not_before=LATER)
    settle(leased, DeliveryState.AMBIGUOUS, 6, reason="cut off")

    counts = assert_counts_agree(mailing_id)
    assert counts.as_dict() == {
        "audience": 10,
        "accepted": 3,
        "deferred": 2,
        "failed": 1,
        "suppressed": 0,
        "skipped": 0,
        "ambiguous": 1,
        "remaining": 3,
    }


def test_writing_results_twice_changes_nothing() -> None:
    mailing_id = mailed.digest(4)
    leased = taken()
    intend(leased, 0, 1)

    settle(leased, DeliveryState.ACCEPTED, 0, 1)
    settle(leased, DeliveryState.FAILED, 0, 1)

    assert assert_counts_agree(mailing_id).accepted == 2
    assert states(mailing_id)[:2] == [DeliveryState.ACCEPTED] * 2


def test_an_outcome_is_written_as_it_was_told() -> None:
    mailing_id = mailed.digest(2)
    leased = taken()
    intend(leased, 0, 1)

    assert write(
        leased,
        DeliveryOutcome(0, DEFERRED, code=451, enhanced="4.7.1", reason="later", not_before=LATER),
        DeliveryOutcome(1, FAILED, code=550, enhanced="5.1.1", reason="unknown"),
    )

    first, second = mailed.delivery(mailing_id, 0), mailed.delivery(mailing_id, 1)
    assert (first.state, first.code, first.enhanced) == (DEFERRED, 451, "4.7.1")
    assert (first.reason, first.not_before, first.done_at) == ("later", LATER, None)
    assert (second.state, second.code, second.enhanced) == (FAILED, 550, "5.1.1")
    assert (second.reason, second.not_before, second.done_at) == ("unknown", None, NOW)


@pytest.mark.parametrize("state", sorted(DeliveryState))
def test_what_waits_for_another_attempt_is_not_over(state: DeliveryState) -> None:
    mailing_id = mailed.digest(1)

    settle(taken(), state, 0)

    is_open = state in {PENDING, DEFERRED}
    assert mailed.delivery(mailing_id).done_at == (None if is_open else NOW)
    assert mailed.counters(mailing_id) == ({} if state is PENDING else {state.name.lower(): 1})


@pytest.mark.parametrize(("is_attempt", "attempts"), [(True, 3), (False, 2)])
def test_only_what_the_relay_said_counts_as_an_attempt(is_attempt: bool, attempts: int) -> None:
    mailing_id = mailed.digest(1)
    mailed.put(mailing_id, PENDING, 0, attempts=2)

    settle(taken(), DEFERRED, 0, is_attempt=is_attempt)

    assert mailed.delivery(mailing_id).attempts == attempts


@pytest.mark.parametrize(
    ("resends", "version", "is_attempt", "stands"),
    [
        (0, None, True, 2),
        (0, 1, True, 2),
        (1, 1, True, 1),
        (1, None, True, 2),
        (0, None, False, None),
        (0, 1, False, 1),
    ],
)
def test_a_delivery_says_which_content_its_copy_had(
    resends: int, version: int | None, is_attempt: bool, stands: int | None
) -> None:
    mailing_id = mailed.digest(1, content_version=2)
    mailed.put(mailing_id, PENDING, 0, resends=resends, content_version=version)
    leased = taken()
    intend(leased, 0, version=2)

    settle(leased, ACCEPTED, 0, is_attempt=is_attempt)

    assert mailed.delivery(mailing_id).content_version == stands


def test_an_intent_is_fulfilled_by_its_results() -> None:
    mailing_id = mailed.digest(3)
    leased = taken()
    intend(leased, 0, 1)

    assert write(leased)

    # Nothing was told of it, and the worker says that it has nothing in hand.
    assert mailed.batch(mailing_id).inflight == []
    assert states(mailing_id) == [PENDING] * 3


@pytest.mark.parametrize("was", sorted(set(DeliveryState) - {PENDING, DEFERRED}))
def test_what_is_over_stays_as_it_is(was: DeliveryState) -> None:
    mailing_id = mailed.digest(1)
    mailed.put(mailing_id, was, 0, code=250, attempts=1)

    assert settle(taken(), FAILED if was is ACCEPTED else ACCEPTED, 0, code=550)

    row = mailed.delivery(mailing_id)
    assert (row.state, row.code, row.attempts) == (was, 250, 1)
    assert mailed.counters(mailing_id) == {was.name.lower(): 1}


def test_counters_move_by_what_was_before_too() -> None:
    mailing_id = mailed.digest(3)
    mailed.put(mailing_id, DEFERRED, 0, 1, not_before=NOW)
    leased = taken()

    settle(leased, ACCEPTED, 0, 2)
    settle(leased, DEFERRED, 1)

    assert mailed.counters(mailing_id) == {"accepted": 2, "deferred": 1}
    assert_counts_agree(mailing_id)


def test_the_same_ordinals_of_other_batches_and_mailings_are_not_meant() -> None:
    mailing_id, other_id = mailed.digest(1), mailed.digest(1, name="evening")
    with transaction() as tx:
        made = tx.scalars(select(Mailing).where(Mailing.id == mailing_id)).one()
        mailed.add_batch(tx, made, range(2, 3), number=1)

    settle(taken(), ACCEPTED, 0)

    assert states(mailing_id) == [ACCEPTED, PENDING]
    assert states(other_id) == [PENDING]
    assert mailed.counters(mailing_id, 1) == mailed.counters(other_id) == {}


STALE = pytest.mark.parametrize(
    "stale",
    [{"epoch": 2}, {"state": BatchState.READY}, {"state": BatchState.DONE}],
    ids=["taken by another", "given back", "done"],
)


@STALE
def test_who_lost_the_lease_writes_nothing(stale: dict[str, Any]) -> None:
    mailing_id = mailed.digest(2)
    leased = taken()
    intend(leased, 0)
    mailed.put_batch(mailing_id, **stale)

    assert not settle(leased, ACCEPTED, 0, 1)

    assert states(mailing_id) == [PENDING, PENDING]
    assert mailed.counters(mailing_id) == {}
    assert mailed.batch(mailing_id).inflight == [0]


@STALE
def test_who_lost_the_lease_gives_nothing_back(stale: dict[str, Any]) -> None:
    mailing_id = mailed.digest(1)
    leased = taken()
    mailed.put(mailing_id, ACCEPTED, 0)
    mailed.put_batch(mailing_id, **stale)

    assert not give_back(leased)

    row = mailed.batch(mailing_id)
    assert {"epoch": row.epoch, "state": row.state} == {
        "epoch": 1,
        "state": BatchState.LEASED,
    } | stale
    assert row.lease_until is not None
    assert mailed.mailing(mailing_id).state is MailingState.SENDING


def test_a_lease_of_one_batch_neither_writes_nor_gives_back_another() -> None:
    mailing_id, other_id = mailed.digest(1), mailed.digest(1, name="evening")
    with transaction() as tx:
        made = tx.scalars(select(Mailing).where(Mailing.id == mailing_id)).one()
        mailed.add_batch(tx, made, range(2, 3), number=1)
    leased, _, _ = taken(), taken(), taken()

    assert give_back(leased)

    assert mailed.batch(mailing_id, 0).state is BatchState.READY
    assert mailed.batch(mailing_id, 1).state is BatchState.LEASED
    assert mailed.batch(other_id).state is BatchState.LEASED


def test_a_batch_that_is_given_back_is_in_nobodys_hands() -> None:
    mailing_id = mailed.digest(2)
    leased = taken()
    intend(leased, 0, 1)

    give_back(leased)

    row = mailed.batch(mailing_id)
    assert (row.state, row.not_before, row.inflight) == (BatchState.READY, None, [])
    assert (row.lease_until, row.worker) == (None, None)


@pytest.mark.parametrize(
    ("second", "third", "asked", "not_before"),
    [
        ((DEFERRED, LATER), (DEFERRED, LATER + mailed.HOUR), None, LATER),
        ((DEFERRED, LATER), (PENDING, None), None, None),
        ((DEFERRED, LATER), (ACCEPTED, None), None, LATER),
        ((PENDING, None), (PENDING, None), LATER, LATER),
        ((DEFERRED, LATER), (ACCEPTED, None), LATER + mailed.HOUR, LATER + mailed.HOUR),
    ],
    ids=["the earliest", "one is due now", "the only one", "held back", "held back for longer"],
)
def test_a_batch_is_ready_again_when_the_first_of_it_is_due(
    second: tuple[DeliveryState, dt.datetime | None],
    third: tuple[DeliveryState, dt.datetime | None],
    asked: dt.datetime | None,
    not_before: dt.datetime | None,
) -> None:
    mailing_id = mailed.digest(3)
    # What is over says nothing of when the rest is due.
    mailed.put(mailing_id, FAILED, 0, not_before=NOW)
    for ordinal, (state, moment) in enumerate((second, third), 1):
        mailed.put(mailing_id, state, ordinal, not_before=moment)

    give_back(taken(), not_before=asked)

    row = mailed.batch(mailing_id)
    assert (row.state, row.not_before) == (BatchState.READY, not_before)


def test_how_many_of_a_batch_wait_and_since_when_is_asked_of_that_batch() -> None:
    mailing_id = mailed.digest(2)
    with transaction() as tx:
        made = tx.scalars(select(Mailing)).one()
        mailed.add_batch(tx, made, range(3, 6), number=1)
    mailed.put(mailing_id, DEFERRED, 0, 1, number=0, not_before=LATER)

    with transaction() as tx:
        assert results.waiting_of(tx, mailing_id, 0) == (2, LATER)
        assert results.waiting_of(tx, mailing_id, 1) == (3, None)
        assert results.waiting_of(tx, mailing_id, 2) == (0, None)
        assert results.waiting_of(tx, mailing_id + 1, 0) == (0, None)


def test_a_batch_is_ready_again_when_its_deferred_rows_are_due() -> None:
    mailing_id = mailed.digest(3)
    leased = taken()
    intend(leased, 0, 1, 2)
    settle(leased, DeliveryState.ACCEPTED, 0)
    settle(leased, DeliveryState.DEFERRED, 1, 2, not_before=LATER)
    give_back(leased)

    assert take() is None
    again = take(now=LATER)
    assert again is not None
    assert due(again, NOW) == []
    assert due(again, LATER) == [1, 2]

    intend(again, 1, 2)
    settle(again, DeliveryState.ACCEPTED, 1, 2)
    give_back(again)
    assert assert_counts_agree(mailing_id).accepted == 3
    with transaction() as tx:
        mailing = ledger.find(tx, mailing_id)
    assert mailing is not None
    assert mailing.state is MailingState.DONE


def test_a_batch_without_tokens_is_held_back() -> None:
    mailed.digest(3)
    leased = taken()

    give_back(leased, not_before=LATER)

    assert take() is None
    assert take(now=LATER) is not None


def test_a_delivery_says_which_version_it_was_sent_and_keeps_it_when_a_copy_may_be_there() -> None:
    mailing_id = mailed.digest(3)
    leased = taken()
    intend(leased, 0, 1, 2)
    settle(leased, DeliveryState.DEFERRED, 0, 1, not_before=NOW)
    with transaction() as tx:
        tx.execute(text("UPDATE delivery SET resends = 1 WHERE ordinal = 1"))
        tx.execute(text("UPDATE mailing SET content_version = 2"))
        needed = [each.content_version for each in batch_leases.due_deliveries(tx, leased, NOW)]

    intend(leased, 0, 1, 2, version=2)
    settle(leased, DeliveryState.ACCEPTED, 0, 1, 2)

    assert needed == [None, 1, None]
    with transaction() as tx:
        query = select(Delivery.content_version).where(Delivery.mailing_id == mailing_id)
        assert list(tx.scalars(query.order_by(Delivery.ordinal))) == [2, 1, 2]
