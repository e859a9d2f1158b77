"""Signing up: somebody asks, the address confirms, and only then is anything sent.

    ask ─> pending, a confirmation mail ─> confirm (POST) ─> active
                                        └> nothing: nothing is ever sent

Whoever asks gets the same answer whether we know the address or not. Each mail lists all that waits
(`confirmation`). A stranger cannot change what a reader has: asking again for an active
subscription changes nothing, and what is chosen for one that waits is in its own link (`asked`).
"""

import datetime as dt
import hashlib
from collections.abc import Collection
from dataclasses import dataclass

from syndicate.errors import NotFoundError, RefusedError
from syndicate.mail.mime import senders
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom import logos, newsletters
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.platform import tokens
from syndicate.store.readers import recipients, subscribers
from syndicate.store.readers.subscribers import Proof, Subscriber, Subscription
from syndicate.store.views import readers
from syndicate.subscribers import asked, confirmation, links, way_back
from syndicate.subscribers.asked import Chosen
from syndicate.subscribers.confirmation import CONFIRM, CONFIRM_WITHIN
from syndicate.vocabulary.newsletters import SubscriptionState


@dataclass(frozen=True)
class Pending:
    """What a confirmation link is about.

    Attributes:
        newsletter: its name in the reader's language.
        newsletter_slug: its slug.
        language: of the page to show.
        preferences_token: opens `/preferences/…`; None until the subscription is confirmed.
        is_stopped: whether mail to the address was stopped, so that the click starts it again.
    """

    newsletter: str
    newsletter_slug: str
    language: str
    preferences_token: str | None
    is_stopped: bool


@dataclass(frozen=True)
class Confirmed:
    """A subscription that is active now.

    Attributes:
        newsletter: its name in the reader's language.
        newsletter_slug: its slug.
        language: of the page to show.
        is_new: False when the link had been used before.
        preferences_token: opens `/preferences/…`.
    """

    newsletter: str
    newsletter_slug: str
    language: str
    is_new: bool
    preferences_token: str


def ask(  # noqa: PLR0913 - what a sign-up form holds and says about itself, each by its name
    address: str,
    newsletter_slug: str,
    *,
    language: str,
    sections: Collection[str] = (),
    languages: Collection[str] = (),
    ip: str | None,
    user_agent: str | None,
    wording: str,
    base_url: str,
    now: dt.datetime,
) -> None:
    """Ask for a newsletter to be sent to an address, and mail it the link that confirms.

    Who has the newsletter is mailed so.

    There is nothing to return: known, unknown and suppressed addresses get the same answer, and a
    suppressed one the mail too (`way_back`). Safe to run twice.

    Args:
        address: as typed.
        newsletter_slug: of a public newsletter.
        language: of the form, and then of the mails' frame.
        sections: slugs the reader chose; none means all.
        languages: of stories; none means all.
        ip: of the reader's client; kept as proof.
        user_agent: likewise.
        wording: what the form said the reader agrees to.
        base_url: where readers reach us, without a trailing slash.
        now: aware UTC.

    Raises:
        BadAddressError: it is no address that mail can go to.
        NotFoundError: there is no such newsletter.
        RefusedError: the newsletter has ended.
        UsageError: as `asked.in_form`.
    """
    normalised = recipients.normalise(address)
    with transaction() as tx:
        newsletter = _public(tx, newsletter_slug)
        publication = newsletters.publication_of(tx, newsletter)
        logo = logos.of(tx, publication.id)
        chosen = asked.in_form(
            tx, newsletter, language=language, sections=sections, languages=languages
        )
        subscriber = subscribers.upsert(tx, normalised, language=language, now=now)
        subscription = _asked_for(tx, subscriber, newsletter, chosen, now=now)
        is_had = subscription.state is SubscriptionState.ACTIVE
        if not is_had:
            proof = Proof("form", wording, ip, user_agent, base_url)
            subscribers.add_consent(tx, subscription.id, proof, at=now)
        waits = confirmation.listed(tx, (subscription, newsletter))
        sender = senders.of(tx, publication, confirmation.MESSAGE)
        stopped = way_back.stopped(tx, subscriber.address_hash, newsletter)
    carried = None if is_had else chosen
    mail = confirmation.prepared(
        waits,
        publication,
        sender=sender,
        logo=logo,
        stopped=stopped,
        chosen=carried,
        base_url=base_url,
        now=now,
    )
    # As the reader wrote it first, however a stranger writes it today.
    address = subscriber.address
    confirmation.queue(mail, address, subscription, publication, chosen=carried, ip=ip, now=now)


def check(
    address: str,
    newsletter_slug: str,
    *,
    language: str,
    sections: Collection[str],
    languages: Collection[str],
) -> None:
    """Refuse a form that `ask` would refuse, before it is counted. Tells nothing of the address.

    Raises:
        BadAddressError: it is no address that mail can go to.
        NotFoundError: there is no such newsletter.
        RefusedError: the newsletter has ended.
        UsageError: as `asked.in_form`.
    """
    recipients.normalise(address)
    with transaction() as tx:
        newsletter = _public(tx, newsletter_slug)
        asked.in_form(tx, newsletter, language=language, sections=sections, languages=languages)


