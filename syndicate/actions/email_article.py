"""Email article: a reader sends one article to one friend, and nobody can make it a spam relay.

The mail is ours from end to end: our sender, our words, an article of ours chosen by id; of the
visitor it carries a name of letters and nothing else, and no Reply-To. What only the recipient
should know (never send me these, had it already, has had enough today) is answered exactly like a
success, so that the form tells nobody who is who.

Source: docs/facts/mail.md#email-article.
"""

import datetime as dt
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from syndicate import logs, settings
from syndicate.actions import forms
from syndicate.actions.forms import Guarded
from syndicate.breakers import counting, doors, known
from syndicate.breakers.visitors import Visitor
from syndicate.characters import normal
from syndicate.errors import NotFoundError, OversizeError, UnrenderableError, UsageError
from syndicate.mail import single
from syndicate.mail.mime import senders
from syndicate.mail.mime.senders import Sender
from syndicate.newsroom import brand
from syndicate.render.email import PICTURE_WIDTH
from syndicate.store.content.pictures import Picture
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom import publications
from syndicate.store.newsroom.publications import Publication
from syndicate.store.readers import recipients
from syndicate.store.sending.mailings import EMAILED, emailed_key
from syndicate.store.views import reader_pages
from syndicate.store.views.reader_pages import Reading
from syndicate.vocabulary.articles import Channel

log = logs.get(__name__)

SCOPE = "article"
MESSAGE = EMAILED
MAX_NAME = 40
# So many days after an article a friend's address is forgotten.
FORGOTTEN_AFTER_DAYS = 30
UNUSABLE = "This article cannot be sent by email. Please share it another way."
_EXPIRES_IN = dt.timedelta(hours=24)
_NAME_SIGNS = frozenset(" -'\u2019")
_LETTERS = frozenset({"Lu", "Ll", "Lt", "Lo"})
_MODIFIERS = frozenset("\u02bb\u02bc\u0640")  # okina, modifier apostrophe, Arabic tatweel


@dataclass(frozen=True)
class Wish:
    """What the visitor filled in."""

    to: str
    sender_name: str


def send(article_id: int, wish: Wish, guarded: Guarded, *, now: dt.datetime) -> int | None:
    """Email an article to one friend.

    Args:
        article_id: which.
        wish: recipient and name as they were filled in.
        guarded: the form's stamp, trap and the visitor's address.
        now: aware UTC.

    Returns:
        The mailing's id; None when nothing was queued for a reason that the visitor is not told.

    Raises:
        NotFoundError: there is no such article to be read here, or the action is off.
        UsageError: the form was not opened here or its hidden field was filled in, the name cannot
            be used, or this article cannot be put into a mail.
        BadAddressError: the recipient's address cannot be mailed.
        CapReachedError: this visitor has had their share, or very much waits.
    """
    if not settings.load().email_article:
        raise NotFoundError("Emailing articles is not available here.")
    forms.check(form_of(article_id), guarded, now)
    name, address = checked_name(wish.sender_name), recipients.normalise(wish.to)
    with transaction() as tx:
        found = _article(tx, article_id, now)
        who = guarded.visitor
        is_allowed = counting.take(tx, known.EMAIL_ARTICLE, who, now)
        doors.EMAIL_ARTICLE.refuse_full(tx, found.publication.id, who.network, now)
    if not is_allowed:
        raise forms.too_many("This article has been emailed too many times from here.")
    # Rendered before it is known whether it will be sent: the answer takes as long either way.
    prepared = _prepare(found, name, now)
    with transaction() as tx:
        mailing_id = _queue(tx, prepared, found, address, who, now)
    log.info("email_article_taken", article_id=article_id, mailing_id=mailing_id)
    return mailing_id


def form_of(article_id: int) -> str:
    """The name of an article's form, for its stamp."""
    return f"email:{article_id}"


