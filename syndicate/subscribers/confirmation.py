"""The mail that answers a sign-up: a link to confirm all that waits, or "you have it already".

An address that asks for a second newsletter, or has lost the first mail, gets another that lists
both; three in 24 hours at most, however often and for however many newsletters somebody asks. An
address that is no longer mailed gets three in 30 days, which say so (`way_back`), and a mailbox
six a day, whatever tags its addresses have (`+news`). So a stranger
cannot fill a mailbox, whoever asks is told the same, and what they are told is true.
"""

import datetime as dt
import hashlib
from collections.abc import Sequence

from syndicate import settings, signing
from syndicate.breakers import doors
from syndicate.breakers.known import CONFIRMED, CONFIRMED_MAILBOX, SIGN_UPS, SIGN_UPS_DOMAIN
from syndicate.breakers.visitors import visitor
from syndicate.mail import single
from syndicate.mail.mime.message import PREFERENCES
from syndicate.mail.mime.senders import Sender
from syndicate.newsroom import brand
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.newsroom.logos import PublicationLogo
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.newsroom.publications import Publication
from syndicate.store.platform import audit, caps
from syndicate.store.readers import recipients, subscribers
from syndicate.store.readers.recipients import EVERYWHERE, Recipient
from syndicate.store.readers.subscribers import Subscription
from syndicate.subscribers.asked import Chosen
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.newsletters import SubscriptionState
from syndicate.vocabulary.sending import SuppressionReason

CONFIRM = "confirm"
MESSAGE = "confirmation"
SCOPE = recipients.CONFIRMATION
# A link is found in a mailbox after a weekend and after a holiday, but not after a year.
CONFIRM_WITHIN = dt.timedelta(days=7)
# Who presses a button twice asks once, and has their other mails of the day left.
ONCE, ONCE_IN = "confirmation:once", dt.timedelta(minutes=1)
# Within `KEEP_CAPS`, after which nobody knows how many there were.
STOPPED_MAILS_IN = dt.timedelta(days=30)
_STOPS = (Act.MAIL_STOP, Act.MAIL_HOLD)
_BEFORE_A_STOP = dt.timedelta(hours=1)
# More links would be a page of their own; nobody asks for so many in the days that they wait.
_MOST = 30

Waiting = tuple[Subscription, Newsletter]


def lasts_from(tx: Transaction, signed_at: dt.datetime, *, now: dt.datetime) -> dt.datetime:
    """From when a link's seven days count: its mail may have waited while everything was stopped.

    Args:
        tx: the open transaction.
        signed_at: when somebody asked.
        now: aware UTC.
    """
    # What was asked for just before may have been stopped as well.
    turned = audit.last(tx, (*_STOPS, Act.MAIL_RELEASE), until=signed_at + _BEFORE_A_STOP)
    if turned is None or turned.act is Act.MAIL_RELEASE:
        return signed_at
    released = audit.first(tx, [Act.MAIL_RELEASE], since=turned.at)
    return now if released is None else max(released.at, signed_at)


def listed(tx: Transaction, asked: Waiting) -> list[Waiting]:
    """What one mail is about: what was asked for just now, then all else that waits.

    Args:
        tx: the open transaction.
        asked: what was asked for just now.
    """
    subscription, _ = asked
    found = subscribers.pending(tx, subscription.subscriber_id, limit=_MOST)
    return [asked, *(each for each in found if each[0].id != subscription.id)]


def prepared(  # noqa: PLR0913 - what the mail is made of, each by its name
    waits: Sequence[Waiting],
    publication: Publication,
    *,
    sender: Sender,
    logo: PublicationLogo | None,
    stopped: SuppressionReason | None,
    chosen: Chosen | None,
    base_url: str,
    now: dt.datetime,
) -> single.Prepared:
    """Render it. Template work: never while a transaction is open.

    Args:
        waits: what `listed` returned; the first gives it its name and language.
        publication: in whose name.
        sender: from whom it comes.
        logo: of the publication.
        stopped: why the address is not mailed, if it is not.
        chosen: what the first link confirms; None where the row says it.
        base_url: where readers reach us, without a trailing slash.
        now: aware UTC; the links count from then.
    """
    language = (chosen or waits[0][0]).language
    names = [newsletters.in_language(each, language) for _, each in waits]
    is_had = waits[0][0].state is SubscriptionState.ACTIVE and stopped is None
    slots = {
        _slot(place): f"{base_url}/confirm/{_token(each, now, None if place else chosen)}"
        for place, (each, _) in enumerate(waits)
        if place or not is_had
    }
    if is_had:
        slots["change_url"] = f"{base_url}/preferences/{preferences_token(waits[0][0])}"
    worn = brand.worn(publication, language, logo=logo, base_url=base_url)
    said = names[0]
    return single.prepare(
        MESSAGE,
        language=language,
        context={
            "newsletter": {"name": said["name"], "description": said["description"]},
            "others": [
                {"name": each["name"], "slot": _slot(place)}
                for place, each in enumerate(names)
                if place
            ],
            "is_had": is_had,
            "was_there": waits[0][0].ended_at is not None,
            "stopped": stopped or "",
            "publication": worn | {"name": said["publication"] or worn["name"]},
        },
        from_name=sender.name(
            language, said["publication"] or brand.sender_name(publication, language)
        ),
        sender=sender,
        now=now,
        slots=slots,
    )


