"""Who is forgotten: sign-ups that nobody confirmed, and whoever asks to be."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import func, select

from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.readers import recipients, subscribers
from syndicate.store.readers.recipients import Recipient, Suppression
from syndicate.store.readers.subscribers import (
    Consent,
    Proof,
    Subscriber,
    Subscription,
    SubscriptionChoice,
)
from syndicate.vocabulary.newsletters import ChoiceKind, SubscriptionState
from tests import rows
from tests.rows import DAY, NOW

pytestmark = pytest.mark.usefixtures("database")

TICK = dt.timedelta(microseconds=1)
READER = "reader001@example.com"


@pytest.fixture
def morning(database: str) -> int:  # noqa: ARG001 - the rows go there
    with transaction() as tx:
        return rows.newsletter(tx, rows.publication(tx).id).id


def subscribed(tx: Transaction, newsletter_id: int, number: int = 1, **columns: Any) -> int:
    """A subscription of a new subscriber; its id."""
    return rows.subscription(tx, rows.subscriber(tx, number).id, newsletter_id, **columns).id


def number_of(table: type[object]) -> int:
    with transaction() as tx:
        return tx.execute(select(func.count()).select_from(table)).scalar_one()


@pytest.mark.parametrize(
    ("columns", "is_kept"),
    [
        ({}, False),
        ({"created_at": NOW}, True),
        ({"created_at": NOW - TICK}, False),
        ({"confirmed_at": NOW - 9 * DAY}, True),
        ({"ended_at": NOW - 99 * DAY}, True),
        ({"state": SubscriptionState.ACTIVE}, True),
        ({"state": SubscriptionState.ENDED}, True),
    ],
)
def test_a_sign_up_is_forgotten_that_nobody_confirmed_since(
    morning: int, columns: dict[str, Any], *, is_kept: bool
) -> None:
    plain: dict[str, Any] = {
        "state": SubscriptionState.PENDING,
        "confirmed_at": None,
        "created_at": NOW - 9 * DAY,
    }
    with transaction() as tx:
        subscribed(tx, morning, **(plain | columns))

    with transaction() as tx:
        subscribers.forget_unconfirmed(tx, NOW)
        subscribers.forget_unconfirmed(tx, NOW)

    assert (number_of(Subscription), number_of(Subscriber)) == ((1, 1) if is_kept else (0, 0))


@pytest.mark.parametrize(("asked_at", "is_kept"), [(NOW - TICK, False), (NOW, True)])
def test_a_sign_up_that_was_asked_for_again_is_kept_from_that_moment(
    morning: int, asked_at: dt.datetime, *, is_kept: bool
) -> None:
    waiting: dict[str, Any] = {"state": SubscriptionState.PENDING, "confirmed_at": None}
    with transaction() as tx:
        made = subscribed(tx, morning, 1, created_at=NOW - 9 * DAY, **waiting)
        other = subscribed(tx, morning, 2, created_at=NOW - 9 * DAY, **waiting)
        subscribers.add_consent(tx, made, Proof("form", "Yes"), at=asked_at)

    with transaction() as tx:
        subscribers.forget_unconfirmed(tx, NOW)

    with transaction() as tx:
        assert list(tx.scalars(select(Subscription.id))) == ([made] if is_kept else [])
        assert tx.get(Subscription, other) is None


def test_who_forgot_one_sign_up_and_has_another_is_kept(morning: int) -> None:
    with transaction() as tx:
        evening = rows.newsletter(tx, 1, "evening").id
        waiting: dict[str, Any] = {"state": SubscriptionState.PENDING, "confirmed_at": None}
        subscribed(tx, morning, created_at=NOW - DAY, **waiting)
        who = tx.execute(select(Subscriber.id)).scalar_one()
        kept = rows.subscription(tx, who, evening).id

    with transaction() as tx:
        subscribers.forget_unconfirmed(tx, NOW)

    with transaction() as tx:
        assert list(tx.scalars(select(Subscription.id))) == [kept]
        assert list(tx.scalars(select(Subscriber.id))) == [who]


def test_who_is_erased_leaves_a_recipient_that_nobody_knows(morning: int) -> None:
    with transaction() as tx:
        made = subscribed(tx, morning, 1)
        subscribers.choose(tx, made, ChoiceKind.SECTION, ["world"])
        subscribers.add_consent(tx, made, Proof("form", "Yes"), at=NOW)
        who = tx.session.get_one(Subscription, made).subscriber_id
        rows.recipient(tx, 1, subscriber_id=who, purge_at=NOW)
        other = subscribed(tx, morning, 2)
        their = tx.session.get_one(Subscription, other).subscriber_id
        rows.recipient(tx, 2, subscriber_id=their)

    with transaction() as tx:
        numbers = [subscribers.erase(tx, who), subscribers.erase(tx, who)]

    assert numbers == [1, 0]
    with transaction() as tx:
        gone, kept = tx.scalars(select(Recipient).order_by(Recipient.id))
        assert (gone.address, gone.subscriber_id, gone.purge_at) == ("", None, None)
        assert gone.address_hash != recipients.hash_of(READER)
        assert len(gone.address_hash) == 32
        assert (kept.address, kept.subscriber_id) == ("reader002@example.com", their)
        assert list(tx.scalars(select(Subscription.id))) == [other]
    left = [number_of(table) for table in (SubscriptionChoice, Consent, Suppression)]
    assert left == [0, 0, 0]