def checked_name(text: str) -> str:
    """A visitor's name, if it is one: letters of any script, blanks, hyphens, apostrophes.

    Raises:
        UsageError: it is empty, longer than 40 characters, or holds anything else: a sentence or
            an address smuggled in here would reach a stranger.
    """
    name = " ".join(normal("NFC", text).split())
    if not name or len(name) > MAX_NAME:
        raise UsageError(f"Please enter your name, in {MAX_NAME} letters at most.")
    if not all(_is_letter(sign) or sign in _NAME_SIGNS for sign in name):
        raise UsageError("Please use only letters in your name.")
    return name


@dataclass(frozen=True)
class _Found:
    reading: Reading
    publication: Publication
    sender: Sender


def _is_letter(sign: str) -> bool:
    category = unicodedata.category(sign)
    # Modifier letters may look like a dot or a colon; these two stand in names.
    return category[0] == "M" or category in _LETTERS or sign in _MODIFIERS


def _article(tx: Transaction, article_id: int, now: dt.datetime) -> _Found:
    found = reader_pages.article(tx, article_id, now=now, channel=Channel.MAIL)
    publication = publications.find(tx, found.story.publication_id) if found else None
    if found is None or publication is None:
        raise forms.no_article(article_id)
    return _Found(found, publication, senders.of(tx, publication, MESSAGE))


def _prepare(found: _Found, name: str, now: dt.datetime) -> single.Prepared:
    publication = found.publication
    try:
        return single.prepare(
            MESSAGE,
            language=publication.language,
            context=_context(found, name),
            from_name=found.sender.name(publication.language, publication.sender),
            sender=found.sender,
            now=now,
        )
    except (OversizeError, UnrenderableError) as error:
        log.exception("article_not_emailable", article_id=found.reading.story.id)
        raise UsageError(UNUSABLE) from error


def _context(found: _Found, name: str) -> dict[str, Any]:
    story, publication = found.reading.story, found.publication
    own_page = settings.load().base_url() + reader_pages.path_of(story.id, story.slug)
    return {
        "publication": brand.worn(publication, publication.language),
        "sender_name": name,
        "zone": publication.zone,
        "article": {
            **vars(found.reading.words),
            "url": story.url or own_page,
            "updated_at": story.updated_at,
            "language": story.language,
            "picture": _picture(found.reading.pictures[:1]),
        },
    }


def _picture(pictures: Sequence[Picture]) -> dict[str, Any] | None:
    """The lead picture in the mail's width; none when its size is not known."""
    lead = next(iter(pictures), None)
    if lead is None or not lead.width or not lead.height:
        return None
    width = min(PICTURE_WIDTH, lead.width)
    return {
        "url": lead.url,
        "width": width,
        "height": round(lead.height * width / lead.width),
        "alt": lead.alt,
        "credit": lead.credit,
    }


def _queue(
    tx: Transaction,
    prepared: single.Prepared,
    found: _Found,
    address: str,
    who: Visitor,
    now: dt.datetime,
) -> int | None:
    article_id, publication_id = found.reading.story.id, found.publication.id
    address_hash = recipients.hash_of(address)
    if not reader_pages.hold(tx, article_id, now=now, channel=Channel.MAIL):
        raise forms.no_article(article_id)
    named = [(known.EMAILED_ARTICLE, str(article_id)), (known.EMAILED, str(publication_id))]
    turn = doors.EMAIL_ARTICLE.leaves_at(
        tx, named, publication_id=publication_id, network=who.network, now=now
    )
    mailbox = recipients.hash_of(recipients.mailbox_of(address)).hex()[:32]
    if not known.EMAILED_TO.take(tx, mailbox, now):
        return None
    if recipients.is_suppressed(tx, address_hash, SCOPE):
        return None
    days = dt.timedelta(days=FORGOTTEN_AFTER_DAYS)
    return single.queue(
        tx,
        prepared,
        recipients.upsert(tx, address, purge_at=now + days),
        dedupe_key=emailed_key(article_id, address_hash),
        publication_id=publication_id,
        scope=SCOPE,
        now=now,
        expires_in=_EXPIRES_IN,
        not_before=turn,
    )
