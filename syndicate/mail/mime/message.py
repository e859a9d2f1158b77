"""One recipient's message: headers by RFC, envelope sender, and the merged body.

Everything is a function of the ledger's row and the frozen content, so that a retry has the same
bytes and the same Message-ID.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import Any

from syndicate import settings, signing
from syndicate.bounces.keeping import verp
from syndicate.mail.mime import headers
from syndicate.mail.mime.dkim import Signer
from syndicate.mail.mime.senders import Sender
from syndicate.mail.mime.signers import Signers
from syndicate.mail.relay.supply import Envelope
from syndicate.master_key import MasterKey
from syndicate.render.email import Rendered
from syndicate.render.encode import EIGHT_BIT
from syndicate.render.merge import (
    Content,
    has_long_line,
    in_eight_bit,
    merge,
    share_beyond_ascii,
)
from syndicate.store.sending.batch_leases import DueDelivery
from syndicate.store.sending.ledger import ContentRow
from syndicate.store.sending.mailings import Mailing

UNSUBSCRIBE = "unsubscribe"
PREFERENCES = "preferences"
NEVER = "never"
# A dash and a quotation mark here and there are cheap in quoted-printable, which every relay takes.
WORTH_EIGHT_BIT = 0.03


@dataclass(frozen=True)
class _Letterhead:
    """What the copies of one content share."""

    domain: str
    before: tuple[bytes, ...]  # header fields, in order, before those of the recipient
    listing: tuple[bytes, ...]  # of a newsletter alone
    slots: Mapping[str, str]
    signed_at: int
    can_leave_by_mail: bool
    signer: Signer | None


@dataclass(frozen=True)
class Writer:
    """Writes the messages of one mailing.

    Attributes:
        mailing: whose messages.
        key: the installation's master key.
        base_url: where readers reach us, without a trailing slash.
        signers: who signs which mail; None signs none.
    """

    mailing: Mailing
    key: MasterKey
    base_url: str
    signers: Signers | None = None
    _letterheads: dict[int, _Letterhead] = field(default_factory=dict, compare=False)

    def envelope(self, due: DueDelivery, content: Content) -> Envelope:
        """The message to one recipient.

        Raises:
            BadAddressError: the address cannot stand in a mail.
            KeyError: the content lacks a header or a slot's value.
            ValueError: a header is not what it must be.
        """
        head = self._letterhead(content)
        recipient = headers.wire_address(due.address)
        slots = {**self.slots(due), **head.slots}
        fields = [
            *head.before,
            b"To: %b\r\n" % recipient.encode(),
            b"Message-ID: %b\r\n" % self.message_id(due.recipient_id, head.domain).encode(),
        ]
        if "unsubscribe_url" in slots:
            fields += head.listing
            ways = [f"<{slots['unsubscribe_url']}>", *self._by_mail(due, head)]
            fields.append(headers.plain("List-Unsubscribe", ", ".join(ways)))
        body = merge(content, due.choice, slots)
        if head.signer is not None:
            fields.append(head.signer.sign(fields, body, at=head.signed_at))
        return Envelope(
            key=due.ordinal,
            mail_from=self.bounce_address(due, head.domain),
            recipient=recipient,
            message=(*fields, b"\r\n", *body),
            is_utf8=not recipient.isascii(),
            is_eight_bit=content.is_eight_bit,
            envelope_id=f"m{self.mailing.id}.{due.recipient_id}",
        )

    def slots(self, due: DueDelivery) -> dict[str, str]:
        """The links that are this recipient's own, by slot name."""
        if due.subscription_id is None:
            token = signing.sign(self.key, NEVER, str(due.recipient_id))
            return {"never_url": f"{self.base_url}/never/{token}"}
        payload = str(due.subscription_id)
        unsubscribe = signing.sign(self.key, UNSUBSCRIBE, payload)
        preferences = signing.sign(self.key, PREFERENCES, payload)
        return {
            "unsubscribe_url": f"{self.base_url}/unsubscribe/{unsubscribe}",
            "preferences_url": f"{self.base_url}/preferences/{preferences}",
        }

    def message_id(self, recipient_id: int, domain: str) -> str:
        """Unique per recipient, the same on every retry (RFC 5322 3.6.4)."""
        return self.message_ids(recipient_id, domain)[0]

    def message_ids(self, recipient_id: int, domain: str) -> list[str]:
        """The same under each key: it is another after a rotation of the master key."""
        name = f"m{self.mailing.id}.{recipient_id}"
        seals = signing.seals(self.key, "message-id", name)
        return [f"<{name}.{each[:16]}@{domain}>" for each in seals]

    def bounce_address(self, due: DueDelivery, domain: str) -> str:
        """The envelope sender: names mailing and recipient, sealed."""
        name = f"{self.mailing.id}-{due.recipient_id}"
        return f"b+{name}-{self._seal('bounce', name)[:12]}@{domain}"

    def _by_mail(self, due: DueDelivery, head: "_Letterhead") -> list[str]:
        """The way to leave by mail (RFC 2369 3.2), where one was frozen."""
        if not head.can_leave_by_mail or due.subscription_id is None:
            return []
        name = verp.leaving_name(self.key, due.subscription_id)
        return [f"<mailto:{name}@{head.domain}?subject=unsubscribe>"]

    def _letterhead(self, content: Content) -> _Letterhead:
        # By identity: the caller keeps its contents for as long as this writer writes.
        found = self._letterheads.get(id(content))
        if found is None:
            found = self._letterheads[id(content)] = self._made(content.headers)
        return found

    def _made(self, frame: Mapping[str, Any]) -> _Letterhead:
        answers = (
            [headers.mailbox("Reply-To", "", frame["reply_to"])] if "reply_to" in frame else []
        )
        before = (
            headers.mailbox("From", str(frame["from_name"]), str(frame["from_address"])),
            *answers,
            headers.unstructured("Subject", str(frame["subject"])),
            headers.plain("Date", str(frame["date"])),
            b"MIME-Version: 1.0\r\n",
            headers.plain("Content-Type", f'multipart/alternative; boundary="{frame["boundary"]}"'),
            *_language(frame),
            b"Auto-Submitted: auto-generated\r\n",
            headers.plain("Feedback-ID", self._feedback_id()),
        )
        is_list = self.mailing.newsletter_id is not None or "list_name" in frame
        return _Letterhead(
            domain=return_domain(frame),
            before=before,
            listing=self._listing(frame) if is_list else (),
            slots=dict(frame.get("slots", {})),
            signed_at=int(frame["signed_at"]),
            can_leave_by_mail=bool(frame.get("leave_by_mail")),
            signer=None if self.signers is None else self.signers.frozen(frame),
        )

    def _feedback_id(self) -> str:
        """Mailing, list, type and sender: what Gmail's complaint rates are told by."""
        mailing = self.mailing
        return f"m{mailing.id}:n{mailing.newsletter_id or 0}:{mailing.message}:syndicate"

    def _listing(self, frame: Mapping[str, Any]) -> tuple[bytes, ...]:
        return (
            b"Precedence: bulk\r\n",
            headers.list_id("List-Id", str(frame["list_name"]), str(frame["list_id"])),
            b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
            headers.plain("List-Help", f"<{self.base_url}{frame['list_help']}>"),
        )

    def _seal(self, purpose: str, name: str) -> str:
        return signing.seal(self.key, purpose, name)


