"""Whoever a file says to have left is remembered, by the gravest word of all their lines."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import func, select

from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom.newsletters import Newsletter, scope
from syndicate.store.readers import changes, recipients
from syndicate.store.readers.changes import SubscriptionChange
from syndicate.store.readers.imports import IMPORT, UNDATED, Line
from syndicate.store.readers.recipients import EVERYWHERE, Recipient, Suppression
from syndicate.store.readers.subscribers import Consent, Subscriber, Subscription
from syndicate.vocabulary.newsletters import SubscriptionState
from syndicate.vocabulary.readers import ReaderChange
from syndicate.vocabulary.sending import SuppressionReason
from tests import rows
from tests.rows import DAY, NOW
from tests.store.readers.test_imports import (
    AGREED,
    NOTHING,
    address_of,
    bring,
    gone,
    line,
    subscription_of,
)

BOUNCE, COMPLAINT = SuppressionReason.BOUNCE, SuppressionReason.COMPLAINT
ERASED, BLOCKED = SuppressionReason.ERASED, SuppressionReason.OPERATOR
PENDING, ENDED = SubscriptionState.PENDING, SubscriptionState.ENDED
ONE, NONE = frozenset({7}), frozenset[int]()


@pytest.fixture
def morning(database: str) -> Newsletter:  # noqa: ARG001 - the rows go there
    with transaction() as tx:
        return rows.newsletter(tx, rows.publication(tx).id)


def test_who_left_elsewhere_is_remembered_without_a_copy_or_a_proof(morning: Newsletter) -> None:
    lines = (gone(1, ended_at=AGREED), gone(2, 1, state=SubscriptionState.PENDING, ended_at=None))
    assert bring(morning, *lines) == bring(morning, *lines) == NOTHING

    with transaction() as tx:
        left, asked = tx.scalars(select(Subscription).order_by(Subscription.subscriber_id))
        assert (left.state, left.ended_at, left.confirmed_at) == (ENDED, AGREED, None)
        assert (asked.state, asked.ended_at) == (SubscriptionState.PENDING, None)
        for kind in (Recipient, Consent):
            assert tx.scalars(select(kind)).all() == []
        # Once, whichever file says it again: the journal is told by this.
        noted = [(each.subscription_id, each.at) for each in tx.scalars(select(SubscriptionChange))]
        assert noted == [(left.id, AGREED)]
    again = bring(morning, line(1), line(2))
    assert [number for number, _ in again.refused] == [1, 2]


def test_whose_mail_came_back_elsewhere_is_remembered_by_the_hash_alone(
    morning: Newsletter,
) -> None:
    bounced = gone(1, state=None, suppressed=SuppressionReason.BOUNCE, left_at=AGREED)

    bring(morning, bounced)

    with transaction() as tx:
        assert tx.scalars(select(Subscriber)).all() == []
        barred = tx.scalars(select(Suppression)).one()
        assert (barred.scope, barred.reason, barred.at) == (scope(morning.id), "bounce", AGREED)
    assert bring(morning, line(1)).refused == ((1, "is suppressed: bounce"),)


@pytest.mark.parametrize(
    ("proof", "left_at", "is_over"),
    [
        (("form", None), NOW - DAY, False),
        (("form", None), NOW + DAY, True),
        (("confirmation", None), None, False),
        (("import", "list.csv:1"), NOW - DAY, False),
        (("import", "list.csv:1"), NOW + DAY, True),
        (("import", f"list.csv:1{UNDATED}"), NOW - 900 * DAY, True),
        (("import", f"list.csv:1{UNDATED}"), None, True),
        (("import", "list.csv:1"), None, True),
        (("preferences", None), None, False),
    ],
)
@pytest.mark.parametrize("suppressed", [None, SuppressionReason.COMPLAINT])
def test_a_subscription_here_is_over_where_its_reader_left_after_our_proof_and_goes_on_elsewhere(
    morning: Newsletter,
    proof: tuple[str, str | None],
    left_at: dt.datetime | None,
    suppressed: SuppressionReason | None,
    *,
    is_over: bool,
) -> None:
    with transaction() as tx:
        mine = rows.subscription(tx, rows.subscriber(tx, 1).id, morning.id, confirmed_at=NOW)
        tx.add(
            Consent(subscription_id=mine.id, at=NOW, method=proof[0], wording="", origin=proof[1])
        )

    done = bring(morning, gone(1, 7, left_at=left_at, suppressed=suppressed), now=NOW + 2 * DAY)

    assert (done.over, done.still) == ((ONE, NONE) if is_over else (NONE, ONE))
    with transaction() as tx:
        found = subscription_of(tx, 1, morning)
        assert found is not None
        assert (found.state is ENDED) == is_over
        assert found.ended_at == (NOW + 2 * DAY if is_over else None)
        changes = tx.scalars(select(SubscriptionChange)).all()
        noted = [(each.at, each.detail) for each in changes]
        assert noted == ([(NOW + 2 * DAY, {"by": "file"})] if is_over else [])
        barred = tx.scalars(select(Suppression.reason)).all()
        assert barred == (["complaint"] if is_over and suppressed else [])


@pytest.mark.parametrize("proofs", [("import", "import"), ("import", "confirmation"), ()])
@pytest.mark.parametrize("has_paused", [False, True])
def test_who_left_without_a_date_goes_on_only_where_they_did_something_here(
    morning: Newsletter, proofs: tuple[str, ...], *, has_paused: bool
) -> None:
    with transaction() as tx:
        mine = rows.subscription(tx, rows.subscriber(tx, 1).id, morning.id, confirmed_at=NOW)
        for method in proofs:
            tx.add(
                Consent(subscription_id=mine.id, at=NOW, method=method, wording="", origin="a:1")
            )
        if has_paused:
            changes.note(tx, mine.id, ReaderChange.PAUSED, at=NOW)

    # One of the two has a date before our proof; the other may be of today.
    done = bring(morning, word(7, ENDED, 3), word(8, ENDED, None))
    again = bring(morning, line(1), now=NOW + DAY)

    is_over = proofs == ("import", "import") and not has_paused
    assert (done.over, done.still) == ((ONE, NONE) if is_over else (NONE, ONE))
    assert (again.added, again.known) == (0, 0 if is_over else 1)
    assert dict(again.refused) == ({1: "has unsubscribed"} if is_over else {})


@pytest.mark.parametrize("of", [EVERYWHERE, None])
@pytest.mark.parametrize(
    ("here", "there", "is_over"),
    [(BOUNCE, BOUNCE, False), (COMPLAINT, BOUNCE, False), (BOUNCE, COMPLAINT, True)],
)
def test_a_suppression_that_a_file_tells_once_more_ends_nothing(
    morning: Newsletter,
    of: str | None,
    here: SuppressionReason,
    there: SuppressionReason,
    *,
    is_over: bool,
) -> None:
    bring(morning, line(1))
    with transaction() as tx:
        suppress(tx, 1, of or scope(morning.id), here)

    done = bring(morning, gone(1, 7, suppressed=there, left_at=None))

    assert (done.over, done.still) == (ONE if is_over else NONE, NONE)


def test_of_who_was_erased_nothing_is_remembered_again_and_who_asked_here_can_confirm(
    morning: Newsletter,
) -> None:
    with transaction() as tx:
        suppress(tx, 1, IMPORT, SuppressionReason.ERASED)
        asked = {"state": SubscriptionState.PENDING, "confirmed_at": None}
        rows.subscription(tx, rows.subscriber(tx, 2).id, morning.id, **asked)

    bring(morning, gone(1), gone(2, 1))

    with transaction() as tx:
        (only,) = tx.scalars(select(Subscription))
        assert (only.state, only.ended_at) == (PENDING, NOW)
        assert tx.scalar(select(func.count()).select_from(Subscriber)) == 1


def word(at: int, said: SuppressionReason | SubscriptionState, day: int | None) -> Line:
    """One line of the same reader: why they are out, and the day after our proof on which."""
    left_at = None if day is None else AGREED + day * DAY
    if isinstance(said, SuppressionReason):
        return gone(1, at, left_at=left_at, state=None, suppressed=said, ended_at=None)
    ended_at = (left_at or NOW) if said is ENDED else None
    return gone(1, at, left_at=left_at, state=said, ended_at=ended_at)


# (the lines of one address, (how it is remembered, since when), (why it is suppressed, since when))
GROUPS: list[tuple[list[Any], tuple[Any, Any], tuple[Any, Any]]] = [
    ([(ENDED, 3), (COMPLAINT, None)], (ENDED, 3), ("complaint", 3)),
    ([(ENDED, None), (BOUNCE, 3)], (ENDED, None), ("bounce", 3)),
    ([(BOUNCE, 9), (COMPLAINT, 3), (ENDED, 5)], (ENDED, 5), ("complaint", 9)),
    ([(BLOCKED, None), (BOUNCE, 9)], (None, None), ("operator", 9)),
    ([(PENDING, 9), (ENDED, 3)], (ENDED, 3), (None, None)),
    ([(PENDING, None), (ENDED, None)], (ENDED, None), (None, None)),
    ([(PENDING, None), (PENDING, None)], (PENDING, None), (None, None)),
    ([(ENDED, 9), (ERASED, None)], (None, None), ("erased", 9)),
]


@pytest.mark.parametrize(("said", "remembered", "barred"), GROUPS)
@pytest.mark.parametrize("is_turned", [False, True])
def test_of_several_lines_of_one_address_the_gravest_word_holds_whatever_its_date(
    morning: Newsletter,
    said: list[Any],
    remembered: tuple[Any, Any],
    barred: tuple[Any, Any],
    *,
    is_turned: bool,
) -> None:
    lines = [word(at, *each) for at, each in enumerate(said)]

    bring(morning, *(reversed(lines) if is_turned else lines), now=NOW)

    state, day = remembered
    with transaction() as tx:
        found = [(each.state, each.ended_at) for each in tx.scalars(select(Subscription))]
        when = None if state is PENDING else NOW if day is None else AGREED + day * DAY
        assert found == ([(state, when)] if state else [])
        assert len(tx.scalars(select(Subscriber)).all()) == len(found)
        why, day = barred
        kept = [(each.reason, each.at) for each in tx.scalars(select(Suppression))]
        assert kept == ([(why, AGREED + day * DAY)] if why else [])


@pytest.mark.parametrize(("said", "remembered", "barred"), GROUPS[:3])
def test_lines_of_two_files_say_the_same_as_those_of_one(
    morning: Newsletter, said: list[Any], remembered: tuple[Any, Any], barred: tuple[Any, Any]
) -> None:
    for at, each in enumerate(said):
        bring(morning, word(at, *each))

    with transaction() as tx:
        assert tx.scalars(select(Subscription.state)).all() == [remembered[0]]
        assert tx.scalars(select(Suppression.reason)).all() == [barred[0]]


def test_who_left_after_our_proof_is_out_though_a_later_line_says_that_they_asked_again(
    morning: Newsletter,
) -> None:
    bring(morning, line(1))

    done = bring(morning, word(7, ENDED, 3), word(8, PENDING, 9), word(9, COMPLAINT, None))

    assert (done.over, done.still) == (ONE, NONE)
    with transaction() as tx:
        found = subscription_of(tx, 1, morning)
        assert found is not None
        assert found.state is ENDED
        assert tx.scalars(select(Suppression.reason)).all() == ["complaint"]


def suppress(tx: Transaction, reader: int, of: str, reason: SuppressionReason) -> None:
    hashed = recipients.hash_of(address_of(reader))
    recipients.suppress(tx, hashed, scope=of, reason=reason, now=NOW)
