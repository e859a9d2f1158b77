"""Subscribers and their subscriptions: each turn of the state, each choice, each proof."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.readers import subscribers
from syndicate.store.readers.subscribers import (
    Consent,
    Proof,
    Subscriber,
    Subscription,
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


def row(subscription_id: int) -> Subscription:
    with transaction() as tx:
        return tx.session.get_one(Subscription, subscription_id)


def number_of(table: type[object]) -> int:
    with transaction() as tx:
        return tx.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_subscriber_is_made_once_and_keeps_what_they_began_with() -> None:
    with transaction() as tx:
        made = subscribers.upsert(tx, READER, language="ar", now=NOW)
        again = subscribers.upsert(tx, READER, language="en", now=NOW + DAY)

    assert made.id == again.id
    assert (made.address, made.language, made.created_at) == (READER, "ar", NOW)
    assert number_of(Subscriber) == 1


@pytest.mark.parametrize("address", [READER, "Reader001@example.com", "READER001@example.com"])
def test_a_subscriber_is_found_however_the_letters_are_written(address: str) -> None:
    with transaction() as tx:
        made = subscribers.upsert(tx, READER, language="en", now=NOW)

        found = subscribers.by_address(tx, address)
        assert found is not None
        assert found.id == made.id
        assert subscribers.upsert(tx, address, language="en", now=NOW).id == made.id
        assert subscribers.by_address(tx, "reader002@example.com") is None


def test_a_subscription_begins_pending_and_is_made_once(morning: int) -> None:
    with transaction() as tx:
        who = rows.subscriber(tx)
        subscribed(tx, morning, 2)
        rows.subscription(tx, who.id, rows.newsletter(tx, 1, "evening").id)
        made = subscribers.subscribe(tx, who.id, morning, language="ar", now=NOW)
        again = subscribers.subscribe(tx, who.id, morning, language="en", now=NOW + DAY)

        assert again.id == made.id
        assert (made.state, made.language) == (SubscriptionState.PENDING, "ar")
        assert (made.created_at, made.confirmed_at) == (NOW, None)


def test_subscribing_again_changes_nothing_of_one_that_is_active_or_ended(morning: int) -> None:
    with transaction() as tx:
        who = rows.subscriber(tx)
        ended: dict[str, Any] = {"state": SubscriptionState.ENDED, "ended_at": NOW - DAY}
        rows.subscription(tx, who.id, morning, **ended)

        found = subscribers.subscribe(tx, who.id, morning, language="ar", now=NOW)

        assert (found.state, found.ended_at) == (SubscriptionState.ENDED, NOW - DAY)
        assert found.language == "en"


def test_what_waits_for_a_subscriber_comes_newest_first_and_without_what_has_ended(
    morning: int,
) -> None:
    with transaction() as tx:
        publication_id = tx.session.get_one(Newsletter, morning).publication_id
        evening, weekend, over, draft = (
            rows.newsletter(tx, publication_id, slug, **columns).id
            for slug, columns in (
                ("evening", {}),
                ("weekend", {}),
                ("over", {"ended_at": NOW}),
                ("draft", {"is_public": False}),
            )
        )
        reader, other = rows.subscriber(tx, 1).id, rows.subscriber(tx, 2).id
        for newsletter_id in (morning, evening, over, draft):
            subscribers.subscribe(tx, reader, newsletter_id, language="en", now=NOW)
        rows.subscription(tx, reader, weekend, state=SubscriptionState.ACTIVE)
        subscribers.subscribe(tx, other, weekend, language="en", now=NOW)

        found = subscribers.pending(tx, reader, limit=9)
        assert [(row.subscriber_id, letter.id) for row, letter in found] == [
            (reader, evening),
            (reader, morning),
        ]
        assert [letter.id for _, letter in subscribers.pending(tx, reader, limit=1)] == [evening]


def test_a_subscription_is_found_by_its_subscriber_and_newsletter(morning: int) -> None:
    with transaction() as tx:
        who, other = rows.subscriber(tx, 1), rows.subscriber(tx, 2)
        evening = rows.newsletter(tx, 1, "evening").id
        mine = rows.subscription(tx, who.id, morning)
        rows.subscription(tx, other.id, morning)
        rows.subscription(tx, who.id, evening)

        found = subscribers.of(tx, who.id, morning)
        assert found is not None
        assert found.id == mine.id
        assert subscribers.of(tx, other.id, evening) is None
        assert subscribers.lock_subscription(tx, mine.id) is mine
        assert subscribers.lock_subscription(tx, mine.id + 99) is None


@pytest.mark.parametrize("way", ["subscribe", "of", "lock_subscription"])
def test_a_subscription_in_hand_is_locked_until_the_commit(morning: int, way: str) -> None:
    with transaction() as tx:
        who = rows.subscriber(tx)
        made = rows.subscription(tx, who.id, morning)

    with transaction() as first:
        if way == "subscribe":
            subscribers.subscribe(first, who.id, morning, language="en", now=NOW)
        elif way == "of":
            subscribers.of(first, who.id, morning)
        else:
            subscribers.lock_subscription(first, made.id)
        with transaction() as second:
            second.execute(text("SET LOCAL lock_timeout = '50ms'"))
            with pytest.raises(OperationalError, match="lock timeout"):
                subscribers.lock_subscription(second, made.id)
            second.session.rollback()


@pytest.mark.parametrize(
    ("state", "after", "language"),
    [
        (SubscriptionState.PENDING, SubscriptionState.PENDING, "en"),
        (SubscriptionState.ENDED, SubscriptionState.PENDING, "ar"),
        (SubscriptionState.ACTIVE, SubscriptionState.ACTIVE, "en"),
    ],
)
def test_who_asks_must_confirm_unless_they_have_it(
    morning: int, state: SubscriptionState, after: SubscriptionState, language: str
) -> None:
    with transaction() as tx:
        made = subscribed(tx, morning, state=state, ended_at=NOW - DAY)
        found = tx.session.get_one(Subscription, made)

        subscribers.ask(tx, found, language=language)

    assert (row(made).state, row(made).language) == (after, language)
    assert row(made).ended_at == NOW - DAY  # an import in between brings nobody back


def test_who_has_it_keeps_their_language_whatever_a_stranger_asks_for(morning: int) -> None:
    with transaction() as tx:
        made = subscribed(tx, morning)

        subscribers.ask(tx, tx.session.get_one(Subscription, made), language="ar")

    assert row(made).language == "en"


def test_a_preference_keeps_the_language_and_the_pause_and_takes_it_back(morning: int) -> None:
    with transaction() as tx:
        made = subscribed(tx, morning)
        found = tx.session.get_one(Subscription, made)
        subscribers.prefer(tx, found, language="ar", paused_until=NOW + DAY)
    assert (row(made).language, row(made).paused_until) == ("ar", NOW + DAY)

    with transaction() as tx:
        found = tx.session.get_one(Subscription, made)
        subscribers.prefer(tx, found, language="ar", paused_until=None)
    assert row(made).paused_until is None


def test_who_confirms_is_active_from_then_on_with_no_end_and_no_pause(morning: int) -> None:
    with transaction() as tx:
        left: dict[str, Any] = {
            "state": SubscriptionState.PENDING,
            "ended_at": NOW - DAY,
            "paused_until": NOW,
        }
        made = subscribed(tx, morning, **left)

        subscribers.activate(tx.session.get_one(Subscription, made), now=NOW)

    found = row(made)
    assert (found.state, found.confirmed_at) == (SubscriptionState.ACTIVE, NOW)
    assert (found.ended_at, found.paused_until) == (None, None)


def test_who_leaves_is_gone_once_and_the_first_time_counts(morning: int) -> None:
    with transaction() as tx:
        made = subscribed(tx, morning)
        found = tx.session.get_one(Subscription, made)

        assert subscribers.end(tx, found, now=NOW)
        assert not subscribers.end(tx, found, now=NOW + DAY)

    assert (row(made).state, row(made).ended_at) == (SubscriptionState.ENDED, NOW)


def test_who_asked_again_and_takes_it_back_had_left_before(morning: int) -> None:
    with transaction() as tx:
        made = subscribed(tx, morning, state=SubscriptionState.PENDING, ended_at=NOW - DAY)

        assert not subscribers.end(tx, tx.session.get_one(Subscription, made), now=NOW)

    assert (row(made).state, row(made).ended_at) == (SubscriptionState.ENDED, NOW - DAY)


def test_choices_are_replaced_by_kind_and_come_in_alphabetical_order(morning: int) -> None:
    with transaction() as tx:
        mine, other = subscribed(tx, morning, 1), subscribed(tx, morning, 2)
        for made in (mine, other):
            subscribers.choose(tx, made, ChoiceKind.SECTION, ["world"])
            subscribers.choose(tx, made, ChoiceKind.LANGUAGE, ["en"])

        subscribers.choose(tx, mine, ChoiceKind.SECTION, ["world", "art", "sport", "art"])
        subscribers.choose(tx, mine, ChoiceKind.SECTION, ["world", "art", "sport", "art"])

        assert subscribers.choices(tx, mine, ChoiceKind.SECTION) == ("art", "sport", "world")
        assert subscribers.choices(tx, mine, ChoiceKind.LANGUAGE) == ("en",)
        assert subscribers.choices(tx, other, ChoiceKind.SECTION) == ("world",)


def test_no_choice_of_a_kind_means_all_of_it(morning: int) -> None:
    with transaction() as tx:
        made = subscribed(tx, morning)
        for value in ("world", "art"):
            rows.choice(tx, made, value)
        tx.execute(text("SET LOCAL enable_indexscan = off"))  # it would bring them in order
        tx.execute(text("SET LOCAL enable_bitmapscan = off"))
        tx.execute(text("SET LOCAL enable_indexonlyscan = off"))
        assert subscribers.choices(tx, made, ChoiceKind.SECTION) == ("art", "world")

        subscribers.choose(tx, made, ChoiceKind.SECTION, [])

        assert subscribers.choices(tx, made, ChoiceKind.SECTION) == ()


def test_a_proof_is_kept_with_every_word_of_it(morning: int) -> None:
    proof = Proof("form", "Yes, every day.", "192.0.2.7", "Browser/1", "form-3")
    with transaction() as tx:
        made = subscribed(tx, morning)
        subscribers.add_consent(tx, made, proof, at=NOW)
        subscribers.add_consent(tx, made, Proof("confirmation", "Yes"), at=NOW + DAY)

    with transaction() as tx:
        first, second = tx.scalars(select(Consent).order_by(Consent.id)).all()
    assert (first.subscription_id, first.at, first.method) == (made, NOW, "form")
    assert (first.wording, first.ip) == ("Yes, every day.", "192.0.2.7")
    assert (first.user_agent, first.origin) == ("Browser/1", "form-3")
    assert (second.ip, second.user_agent, second.origin) == (None, None, None)


def test_subscriptions_are_counted_by_every_state_of_one_newsletter(morning: int) -> None:
    with transaction() as tx:
        evening = rows.newsletter(tx, 1, "evening").id
        subscribed(tx, morning, 1)
        subscribed(tx, morning, 2)
        subscribed(tx, morning, 3, state=SubscriptionState.ENDED)
        subscribed(tx, evening, 4)

        assert subscribers.counts(tx, morning) == {"pending": 0, "active": 2, "ended": 1}
