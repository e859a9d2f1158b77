"""What accept logs say of a restored ledger: what is accepted, in doubt, or a stranger's."""

from typing import Any

import pytest
from sqlalchemy import select

from syndicate.store.ground.session import transaction
from syndicate.store.recovery import log_settlement
from syndicate.store.recovery.log_settlement import MOST_LOST, Found
from syndicate.store.sending.mailings import Mailing
from syndicate.vocabulary.sending import (
    AmbiguousPolicy,
    BatchState,
    DeliveryReason,
    DeliveryState,
    MailingState,
)
from tests.rows import DAY, NOW
from tests.store import mailed
from tests.store.hands import LATER, assert_counts_agree, states

pytestmark = pytest.mark.usefixtures("database")
ACCEPTED, AMBIGUOUS, DEFERRED, FAILED, PENDING = (
    DeliveryState.ACCEPTED,
    DeliveryState.AMBIGUOUS,
    DeliveryState.DEFERRED,
    DeliveryState.FAILED,
    DeliveryState.PENDING,
)
OPEN = {MailingState.SENDING, MailingState.PAUSED}


def each_state(name: str = "morning") -> int:
    """A mailing with one delivery in each state: that of ordinal n is in state n."""
    mailing_id = mailed.digest(len(DeliveryState), name=name)
    for ordinal, state in enumerate(DeliveryState):
        mailed.put(mailing_id, state, ordinal, not_before=NOW, reason="as before")
    return mailing_id


def recipients(mailing_id: int, *ordinals: int) -> list[int]:
    return [mailed.delivery(mailing_id, each).recipient_id for each in ordinals]


def mailings(*, until: int = 99, **more: Any) -> list[int]:
    with transaction() as tx:
        return [each.id for each in log_settlement.mailings(tx, until=until, **more)]


def look(mailing_id: int, wanted: list[int] | None = None) -> Found:
    with transaction() as tx:
        return log_settlement.look(tx, mailing_id, wanted)


def accept(mailing_id: int, *ordinals: int) -> int:
    with transaction() as tx:
        return log_settlement.accept(tx, mailing_id, recipients(mailing_id, *ordinals), now=LATER)


def doubt(mailing_id: int, *ordinals: int) -> int:
    wanted = recipients(mailing_id, *ordinals) if ordinals else None
    with transaction() as tx:
        return log_settlement.doubt(tx, mailing_id, wanted, now=LATER)


@pytest.mark.parametrize("state", sorted(MailingState))
def test_a_log_may_say_something_of_what_is_under_way(state: MailingState) -> None:
    mailing_id = mailed.digest(1, state=state)

    assert mailings() == ([mailing_id] if state in OPEN else [])


@pytest.mark.parametrize(
    ("delivery", "counts"), [(FAILED, True), (AMBIGUOUS, True), (ACCEPTED, False), (PENDING, False)]
)
def test_a_log_may_say_something_of_what_failed_lately(
    delivery: DeliveryState, counts: bool
) -> None:
    mailing_id = mailed.digest(1, state=MailingState.DONE)
    mailed.put(mailing_id, delivery, 0)

    assert mailings() == []
    assert mailings(since=NOW) == ([mailing_id] if counts else [])
    assert mailings(since=LATER) == []


def test_mailings_are_those_between_two_numbers_oldest_first() -> None:
    ids = [mailed.digest(1, name=name) for name in ("one", "two", "three")]

    assert mailings() == ids
    assert mailings(after=ids[0], until=ids[1]) == [ids[1]]
    assert mailings(until=0) == []


def test_the_oldest_open_mailing_says_how_far_a_log_must_reach() -> None:
    def oldest(until: int = 99) -> Any:
        with transaction() as tx:
            return log_settlement.oldest_open(tx, until=until)

    assert oldest() is None
    mailed.digest(0, name="old", state=MailingState.DONE, created_at=NOW - 3 * DAY)
    last = mailed.digest(0, name="over", state=MailingState.CANCELLED, created_at=NOW - 2 * DAY)
    # None is open: the newest of all.
    assert oldest() == NOW - 2 * DAY

    mailed.digest(0, name="paused", state=MailingState.PAUSED, created_at=NOW - DAY)
    mailed.digest(0, name="young")
    assert oldest() == NOW - DAY
    assert oldest(last) == NOW - 2 * DAY


