"""After a crash: what the reaper takes back, and what each policy makes of it."""

import pytest

from syndicate.store.ground.session import transaction
from syndicate.store.sending import batch_leases, ledger, reaping
from syndicate.vocabulary.sending import AmbiguousPolicy, BatchState, DeliveryState, MailingState
from tests.mail.campaign import NOW, Plan, start
from tests.store.hands import (
    assert_counts_agree,
    batch,
    due,
    give_back,
    intend,
    reap,
    run_out,
    settle,
    states,
    taken,
)

pytestmark = pytest.mark.usefixtures("database")


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
        assert not batch_leases.renew(tx, leased)
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
        assert batch_leases.renew(tx, leased)

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


@pytest.mark.parametrize("state", sorted(MailingState.under_way()))
def test_resend_waits_for_a_mailing_that_was_paused_when_its_worker_died(
    state: MailingState,
) -> None:
    mailing_id = start(Plan(audience=2, policy=AmbiguousPolicy.RESEND))
    leased = taken()
    intend(leased, 0, 1)
    with transaction() as tx:
        ledger.change_state(tx, mailing_id, was=[MailingState.SENDING], to=state)
    run_out(leased)
    reap()
    with transaction() as tx:
        ledger.change_state(tx, mailing_id, was=[state], to=MailingState.SENDING)

    again = taken()

    assert due(again) == [0, 1]
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
