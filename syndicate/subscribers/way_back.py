"""The way back of somebody whom we no longer mail: they sign up, and prove whose address it is.

A complaint, mail that came back, a word of theirs or of an operator's: whatever stopped mail to an
address, its owner may want it again. What answers a sign-up goes to them all the same, and says
that mail was stopped; the click lifts it, with a line in the audit. Only a suppression of these
mails themselves keeps them back: an operator places it, or a second complaint.
"""

import datetime as dt

from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.platform import audit
from syndicate.store.readers import recipients
from syndicate.store.readers.recipients import ALL_MAIL, EVERYWHERE
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.sending import SuppressionReason

ACTOR = "reader"  # what the audit calls somebody who acts for themselves
WHY = "signed up again, and confirmed by the link in the mail"


def stopped(
    tx: Transaction, address_hash: bytes, newsletter: Newsletter
) -> SuppressionReason | None:
    """Why a newsletter is not sent to an address; None where it is."""
    scopes = (EVERYWHERE, newsletters.scope(newsletter.id))
    found = recipients.reasons(tx, address_hash, scopes)
    told = next((found[each] for each in scopes if each in found), None)
    if told is None:
        return None
    known = set(SuppressionReason)
    return SuppressionReason(told) if told in known else SuppressionReason.OPERATOR


def lift(
    tx: Transaction,
    subscriber_id: int,
    address_hash: bytes,
    newsletter: Newsletter,
    *,
    now: dt.datetime,
) -> None:
    """Mail a reader again who has just proved that they want it. Safe to run twice.

    Args:
        tx: the open transaction.
        subscriber_id: who.
        address_hash: of their address.
        newsletter: which they confirmed.
        now: aware UTC.
    """
    for scope, of in (
        (EVERYWHERE, ALL_MAIL),
        (newsletters.scope(newsletter.id), newsletter.slug),
    ):
        lifted = recipients.lift(tx, address_hash, scope=scope)
        if lifted is not None:
            audit.record(
                tx,
                at=now,
                actor=ACTOR,
                action=Act.READER_LIFT,
                subject=f"subscriber:{subscriber_id}",
                of=of,
                why=WHY,
                was=lifted.reason,
            )