def test_what_the_ledger_says_is_counted_of_everybody_or_of_those_asked_for() -> None:
    mailing_id = each_state()
    each_state("evening")

    assert look(mailing_id) == Found(waiting=2, ambiguous=1, open=4, accepted=1)
    wanted = recipients(mailing_id, ACCEPTED, FAILED, DEFERRED)
    assert look(mailing_id, [*wanted, 999]) == Found(waiting=1, ambiguous=0, open=2, accepted=1)
    assert look(mailing_id, []) == look(99) == Found()


def test_findings_add_up() -> None:
    assert Found(1, 2, 3, 4) + Found(10, 20, 30, 40) == Found(11, 22, 33, 44)


def test_what_the_log_names_is_accepted_whatever_was_thought_of_it() -> None:
    mailing_id = each_state()

    assert accept(mailing_id, *range(len(DeliveryState))) == 4

    settled = {PENDING, DEFERRED, FAILED, AMBIGUOUS}
    assert states(mailing_id) == [ACCEPTED if each in settled else each for each in DeliveryState]
    row = mailed.delivery(mailing_id, DEFERRED)
    assert (row.reason, row.done_at, row.not_before) == (DeliveryReason.ACCEPT_LOG, LATER, None)
    assert mailed.delivery(mailing_id, ACCEPTED).reason == "as before"
    assert mailed.counters(mailing_id) == {"accepted": 5, "suppressed": 1, "skipped": 1}
    assert accept(mailing_id, *range(len(DeliveryState))) == 0


def test_what_waits_is_in_doubt_where_nothing_certain_is_known() -> None:
    mailing_id = each_state()

    assert doubt(mailing_id) == 2

    waiting = {PENDING, DEFERRED}
    assert states(mailing_id) == [AMBIGUOUS if each in waiting else each for each in DeliveryState]
    row = mailed.delivery(mailing_id, PENDING)
    assert (row.reason, row.done_at, row.not_before) == (DeliveryReason.RESTORED, LATER, None)
    assert_counts_agree(mailing_id)
    assert mailed.counters(mailing_id)["ambiguous"] == 3
    assert doubt(mailing_id) == 0


def test_only_those_who_are_named_are_settled() -> None:
    mailing_id, other_id = mailed.digest(3), mailed.digest(3, name="evening")

    assert accept(mailing_id, 0) == 1
    assert doubt(mailing_id, 1) == 1
    assert accept(mailing_id) == 0

    assert states(mailing_id) == [ACCEPTED, AMBIGUOUS, PENDING]
    assert states(other_id) == [PENDING] * 3
    assert mailed.counters(other_id) == {}


def test_each_batch_counts_what_changed_in_it() -> None:
    mailing_id = mailed.digest(2)
    with transaction() as tx:
        made = tx.scalars(select(Mailing)).one()
        mailed.add_batch(tx, made, range(3, 6), number=1)
    mailed.put(mailing_id, DEFERRED, 0, 1, number=1)

    assert doubt(mailing_id) == 5

    assert mailed.counters(mailing_id, 0) == {"ambiguous": 2}
    assert mailed.counters(mailing_id, 1) == {"ambiguous": 3}


def test_what_a_log_cannot_settle_is_left_to_a_person() -> None:
    mailing_id = mailed.digest(0, policy=AmbiguousPolicy.RECONCILE)
    other_id = mailed.digest(0, name="evening", policy=AmbiguousPolicy.RECONCILE)

    with transaction() as tx:
        log_settlement.ask_no_log(tx, mailing_id)

    assert mailed.mailing(mailing_id).policy is AmbiguousPolicy.SKIP
    assert mailed.mailing(other_id).policy is AmbiguousPolicy.RECONCILE


def end(mailing_id: int) -> None:
    with transaction() as tx:
        log_settlement.end_what_is_over(tx, mailing_id, now=LATER)


