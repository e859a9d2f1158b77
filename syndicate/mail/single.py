"""One message to one recipient: a confirmation, an emailed article.

    prepared = single.prepare("confirmation", …)      # templates: outside any transaction
    with transaction() as tx:
        single.queue(tx, prepared, recipient, …)      # the mail exists when its reason does

It stands in the ledger like any other mail: a mailing of kind *single* with its content, one batch
and one delivery, sent by the urgent lane.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from syndicate import jobs
from syndicate.mail.mime.message import content_rows, frozen_headers
from syndicate.mail.mime.senders import Sender
from syndicate.mail.recovery import reconcile
from syndicate.render.email import render
from syndicate.store.ground.session import Transaction
from syndicate.store.readers.recipients import Recipient
from syndicate.store.sending import ledger
from syndicate.store.sending.ledger import ContentRow
from syndicate.store.sending.mailings import Mailing
from syndicate.vocabulary.sending import Lane, MailingKind, MailingState

VERSION = 1
PRIORITY = 0  # before alerts (1) and digests (5)


@dataclass(frozen=True)
class Prepared:
    """A rendered message that waits for its recipient.

    Attributes:
        message: its folder under templates/mail.
        language: of its frame.
        rows: its encoded blocks.
        choice: bits of the stories in it, of a mail that has any.
    """

    message: str
    language: str
    rows: tuple[ContentRow, ...]
    choice: int = 0


def prepare(  # noqa: PLR0913 - what a mail needs to be written, each by its name
    message: str,
    *,
    language: str,
    context: Mapping[str, Any],
    from_name: str,
    sender: Sender,
    now: dt.datetime,
    slots: Mapping[str, str] | None = None,
) -> Prepared:
    """Render a message. Template work: never while a transaction is open.

    Args:
        message: folder under templates/mail: subject.txt, body.html and body.txt.
        language: of the frame, a BCP 47 tag.
        context: plain data for the templates.
        from_name: display name of the sender.
        sender: its address, on a domain of ours, and what else says from whom it comes.
        now: aware UTC; becomes Date and the signature's time.
        slots: values of the slots that are this message's own (confirm_url), unescaped.

    Raises:
        OversizeError: the decoded HTML is over 90 KB.
        UnrenderableError: the mail cannot be made of this context.
    """
    rendered = render(message, language, context)
    headers = frozen_headers(subject=rendered.subject, from_name=from_name, sender=sender, now=now)
    rows = content_rows(rendered, headers | {"slots": dict(slots or {})})
    return Prepared(message, language, tuple(rows))


def queue(  # noqa: PLR0913 - what the ledger needs to know, each by its name
    tx: Transaction,
    prepared: Prepared,
    recipient: Recipient,
    *,
    dedupe_key: str,
    publication_id: int | None,
    scope: str,
    now: dt.datetime,
    expires_in: dt.timedelta,
    not_before: dt.datetime | None = None,
) -> int | None:
    """Write a prepared message into the ledger and hint at its sending.

    Args:
        tx: the open transaction; the caller's own.
        prepared: what `prepare` returned.
        recipient: who gets it.
        dedupe_key: the same for what must be sent only once, e.g. "confirmation:7:2026-11-24".
        publication_id: in whose name.
        scope: of the suppressions that bar it: "article", "confirmation".
        now: aware UTC.
        expires_in: after this nobody wants it any more.
        not_before: when its turn is, aware UTC; None for at once. It expires so much later.

    Returns:
        The mailing's id, or None when one with this `dedupe_key` exists. Safe to run twice.
    """
    mailing = Mailing(
        kind=MailingKind.SINGLE,
        publication_id=publication_id,
        dedupe_key=dedupe_key,
        message=prepared.message,
        scope=scope,
        state=MailingState.SENDING,
        lane=Lane.URGENT,
        priority=PRIORITY,
        policy=reconcile.policy(Lane.URGENT),
        content_version=VERSION,
        audience=1,
        expires_at=(not_before or now) + expires_in,
        created_at=now,
        started_at=now,
    )
    mailing_id = ledger.add_single(
        tx,
        mailing,
        recipient,
        language=prepared.language,
        choice=prepared.choice,
        not_before=not_before,
    )
    if mailing_id is not None:
        ledger.add_content(tx, mailing_id, VERSION, prepared.rows)
    if mailing_id is not None and not_before is None:
        tx.hint(jobs.SEND_URGENT)
    return mailing_id
