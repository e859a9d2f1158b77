"""The ledger: leases, fences, intents, results, and counts that add up whoever dies."""

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import select, text, update

from syndicate.store import installation, lease, ledger, reaping, recipients, results
from syndicate.store.lease import Leased
from syndicate.store.mailings import (
    AmbiguousPolicy,
    Batch,
    BatchState,
    Delivery,
    DeliveryState,
    Lane,
    MailingState,
)
from syndicate.store.results import Outcome
from syndicate.store.session import transaction
from syndicate.store.subscribers import Subscription, SubscriptionState
from tests.mail.campaign import NOW, Plan, start

pytestmark = pytest.mark.usefixtures("database")
WORKER, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)
LATER = NOW + dt.timedelta(minutes=1)


def take(
    worker: uuid.UUID = WORKER, lane: Lane = Lane.BULK, now: dt.datetime = NOW
) -> Leased | None:
    with transaction() as tx:
        return lease.take(tx, lane, worker=worker, now=now)


def taken(worker: uuid.UUID = WORKER) -> Leased:
    leased = take(worker)
    assert leased is not None
    return leased


def intend(leased: Leased, *ordinals: int, version: int = 1) -> dict[int, str] | None:
    with transaction() as tx:
        barred = lease.intend(tx, leased, ordinals, version=version)
    return None if barred is None else dict(barred)


def settle(leased: Leased, state: DeliveryState, *ordinals: int, **more: object) -> bool:
    outcomes = [Outcome(ordinal, state, **more) for ordinal in ordinals]  # type: ignore[arg-type]
    with transaction() as tx:
        return results.settle(tx, leased, outcomes, now=NOW)


def give_back(leased: Leased, not_before: dt.datetime | None = None) -> bool:
    with transaction() as tx:
        return results.give_back(tx, leased, now=NOW, not_before=not_before)


def run_out(leased: Leased) -> None:
    """Let two minutes go by for one lease."""
    with transaction() as tx:
        tx.execute(
            update(Batch)
            .where(Batch.mailing_id == leased.mailing_id, Batch.number == leased.number)
            .values(lease_until=text("clock_timestamp() - interval '1 second'"))
        )


def reap() -> list[reaping.Reaped]:
    with transaction() as tx:
        return reaping.reap(tx, now=NOW)


def states(mailing_id: int) -> list[DeliveryState]:
    with transaction() as tx:
        query = select(Delivery.state).where(Delivery.mailing_id == mailing_id)
        return list(tx.scalars(query.order_by(Delivery.batch_number, Delivery.ordinal)))


def batch(leased: Leased) -> Batch:
    with transaction() as tx:
        row = tx.get(Batch, (leased.mailing_id, leased.number))
        assert row is not None
        return row


def assert_counts_agree(mailing_id: int) -> ledger.Counts:
    with transaction() as tx:
        by_batch = ledger.counts(tx, mailing_id)
        assert by_batch == ledger.counts_by_row(tx, mailing_id)
    assert by_batch.remaining >= 0
    return by_batch


def due(leased: Leased, now: dt.datetime = NOW) -> list[int]:
    with transaction() as tx:
        return [each.ordinal for each in lease.due_deliveries(tx, leased, now)]


def test_two_workers_never_hold_one_batch() -> None:
    start(Plan(audience=20, batch_size=10))

    first, second, third = take(), take(OTHER), take()

    assert first is not None
    assert second is not None
    assert {first.number, second.number} == {0, 1}
    assert third is None


def test_a_lane_is_taken_by_priority() -> None:
    digest = start(Plan(audience=4))
    alert = start(Plan(audience=4, priority=1))

    assert [taken().mailing_id, taken().mailing_id] == [alert, digest]


def test_a_lane_does_not_take_from_the_other() -> None:
    start(Plan(audience=4))

    assert take(lane=Lane.URGENT) is None


def test_materialised_choices_are_the_readers_sections() -> None:
    mailing_id = start(Plan(audience=40))

    with transaction() as tx:
        choices = set(tx.scalars(select(Delivery.choice).where(Delivery.mailing_id == mailing_id)))
    assert len(choices) >= 31
    assert 0 not in choices


def test_results_change_rows_and_counters_in_one_commit() -> None:
    mailing_id = start(Plan(audience=10))
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
    mailing_id = start(Plan(audience=4))
    leased = taken()
    intend(leased, 0, 1)

    settle(leased, DeliveryState.ACCEPTED, 0, 1)
    settle(leased, DeliveryState.FAILED, 0, 1)

    assert assert_counts_agree(mailing_id).accepted == 2
    assert states(mailing_id)[:2] == [DeliveryState.ACCEPTED] * 2


