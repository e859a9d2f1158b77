"""Feedback: what a reader writes under an article goes to the desk that is behind it, as a mail.

It goes through the ledger like any other mail. A reader who wants an answer leaves an address; the
desk sees it in the text and as Reply-To, without a name, and nobody else does.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from syndicate import logs, settings
from syndicate.actions import forms
from syndicate.actions.forms import Guarded
from syndicate.breakers import counting, doors, known
from syndicate.breakers.visitors import Visitor
from syndicate.errors import OversizeError, UnrenderableError, UsageError
from syndicate.mail import single
from syndicate.mail.mime import senders
from syndicate.mail.mime.senders import Sender
from syndicate.newsroom import brand
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import publications
from syndicate.store.newsroom.publications import Publication
from syndicate.store.readers import recipients
from syndicate.store.views import reader_pages
from syndicate.store.views.reader_pages import Reading

log = logs.get(__name__)

MESSAGE = "feedback"
SCOPE = "feedback"
MAX_TEXT = 3000
UNUSABLE = "This text cannot be sent by email. Please make it shorter or simpler."
_EXPIRES_IN = dt.timedelta(days=2)


@dataclass(frozen=True)
class Letter:
    """What the reader filled in; the address is empty when no answer is wanted."""

    text: str
    reply_to: str


def send(article_id: int, letter: Letter, guarded: Guarded, *, now: dt.datetime) -> int | None:
    """Pass a reader's words on to the article's desk.

    Returns:
        The mailing's id; None when the same words came before.

    Raises:
        NotFoundError: there is no such article to be read here.
        UsageError: the form was not opened here or its hidden field was filled in, its text is
            empty or too long, or cannot be put into a mail.
        BadAddressError: an answer is wanted at an address that cannot be mailed.
        CapReachedError: this visitor has had their share, or very much waits.
    """
    forms.check(form_of(article_id), guarded, now)
    text = checked_text(letter.text)
    reply_to = recipients.normalise(letter.reply_to) if letter.reply_to.strip() else ""
    with transaction() as tx:
        found = reader_pages.article(tx, article_id, now=now)
        publication = publications.find(tx, found.story.publication_id) if found else None
        if found is None or publication is None:
            raise forms.no_article(article_id)
        who = guarded.visitor
        is_allowed = counting.take(tx, known.FEEDBACK, who, now)
        doors.FEEDBACK.refuse_full(tx, publication.id, who.network, now)
        sender = replace(senders.of(tx, publication, MESSAGE), reply_to=reply_to)
    if not is_allowed:
        raise forms.too_many("We have received more messages than we can read right now.")
    return _pass_on(found, publication, sender, _Words(text, reply_to, who), now)


def form_of(article_id: int) -> str:
    """The name of an article's form, for its stamp."""
    return f"feedback:{article_id}"


def checked_text(text: str) -> str:
    """A reader's words with tidy line ends.

    Raises:
        UsageError: there are none, or too many.
    """
    tidy = "\n".join(line.rstrip() for line in text.strip().splitlines())
    if not tidy or len(tidy) > MAX_TEXT:
        raise UsageError(f"Please write something, in {MAX_TEXT} characters at most.")
    return tidy


@dataclass(frozen=True)
class _Words:
    text: str
    reply_to: str
    who: Visitor


def _pass_on(
    found: Reading, publication: Publication, sender: Sender, words: _Words, now: dt.datetime
) -> int | None:
    story = found.story
    own_page = settings.load().base_url() + reader_pages.path_of(story.id, story.slug)
    context: dict[str, Any] = {
        "publication": brand.worn(publication, publication.language),
        "article": {
            "headline": story.headline,
            "url": story.url or own_page,
            "language": story.language,
        },
        "desk": found.desk.name if found.desk else publication.name,
        "lines": words.text.splitlines(),
        "reply_to": words.reply_to,
    }
    prepared = _prepare(publication, sender, context, story.id, now)
    address = (found.desk.address if found.desk else None) or publication.sender_address
    digest = hashlib.sha256(f"{words.reply_to}\n{words.text}".encode()).hexdigest()[:32]
    with transaction() as tx:
        if not reader_pages.hold(tx, story.id, now=now):
            raise forms.no_article(story.id)
        turn = doors.FEEDBACK.leaves_at(
            tx,
            [(known.FED_BACK, str(publication.id))],
            publication_id=publication.id,
            network=words.who.network,
            now=now,
        )
        mailing_id = single.queue(
            tx,
            prepared,
            recipients.upsert(tx, recipients.normalise(address)),
            dedupe_key=f"feedback:{story.id}:{digest}",
            publication_id=publication.id,
            scope=SCOPE,
            now=now,
            expires_in=_EXPIRES_IN,
            not_before=turn,
        )
    log.info("feedback_taken", article_id=story.id, mailing_id=mailing_id)
    return mailing_id


def _prepare(
    publication: Publication,
    sender: Sender,
    context: Mapping[str, Any],
    article_id: int,
    now: dt.datetime,
) -> single.Prepared:
    try:
        return single.prepare(
            MESSAGE,
            language=publication.language,
            context=context,
            from_name=publication.sender,
            sender=sender,
            now=now,
        )
    except (OversizeError, UnrenderableError) as error:
        log.exception("feedback_not_mailable", article_id=article_id)
        raise UsageError(UNUSABLE) from error
