"""A reader's own feed: made, renewed and taken away on the preferences page, with its link's right.

The address is told once, when it is made; the page then only knows that there is one.
"""

import datetime as dt

from syndicate import settings
from syndicate.mail.mime.message import PREFERENCES
from syndicate.store.ground.session import transaction
from syndicate.store.syndication import reader_feeds
from syndicate.subscribers import links


def since(token: str) -> dt.datetime | None:
    """When the reader's present address was made; None when they have no feed. Changes nothing.

    Args:
        token: of the preferences link.

    Raises:
        NotFoundError: no such link was made.
        ForgottenError: the reader was erased.
    """
    subscription_id, _ = links.read(PREFERENCES, token)
    with transaction() as tx:
        links.subscription(tx, subscription_id)
        return reader_feeds.since(tx, subscription_id)


def renew(token: str, *, now: dt.datetime) -> str:
    """Give the reader a feed under a new address; an older one stops working at once.

    Args:
        token: of the preferences link.
        now: aware UTC.

    Returns:
        The token of /feeds/mine/{token}.rss, which nobody is told again.

    Raises:
        NotFoundError: no such link was made.
        ForgottenError: the reader was erased.
        RefusedError: the reader has left, or has not confirmed yet.
    """
    subscription_id, _ = links.read(PREFERENCES, token)
    with transaction() as tx:
        links.active_subscription(tx, subscription_id)
        return reader_feeds.issue(tx, settings.load().key(), subscription_id, now=now)


def revoke(token: str) -> None:
    """Take the reader's feed away; its address answers 404 from now on. Safe to run twice.

    Args:
        token: of the preferences link.

    Raises:
        NotFoundError: no such link was made.
        ForgottenError: the reader was erased.
    """
    subscription_id, _ = links.read(PREFERENCES, token)
    with transaction() as tx:
        links.subscription(tx, subscription_id)
        reader_feeds.revoke(tx, subscription_id)