def test_a_batch_is_ready_again_when_its_deferred_rows_are_due() -> None:
    mailing_id = start(Plan(audience=3))
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
    start(Plan(audience=3))
    leased = taken()

    give_back(leased, not_before=LATER)

    assert take() is None
    assert take(now=LATER) is not None


def test_an_attempt_keeps_the_content_version_that_was_sent() -> None:
    mailing_id = start(Plan(audience=2))
    leased = taken()
    intend(leased, 0, 1)
    settle(leased, DeliveryState.DEFERRED, 0, not_before=NOW)
    with transaction() as tx:
        tx.execute(text("UPDATE mailing SET content_version = 2"))

    intend(leased, 0, 1, version=2)
    settle(leased, DeliveryState.ACCEPTED, 0, 1)

    with transaction() as tx:
        query = select(Delivery.content_version).where(Delivery.mailing_id == mailing_id)
        assert list(tx.scalars(query.order_by(Delivery.ordinal))) == [1, 2]


def test_an_intent_with_outdated_content_sends_nothing() -> None:
    start(Plan(audience=2))
    leased = taken()
    with transaction() as tx:
        tx.execute(text("UPDATE mailing SET content_version = 2"))

    assert intend(leased, 0, version=1) is None
    assert intend(leased, 0, version=2) == {}


STOPS: list[Callable[[int], None]] = []


def stop(function: Callable[[int], None]) -> Callable[[int], None]:
    STOPS.append(function)
    return function


@stop
def pause(mailing_id: int) -> None:
    with transaction() as tx:
        was = (MailingState.SENDING,)
        assert ledger.change_state(tx, mailing_id, was=was, to=MailingState.PAUSED)


@stop
def cancel(mailing_id: int) -> None:
    with transaction() as tx:
        was = (MailingState.SENDING, MailingState.PAUSED)
        assert ledger.change_state(tx, mailing_id, was=was, to=MailingState.CANCELLED)


@stop
def stop_everything(_mailing_id: int) -> None:
    with transaction() as tx:
        installation.stop_everything(tx, now=NOW, why="a bad night")


@pytest.mark.parametrize("halt", STOPS)
def test_what_is_halted_sends_no_further_chunk(halt: Callable[[int], None]) -> None:
    mailing_id = start(Plan(audience=20, batch_size=10))
    leased = taken()
    assert intend(leased, 0, 1) == {}

    halt(mailing_id)

    assert settle(leased, DeliveryState.ACCEPTED, 0, 1)
    assert intend(leased, 2, 3) is None
    assert give_back(leased)
    assert take() is None
    assert assert_counts_agree(mailing_id).remaining == 18


def test_a_released_installation_sends_again() -> None:
    mailing_id = start(Plan(audience=2))
    stop_everything(mailing_id)
    assert take() is None

    with transaction() as tx:
        installation.release(tx)

    assert take() is not None


def test_a_cancelled_mailing_stays_cancelled_when_its_last_batch_comes_back() -> None:
    mailing_id = start(Plan(audience=2))
    leased = taken()
    intend(leased, 0, 1)
    cancel(mailing_id)
    settle(leased, DeliveryState.ACCEPTED, 0, 1)

    give_back(leased)

    with transaction() as tx:
        mailing = ledger.find(tx, mailing_id)
    assert mailing is not None
    assert mailing.state is MailingState.CANCELLED


def test_an_intent_leaves_out_who_was_suppressed_or_left_meanwhile() -> None:
    start(Plan(audience=4))
    leased = taken()
    with transaction() as tx:
        dues = lease.due_deliveries(tx, leased, NOW)
        first = tx.get(recipients.Recipient, dues[0].recipient_id)
        assert first is not None
        recipients.suppress(tx, first.address_hash, scope="*", reason="complaint", now=NOW)
        ended = dues[2].subscription_id
        tx.execute(
            update(Subscription)
            .where(Subscription.id == ended)
            .values(state=SubscriptionState.ENDED)
        )

    assert intend(leased, 0, 1, 2, 3) == {0: "suppressed", 2: "ended"}
    assert batch(leased).inflight == [1, 3]


def test_a_lease_that_ran_out_is_reaped_and_its_worker_fenced() -> None:
    mailing_id = start(Plan(audience=10))
    leased = taken()
    intend(leased, 0, 1, 2)
    run_out(leased)

    reaped = reap()

    assert [(each.mailing_id, each.ambiguous) for each in reaped] == [(mailing_id, 3)]
    assert intend(leased, 3, 4) is None
    assert not settle(leased, DeliveryState.ACCEPTED, 0, 1, 2)
    with transaction() as tx:
        assert not lease.renew(tx, leased)
    assert not give_back(leased)
    counts = assert_counts_agree(mailing_id)
    assert (counts.ambiguous, counts.accepted, counts.remaining) == (3, 0, 7)


