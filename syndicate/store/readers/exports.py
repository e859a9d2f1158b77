"""A newsletter's subscriptions as they leave the house, page by page."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import and_, case, exists, func, select

from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom.newsletters import scope
from syndicate.store.readers.imports import UNDATED
from syndicate.store.readers.recipients import EVERYWHERE, Suppression
from syndicate.store.readers.subscribers import Consent, Subscriber, Subscription, chosen
from syndicate.vocabulary.newsletters import ChoiceKind, SubscriptionState


@dataclass(frozen=True)
class Exported:
    """One subscription as it leaves the house: see `subscribers.transfer`."""

    subscription_id: int
    address: str
    state: SubscriptionState
    language: str
    sections: tuple[str, ...]
    languages: tuple[str, ...]
    confirmed_at: dt.datetime | None
    ended_at: dt.datetime | None
    paused_until: dt.datetime | None
    suppressed: str | None  # why, where nothing is sent there any more


def page(tx: Transaction, newsletter_id: int, *, after: int, limit: int) -> list[Exported]:
    """The next subscriptions of a newsletter by id.

    Args:
        tx: the open transaction.
        newsletter_id: whose.
        after: id of the last one of the page before, 0 for the first page.
        limit: rows at most.
    """
    why_suppressed = (
        select(Suppression.reason)
        .where(
            Suppression.address_hash == Subscriber.address_hash,
            Suppression.scope.in_((EVERYWHERE, scope(newsletter_id))),
        )
        .order_by(Suppression.scope)
        .limit(1)
        .correlate(Subscriber)
    )
    # An import that does not know when its reader agreed is no proof that it was then.
    of_this = Consent.subscription_id == Subscription.id
    origin = func.coalesce(Consent.origin, "")
    is_undated = and_(Consent.method == "import", origin.endswith(UNDATED))
    is_unproved = and_(exists().where(of_this), ~exists().where(of_this, ~is_undated))
    query = (
        select(
            Subscription.id,
            Subscriber.address,
            Subscription.state,
            Subscription.language,
            chosen(ChoiceKind.SECTION),
            chosen(ChoiceKind.LANGUAGE),
            case((is_unproved, None), else_=Subscription.confirmed_at),
            Subscription.ended_at,
            Subscription.paused_until,
            why_suppressed.scalar_subquery(),
        )
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(Subscription.newsletter_id == newsletter_id, Subscription.id > after)
        .order_by(Subscription.id)
        .limit(limit)
    )
    return [
        Exported(
            row_id, address, state, language, tuple(sections or ()), tuple(spoken or ()), *rest
        )
        for row_id, address, state, language, sections, spoken, *rest in tx.execute(query)
    ]
