"""Leaving: one click, of this newsletter alone, at once and for good; and "never from here".

Only a POST may call what changes something here: scanners follow every link.
"""

import datetime as dt
from dataclasses import dataclass

from syndicate import settings, signing
from syndicate.errors import ForgottenError
from syndicate.mail.mime.message import NEVER, PREFERENCES, UNSUBSCRIBE
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.readers import recipients, subscribers
from syndicate.subscribers import links
from syndicate.vocabulary.newsletters import SubscriptionState
from syndicate.vocabulary.sending import SuppressionReason

EMAIL_ARTICLE = "article"  # suppression scope of articles that friends email


@dataclass(frozen=True)
class Left:
    """What a reader left, or is about to.

    Attributes:
        newsletter: its name in the reader's language.
        newsletter_slug: its slug.
        language: of the page to show.
        is_subscribed: whether the reader still got it before.
    """

    newsletter: str
    newsletter_slug: str
    language: str
    is_subscribed: bool


def read(token: str) -> Left:
    """What an unsubscribe link is about, for the page that shows the button. Changes nothing.

    Raises:
        NotFoundError: no such link was made.
        ForgottenError: the reader was erased; nothing is sent to them either way.
    """
    subscription_id, _ = links.read(UNSUBSCRIBE, token)
    with transaction() as tx:
        subscription, newsletter = links.subscription(tx, subscription_id)
        name = newsletters.in_language(newsletter, subscription.language)["name"]
        is_subscribed = subscription.state is not SubscriptionState.ENDED
        return Left(name, newsletter.slug, subscription.language, is_subscribed)


def beside(token: str) -> str:
    """The token of the unsubscribe link that goes with a preferences link: one mail holds both.

    Args:
        token: of the preferences link.

    Raises:
        NotFoundError: no such link was made.
    """
    subscription_id, _ = links.read(PREFERENCES, token)
    return signing.sign(settings.load().key(), UNSUBSCRIBE, str(subscription_id))


def leave(token: str, now: dt.datetime) -> Left:
    """End a subscription; mail of it that is not on its way yet stays. Safe to run twice.

    Raises:
        NotFoundError: no such link was made.
        ForgottenError: the reader was erased; nothing is sent to them either way.
    """
    subscription_id, _ = links.read(UNSUBSCRIBE, token)
    with transaction() as tx:
        subscription, newsletter = links.subscription(tx, subscription_id)
        was_there = subscribers.end(tx, subscription, now=now)
        name = newsletters.in_language(newsletter, subscription.language)["name"]
        return Left(name, newsletter.slug, subscription.language, was_there)


def never(token: str, now: dt.datetime) -> None:
    """Let nobody email articles to this address from here again. Safe to run twice.

    Raises:
        NotFoundError: no such link was made.
        ForgottenError: the recipient is kept no more.
    """
    recipient_id, _ = links.read(NEVER, token)
    with transaction() as tx:
        recipient = recipients.find(tx, recipient_id)
        if recipient is None:
            raise ForgottenError(links.FORGOTTEN, recipient_id=recipient_id)
        recipients.suppress(
            tx,
            recipient.address_hash,
            scope=EMAIL_ARTICLE,
            reason=SuppressionReason.READER,
            now=now,
        )