def read(token: str, *, now: dt.datetime) -> Pending:
    """What a confirmation link is about, for the page that asks for the click. Changes nothing.

    Raises:
        NotFoundError: no such link was made.
        ForgottenError: what it was about is gone.
        RefusedError: it is older than seven days, or the newsletter has ended.
    """
    with transaction() as tx:
        subscription, newsletter, chosen = _of_link(tx, token, now=now)
        _refuse_ended(newsletter)
        language = (chosen or subscription).language
        said = newsletters.in_language(newsletter, language)
        is_stopped = _is_stopped(tx, subscription, newsletter)
        is_active = subscription.state is SubscriptionState.ACTIVE and not is_stopped
        preferences = confirmation.preferences_token(subscription) if is_active else None
        return Pending(said["name"], newsletter.slug, language, preferences, is_stopped)


def confirm(token: str, *, ip: str | None, user_agent: str | None, now: dt.datetime) -> Confirmed:
    """Make a subscription active, and mail the address again. Safe to run twice: it says so.

    Args:
        token: of the link.
        ip: of the reader's client; kept as proof.
        user_agent: likewise.
        now: aware UTC.

    Raises:
        NotFoundError: no such link was made.
        ForgottenError: what it was about is gone.
        RefusedError: it is older than seven days, or was used before and the reader has left since
            or mail to them was stopped; or the newsletter has ended.
    """
    with transaction() as tx:
        subscription, newsletter, chosen = _of_link(tx, token, now=now)
        digest = hashlib.sha256(token.encode()).digest()
        is_first = tokens.use_once(tx, digest, purpose=CONFIRM, now=now)
        is_stopped = _is_stopped(tx, subscription, newsletter)
        is_new = is_stopped or subscription.state is not SubscriptionState.ACTIVE
        if is_new:
            _refuse_ended(newsletter)
        if is_new and not is_first:
            raise RefusedError(
                "This link has already been used, and the subscription has since ended; sign up "
                "again.",
                subscription_id=subscription.id,
            )
        if chosen is not None:
            asked.keep(tx, subscription, chosen)
        said = newsletters.in_language(newsletter, subscription.language)
        if is_stopped:
            _mail_again(tx, subscription, newsletter, now)
        if is_new:
            subscribers.activate(subscription, now=now)
            proof = Proof("confirmation", said["name"], ip, user_agent)
            subscribers.add_consent(tx, subscription.id, proof, at=now)
        return Confirmed(
            said["name"],
            newsletter.slug,
            subscription.language,
            is_new,
            confirmation.preferences_token(subscription),
        )


def _public(tx: Transaction, slug: str) -> Newsletter:
    newsletter = newsletters.by_slug(tx, slug)
    if newsletter is None or not newsletter.is_public:
        raise NotFoundError(
            "There is no such newsletter here; /newsletters lists them all.", slug=slug
        )
    _refuse_ended(newsletter)
    return newsletter


def _refuse_ended(newsletter: Newsletter) -> None:
    if newsletter.ended_at is not None:
        raise RefusedError("This newsletter has ended; no more issues are sent.")


def _asked_for(
    tx: Transaction,
    subscriber: Subscriber,
    newsletter: Newsletter,
    chosen: Chosen,
    *,
    now: dt.datetime,
) -> Subscription:
    """Somebody's subscription: pending, unless it is active already.

    Its row says what was chosen first: of two who ask for one address, one may be a stranger.
    """
    language = chosen.language
    # `upsert` has locked the subscriber, so that of two forms posted at once one is the first.
    found = subscribers.of(tx, subscriber.id, newsletter.id)
    is_first = found is None or found.state is SubscriptionState.ENDED
    subscription = subscribers.subscribe(
        tx, subscriber.id, newsletter.id, language=language, now=now
    )
    subscribers.ask(tx, subscription, language=language)
    if is_first:
        asked.keep(tx, subscription, chosen)
    return subscription


def _is_stopped(tx: Transaction, subscription: Subscription, newsletter: Newsletter) -> bool:
    person = readers.person(tx, subscription.subscriber_id)
    return person is not None and way_back.stopped(tx, person.address_hash, newsletter) is not None


def _mail_again(
    tx: Transaction, subscription: Subscription, newsletter: Newsletter, now: dt.datetime
) -> None:
    person = readers.person(tx, subscription.subscriber_id)
    assert person is not None  # noqa: S101 - a subscription has its subscriber
    way_back.lift(tx, person.id, person.address_hash, newsletter, now=now)


def _of_link(
    tx: Transaction, token: str, *, now: dt.datetime
) -> tuple[Subscription, Newsletter, Chosen | None]:
    """What a link is about, and what it confirms beside that."""
    subscription_id, signed_at, carried = links.parts(CONFIRM, token)
    is_old = now - signed_at > CONFIRM_WITHIN
    if is_old and now - confirmation.lasts_from(tx, signed_at, now=now) > CONFIRM_WITHIN:
        raise RefusedError("This link is older than seven days; sign up again to get a new one.")
    subscription, newsletter = links.subscription(tx, subscription_id)
    return subscription, newsletter, asked.in_link(tx, subscription, newsletter, carried)
