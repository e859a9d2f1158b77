"""Leaving by mail: the address that a mail names ends its subscription, and no program does."""

import pytest
from sqlalchemy import delete, func, select

from syndicate import settings
from syndicate.bounces.keeping import record, verp
from syndicate.store.ground.session import transaction
from syndicate.store.readers import subscribers
from syndicate.store.readers.recipients import Recipient
from syndicate.store.readers.subscribers import Subscription
from syndicate.store.sending.events import DeliveryEvent
from syndicate.vocabulary.newsletters import SubscriptionState
from tests.bounces.keeping.test_record import is_suppressed
from tests.bounces.reading.test_classify import DSN
from tests.newsletters.paper import NOW

FROM = "From: Reader <reader001@example.com>\n"
ASKED = f"{FROM}Subject: unsubscribe\n"


@pytest.fixture
def subscription_id(mailing_id: int) -> int:  # noqa: ARG001 - must be there
    """Of reader001."""
    with transaction() as tx:
        found = subscribers.of(tx, 1, 1)
        assert found is not None
        return found.id


def address(subscription_id: int) -> str:
    return f"{verp.leaving_name(settings.load().key(), subscription_id)}@daily.example"


def take(headers: str, subscription_id: int, body: str = "") -> tuple[record.Kept, ...]:
    raw = f"{headers}To: <{address(subscription_id)}>\n\n{body}"
    return record.ingest(raw.encode(), NOW)


def state(subscription_id: int) -> SubscriptionState:
    with transaction() as tx:
        found = tx.get(Subscription, subscription_id)
        assert found is not None
        return found.state


@pytest.mark.parametrize(
    "headers",
    [
        ASKED,
        FROM,  # what a program leaves of the address
        f"{FROM}Subject: إلغاء الاشتراك\n",
        f"{ASKED}Auto-Submitted: auto-generated\n",
        f"{ASKED}X-Apple-Unsubscribe: true\nAuto-Submitted: auto-replied\n",
    ],
)
def test_a_mail_to_the_address_ends_that_subscription_once(
    headers: str, subscription_id: int
) -> None:
    first = take(headers, subscription_id)
    second = take(headers, subscription_id)

    assert [each.is_new for each in (*first, *second)] == [True, False]
    assert state(subscription_id) is SubscriptionState.ENDED
    assert not is_suppressed(1)
    with transaction() as tx:
        others = select(Subscription.state).where(Subscription.id != subscription_id)
        assert set(tx.scalars(others)) == {SubscriptionState.ACTIVE}
        # Nobody complained: the mailing is not paused for it.
        assert tx.scalar(select(func.count()).select_from(DeliveryEvent)) == 0


@pytest.mark.parametrize(
    "headers",
    [
        f"{ASKED}Auto-Submitted: auto-replied\n",
        f"{ASKED}X-Autoreply: yes\n",
        f"Return-Path: <>\n{ASKED}",
        f"{FROM}Subject: Automatic reply: unsubscribe\n",
        f"{FROM}Subject: Abwesenheitsnotiz\n",
        f"{ASKED}Precedence: bulk\n",
        f"{ASKED}List-Id: <others.lists.example>\n",
        f"{ASKED}Content-Type: multipart/report; report-type=disposition-notification\n",
    ],
)
def test_nobody_leaves_by_what_a_program_answers(headers: str, subscription_id: int) -> None:
    take(headers, subscription_id)

    assert state(subscription_id) is SubscriptionState.ACTIVE


def test_a_report_that_quotes_the_address_or_comes_to_it_ends_nothing(
    subscription_id: int,
) -> None:
    way = f"List-Unsubscribe: <https://x/y>, <mailto:{address(subscription_id)}>\n"
    report = DSN.format(
        address="reader001@example.com",
        action="failed",
        status="5.2.2",
        diagnostic="552 5.2.2 Mailbox full",
        words="",
    )
    for raw in (
        f"{report}\n{way}",
        report.replace("b+1-2-abcdefghijkl@daily.example", address(subscription_id)),
        f"{FROM}To: news@daily.example\nSubject: Re: Morning\n\n> {way}",
    ):
        record.ingest(raw.encode(), NOW)

    assert state(subscription_id) is SubscriptionState.ACTIVE


def test_nobody_can_have_a_stranger_leave(subscription_id: int) -> None:
    forged = [
        f"b+0-{subscription_id}-{'0' * 20}@daily.example",
        address(subscription_id + 1).replace(f"-{subscription_id + 1}-", f"-{subscription_id}-"),
        f"b+0-{subscription_id}-@daily.example",
    ]
    for each in forged:
        record.ingest(f"{ASKED}To: <{each}>\n\n".encode(), NOW)

    assert state(subscription_id) is SubscriptionState.ACTIVE


def test_who_was_erased_since_costs_nobody_anything(subscription_id: int) -> None:
    with transaction() as tx:
        tx.execute(delete(Recipient).where(Recipient.subscriber_id == 1))
        tx.execute(delete(Subscription).where(Subscription.id == subscription_id))

    (kept,) = take(ASKED, subscription_id)

    assert (kept.is_ours, kept.is_new, kept.suppressed) == (True, False, False)
