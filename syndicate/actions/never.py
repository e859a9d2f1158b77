"""Never from here: a friend who got an emailed article says that it shall be the last one."""

import datetime as dt

from syndicate import logs, settings, signing
from syndicate.actions.email_article import SCOPE
from syndicate.errors import NotFoundError
from syndicate.mail.message import NEVER
from syndicate.store import recipients
from syndicate.store.recipients import Recipient
from syndicate.store.session import transaction

log = logs.get(__name__)


def check(token: str) -> int:
    """The recipient's id in a link of ours.

    Raises:
        BadTokenError: the link was not made here.
    """
    return int(signing.verify(settings.load().key(), NEVER, token))


def suppress(token: str, *, now: dt.datetime) -> None:
    """Send no emailed article to this recipient again. Safe to run twice.

    Raises:
        BadTokenError: the link was not made here.
        NotFoundError: the address is forgotten already.
    """
    recipient_id = check(token)
    with transaction() as tx:
        recipient = tx.get(Recipient, recipient_id)
        if recipient is None:
            raise NotFoundError(
                "We have forgotten this address already; nothing is sent to it.",
                recipient_id=recipient_id,
            )
        recipients.suppress(tx, recipient.address_hash, scope=SCOPE, reason="reader", now=now)
    log.info("article_recipient_suppressed", recipient_id=recipient_id)
