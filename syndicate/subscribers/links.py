"""Reading the links in mails: whose subscription a token speaks for.

Links never expire but for the confirmation: mails are opened months later.
"""

import datetime as dt

from syndicate import settings, signing
from syndicate.errors import ForgottenError, NotFoundError, RefusedError, SpecimenLinkError
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.readers import subscribers
from syndicate.store.readers.subscribers import Subscription
from syndicate.vocabulary.newsletters import SubscriptionState

NO_SUCH_LINK = "This link is incomplete or did not come from us; copy all of it from the email."
FORGOTTEN = "We no longer keep what this link was for."
OF_A_TEST = "This is a link of a test mail."
_NOBODY = 0  # no row has this id: `newsletters.specimen` writes it


def read(purpose: str, token: str) -> tuple[int, dt.datetime]:
    """The id that a token of a purpose names, and when it was signed.

    Args:
        purpose: what the token must have been signed for.
        token: as it stands in the address.

    Returns:
        The id, and the moment of signing as aware UTC: the epoch where a token has none.

    Raises:
        NotFoundError: it was not made by this installation for this purpose.
        SpecimenLinkError: it stands in a test mail.
    """
    name, signed_at, _ = parts(purpose, token)
    return name, signed_at


def parts(purpose: str, token: str) -> tuple[int, dt.datetime, str]:
    """The same, and what else the token carries; empty where it carries nothing.

    Raises:
        NotFoundError: as `read`.
        SpecimenLinkError: as `read`.
    """
    try:
        payload = signing.verify(settings.load().key(), purpose, token)
    except signing.BadTokenError as error:
        raise NotFoundError(NO_SUCH_LINK) from error
    name, _, rest = payload.partition(":")
    seconds, _, carried = rest.partition(":")
    if int(name) == _NOBODY:
        raise SpecimenLinkError(OF_A_TEST, purpose=purpose)
    return int(name), dt.datetime.fromtimestamp(int(seconds or 0), tz=dt.UTC), carried


def subscription(tx: Transaction, subscription_id: int) -> tuple[Subscription, Newsletter]:
    """The subscription that a link is about, locked until the commit, with its newsletter.

    Raises:
        ForgottenError: it was erased since.
    """
    found = subscribers.lock_subscription(tx, subscription_id)
    newsletter = newsletters.find(tx, found.newsletter_id) if found else None
    if found is None or newsletter is None:
        raise ForgottenError(FORGOTTEN, subscription_id=subscription_id)
    return found, newsletter


def active_subscription(tx: Transaction, subscription_id: int) -> tuple[Subscription, Newsletter]:
    """The same, of a reader who gets the newsletter: nobody else may change anything.

    Raises:
        ForgottenError: as `subscription`.
        RefusedError: the reader has left, or has not confirmed yet.
    """
    found, newsletter = subscription(tx, subscription_id)
    if found.state is not SubscriptionState.ACTIVE:
        raise RefusedError(
            "This subscription has ended or was never confirmed; sign up again to change it.",
            subscription_id=found.id,
        )
    return found, newsletter
