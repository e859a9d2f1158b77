"""Leasing batches: which one a worker takes, what of it is due, and how long it holds it."""

import datetime as dt
import uuid
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from syndicate.store.ground.session import transaction
from syndicate.store.platform.installation import Installation
from syndicate.store.readers import recipients
from syndicate.store.sending import batch_leases, pacing
from syndicate.store.sending.batch_leases import DueDelivery, LeasedBatch
from syndicate.store.sending.mailings import Batch, Mailing
from syndicate.store.sending.pacing import FIRST_HOLD
from syndicate.vocabulary.sending import BatchState, DeliveryState, Lane, MailingState
from tests import rows
from tests.mail.campaign import NOW, Plan, start
from tests.store import mailed
from tests.store.hands import OTHER, WORKER, due, intend, reap, run_out, take, taken

pytestmark = pytest.mark.usefixtures("database")
SECOND = dt.timedelta(seconds=1)


def lanes() -> set[Lane]:
    with transaction() as tx:
        return batch_leases.ready_lanes(tx, NOW)


def is_whole(mailing_id: int) -> bool:
    """Whether a lease has its two minutes still, by the database's clock and on a busy machine."""
    with transaction() as tx:
        left = func.extract("epoch", Batch.lease_until - func.clock_timestamp())
        found = float(tx.execute(select(left).where(Batch.mailing_id == mailing_id)).scalar_one())
    return 90 < found <= batch_leases.LEASE_S == 120


def test_a_lease_names_its_batch_and_holds_it_for_two_minutes() -> None:
    mailing_id = mailed.digest()
    mailed.put_batch(mailing_id, epoch=6, inflight=[1, 2], receiver_group="google")

    assert take() == LeasedBatch(mailing_id, 0, 7, "google")

    row = mailed.batch(mailing_id)
    assert (row.state, row.epoch, row.worker) == (BatchState.LEASED, 7, WORKER)
    # What another had in hand is none of this worker's.
    assert row.inflight == []
    assert is_whole(mailing_id)


def test_two_workers_never_hold_one_batch() -> None:
    start(Plan(audience=20, batch_size=10))

    first, second, third = take(), take(OTHER), take()

    assert first is not None
    assert second is not None
    assert {first.number, second.number} == {0, 1}
    assert third is None


@pytest.mark.parametrize("plan", ["nestloop", "hashjoin", "mergejoin"])
def test_one_batch_is_taken_at_a_time_whatever_the_plan(plan: str) -> None:
    start(Plan(audience=20, batch_size=5))
    with transaction() as tx:
        for other in {"nestloop", "hashjoin", "mergejoin", "material"} - {plan}:
            tx.execute(text(f"SET LOCAL enable_{other} = off"))
        leased = batch_leases.take(tx, Lane.BULK, worker=WORKER, now=NOW)

    assert leased is not None
    with transaction() as tx:
        numbers = list(tx.scalars(select(Batch.number).where(Batch.state == BatchState.LEASED)))
    assert numbers == [leased.number]


def test_the_most_urgent_batch_is_taken_first_and_then_the_oldest() -> None:
    digest, alert = mailed.digest(1), mailed.digest(1, name="now", priority=1)
    with transaction() as tx:
        made = tx.scalars(select(Mailing).where(Mailing.id == digest)).one()
        mailed.add_batch(tx, made, range(2, 3), number=1)
    later = mailed.digest(1, name="evening")

    order = [(each.mailing_id, each.number) for each in (taken() for _ in range(4))]

    assert order == [(alert, 0), (digest, 0), (digest, 1), (later, 0)]


def test_a_lane_does_not_take_from_the_other() -> None:
    start(Plan(audience=4))

    assert take(lane=Lane.URGENT) is None


def test_each_lane_that_has_a_batch_is_named() -> None:
    assert lanes() == set()

    mailed.digest(1)
    assert lanes() == {Lane.BULK}

    mailed.digest(1, name="now", lane=Lane.URGENT)
    assert lanes() == {Lane.BULK, Lane.URGENT}