def return_domain(frame: Mapping[str, Any]) -> str:
    """The domain that returned mail comes to and Message-IDs end in, of a content's headers."""
    own = frame.get("return_domain")
    return str(own) if own else headers.domain_of(str(frame["from_address"]))


def _language(frame: Mapping[str, Any]) -> list[bytes]:
    """Content-Language (RFC 3282). What older code froze names none, and stays as it was."""
    language = frame.get("language")
    return [] if language is None else [headers.plain("Content-Language", str(language))]


def frozen_headers(
    *, subject: str, from_name: str, sender: Sender, now: dt.datetime
) -> dict[str, object]:
    """What every frame's headers hold: frozen with the content, so that a retry has the same bytes.

    Args:
        subject: any text.
        from_name: display name of the sender.
        sender: its address, where answers go, and who signs. A reply address whose local part is
            not ASCII is left out: the mail would need a relay that speaks SMTPUTF8.
        now: aware UTC; becomes Date and the signature's time.

    Raises:
        BadAddressError: where answers go cannot stand in a mail.
    """
    frozen: dict[str, object] = {
        "subject": subject,
        "from_name": from_name,
        "from_address": sender.address,
        "date": format_datetime(now),
        "signed_at": int(now.timestamp()),
        "dkim": None if sender.dkim is None else sender.dkim.as_json(),
    }
    answers_to = headers.wire_address(sender.reply_to) if sender.reply_to else ""
    if answers_to and answers_to.isascii():
        frozen["reply_to"] = answers_to
    if sender.return_domain:
        frozen["return_domain"] = sender.return_domain
    return frozen


def content_rows(rendered: Rendered, headers: Mapping[str, object]) -> list[ContentRow]:
    """A rendered mail as rows of `mailing_content`, for `store.sending.ledger.add_content`.

    A part that is Arabic, say, is frozen as 8bit where the relay signs: a third or half as long.
    One with a line that cannot be broken, for want of blanks, is not: Chinese, say.
    Where we sign it is not, for a relay further on may change it and break the signature (RFC 6376
    5.3).

    Args:
        rendered: what `render.email.render` returned.
        headers: `frozen_headers`, and for a newsletter `list_name`, `list_id`, `list_help` and
            `leave_by_mail`.
    """
    frame = next(block.headers for block in rendered.blocks if block.headers is not None)
    parts = {
        "html_encoding": [block.html for block in rendered.blocks],
        "text_encoding": [block.text for block in rendered.blocks],
    }
    changed: dict[str, str] = {}
    said = {**headers, "language": rendered.language}
    if settings.load().mail_eight_bit and headers["dkim"] is None:
        for key, stored in parts.items():
            if share_beyond_ascii(stored, frame[key]) <= WORTH_EIGHT_BIT:
                continue
            plain = [in_eight_bit(each, frame[key]) for each in stored]
            if not any(has_long_line(each) for each in plain):
                parts[key], changed[key] = plain, EIGHT_BIT
    blocks = zip(rendered.blocks, parts["html_encoding"], parts["text_encoding"], strict=True)
    return [
        ContentRow(
            rendered.language,
            block.kind,
            block.position,
            block.mask,
            html,
            text,
            None if block.headers is None else {**said, **block.headers, **changed},
            block.format,
        )
        for block, html, text in blocks
    ]