def test_deferred_rows_that_were_in_hand_become_ambiguous_too() -> None:
    mailing_id = start(Plan(audience=3))
    leased = taken()
    intend(leased, 0, 1, 2)
    settle(leased, DeliveryState.DEFERRED, 0, 1, 2, not_before=NOW)
    intend(leased, 1)
    run_out(leased)

    reap()

    assert states(mailing_id) == [
        DeliveryState.DEFERRED,
        DeliveryState.AMBIGUOUS,
        DeliveryState.DEFERRED,
    ]
    assert_counts_agree(mailing_id)


def test_a_lease_that_was_renewed_is_not_reaped() -> None:
    start(Plan(audience=3))
    leased = taken()
    run_out(leased)
    with transaction() as tx:
        assert lease.renew(tx, leased)

    assert reap() == []


def test_reaping_twice_changes_nothing_more() -> None:
    mailing_id = start(Plan(audience=3))
    leased = taken()
    intend(leased, 0)
    run_out(leased)
    reap()
    before = assert_counts_agree(mailing_id)

    assert reap() == []
    assert assert_counts_agree(mailing_id) == before


def test_resend_puts_ambiguous_rows_back_three_times_at_most() -> None:
    mailing_id = start(Plan(audience=2, policy=AmbiguousPolicy.RESEND))

    for _ in range(reaping.MAX_RESENDS):
        leased = taken()
        intend(leased, 0)
        run_out(leased)
        reap()
        assert states(mailing_id)[0] is DeliveryState.PENDING
    leased = taken()
    intend(leased, 0)
    run_out(leased)
    reap()

    assert states(mailing_id)[0] is DeliveryState.AMBIGUOUS
    assert_counts_agree(mailing_id)


def test_skip_leaves_ambiguous_rows_and_ends_the_batch() -> None:
    mailing_id = start(Plan(audience=2))
    leased = taken()
    intend(leased, 0, 1)
    run_out(leased)

    reap()

    assert states(mailing_id) == [DeliveryState.AMBIGUOUS] * 2
    assert batch(leased).state is BatchState.DONE
    with transaction() as tx:
        mailing = ledger.find(tx, mailing_id)
    assert mailing is not None
    assert mailing.state is MailingState.DONE


def test_expiry_fails_what_waits_and_ends_the_mailing() -> None:
    mailing_id = start(Plan(audience=4, batch_size=2))
    leased = taken()
    intend(leased, 0, 1)
    settle(leased, DeliveryState.ACCEPTED, 0)
    settle(leased, DeliveryState.DEFERRED, 1, not_before=LATER)
    give_back(leased)

    with transaction() as tx:
        failed = ledger.expire(tx, NOW + dt.timedelta(hours=13))

    assert failed == 3
    counts = assert_counts_agree(mailing_id)
    assert (counts.accepted, counts.failed, counts.deferred, counts.remaining) == (1, 3, 0, 0)
    with transaction() as tx:
        mailing = ledger.find(tx, mailing_id)
    assert mailing is not None
    assert mailing.state is MailingState.DONE


def test_expiry_leaves_a_batch_alone_that_is_in_hand() -> None:
    start(Plan(audience=2))
    taken()

    with transaction() as tx:
        assert ledger.expire(tx, NOW + dt.timedelta(hours=13)) == 0


def test_a_mailing_that_nobody_was_left_for_is_ended() -> None:
    mailing_id = start(Plan(audience=2))
    with transaction() as tx:
        tx.execute(text("UPDATE batch SET state = 2"))

    with transaction() as tx:
        ledger.finish_ended(tx, NOW)

    with transaction() as tx:
        mailing = ledger.find(tx, mailing_id)
    assert mailing is not None
    assert mailing.state is MailingState.DONE
    assert mailing.done_at == NOW


def test_batches_hold_one_receiver_group_each() -> None:
    mailing_id = start(
        Plan(
            audience=30,
            batch_size=10,
            groups=(("google", "gmail.example"), ("other", "example.com")),
        )
    )

    with transaction() as tx:
        query = select(Batch.receiver_group, Batch.size).where(Batch.mailing_id == mailing_id)
        found = sorted(tuple(row) for row in tx.execute(query))
    assert found == [("google", 5), ("google", 10), ("other", 5), ("other", 10)]
