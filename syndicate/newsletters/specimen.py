"""One mail of an issue for people who decide about it: shown, or sent to an address they name.

What is frozen is read from its rows, what is not is composed as it would be now; either way the
bytes are those of the real path. The copy is of a reader who chose everything; its personal links
lead to a page that says so, and what is sent says that it is a test.
"""

import datetime as dt
import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from syndicate import settings
from syndicate.errors import NotFoundError, RefusedError
from syndicate.mail import single
from syndicate.mail.mime import senders
from syndicate.mail.mime.message import Writer
from syndicate.newsletters import freeze, gather
from syndicate.newsletters.compose import compose
from syndicate.newsletters.kinds import RULES
from syndicate.newsletters.run import known_issue
from syndicate.newsroom.newsletters import numbered, read, to_run
from syndicate.newsroom.verbs import verb
from syndicate.render.encode import decoded, encode
from syndicate.render.merge import FORMAT, SLOT_MARK, Content
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.newsroom.newsletters import Issue, Newsletter
from syndicate.store.newsroom.publications import Publication
from syndicate.store.platform import audit
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.store.readers import recipients
from syndicate.store.sending import ledger
from syndicate.store.sending.batch_leases import DueDelivery
from syndicate.store.sending.ledger import ContentRow
from syndicate.store.sending.mailings import Mailing
from syndicate.translations import say
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.sending import BlockKind

# Of the suppressions that bar a test mail.
SCOPE = "test"
ALL = (1 << 63) - 1
_MARK = "[Test] "
_EXPIRES_IN = dt.timedelta(hours=12)
# Where the footer of a digest says why its reader gets it (templates/mail/digest).
_IN_HTML = re.compile(r"(<p[^<>]*>)[^<]*(</p>\s*<p[^<>]*><a [^<>]*)$")
_IN_TEXT = re.compile(r"((?:^|\n)-- ?\n)(?:[^\n]*\n){0,12}?[^\n]*(\n[^\n]*\n\s*)$")
_FORGOTTEN_AFTER = dt.timedelta(days=30)  # as a friend's address is (docs/data.md)


@dataclass(frozen=True)
class Wanted:
    """A test mail as it is asked for.

    Attributes:
        address: as typed.
        subject: what the audit says it is of.
        language: of the frame; None for the newsletter's first.
    """

    address: str
    subject: str
    language: str | None = None


@dataclass(frozen=True)
class Specimen:
    """An issue's content, and in whose name it comes.

    Attributes:
        rows: its blocks in every language.
    """

    newsletter: Newsletter
    publication: Publication
    rows: tuple[ContentRow, ...]

    def in_language(self, language: str | None) -> tuple[DueDelivery, list[ContentRow]]:
        """A copy in a language, or in the fallback where it does not come in that one."""
        due = whole_copy(self.newsletter, self.publication, language)
        rows = [row for row in self.rows if row.language == due.language]
        if not rows:  # what is frozen may be older than the newsletter's languages
            due = replace(due, language=self.rows[0].language)
            rows = [row for row in self.rows if row.language == due.language]
        return due, rows


def preview(issue_id: int, now: dt.datetime, *, actor: Actor, language: str | None = None) -> bytes:
    """An issue's mail as the relay would get it, but unsigned. Stores nothing.

    Args:
        issue_id: which.
        now: aware UTC.
        actor: who looks.
        language: of the frame; None for the newsletter's first.

    Returns:
        A message in RFC 5322 form, with every story.

    Raises:
        NotAllowedError: the actor may not read of its newsletter.
        NotFoundError: there is no such issue, or it holds nothing to show.
        OversizeError, UnrenderableError: it cannot be composed.
    """
    found = of_issue(issue_id, now, for_whom=lambda newsletter: read(newsletter, actor))
    due, rows = found.in_language(language)
    return message_of(rows, due)


@verb(Permission.RUN)
def send_test(
    issue_id: int, address: str, *, language: str | None = None, actor: Actor, now: dt.datetime
) -> int:
    """Send an issue's mail to one address, marked as a test; each time another mail.

    Args:
        issue_id: which.
        address: as typed.
        language: of the frame; None for the newsletter's first.
        actor: who asks.
        now: aware UTC.

    Returns:
        The mailing's id.

    Raises:
        BadAddressError: the address cannot be mailed.
        NotAllowedError: the actor may not send issues of its newsletter.
        NotFoundError: there is no such issue, or it holds nothing to send.
        RefusedError: the address is to get no mail.
        OversizeError, UnrenderableError: it cannot be composed.
    """
    recipients.normalise(address)  # before all the work
    found = of_issue(issue_id, now, for_whom=lambda newsletter: to_run(newsletter, actor))
    wanted = Wanted(address, f"issue:{issue_id}", language)
    return send(found, wanted, actor=actor, now=now)