@pytest.mark.parametrize(
    ("columns", "is_ready"),
    [
        ({"state": BatchState.LEASED}, False),
        ({"state": BatchState.DONE}, False),
        ({"not_before": NOW}, True),
        ({"not_before": NOW + SECOND}, False),
    ],
    ids=["in hand", "done", "due now", "due later"],
)
def test_a_batch_is_taken_when_it_is_ready_and_due(columns: dict[str, Any], is_ready: bool) -> None:
    mailed.put_batch(mailed.digest(1), **columns)

    assert lanes() == ({Lane.BULK} if is_ready else set())
    assert (take() is not None) is is_ready


@pytest.mark.parametrize("state", sorted(MailingState))
def test_a_batch_is_taken_while_its_mailing_is_sending(state: MailingState) -> None:
    mailed.digest(1, state=state)

    is_ready = state is MailingState.SENDING
    assert lanes() == ({Lane.BULK} if is_ready else set())
    assert (take() is not None) is is_ready


def test_a_mailing_that_waits_for_new_content_is_left_alone() -> None:
    mailed.digest(1, renew_since=NOW)

    assert lanes() == set()
    assert take() is None


@pytest.mark.parametrize(
    ("group", "since", "is_ready"),
    [
        (recipients.OTHER, NOW, False),
        (recipients.OTHER, NOW - FIRST_HOLD, True),
        ("google", NOW, True),
    ],
    ids=["held", "held until now", "another group is held"],
)
def test_a_receiver_group_that_is_held_is_left_alone(
    group: str, since: dt.datetime, is_ready: bool
) -> None:
    mailed.digest(1)
    with transaction() as tx:
        pacing.slow_down(tx, group, reason="421", now=since)

    assert lanes() == ({Lane.BULK} if is_ready else set())
    assert (take() is not None) is is_ready


@pytest.mark.parametrize(
    "change",
    [
        {"stopped_at": NOW},
        {"held_at": NOW},
        {"home": "elsewhere|1|2|-"},
        {"home": None},
        {"compared_for": NOW},
    ],
)
def test_nothing_is_taken_of_a_database_that_is_stopped_or_may_be_a_copy(
    change: dict[str, Any],
) -> None:
    mailed.digest(1)
    with transaction() as tx:
        tx.execute(update(Installation).values(**change))

    assert lanes() == set()
    assert take() is None


def test_of_the_rest_of_a_restore_nothing_is_taken_and_all_that_is_new() -> None:
    old, new = mailed.digest(1), mailed.digest(1, name="evening")
    with transaction() as tx:
        tx.execute(update(Installation).values(held_mailing=old))
    assert lanes() == {Lane.BULK}
    with transaction() as tx:
        tx.execute(update(Installation).values(rest_held_at=NOW))

    assert taken().mailing_id == new
    assert (take(), lanes()) == (None, set())


def test_a_batch_that_somebody_writes_to_is_passed_over() -> None:
    first, second = mailed.digest(1), mailed.digest(1, name="evening")

    with transaction() as tx:
        tx.execute(select(Batch).where(Batch.mailing_id == first).with_for_update())
        assert taken().mailing_id == second
        assert take() is None


def test_a_mailing_that_somebody_writes_to_is_taken_from_all_the_same() -> None:
    mailing_id = mailed.digest(1)

    with transaction() as tx:
        tx.execute(select(Mailing).where(Mailing.id == mailing_id).with_for_update())
        assert taken().mailing_id == mailing_id


def dues(mailing_id: int, epoch: int = 1) -> list[DueDelivery]:
    with transaction() as tx:
        leased = LeasedBatch(mailing_id, 0, epoch, recipients.OTHER)
        return batch_leases.due_deliveries(tx, leased, NOW)


def test_a_due_delivery_says_to_whom_it_goes_and_what_they_chose() -> None:
    mailed.digest(1, name="evening")
    mailing_id = mailed.digest(1, choice=0b101)
    mailed.put(mailing_id, DeliveryState.PENDING, 0, language="ar", attempts=2)
    query = text(
        "SELECT s.id FROM subscription s JOIN mailing m USING (newsletter_id) WHERE m.id = :mailing"
    )
    with transaction() as tx:
        subscription_id = tx.execute(query, {"mailing": mailing_id}).scalar_one()

    # One row, though this reader has the other newsletter too.
    assert dues(mailing_id) == [
        DueDelivery(
            ordinal=0,
            recipient_id=mailed.delivery(mailing_id).recipient_id,
            address="reader001@example.com",
            subscription_id=subscription_id,
            choice=0b101,
            language="ar",
            attempts=2,
            content_version=None,
        )
    ]


