"""Signing up by form and confirming by link."""

import datetime as dt

import pytest

from syndicate.errors import BadAddressError, NotFoundError, RefusedError, UsageError
from syndicate.store.ground.session import transaction
from syndicate.store.readers import subscribers
from syndicate.store.readers.subscribers import Subscription
from syndicate.store.sending import ledger
from syndicate.store.sending.mailings import MailingContent
from syndicate.subscribers import subscribe, unsubscribe
from syndicate.vocabulary.newsletters import ChoiceKind, SubscriptionState
from tests.subscribers import desk
from tests.subscribers.desk import NOW

pytestmark = pytest.mark.usefixtures("database", "morning")
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def morning() -> None:
    with transaction() as tx:
        desk.morning(tx)


def ask(address: str = "reader001@example.com", now: dt.datetime = NOW, **more: list[str]) -> None:
    subscribe.ask(
        address,
        "morning",
        language="en",
        sections=more.get("sections", []),
        languages=more.get("languages", []),
        ip="192.0.2.7",
        user_agent="Reader/1.0",
        wording="Send me Morning every day.",
        base_url="https://daily.example",
        now=now,
    )


def confirm(token: str, now: dt.datetime = NOW) -> subscribe.Confirmed:
    return subscribe.confirm(token, ip="192.0.2.8", user_agent="Reader/1.0", now=now)


def mailed_tokens() -> list[str]:
    """The confirmation links that were queued, oldest first."""
    with transaction() as tx:
        ids = sorted(mailing.id for mailing in ledger.newest(tx, limit=99, with_singles=True))
        frames = [tx.get(MailingContent, (each, 1, "en", "frame", 0)) for each in ids]
        slots = [frame.headers["slots"] for frame in frames if frame and frame.headers]
        urls = [each["confirm_url"] for each in slots if "confirm_url" in each]
    return [url.removeprefix("https://daily.example/confirm/") for url in urls]


def subscription(address: str = "reader001@example.com") -> Subscription:
    with transaction() as tx:
        found = subscribers.by_address(tx, address)
        assert found is not None
        return subscribers.subscribe(tx, found.id, 1, language="en", now=NOW)


def test_ask_makes_a_pending_subscription_with_proof_and_choices_and_one_mail() -> None:
    ask(sections=["sport"], languages=["ar"])

    made = subscription()
    with transaction() as tx:
        proofs = [(row.method, row.wording, row.ip) for row in desk.consents(tx, made.id)]
        chosen = {kind: subscribers.choices(tx, made.id, kind) for kind in ChoiceKind}
    assert made.state is SubscriptionState.PENDING
    assert proofs == [("form", "Send me Morning every day.", "192.0.2.7")]
    assert chosen == {ChoiceKind.SECTION: ("sport",), ChoiceKind.LANGUAGE: ("ar",)}
    assert len(mailed_tokens()) == 1


def test_choosing_everything_is_kept_as_no_choice() -> None:
    ask(sections=["sport", "world"], languages=["en", "ar"])

    with transaction() as tx:
        assert subscribers.choices(tx, subscription().id, ChoiceKind.SECTION) == ()


def test_confirm_makes_it_active_and_keeps_the_proof() -> None:
    ask()

    confirmed = confirm(mailed_tokens()[0], NOW + HOUR)

    made = subscription()
    with transaction() as tx:
        methods = [(row.method, row.ip) for row in desk.consents(tx, made.id)]
    assert (confirmed.newsletter, confirmed.is_new) == ("Morning", True)
    assert (made.state, made.confirmed_at) == (SubscriptionState.ACTIVE, NOW + HOUR)
    assert methods == [("form", "192.0.2.7"), ("confirmation", "192.0.2.8")]


def test_a_second_click_on_confirm_is_told_so_and_changes_nothing() -> None:
    ask()
    token = mailed_tokens()[0]
    confirm(token)

    assert confirm(token, NOW + HOUR).is_new is False
    assert subscription().confirmed_at == NOW


def test_reading_the_link_confirms_nothing() -> None:
    ask()

    pending = subscribe.read(mailed_tokens()[0], now=NOW)

    assert pending == subscribe.Pending("Morning", "morning", "en", None, is_stopped=False)
    assert subscription().state is SubscriptionState.PENDING


def test_a_used_link_does_not_bring_back_who_has_left() -> None:
    ask()
    token = mailed_tokens()[0]
    preferences_of = confirm(token)
    with transaction() as tx:
        found = subscribers.lock_subscription(tx, subscription().id)
        assert found is not None
        subscribers.end(tx, found, now=NOW)

    with pytest.raises(RefusedError, match="already been used"):
        confirm(token)
    assert preferences_of.is_new


def test_a_link_older_than_seven_days_is_refused() -> None:
    ask()

    with pytest.raises(RefusedError, match="older than seven days"):
        confirm(mailed_tokens()[0], NOW + dt.timedelta(days=7, seconds=1))


def test_an_active_subscription_is_not_changed_by_whoever_asks_again() -> None:
    ask(sections=["sport"])
    confirm(mailed_tokens()[0])

    ask(sections=["world"], now=NOW + 30 * HOUR)

    made = subscription()
    with transaction() as tx:
        assert subscribers.choices(tx, made.id, ChoiceKind.SECTION) == ("sport",)
    assert made.state is SubscriptionState.ACTIVE
    assert len(mailed_tokens()) == 1


@pytest.mark.parametrize(
    ("address", "slug", "sections", "error"),
    [
        ("reader001", "morning", [], BadAddressError),
        ("reader001@example.com", "evening", [], NotFoundError),
        ("reader001@example.com", "morning", ["weather"], UsageError),
    ],
)
def test_ask_refuses_what_does_not_exist(
    address: str, slug: str, sections: list[str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        subscribe.ask(
            address,
            slug,
            language="en",
            sections=sections,
            ip=None,
            user_agent=None,
            wording="Yes.",
            base_url="https://daily.example",
            now=NOW,
        )


@pytest.mark.parametrize("token", ["", "x", "a.b", "MQ.AAAAAAAAAAAAAAAAAAAAAA"])
def test_a_link_that_we_did_not_make_is_not_found(token: str) -> None:
    with pytest.raises(NotFoundError):
        confirm(token)
    with pytest.raises(NotFoundError):
        unsubscribe.leave(token, NOW)


def test_ask_refuses_a_language_that_the_newsletter_does_not_come_in() -> None:
    with pytest.raises(UsageError, match="has no language zz"):
        subscribe.ask(
            "reader001@example.com",
            "morning",
            language="zz",
            ip=None,
            user_agent=None,
            wording="I agree.",
            base_url="https://news.example",
            now=NOW,
        )
