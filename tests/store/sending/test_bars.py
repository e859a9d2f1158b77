"""Why a reader is left out: each reason holds at the freeze and before each chunk alike.

But who had every story before is known at the freeze alone.
"""

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import update

from syndicate.store.composition import materialise
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.readers import recipients, subscribers
from syndicate.store.readers.recipients import EVERYWHERE
from syndicate.store.readers.subscribers import Subscription
from syndicate.store.sending.bars import ABSENT, BARS
from syndicate.store.sending.mailings import Batch, Mailing
from syndicate.vocabulary.newsletters import ChoiceKind, SubscriptionState
from syndicate.vocabulary.sending import (
    DeliveryReason,
    DeliveryState,
    Lane,
    MailingState,
    SuppressionReason,
)
from tests import rows
from tests.mail import confirmation
from tests.rows import NOW
from tests.store.composition import audience
from tests.store.hands import intend, take, taken

pytestmark = pytest.mark.usefixtures("database")
ALL = 0b1  # the bit of the only story
SECOND = dt.timedelta(seconds=1)


def suppress(tx: Transaction) -> None:
    address_hash = recipients.hash_of("reader001@example.com")
    why = SuppressionReason.BOUNCE
    recipients.suppress(tx, address_hash, scope=EVERYWHERE, reason=why, now=NOW)


def leave(tx: Transaction) -> None:
    tx.execute(update(Subscription).values(state=SubscriptionState.ENDED))


def pause(tx: Transaction) -> None:
    tx.execute(update(Subscription).values(paused_until=NOW + SECOND))


def choose_another_section(tx: Transaction) -> None:
    subscribers.choose(tx, 1, ChoiceKind.SECTION, ["culture"])


def get_it_by_another_issue(tx: Transaction) -> None:
    other = rows.issue(tx, 1, 2)
    rows.story(tx, other.id, 0, 1)
    batch = rows.batch(tx, rows.mailing(tx, other, state=MailingState.DONE))
    rows.delivery(tx, batch, 0, 1, state=DeliveryState.ACCEPTED)


# What a reader does, or what is done to them, for each reason; and the stories that must not be
# shown any more when the chunk is sent.
HAPPENED: dict[DeliveryReason, tuple[Callable[[Transaction], None], int]] = {
    DeliveryReason.SUPPRESSED: (suppress, 0),
    DeliveryReason.ENDED: (leave, 0),
    DeliveryReason.PAUSED: (pause, 0),
    DeliveryReason.HAD_IT_ALL: (get_it_by_another_issue, 0),
    DeliveryReason.NOTHING_CHOSEN: (choose_another_section, ALL),
}
reasons = pytest.mark.parametrize("reason", DeliveryReason.barred())


def issue() -> int:
    """An issue of one story, and one reader of it."""
    with transaction() as tx:
        newsletter_id = audience.newsletter(tx)
        (article_id,) = audience.articles(tx, "story")
        audience.reader(tx, 1, newsletter_id)
        return audience.mailing(tx, newsletter_id, 1, {"article_id": article_id})


def test_a_suppressed_reader_is_asked_whether_they_sign_up_and_sent_nothing_else() -> None:
    with transaction() as tx:
        suppress(tx)
    assert confirmation.queue("confirmation:1", now=NOW) is not None
    leased = take(lane=Lane.URGENT)
    assert leased is not None

    assert intend(leased, 0) == {}
    with transaction() as tx:
        tx.execute(update(Mailing).values(scope="article"))
    assert intend(leased, 0) == {0: DeliveryReason.SUPPRESSED}


def test_every_reason_to_leave_a_reader_out_has_its_condition() -> None:
    assert set(BARS) == set(HAPPENED) == set(DeliveryReason.barred())


@reasons
def test_a_reason_holds_when_the_audience_is_frozen(reason: DeliveryReason) -> None:
    mailing_id = issue()
    happens, _ = HAPPENED[reason]
    with transaction() as tx:
        happens(tx)
        found = materialise.count(tx, audience.values(tx, mailing_id))

    assert found == ({} if reason in ABSENT else {("en", "other", reason): 1})


@pytest.mark.parametrize(
    "reason", [each for each in DeliveryReason.barred() if each is not DeliveryReason.HAD_IT_ALL]
)
def test_a_reason_holds_when_the_issue_is_being_sent(reason: DeliveryReason) -> None:
    audience.spread(issue())
    happens, withheld = HAPPENED[reason]
    with transaction() as tx:
        happens(tx)

    assert intend(taken(), 0, withheld=withheld) == {0: reason}
    with transaction() as tx:
        assert tx.session.get_one(Batch, (1, 0)).inflight == []


def test_a_pause_that_is_over_holds_nothing_back() -> None:
    audience.spread(issue())
    with transaction() as tx:
        tx.execute(update(Subscription).values(paused_until=NOW))

    assert intend(taken(), 0) == {}
