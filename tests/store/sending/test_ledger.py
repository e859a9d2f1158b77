"""The ledger: leases, fences, intents, results, and counts that add up whoever dies."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, text, update

from syndicate.store.ground.session import transaction
from syndicate.store.platform import installation
from syndicate.store.readers import recipients
from syndicate.store.readers.subscribers import Subscription
from syndicate.store.sending import lease, ledger
from syndicate.store.sending.mailings import Batch, Delivery
from syndicate.vocabulary.newsletters import SubscriptionState
from syndicate.vocabulary.sending import (
    BatchState,
    DeliveryState,
    Lane,
    MailingState,
    SuppressionReason,
)
from tests.mail.campaign import NOW, Plan, start
from tests.store.hands import (
    LATER,
    OTHER,
    WORKER,
    assert_counts_agree,
    batch,
    due,
    give_back,
    intend,
    settle,
    states,
    take,
    taken,
)

pytestmark = pytest.mark.usefixtures("database")


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
        leased = lease.take(tx, Lane.BULK, worker=WORKER, now=NOW)

    assert leased is not None
    with transaction() as tx:
        numbers = list(tx.scalars(select(Batch.number).where(Batch.state == BatchState.LEASED)))
    assert numbers == [leased.number]


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


def test_a_delivery_says_which_version_it_was_sent_and_keeps_it_when_a_copy_may_be_there() -> None:
    mailing_id = start(Plan(audience=3))
    leased = taken()
    intend(leased, 0, 1, 2)
    settle(leased, DeliveryState.DEFERRED, 0, 1, not_before=NOW)
    with transaction() as tx:
        tx.execute(text("UPDATE delivery SET resends = 1 WHERE ordinal = 1"))
        tx.execute(text("UPDATE mailing SET content_version = 2"))
        needed = [each.content_version for each in lease.due_deliveries(tx, leased, NOW)]

    intend(leased, 0, 1, 2, version=2)
    settle(leased, DeliveryState.ACCEPTED, 0, 1, 2)

    assert needed == [None, 1, None]
    with transaction() as tx:
        query = select(Delivery.content_version).where(Delivery.mailing_id == mailing_id)
        assert list(tx.scalars(query.order_by(Delivery.ordinal))) == [2, 1, 2]


def test_nothing_leaves_while_a_mailing_waits_for_new_content() -> None:
    start(Plan(audience=2, batch_size=1))
    leased = taken()
    with transaction() as tx:
        tx.execute(text("UPDATE mailing SET renew_since = now()"))

    assert intend(leased, 0) is None
    assert take() is None


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
        recipients.suppress(
            tx, first.address_hash, scope="*", reason=SuppressionReason.COMPLAINT, now=NOW
        )
        ended = dues[2].subscription_id
        tx.execute(
            update(Subscription)
            .where(Subscription.id == ended)
            .values(state=SubscriptionState.ENDED)
        )

    assert intend(leased, 0, 1, 2, 3) == {0: "suppressed", 2: "ended"}
    assert batch(leased).inflight == [1, 3]
