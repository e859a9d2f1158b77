"""What a worker writes down before it sends: who is left out after all, and when nothing begins."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from syndicate.store.ground.session import transaction
from syndicate.store.platform import installation
from syndicate.store.readers import recipients
from syndicate.store.readers.recipients import EVERYWHERE, Recipient
from syndicate.store.readers.subscribers import Subscription
from syndicate.store.sending import ledger
from syndicate.store.sending.batch_leases import LeasedBatch
from syndicate.store.sending.mailings import Batch, Delivery, Mailing
from syndicate.vocabulary.newsletters import SubscriptionState
from syndicate.vocabulary.sending import (
    BatchState,
    DeliveryReason,
    DeliveryState,
    Lane,
    MailingState,
    SuppressionReason,
)
from tests import rows
from tests.rows import NOW
from tests.store import mailed
from tests.store.hands import (
    assert_counts_agree,
    give_back,
    intend,
    run_out,
    settle,
    take,
    taken,
)

pytestmark = pytest.mark.usefixtures("database")
FIRST, SECOND = 0b01, 0b10  # bits of the two stories


def suppress(mailing_id: int, ordinal: int, scope: str = EVERYWHERE) -> None:
    with transaction() as tx:
        row = tx.get(Recipient, mailed.delivery(mailing_id, ordinal).recipient_id)
        assert row is not None
        why = SuppressionReason.COMPLAINT
        recipients.suppress(tx, row.address_hash, scope=scope, reason=why, now=NOW)


def subscribe(mailing_id: int, ordinal: int, state: SubscriptionState) -> None:
    """Let a reader's subscription to this mailing's newsletter be in a state."""
    with transaction() as tx:
        reader = select(Recipient.subscriber_id).where(
            Recipient.id == mailed.delivery(mailing_id, ordinal).recipient_id
        )
        tx.execute(
            update(Subscription)
            .where(
                Subscription.subscriber_id == reader.scalar_subquery(),
                Subscription.newsletter_id == mailed.mailing(mailing_id).newsletter_id,
            )
            .values(state=state)
        )


def choices(mailing_id: int) -> list[int]:
    with transaction() as tx:
        query = select(Delivery.choice).where(Delivery.mailing_id == mailing_id)
        return list(tx.scalars(query.order_by(Delivery.batch_number, Delivery.ordinal)))


def single(**columns: Any) -> int:
    """A mail to a friend who subscribed to nothing."""
    with transaction() as tx:
        made = rows.single(tx, lane=Lane.BULK, **columns)
        friend = rows.recipient(tx)
        rows.delivery(tx, rows.batch(tx, made), 0, friend.id, choice=0)
        return made.id


def test_an_intent_is_written_down_and_holds_the_batch_for_two_minutes_more() -> None:
    mailing_id = mailed.digest(5, content_version=3)
    leased = taken()
    run_out(leased)

    assert intend(leased, 4, 1, 2, version=3) == {}

    row = mailed.batch(mailing_id)
    assert (row.inflight, row.inflight_version) == ([1, 2, 4], 3)
    with transaction() as tx:
        left = func.extract("epoch", Batch.lease_until - func.clock_timestamp())
        assert 90 < float(tx.execute(select(left)).scalar_one()) <= 120


def test_an_intent_takes_the_place_of_the_one_before() -> None:
    mailing_id = mailed.digest(4)
    leased = taken()
    intend(leased, 0, 1)

    intend(leased, 2)

    assert mailed.batch(mailing_id).inflight == [2]


def test_a_chunk_of_nobody_intends_nothing() -> None:
    mailing_id = mailed.digest(1)

    assert intend(taken()) == {}
    assert mailed.batch(mailing_id).inflight == []


@pytest.mark.parametrize(
    ("scope", "is_barred"),
    [(EVERYWHERE, True), ("the mailing's", True), ("newsletter:9999", False), ("article", False)],
)
def test_who_was_suppressed_meanwhile_is_left_out(scope: str, is_barred: bool) -> None:
    mailing_id = mailed.digest(2)
    own = mailed.mailing(mailing_id).scope
    suppress(mailing_id, 0, own if scope == "the mailing's" else scope)

    barred = intend(taken(), 0, 1)

    assert barred == ({0: DeliveryReason.SUPPRESSED} if is_barred else {})
    assert mailed.batch(mailing_id).inflight == ([1] if is_barred else [0, 1])


@pytest.mark.parametrize("state", sorted(SubscriptionState))
def test_who_subscribes_no_longer_is_left_out(state: SubscriptionState) -> None:
    mailing_id = mailed.digest(2)
    subscribe(mailing_id, 1, state)

    barred = intend(taken(), 0, 1)

    has_left = state is not SubscriptionState.ACTIVE
    assert barred == ({1: DeliveryReason.ENDED} if has_left else {})
    assert mailed.batch(mailing_id).inflight == ([0] if has_left else [0, 1])


def test_who_left_another_newsletter_gets_this_one_and_the_other_way_round() -> None:
    mailing_id, other_id = mailed.digest(1), mailed.digest(1, name="evening")
    subscribe(mailing_id, 0, SubscriptionState.ENDED)

    assert [intend(taken(), 0), intend(taken(), 0)] == [{0: DeliveryReason.ENDED}, {}]
    assert mailed.batch(other_id).inflight == [0]


def test_who_has_no_subscription_at_all_is_left_out() -> None:
    mailed.digest(1)
    with transaction() as tx:
        tx.execute(delete(Subscription))

    assert intend(taken(), 0) == {0: DeliveryReason.ENDED}


@pytest.mark.parametrize("is_subscribed", [True, False])
def test_who_was_erased_meanwhile_is_left_out(is_subscribed: bool) -> None:
    if is_subscribed:
        mailed.digest(1)
    else:
        single()
    with transaction() as tx:
        tx.execute(update(Recipient).values(address=""))

    assert intend(taken(), 0) == {0: DeliveryReason.ENDED}


def test_a_mail_to_a_friend_asks_for_no_subscription() -> None:
    mailing_id = single()

    assert intend(taken(), 0) == {}
    assert mailed.batch(mailing_id).inflight == [0]


def test_a_confirmation_of_a_newsletter_asks_for_no_subscription_to_it() -> None:
    with transaction() as tx:
        publication = rows.publication(tx)
        newsletter_id = rows.newsletter(tx, publication.id).id
    single(newsletter_id=newsletter_id, message="confirmation", scope="confirmation")

    assert intend(taken(), 0) == {}


@pytest.mark.parametrize(
    ("choice", "resends", "withheld", "missing", "is_barred"),
    [
        (FIRST, 0, FIRST, 0, True),
        (FIRST, 0, 0, FIRST, True),
        (FIRST | SECOND, 0, FIRST, SECOND, True),
        (FIRST | SECOND, 0, FIRST, 0, False),
        (FIRST | SECOND, 0, 0, SECOND, False),
        (FIRST, 0, SECOND, SECOND, False),
        (FIRST, 1, FIRST, 0, True),
        (FIRST, 1, 0, FIRST, False),
        (FIRST | SECOND, 1, FIRST, SECOND, False),
        (0, 0, FIRST, SECOND, False),
        (1 << 62, 0, 1 << 62, 0, True),
    ],
)
def test_to_whom_nothing_is_left_to_send_is_left_out(
    choice: int, resends: int, withheld: int, missing: int, is_barred: bool
) -> None:
    mailing_id = mailed.digest(1)
    mailed.put(mailing_id, DeliveryState.PENDING, 0, choice=choice, resends=resends)

    barred = intend(taken(), 0, withheld=withheld, missing=missing)

    assert barred == ({0: DeliveryReason.NOTHING_CHOSEN} if is_barred else {})


def test_the_weightiest_reason_is_given() -> None:
    mailing_id = mailed.digest(3, choice=FIRST)
    suppress(mailing_id, 0)
    for ordinal in (0, 1):
        subscribe(mailing_id, ordinal, SubscriptionState.ENDED)

    assert intend(taken(), 0, 1, 2, withheld=FIRST) == {
        0: DeliveryReason.SUPPRESSED,
        1: DeliveryReason.ENDED,
        2: DeliveryReason.NOTHING_CHOSEN,
    }
    assert mailed.batch(mailing_id).inflight == []


def test_what_is_held_back_leaves_the_choices_of_the_chunk() -> None:
    mailing_id = mailed.digest(4, choice=0b111)
    other_id = mailed.digest(4, name="evening", choice=0b111)
    with transaction() as tx:
        made = tx.scalars(select(Mailing).where(Mailing.id == mailing_id)).one()
        mailed.add_batch(tx, made, range(5, 7), number=1, choice=0b111)
    mailed.put(mailing_id, DeliveryState.PENDING, 1, resends=1)

    intend(taken(), 0, 1, 2, withheld=0b001, missing=0b010)

    # The second may have arrived as it was; the fourth is of another chunk.
    assert choices(mailing_id) == [0b100, 0b111, 0b100, 0b111, 0b111, 0b111]
    assert choices(other_id) == [0b111] * 4


def test_what_was_chosen_stays_where_nothing_is_held_back() -> None:
    mailing_id = mailed.digest(2, choice=0b111)

    intend(taken(), 0, 1)

    assert choices(mailing_id) == [0b111] * 2


@pytest.mark.parametrize(
    "stale",
    [{"epoch": 2}, {"state": BatchState.READY}, {"state": BatchState.DONE}],
    ids=["taken by another", "given back", "done"],
)
def test_a_worker_that_lost_its_lease_begins_nothing(stale: dict[str, Any]) -> None:
    mailing_id = mailed.digest(2)
    leased = taken()
    mailed.put_batch(mailing_id, **stale)

    assert intend(leased, 0, 1, withheld=FIRST) is None

    assert mailed.batch(mailing_id).inflight == []
    assert choices(mailing_id) == [0b11, 0b11]


@pytest.mark.parametrize("other", [(1, 1), (2, 0)], ids=["batch", "mailing"])
def test_a_lease_begins_nothing_of_another(other: tuple[int, int]) -> None:
    mailing_id = mailed.digest(1)
    taken()

    assert intend(LeasedBatch(*other, epoch=1, receiver_group=recipients.OTHER), 0) is None
    assert mailed.batch(mailing_id).inflight == []


@pytest.mark.parametrize(
    "columns",
    [
        {"renew_since": NOW},
        {"content_version": 2},
        *({"state": state} for state in sorted(set(MailingState) - {MailingState.SENDING})),
    ],
    ids=str,
)
def test_nothing_begins_of_a_mailing_that_is_not_as_it_was_read(columns: dict[str, Any]) -> None:
    mailing_id = mailed.digest(1)
    mailed.digest(1, name="evening")
    leased = taken()
    mailed.put_mailing(mailing_id, **columns)

    assert intend(leased, 0, withheld=FIRST) is None
    assert mailed.batch(mailing_id).inflight == []
    assert choices(mailing_id) == [0b11]


def test_an_intent_with_newer_content_may_begin() -> None:
    mailing_id = mailed.digest(1)
    leased = taken()
    mailed.put_mailing(mailing_id, content_version=2)

    assert intend(leased, 0, version=1) is None
    assert intend(leased, 0, version=2) == {}
    assert mailed.batch(mailing_id).inflight_version == 2


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
    mailing_id = mailed.digest(20)
    leased = taken()
    assert intend(leased, 0, 1) == {}

    halt(mailing_id)

    assert settle(leased, DeliveryState.ACCEPTED, 0, 1)
    assert intend(leased, 2, 3) is None
    assert give_back(leased)
    assert take() is None
    assert assert_counts_agree(mailing_id).remaining == 18


def test_a_released_installation_sends_again() -> None:
    mailing_id = mailed.digest(2)
    stop_everything(mailing_id)
    assert take() is None

    with transaction() as tx:
        installation.release(tx)

    assert take() is not None
