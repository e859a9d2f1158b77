"""Ambiguous deliveries that the relay's log may settle: which are asked about, what is written."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select, text

from syndicate.store.ground.session import transaction
from syndicate.store.sending import doubts
from syndicate.store.sending.doubts import ASK_AGAIN, Doubt
from syndicate.store.sending.mailings import Batch, Mailing
from syndicate.vocabulary.newsletters import IssueState
from syndicate.vocabulary.sending import (
    AmbiguousPolicy,
    BatchState,
    DeliveryReason,
    DeliveryState,
    MailingState,
)
from tests.rows import NOW
from tests.store import mailed
from tests.store.hands import assert_counts_agree, states

pytestmark = pytest.mark.usefixtures("database")
LAG = dt.timedelta(seconds=60)
SINCE = NOW - LAG
SECOND = dt.timedelta(seconds=1)
ACCEPTED, AMBIGUOUS, PENDING = (
    DeliveryState.ACCEPTED,
    DeliveryState.AMBIGUOUS,
    DeliveryState.PENDING,
)


def doubtful(readers: int = 3, *, name: str = "morning", **columns: Any) -> int:
    """A mailing under *reconcile* whose deliveries are all ambiguous since just long enough."""
    mailing_id = mailed.digest(readers, name=name, policy=AmbiguousPolicy.RECONCILE)
    lost: dict[str, Any] = {"done_at": SINCE, "reason": DeliveryReason.WORKER_LOST}
    mailed.put(mailing_id, AMBIGUOUS, *range(readers), **(lost | columns))
    mailed.put_batch(mailing_id, state=BatchState.DONE)
    return mailing_id


def ready() -> list[tuple[int, int, int]]:
    with transaction() as tx:
        found = doubts.ready(tx, now=NOW, lag=LAG)
    return sorted((each.mailing_id, each.number, each.ordinal) for each in found)


def settle(
    mailing_id: int,
    *,
    accepted: tuple[int, ...] = (),
    absent: tuple[int, ...] = (),
    unsure: tuple[int, ...] = (),
) -> bool:
    said = {"accepted": accepted, "absent": absent, "unsure": unsure}
    with transaction() as tx:
        return doubts.settle(tx, (mailing_id, 0), **said, now=NOW)


def test_a_doubt_says_which_delivery_it_is_and_what_its_copy_was() -> None:
    mailing_id = doubtful(1, language="ar", content_version=4)

    with transaction() as tx:
        found = doubts.ready(tx, now=NOW, lag=LAG)

    assert found == [
        Doubt(
            mailing_id=mailing_id,
            number=0,
            ordinal=0,
            recipient_id=mailed.delivery(mailing_id).recipient_id,
            language="ar",
            content_version=4,
            since=SINCE,
            is_urgent=False,
            is_over=False,
        )
    ]


def test_each_batch_answers_for_its_own_deliveries_once() -> None:
    mailing_id = doubtful(1)
    with transaction() as tx:
        made = tx.scalars(select(Mailing)).one()
        mailed.add_batch(tx, made, range(2, 3), number=1)
    mailed.put(mailing_id, AMBIGUOUS, 0, number=1, done_at=SINCE)

    assert ready() == [(mailing_id, 0, 0), (mailing_id, 1, 0)]


@pytest.mark.parametrize("state", sorted(DeliveryState))
def test_only_what_is_ambiguous_is_asked_about(state: DeliveryState) -> None:
    mailing_id = doubtful(2)
    mailed.put(mailing_id, state, 0)

    asked = [(mailing_id, 0, 0)] if state is AMBIGUOUS else []
    assert ready() == [*asked, (mailing_id, 0, 1)]


@pytest.mark.parametrize("policy", sorted(AmbiguousPolicy))
def test_the_log_is_asked_under_one_policy_alone(policy: AmbiguousPolicy) -> None:
    mailed.put_mailing(doubtful(1), policy=policy)

    assert bool(ready()) is (policy is AmbiguousPolicy.RECONCILE)


@pytest.mark.parametrize("state", sorted(MailingState))
def test_the_log_is_asked_for_what_is_sending_or_paused(state: MailingState) -> None:
    mailed.put_mailing(doubtful(1), state=state)

    assert bool(ready()) is (state in {MailingState.SENDING, MailingState.PAUSED})


@pytest.mark.parametrize(
    ("columns", "is_ready"),
    [
        ({"done_at": SINCE}, True),
        ({"done_at": SINCE + SECOND}, False),
        ({"not_before": NOW}, True),
        ({"not_before": NOW + SECOND}, False),
    ],
    ids=["the lag is over", "within the lag", "asked again now", "asked again later"],
)
def test_a_doubt_waits_for_its_moment(columns: dict[str, Any], is_ready: bool) -> None:
    doubtful(1, **columns)

    assert bool(ready()) is is_ready


def test_a_great_many_doubts_are_read_in_lots() -> None:
    mailing_id = doubtful(1)
    with transaction() as tx:
        tx.execute(
            text(
                "INSERT INTO delivery (mailing_id, batch_number, ordinal, recipient_id, choice,"
                " language, state, done_at) SELECT :mailing, 0, n, 1000 + n, 1, 'en', 6, :since"
                " FROM generate_series(1, :many) n"
            ),
            {"mailing": mailing_id, "since": SINCE, "many": doubts.AT_ONCE},
        )

    assert len(ready()) == doubts.AT_ONCE


def test_what_the_log_names_is_accepted_and_says_why() -> None:
    mailing_id = doubtful(not_before=NOW - SECOND)

    assert settle(mailing_id, accepted=(0, 2))

    row = mailed.delivery(mailing_id, 2)
    assert (row.state, row.reason) == (ACCEPTED, DeliveryReason.ACCEPT_LOG)
    # It was accepted when it was sent, not when somebody looked.
    assert (row.done_at, row.not_before, row.resends) == (SINCE, None, 0)
    assert states(mailing_id) == [ACCEPTED, AMBIGUOUS, ACCEPTED]
    assert mailed.counters(mailing_id) == {"accepted": 2, "ambiguous": 1}
    assert mailed.batch(mailing_id).state is BatchState.DONE


def test_what_the_log_does_not_name_is_sent_again_with_the_bytes_it_had() -> None:
    mailing_id = doubtful(content_version=2, not_before=NOW - SECOND)
    mailed.put_batch(mailing_id, not_before=NOW + mailed.HOUR)

    assert settle(mailing_id, absent=(1,))

    row = mailed.delivery(mailing_id, 1)
    assert (row.state, row.reason, row.done_at, row.not_before) == (PENDING, None, None, None)
    assert (row.resends, row.content_version) == (1, 2)
    batch = mailed.batch(mailing_id)
    assert (batch.state, batch.not_before) == (BatchState.READY, None)
    assert mailed.counters(mailing_id) == {"ambiguous": 2}
    assert mailed.mailing(mailing_id).state is MailingState.SENDING


def test_what_the_log_is_unsure_of_is_asked_again_after_a_minute() -> None:
    mailing_id = doubtful(1)

    assert settle(mailing_id, unsure=(0,))

    row = mailed.delivery(mailing_id)
    assert (row.state, row.reason) == (AMBIGUOUS, DeliveryReason.WORKER_LOST)
    assert (row.done_at, row.not_before, row.resends) == (SINCE, NOW + ASK_AGAIN, 0)
    assert mailed.counters(mailing_id) == {"ambiguous": 1}
    assert mailed.batch(mailing_id).state is BatchState.DONE
    assert mailed.mailing(mailing_id).state is MailingState.SENDING


@pytest.mark.parametrize(("resends", "is_sent_again"), [(2, True), (3, False)])
def test_a_delivery_is_sent_again_three_times_and_then_stays_in_doubt(
    resends: int, is_sent_again: bool
) -> None:
    mailing_id = doubtful(1, resends=resends)

    assert settle(mailing_id, absent=(0,))

    row = mailed.delivery(mailing_id)
    assert row.state is (PENDING if is_sent_again else AMBIGUOUS)
    assert row.resends == 3
    assert row.not_before == (None if is_sent_again else NOW + ASK_AGAIN)
    assert mailed.batch(mailing_id).state is (
        BatchState.READY if is_sent_again else BatchState.DONE
    )


@pytest.mark.parametrize("state", sorted(set(DeliveryState) - {AMBIGUOUS}))
def test_what_is_in_doubt_no_more_stays_as_it_is(state: DeliveryState) -> None:
    mailing_id = doubtful(2)
    mailed.put(mailing_id, state, 0, 1, reason="as before")

    assert settle(mailing_id, accepted=(0,), absent=(1,))

    assert states(mailing_id) == [state, state]
    assert mailed.delivery(mailing_id, 1).reason == "as before"
    assert mailed.delivery(mailing_id, 1).resends == 0
    assert_counts_agree(mailing_id)


def test_the_same_word_twice_changes_nothing_more() -> None:
    mailing_id = doubtful()
    said = {"accepted": (0,), "absent": (1,), "unsure": (2,)}
    settle(mailing_id, **said)
    before = mailed.counters(mailing_id)

    assert settle(mailing_id, **said)

    assert states(mailing_id) == [ACCEPTED, PENDING, AMBIGUOUS]
    assert mailed.delivery(mailing_id, 1).resends == 1
    assert mailed.counters(mailing_id) == before == {"accepted": 1, "ambiguous": 1}


def test_the_same_ordinals_of_other_batches_and_mailings_are_not_meant() -> None:
    mailing_id, other_id = doubtful(2), doubtful(2, name="evening")
    with transaction() as tx:
        made = tx.scalars(select(Mailing).where(Mailing.id == mailing_id)).one()
        mailed.add_batch(tx, made, range(3, 5), number=1)
    mailed.put(mailing_id, AMBIGUOUS, 0, 1, number=1, done_at=SINCE)

    assert settle(mailing_id, accepted=(0,), absent=(1,))

    assert states(mailing_id) == [ACCEPTED, PENDING, AMBIGUOUS, AMBIGUOUS]
    assert states(other_id) == [AMBIGUOUS, AMBIGUOUS]
    assert mailed.counters(mailing_id, 1) == {"ambiguous": 2}
    assert mailed.counters(other_id) == {"ambiguous": 2}
    assert mailed.batch(other_id).state is BatchState.DONE


def test_what_is_in_doubt_elsewhere_reopens_nothing_here() -> None:
    mailing_id, other_id = doubtful(2), doubtful(2, name="evening")
    with transaction() as tx:
        made = tx.scalars(select(Mailing).where(Mailing.id == mailing_id)).one()
        mailed.add_batch(tx, made, range(3, 5), number=1)
    mailed.put(mailing_id, AMBIGUOUS, 0, number=1, done_at=SINCE)
    mailed.put(mailing_id, ACCEPTED, 0, 1)

    # The first is in doubt in the next batch, the second in the other mailing.
    assert settle(mailing_id, absent=(0, 1))

    assert states(mailing_id) == [ACCEPTED, ACCEPTED, AMBIGUOUS, PENDING]
    assert states(other_id) == [AMBIGUOUS, AMBIGUOUS]


def test_the_last_doubt_that_is_settled_ends_the_mailing_and_its_issue() -> None:
    mailing_id = doubtful(2)

    settle(mailing_id, accepted=(0,))
    assert mailed.mailing(mailing_id).state is MailingState.SENDING
    settle(mailing_id, accepted=(1,))

    ended = mailed.mailing(mailing_id)
    assert (ended.state, ended.done_at) == (MailingState.DONE, NOW)
    assert mailed.issue(mailing_id).state is IssueState.DONE


def test_a_log_that_says_nothing_changes_nothing() -> None:
    mailing_id = doubtful(1)

    assert settle(mailing_id)

    assert states(mailing_id) == [AMBIGUOUS]
    assert mailed.delivery(mailing_id).not_before is None
    assert mailed.counters(mailing_id) == {"ambiguous": 1}


def test_a_batch_in_a_workers_hands_is_left_for_later() -> None:
    mailing_id = doubtful(1)
    mailed.put_batch(mailing_id, state=BatchState.LEASED)

    assert not settle(mailing_id, accepted=(0,))

    assert states(mailing_id) == [AMBIGUOUS]
    assert mailed.counters(mailing_id) == {"ambiguous": 1}


def test_a_batch_that_somebody_is_writing_is_not_waited_for() -> None:
    mailing_id = doubtful(1)

    with transaction() as other:
        other.execute(select(Batch).where(Batch.mailing_id == mailing_id).with_for_update())
        assert not settle(mailing_id, accepted=(0,))

    assert settle(mailing_id, accepted=(0,))


def test_a_batch_that_is_not_there_is_left_for_later() -> None:
    assert not settle(7, accepted=(0,))