@pytest.mark.parametrize("state", sorted(DeliveryState))
def test_a_batch_in_which_nothing_waits_ends_and_its_mailing_with_it(state: DeliveryState) -> None:
    mailing_id = mailed.digest(2)
    mailed.put(mailing_id, ACCEPTED, 0)
    mailed.put(mailing_id, state, 1)
    mailed.put_batch(mailing_id, not_before=NOW)

    end(mailing_id)
    end(mailing_id)

    waits = state in {PENDING, DEFERRED}
    row = mailed.batch(mailing_id)
    assert row.state is (BatchState.READY if waits else BatchState.DONE)
    assert row.not_before == (NOW if waits else None)
    ended = mailed.mailing(mailing_id)
    assert ended.state is (MailingState.SENDING if waits else MailingState.DONE)
    assert ended.done_at == (None if waits else LATER)


def test_only_this_mailings_batches_end_and_none_that_is_in_hand() -> None:
    mailing_id, other_id = mailed.digest(1), mailed.digest(1, name="evening")
    for each in (mailing_id, other_id):
        mailed.put(each, ACCEPTED, 0)
    mailed.put_batch(mailing_id, state=BatchState.LEASED)

    end(mailing_id)

    assert mailed.batch(mailing_id).state is BatchState.LEASED
    assert mailed.batch(other_id).state is BatchState.READY


def test_one_batch_that_waits_keeps_no_other_from_its_end() -> None:
    mailing_id = mailed.digest(1)
    with transaction() as tx:
        mailed.add_batch(tx, tx.scalars(select(Mailing)).one(), range(2, 3), number=1)
    mailed.put(mailing_id, ACCEPTED, 0)

    end(mailing_id)

    assert mailed.batch(mailing_id, 0).state is BatchState.DONE
    assert mailed.batch(mailing_id, 1).state is BatchState.READY


def strangers(*named: tuple[int, int], newest: int = 10) -> int:
    with transaction() as tx:
        return log_settlement.strangers(tx, named, newest=newest)


@pytest.mark.parametrize(
    ("mailing_id", "is_strange"),
    [(10, False), (11, True), (10 + MOST_LOST, True), (11 + MOST_LOST, False)],
    ids=["the last one", "the next", "of the lost time", "of a copy whose numbers moved on"],
)
def test_a_mailing_that_was_never_made_is_a_strangers(mailing_id: int, is_strange: bool) -> None:
    assert strangers((mailing_id, 1)) == int(is_strange)


@pytest.mark.parametrize("state", sorted(DeliveryState))
def test_what_was_accepted_and_never_begun_is_a_strangers(state: DeliveryState) -> None:
    mailing_id = mailed.digest(1)
    mailed.put(mailing_id, state, 0)

    (recipient_id,) = recipients(mailing_id, 0)
    assert strangers((mailing_id, recipient_id)) == int(state in {PENDING, DEFERRED})


@pytest.mark.parametrize(
    ("columns", "resends", "is_strange"),
    [
        ({"state": BatchState.LEASED, "inflight": [0]}, 0, False),
        ({"state": BatchState.LEASED, "inflight": [1]}, 0, True),
        ({"state": BatchState.READY, "inflight": [0]}, 0, True),
        ({}, 1, False),
    ],
    ids=["in hand", "another is in hand", "given back", "sent before"],
)
def test_what_a_worker_may_have_sent_is_no_strangers(
    columns: dict[str, Any], resends: int, is_strange: bool
) -> None:
    mailing_id = mailed.digest(2)
    mailed.put(mailing_id, PENDING, 0, resends=resends)
    if columns:
        mailed.put_batch(mailing_id, **columns)

    (recipient_id,) = recipients(mailing_id, 0)
    assert strangers((mailing_id, recipient_id)) == int(is_strange)


def test_mail_of_an_issue_that_is_still_written_is_a_strangers() -> None:
    mailing_id = mailed.digest(0, state=MailingState.MATERIALISING)

    assert strangers((mailing_id, 1), (mailing_id, 2)) == 2


def test_nobody_is_a_stranger_where_nobody_is_named() -> None:
    mailing_id = mailed.digest(1)

    assert strangers() == 0
    # Somebody who has no line in this mailing, and was perhaps erased.
    assert strangers((mailing_id, 999)) == 0


def test_a_batch_in_somebodys_hands_is_seen() -> None:
    def has_leases() -> bool:
        with transaction() as tx:
            return log_settlement.has_leases(tx)

    mailing_id = mailed.digest(1)
    for state in BatchState:
        mailed.put_batch(mailing_id, state=state)
        assert has_leases() is (state is BatchState.LEASED)