def send(found: Specimen, wanted: Wanted, *, actor: Actor, now: dt.datetime) -> int:
    """Send a specimen as a test, on the word of somebody who may.

    Returns:
        The mailing's id.

    Raises:
        BadAddressError: the address cannot be mailed.
        RefusedError: the address is to get no mail.
    """
    to = recipients.normalise(wanted.address)
    due, rows = found.in_language(wanted.language)
    message = RULES[found.newsletter.kind].message
    choice = Content.load(rows, message).shown
    prepared = single.Prepared(message, due.language, tuple(_marked(rows, due)), choice)
    whose = recipients.hash_of(to)
    with transaction() as tx:
        if recipients.is_suppressed(tx, whose, SCOPE):
            raise RefusedError("This address is to get no mail from us; name another one.")
        mailing_id = single.queue(
            tx,
            prepared,
            recipients.upsert(tx, to, purge_at=now + _FORGOTTEN_AFTER),
            dedupe_key=f"test:{wanted.subject}:{whose.hex()}:{now.isoformat()}",
            publication_id=found.publication.id,
            scope=SCOPE,
            now=now,
            expires_in=_EXPIRES_IN,
        )
        assert mailing_id is not None  # noqa: S101 - no two are asked for in one microsecond
        act = Act.TEST_SEND
        audit.record(tx, at=now, actor=actor.name, action=act, subject=wanted.subject)
    return mailing_id


def of_issue(
    issue_id: int, now: dt.datetime, *, for_whom: Callable[[Newsletter], object]
) -> Specimen:
    """The content of an issue: what was frozen, else what would be.

    Args:
        issue_id: which.
        now: aware UTC.
        for_whom: raises where somebody may not have it.

    Raises:
        NotFoundError: there is no such issue, or it holds nothing to show.
        OversizeError, UnrenderableError: it cannot be composed.
    """
    with transaction() as tx:
        issue = known_issue(tx, issue_id)
        newsletter = numbered(tx, issue.newsletter_id)
        for_whom(newsletter)
        publication = newsletters.publication_of(tx, newsletter)
        rows = _frozen(tx, issue)
        material = None if rows else gather.material(tx, newsletter, issue, now)
        sender = senders.of(tx, publication, RULES[newsletter.kind].message)
    if material is not None:
        # An editor may send it though nothing is new.
        draft = compose(material, with_notice=issue.article_id is None)
        rows = freeze.frozen_rows(newsletter, publication, draft, sender, now)
    if not rows:
        raise NotFoundError("There is nothing new, so there is no mail to show.")
    return Specimen(newsletter, publication, tuple(rows))


def whole_copy(
    newsletter: Newsletter, publication: Publication, language: str | None
) -> DueDelivery:
    """A reader who chose everything and whose links lead nowhere.

    Args:
        newsletter: whose mail it is.
        publication: in whose name it comes.
        language: of the frame; another than the newsletter's means its first.
    """
    domain = publication.sender_address.rpartition("@")[2]
    languages = newsletter.languages or [publication.language]
    return DueDelivery(
        ordinal=0,
        recipient_id=0,
        address=f"preview@{domain}",
        subscription_id=0,
        choice=ALL,
        language=language if language in languages else languages[0],
        attempts=0,
        content_version=None,
    )


def message_of(rows: Sequence[ContentRow], due: DueDelivery) -> bytes:
    """A copy as the relay would get it, but unsigned.

    Args:
        rows: in the copy's language.
        due: whose copy it is.
    """
    return b"".join(_writer().envelope(due, Content.load(rows)).message)


def _writer() -> Writer:
    configured = settings.load()
    return Writer(
        Mailing(id=0, message="digest"), key=configured.key(), base_url=configured.base_url()
    )


def _frozen(tx: Transaction, issue: Issue) -> list[ContentRow]:
    mailing = ledger.of_issue(tx, issue.id)
    if mailing is None:
        return []
    stored = ledger.whole_content(tx, mailing.id, mailing.content_version)
    names = [field.name for field in fields(ContentRow)]
    return [ContentRow(**{name: getattr(row, name) for name in names}) for row in stored]


def _marked(rows: Sequence[ContentRow], due: DueDelivery) -> list[ContentRow]:
    """The same blocks with words that say so, and links of nobody's in their slots."""
    links = _writer().slots(due)
    encodings = next(row.headers for row in rows if row.headers is not None)
    said = (_with_reason(row, encodings) for row in rows)
    return [
        row
        if row.headers is None or "subject" not in row.headers
        else replace(
            row,
            headers={
                **row.headers,
                "subject": f"{_MARK}{row.headers['subject']}",
                "slots": links,
            },
        )
        for row in said
    ]


def _with_reason(row: ContentRow, encodings: Mapping[str, Any]) -> ContentRow:
    """A block whose footer says that it is a test, and not why a reader gets the mail."""
    if row.kind != BlockKind.FRAME or row.format != FORMAT:
        return row
    reason = say(
        row.language,
        "This is a test mail, sent by the newsroom. Its links say where those of readers lead.",
    )
    page = _reworded(row.html, _IN_HTML, html.escape(reason), str(encodings["html_encoding"]))
    text = _reworded(row.text, _IN_TEXT, reason, str(encodings["text_encoding"]))
    return replace(row, html=page, text=text)


def _reworded(stored: bytes, at: re.Pattern[str], reason: str, encoding: str) -> bytes:
    """A block's part with another sentence before its link to the reader's choices."""
    pieces = stored.split(SLOT_MARK)
    for place, slot in enumerate(pieces[1::2]):
        if slot.endswith(b":preferences_url"):
            raw = decoded(pieces[2 * place], encoding).decode().replace("\r\n", "\n")
            worded = at.sub(lambda found: f"{found[1]}{reason}{found[2]}", raw)
            pieces[2 * place] = encode(worded, encoding)
    return SLOT_MARK.join(pieces)
