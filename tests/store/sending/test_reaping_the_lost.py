"""What becomes of the batches of a worker whose session is over: dead for sure, or perhaps frozen.

A worker that may be frozen keeps its chunk until the end of its lease, and nothing else.
"""

import pytest

from syndicate.store.ground.session import transaction
from syndicate.store.sending import reaping
from syndicate.vocabulary.sending import AmbiguousPolicy, BatchState, DeliveryState, MailingState
from tests.mail.campaign import NOW, Plan, start
from tests.mail.steps import state
from tests.store.hands import (
    OTHER,
    WORKER,
    assert_counts_agree,
    batch,
    due,
    give_back,
    intend,
    reap,
    run_out,
    settle,
    states,
    take,
    taken,
)

pytestmark = pytest.mark.usefixtures("database")


def take_from(*, is_dead: bool) -> list[reaping.Reaped]:
    with transaction() as tx:
        return reaping.take_from(tx, WORKER, is_dead=is_dead, now=NOW)


def test_a_dead_worker_leaves_its_chunk_in_doubt_and_the_rest_ready() -> None:
    mailing_id = start(Plan(audience=10))
    leased = taken()
    intend(leased, 0, 1, 2)

    found = take_from(is_dead=True)

    assert [(each.mailing_id, each.ambiguous) for each in found] == [(mailing_id, 3)]
    assert due(taken(OTHER)) == [3, 4, 5, 6, 7, 8, 9]
    assert_counts_agree(mailing_id)


@pytest.mark.parametrize("is_dead", [True, False])
def test_a_batch_with_nothing_in_flight_is_taken_back_whole(is_dead: bool) -> None:
    mailing_id = start(Plan(audience=4))
    leased = taken()

    assert len(take_from(is_dead=is_dead)) == 1

    assert intend(leased, 0) is None
    assert due(taken(OTHER)) == [0, 1, 2, 3]
    assert_counts_agree(mailing_id)


def test_a_frozen_worker_keeps_its_chunk_and_loses_the_rest() -> None:
    mailing_id = start(Plan(audience=6))
    leased = taken()
    intend(leased, 0, 1)
    settle(leased, DeliveryState.DEFERRED, 0, 1, not_before=NOW)
    intend(leased, 1, 2)

    assert [each.number for each in take_from(is_dead=False)] == [leased.number + 1]
    assert take_from(is_dead=False) == []  # nothing is left to take

    other = taken(OTHER)
    assert due(other) == [0, 3, 4, 5]
    assert take() is None
    counts = assert_counts_agree(mailing_id)
    assert (counts.deferred, counts.remaining, counts.audience) == (2, 6 - 2, 6)
    # It goes on: what it had in hand is its own, what it had not begun is not.
    assert settle(leased, DeliveryState.ACCEPTED, 1, 2)
    assert intend(leased, 3, 4) is None
    assert intend(leased, 0) is None
    assert give_back(leased)
    assert batch(leased).state is BatchState.DONE
    assert state(mailing_id) is MailingState.SENDING
    assert intend(other, 0, 3, 4, 5) == {}
    settle(other, DeliveryState.ACCEPTED, 0, 3, 4, 5)
    give_back(other)
    assert state(mailing_id) is MailingState.DONE
    assert_counts_agree(mailing_id)


def test_a_worker_that_stays_frozen_loses_its_chunk_at_the_end_of_its_lease() -> None:
    mailing_id = start(Plan(audience=4, policy=AmbiguousPolicy.SKIP))
    leased = taken()
    intend(leased, 0, 1)
    take_from(is_dead=False)
    assert states(mailing_id) == [DeliveryState.PENDING] * 4

    run_out(leased)
    reap()

    assert states(mailing_id) == [DeliveryState.AMBIGUOUS] * 2 + [DeliveryState.PENDING] * 2
    assert not settle(leased, DeliveryState.ACCEPTED, 0, 1)
    assert_counts_agree(mailing_id)


def test_a_whole_batch_in_flight_stays_whole() -> None:
    mailing_id = start(Plan(audience=3))
    leased = taken()
    intend(leased, 0, 1, 2)

    assert take_from(is_dead=False) == []

    assert take(OTHER) is None
    assert settle(leased, DeliveryState.ACCEPTED, 0, 1, 2)
    assert give_back(leased)
    assert state(mailing_id) is MailingState.DONE


def test_other_workers_keep_what_they_have() -> None:
    start(Plan(audience=4, batch_size=2))
    taken()
    other = taken(OTHER)

    assert len(take_from(is_dead=True)) == 1

    assert intend(other, 0, 1) == {}