def queue(  # noqa: PLR0913 - what the ledger and the limits need to know, each by its name
    mail: single.Prepared,
    address: str,
    subscription: Subscription,
    publication: Publication,
    *,
    chosen: Chosen | None,
    ip: str | None,
    now: dt.datetime,
) -> bool:
    """Send it, if this address had fewer than three of them lately, and did not refuse them.

    The same again within a minute is the mail that is on its way.

    Args:
        mail: what `prepared` returned.
        address: normalised.
        subscription: what was asked for.
        publication: in whose name.
        chosen: what its first link confirms; None where the row says it.
        ip: whoever asked; None of a program of ours.
        now: aware UTC.

    Returns:
        Whether it was sent; nobody but tests and logs may know.
    """
    with transaction() as tx:
        # Locks the address, so that of two forms posted at once one sees the other's mail.
        recipient = recipients.upsert(tx, address, subscriber_id=subscription.subscriber_id)
        key = recipient.address_hash.hex()
        scopes = (SCOPE, EVERYWHERE, newsletters.scope(subscription.newsletter_id))
        barred = recipients.reasons(tx, recipient.address_hash, scopes)
        within = STOPPED_MAILS_IN if barred else CONFIRMED.lasts
        if SCOPE in barred or caps.used_since(tx, SCOPE, key, now - within) >= CONFIRMED.most:
            return False
        mailbox = recipients.hash_of(recipients.mailbox_of(address)).hex()
        caps.wait_for(tx, CONFIRMED_MAILBOX.name, mailbox)
        if CONFIRMED_MAILBOX.used(tx, mailbox, now) >= CONFIRMED_MAILBOX.most:
            return False
        said = _digest(mail, subscription, chosen)
        if caps.used_since(tx, ONCE, said, now - ONCE_IN):
            return False
        # Its last lock is that of all who sign up here just now.
        turn = _turn(tx, recipient, publication, ip, now)
        mailing_id = single.queue(
            tx,
            mail,
            recipient,
            dedupe_key=f"{SCOPE}:{subscription.id}:{int(now.timestamp())}",
            publication_id=publication.id,
            scope=SCOPE,
            now=now,
            # While all mail is stopped it waits as long as its links work.
            expires_in=CONFIRM_WITHIN,
            not_before=turn,
        )
        if mailing_id is None:
            return False
        caps.take(tx, ONCE, said, window_from=now, limit=1)
        CONFIRMED.take(tx, key, now)
        CONFIRMED_MAILBOX.take(tx, mailbox, now)
        return True


def _turn(
    tx: Transaction,
    recipient: Recipient,
    publication: Publication,
    ip: str | None,
    now: dt.datetime,
) -> dt.datetime | None:
    """When it leaves; None for at once. The limit of the address's domain, then of the paper."""
    named = [(SIGN_UPS, str(publication.id))]
    if recipient.receiver_group == recipients.OTHER:
        domain = recipients.hash_of(recipients.receiver_of(recipient)).hex()[:32]
        named.insert(0, (SIGN_UPS_DOMAIN, domain))
    return doors.SIGN_UP.leaves_at(
        tx, named, publication_id=publication.id, network=visitor(ip or "").network, now=now
    )


def preferences_token(subscription: Subscription) -> str:
    """What opens `/preferences/…` of a subscription."""
    return signing.sign(settings.load().key(), PREFERENCES, str(subscription.id))


def _digest(mail: single.Prepared, subscription: Subscription, chosen: Chosen | None) -> str:
    """What a mail says, whenever it was asked for."""
    said = hashlib.sha256(f"{subscription.id}:{chosen.carried if chosen else ''}".encode())
    for row in mail.rows:
        said.update(row.text)
    return said.hexdigest()


def _slot(place: int) -> str:
    return f"confirm_url_{place}" if place else "confirm_url"


def _token(subscription: Subscription, now: dt.datetime, chosen: Chosen | None) -> str:
    payload = f"{subscription.id}:{int(now.timestamp())}"
    if chosen is not None:
        payload += f":{chosen.carried}"
    return signing.sign(settings.load().key(), CONFIRM, payload)
