"""What upkeep forgets, and what it must not."""

import datetime as dt

import pytest
from sqlalchemy import func, select, update

from syndicate import jobs
from syndicate.store.ground.session import transaction
from syndicate.store.maintenance import upkeep
from syndicate.store.platform import caps, due, tokens
from syndicate.store.platform.caps import CapCounter
from syndicate.store.platform.due import DueJob
from syndicate.store.readers import recipients, subscribers
from syndicate.store.readers.recipients import Recipient
from syndicate.store.readers.subscribers import Proof, Subscriber, Subscription
from syndicate.store.sending import ledger
from syndicate.store.sending.mailings import Mailing
from syndicate.vocabulary.newsletters import SubscriptionState
from syndicate.vocabulary.sending import MailingState
from tests.mail import confirmation
from tests.subscribers import desk

NOW = desk.NOW
MONTH = upkeep.KEEP_UNCONFIRMED

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def newsletter_id() -> int:
    with transaction() as tx:
        return desk.morning(tx).id


def ask(newsletter_id: int, number: int, *, at: dt.datetime) -> int:
    """A sign-up that waits for its confirmation; its subscriber's id."""
    address = f"reader{number:03}@example.com"
    with transaction() as tx:
        subscriber = subscribers.upsert(tx, address, language="en", now=at)
        row = subscribers.subscribe(tx, subscriber.id, newsletter_id, language="en", now=at)
        subscribers.add_consent(tx, row.id, Proof("form", "Yes"), at=at)
        recipients.upsert(tx, address, subscriber_id=subscriber.id)
        return subscriber.id


def keep_house(now: dt.datetime) -> None:
    with transaction() as tx:
        upkeep.keep_house(tx, now)


def known() -> set[int]:
    with transaction() as tx:
        return set(tx.scalars(select(Subscriber.id)))


def addresses() -> list[str]:
    with transaction() as tx:
        return sorted(tx.scalars(select(Recipient.address)))


def test_a_sign_up_that_nobody_confirmed_is_forgotten_with_its_address(newsletter_id: int) -> None:
    ask(newsletter_id, 1, at=NOW)
    kept = ask(newsletter_id, 2, at=NOW + dt.timedelta(days=1))

    keep_house(NOW + MONTH + dt.timedelta(hours=1))
    keep_house(NOW + MONTH + dt.timedelta(hours=1))

    assert known() == {kept}
    assert addresses() == ["", "reader002@example.com"]


def test_one_that_was_confirmed_or_asked_for_again_is_kept(newsletter_id: int) -> None:
    confirmed, again = ask(newsletter_id, 1, at=NOW), ask(newsletter_id, 2, at=NOW)
    with transaction() as tx:
        row = subscribers.of(tx, confirmed, newsletter_id)
        assert row is not None
        subscribers.activate(row, now=NOW)
    ask(newsletter_id, 2, at=NOW + dt.timedelta(days=20))

    keep_house(NOW + MONTH + dt.timedelta(hours=1))

    assert known() == {confirmed, again}


def test_one_that_came_back_is_kept_though_it_waits(newsletter_id: int) -> None:
    """An ended subscription that was asked for again is pending, and has its confirmation date."""
    back = ask(newsletter_id, 1, at=NOW)
    with transaction() as tx:
        row = subscribers.of(tx, back, newsletter_id)
        assert row is not None
        subscribers.activate(row, now=NOW)
        row.state = SubscriptionState.PENDING

    keep_house(NOW + dt.timedelta(days=300))

    with transaction() as tx:
        assert tx.scalar(select(func.count()).select_from(Subscription)) == 1


@pytest.mark.usefixtures("database", "newsletter_id")
def test_a_friends_address_goes_by_its_date() -> None:
    with transaction() as tx:
        recipients.upsert(tx, "friend001@example.com", purge_at=NOW + dt.timedelta(days=30))

    keep_house(NOW + dt.timedelta(days=29))
    before = addresses()
    keep_house(NOW + dt.timedelta(days=31))

    assert (before, addresses()) == (["friend001@example.com"], [""])


def purge_at(address: str) -> dt.datetime | None:
    with transaction() as tx:
        row = recipients.by_hash(tx, recipients.hash_of(address))
        assert row is not None
        return row.purge_at


def write_to(address: str, *, until: dt.datetime | None) -> None:
    with transaction() as tx:
        recipients.upsert(tx, address, purge_at=until)


def test_a_friend_who_was_forgotten_and_written_to_again_is_forgotten_again() -> None:
    friend, later = "friend001@example.com", NOW + dt.timedelta(days=90)
    write_to(friend, until=NOW + dt.timedelta(days=30))
    keep_house(NOW + dt.timedelta(days=31))

    write_to(friend, until=later)

    assert (addresses(), purge_at(friend)) == ([friend], later)


def test_counters_slots_and_used_links_go_when_nothing_asks_for_them() -> None:
    with transaction() as tx:
        caps.take(tx, "cap", "key", window_from=NOW, limit=1)
        due.take(tx, jobs.TICK.name, NOW)
        tokens.use_once(tx, b"hash", purpose="confirm", now=NOW)

    keep_house(NOW + dt.timedelta(hours=23))
    with transaction() as tx:
        slots_after_a_day = tx.scalar(select(func.count()).select_from(DueJob))
    keep_house(NOW + dt.timedelta(days=30))
    with transaction() as tx:
        left = [tx.scalar(select(func.count()).select_from(each)) for each in (CapCounter, DueJob)]
    keep_house(NOW + dt.timedelta(days=32))

    with transaction() as tx:
        assert tx.scalar(select(func.count()).select_from(CapCounter)) == 0
    assert (slots_after_a_day, left) == (1, [1, 0])


@pytest.mark.parametrize("state", [MailingState.DONE, MailingState.PAUSED])
def test_what_a_single_message_said_is_forgotten_though_it_was_never_sent(
    state: MailingState,
) -> None:
    mailing_id = confirmation.queue("confirmation:1", now=NOW)
    assert mailing_id is not None
    with transaction() as tx:
        tx.execute(update(Mailing).values(state=state))
    lives = dt.timedelta(days=1) + upkeep.KEEP_SINGLES

    keep_house(NOW + lives - dt.timedelta(hours=1))
    with transaction() as tx:
        assert ledger.content(tx, mailing_id, 1, "en") != []
    keep_house(NOW + lives + dt.timedelta(hours=1))

    with transaction() as tx:
        assert ledger.content(tx, mailing_id, 1, "en") == []
        assert ledger.find(tx, mailing_id) is not None
