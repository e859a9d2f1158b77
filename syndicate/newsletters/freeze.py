"""A composed issue as rows: its stories, its mailing, and the content that every copy is cut from.

Nothing is sent here: the audience is materialised, and the mailing started, by `run`.
"""

import datetime as dt

from syndicate import phrases, settings
from syndicate.mail.mime import senders
from syndicate.mail.mime.headers import domain_of
from syndicate.mail.mime.message import content_rows, frozen_headers
from syndicate.mail.mime.senders import Sender
from syndicate.mail.recovery import reconcile
from syndicate.newsletters import unusable
from syndicate.newsletters.compose import Draft
from syndicate.newsletters.kinds import RULES
from syndicate.newsroom import brand
from syndicate.store.composition import issues
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.newsroom.newsletters import Issue, Newsletter
from syndicate.store.newsroom.publications import Publication
from syndicate.store.sending import ledger
from syndicate.store.sending.ledger import ContentRow
from syndicate.store.sending.mailings import Mailing
from syndicate.vocabulary.sending import MailingState

VERSION = 1


def add_mailing(
    tx: Transaction, newsletter: Newsletter, issue: Issue, draft: Draft, now: dt.datetime
) -> Mailing:
    """Write down a composed issue: stories, mailing, content version 1. Nothing is sent yet."""
    publication = newsletters.publication_of(tx, newsletter)
    rule = RULES[newsletter.kind]
    mailing = Mailing(
        kind=rule.mailing,
        issue_id=issue.id,
        newsletter_id=newsletter.id,
        publication_id=newsletter.publication_id,
        cohort=issue.window_to,
        message=rule.message,
        scope=newsletters.scope(newsletter.id),
        state=MailingState.MATERIALISING,
        lane=rule.lane,
        priority=rule.priority,
        policy=reconcile.policy(rule.lane),
        content_version=VERSION,
        expires_at=now + rule.expires_in,
        created_at=now,
    )
    ledger.add(tx, mailing)
    if draft.rendered:
        rows = frozen_rows(
            newsletter, publication, draft, senders.of(tx, publication, rule.message), now
        )
        ledger.add_content(tx, mailing.id, VERSION, rows)
    issues.add_stories(tx, issue.id, draft.chosen, draft.corrected)
    issues.freeze(
        tx, issue, subjects=draft.subjects, content_hash=draft.content_hash, note=_note(draft)
    )
    return mailing


def audience_values(
    newsletter: Newsletter, mailing: Mailing, now: dt.datetime, *, is_notice: bool
) -> dict[str, object]:
    """What `materialise` must know to write a mailing's audience, or to count it."""
    return {
        "mailing": mailing.id,
        "issue": mailing.issue_id,
        "newsletter": newsletter.id,
        "languages": newsletter.languages,
        "fallback": next(iter(newsletter.languages), ""),
        "size": settings.load().mail_batch_size,
        "now": now,
        "always": 1 if is_notice else 0,
    }


def frozen_rows(
    newsletter: Newsletter,
    publication: Publication,
    draft: Draft,
    sender: Sender,
    now: dt.datetime,
) -> list[ContentRow]:
    """The draft as rows of `mailing_content`, with the headers that are the same for everybody."""
    domain = domain_of(publication.sender_address)
    rows: list[ContentRow] = []
    for mail in draft.rendered:
        said = newsletters.in_language(newsletter, mail.language)
        headers = frozen_headers(
            subject=mail.subject,
            from_name=sender.name(
                mail.language, said["publication"] or brand.sender_name(publication, mail.language)
            ),
            sender=sender,
            now=now,
        )
        headers |= {
            "list_name": said["name"],
            # Stable for ever, whatever the newsletter is called next year (RFC 2919).
            "list_id": f"{newsletter.slug}.lists.{domain}",
            "list_help": f"/newsletters/{newsletter.slug}",
            "leave_by_mail": settings.load().can_leave_by_mail(),
        }
        rows.extend(content_rows(mail, headers))
    return rows


def _note(draft: Draft) -> str | None:
    if not draft.chosen:
        return "There was nothing new; readers are told so."
    notes = [f"{phrases.counted(draft.unfitting, 'story')} did not fit."] if draft.unfitting else []
    if draft.unusable:
        notes.append(unusable.sentence(draft.unusable))
    return " ".join(notes) or None
