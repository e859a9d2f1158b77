"""A newsletter's subscriptions leave the house whole, and say who is mailed no more."""

from typing import Any

import pytest

from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom.newsletters import scope
from syndicate.store.readers import exports, recipients, subscribers
from syndicate.store.readers.exports import Exported
from syndicate.vocabulary.newsletters import ChoiceKind, SubscriptionState
from syndicate.vocabulary.sending import SuppressionReason
from tests import rows
from tests.rows import DAY, NOW

READER = "reader001@example.com"


@pytest.fixture
def morning(database: str) -> int:  # noqa: ARG001 - the rows go there
    with transaction() as tx:
        return rows.newsletter(tx, rows.publication(tx).id).id


def subscribed(tx: Transaction, newsletter_id: int, number: int = 1, **columns: Any) -> int:
    """A subscription of a new subscriber; its id."""
    return rows.subscription(tx, rows.subscriber(tx, number).id, newsletter_id, **columns).id


def test_a_page_of_an_export_holds_all_that_leaves_the_house(morning: int) -> None:
    with transaction() as tx:
        evening = rows.newsletter(tx, 1, "evening").id
        one = subscribed(tx, morning, 1, confirmed_at=NOW, paused_until=NOW + DAY)
        subscribers.choose(tx, one, ChoiceKind.SECTION, ["world", "art"])
        subscribers.choose(tx, one, ChoiceKind.LANGUAGE, ["en", "ar"])
        left: dict[str, Any] = {"state": SubscriptionState.ENDED, "ended_at": NOW, "language": "ar"}
        two = subscribed(tx, morning, 2, confirmed_at=None, **left)
        subscribed(tx, evening, 3)

        found = exports.page(tx, morning, after=0, limit=10)

    ended, active = SubscriptionState.ENDED, SubscriptionState.ACTIVE
    both, all_ = ("art", "world"), ("ar", "en")
    assert found == [
        Exported(one, READER, active, "en", both, all_, NOW, None, NOW + DAY, None),
        Exported(two, "reader002@example.com", ended, "ar", (), (), None, NOW, None, None),
    ]


@pytest.mark.parametrize(
    ("of_newsletter", "is_suppressed"),
    [("*", True), ("morning", True), ("evening", False), ("article", False), ("import", False)],
)
def test_an_export_says_who_is_mailed_no_more_of_this_newsletter(
    morning: int, of_newsletter: str, *, is_suppressed: bool
) -> None:
    known = {"morning": scope(morning), "evening": scope(morning + 1)}
    with transaction() as tx:
        subscribed(tx, morning, 1)
        subscribed(tx, morning, 2)
        recipients.suppress(
            tx,
            recipients.hash_of(READER),
            scope=known.get(of_newsletter, of_newsletter),
            reason=SuppressionReason.COMPLAINT,
            now=NOW,
        )

        found = exports.page(tx, morning, after=0, limit=10)

    why = "complaint" if is_suppressed else None
    assert [each.suppressed for each in found] == [why, None]


def test_an_export_is_paged_by_the_last_id_of_the_page_before(morning: int) -> None:
    with transaction() as tx:
        ids = [subscribed(tx, morning, number) for number in range(1, 6)]

        def page(after: int) -> list[int]:
            return [row.subscription_id for row in exports.page(tx, morning, after=after, limit=2)]

        assert page(0) == ids[:2]
        assert page(ids[1]) == ids[2:4]
        assert page(ids[3]) == ids[4:]
        assert page(ids[4]) == []