def test_a_mail_to_a_friend_is_due_without_a_subscription() -> None:
    with transaction() as tx:
        friend = rows.recipient(tx)
        made = rows.single(tx)
        rows.delivery(tx, rows.batch(tx, made), 0, friend.id, choice=0)

    assert [(each.address, each.subscription_id) for each in dues(made.id)] == [
        ("reader001@example.com", None)
    ]


def test_due_is_what_waits_and_what_was_put_off_until_now_in_order() -> None:
    mailing_id = mailed.digest(8)
    for ordinal, state in enumerate(DeliveryState):
        mailed.put(mailing_id, state, ordinal, not_before=NOW)
    mailed.put(mailing_id, DeliveryState.DEFERRED, 7, not_before=NOW + SECOND)
    with transaction() as tx:
        made = tx.scalars(select(Mailing)).one()
        mailed.add_batch(tx, made, range(9, 11), number=1)
    other_id = mailed.digest(2, name="evening")

    assert [each.ordinal for each in dues(mailing_id)] == [
        DeliveryState.PENDING,
        DeliveryState.DEFERRED,
    ]
    assert [each.ordinal for each in dues(other_id)] == [0, 1]
    mailed.put(mailing_id, DeliveryState.PENDING, *reversed(range(8)))
    assert [each.ordinal for each in dues(mailing_id)] == list(range(8))


@pytest.mark.parametrize(("resends", "needed"), [(0, None), (1, 3)])
def test_only_a_copy_that_may_have_arrived_has_a_version_to_be_sent_again(
    resends: int, needed: int | None
) -> None:
    mailing_id = mailed.digest(1)
    mailed.put(mailing_id, DeliveryState.DEFERRED, 0, resends=resends, content_version=3)
    mailed.put(mailing_id, DeliveryState.DEFERRED, 0, not_before=NOW)

    assert [each.content_version for each in dues(mailing_id)] == [needed]


def renew(leased: LeasedBatch) -> bool:
    with transaction() as tx:
        return batch_leases.renew(tx, leased)


def end(leased: LeasedBatch) -> None:
    with transaction() as tx:
        batch_leases.end(tx, leased)


def test_a_renewed_lease_lasts_another_two_minutes() -> None:
    mailing_id = mailed.digest(1)
    other = mailed.digest(1, name="evening")
    leased, also = taken(), taken(OTHER)
    run_out(leased)
    run_out(also)

    assert renew(leased)

    assert is_whole(mailing_id)
    assert [each.mailing_id for each in reap()] == [other]


@pytest.mark.parametrize(
    "stale",
    [{"epoch": 2}, {"state": BatchState.READY}, {"state": BatchState.DONE}],
    ids=["taken by another", "given back", "done"],
)
def test_a_lease_that_was_lost_is_neither_renewed_nor_ended(stale: dict[str, Any]) -> None:
    mailing_id = mailed.digest(1)
    leased = taken()
    mailed.put_batch(mailing_id, **stale)
    before = mailed.batch(mailing_id).lease_until

    assert not renew(leased)
    end(leased)

    assert mailed.batch(mailing_id).lease_until == before


def test_a_lease_of_one_batch_is_none_of_another() -> None:
    mailing_id, other_id = mailed.digest(1), mailed.digest(1, name="evening")
    with transaction() as tx:
        made = tx.scalars(select(Mailing).where(Mailing.id == mailing_id)).one()
        mailed.add_batch(tx, made, range(2, 3), number=1)
    leased = taken()
    others = [taken(OTHER), taken(OTHER)]

    end(leased)
    end(leased)

    assert [(each.mailing_id, each.number) for each in reap()] == [(mailing_id, 0)]
    assert [each.mailing_id for each in others] == [mailing_id, other_id]
    assert not renew(leased)
    assert [renew(each) for each in others] == [True, True]


def test_a_worker_that_ends_its_lease_leaves_nothing_in_doubt_that_it_did_not_begin() -> None:
    mailing_id = mailed.digest(2)
    leased = taken()

    end(leased)
    reap()

    again = take(uuid.UUID(int=3))
    assert again is not None
    assert (again.mailing_id, again.epoch) == (mailing_id, leased.epoch + 2)
    assert due(again) == [0, 1]
    assert intend(again, 0, 1) == {}
