"""What mail providers tell about messages they took, in one form: SES, Postmark, Mailgun, SendGrid.

Pure: JSON in, what happened out. A provider's own word for "gone for good" is not believed blindly:
the reply that it quotes is read by the same rules as any other. What we have no use for (opens,
clicks, "processed") is left out.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from syndicate.bounces.reading.provider_event import Told
from syndicate.bounces.reading.reasons import cause_of
from syndicate.bounces.reading.verdict import Kind, Reason, Verdict, feedback_of, is_hard
from syndicate.redaction import without_addresses

Json = Mapping[str, Any]
_DETAIL = 400
# Providers try an address once and then answer for it from memory: that is no fresh refusal.
_FROM_MEMORY = frozenset({"suppressed", "suppress-bounce", "suppress-complaint", "dropped"})
_POSTMARK = {
    "HardBounce": "5.1.1",
    "BadEmailAddress": "5.1.3",
    "SoftBounce": "4.2.0",
    "Transient": "4.0.0",
    "DnsError": "4.4.4",
    "Blocked": "5.7.1",
    "ISPBlock": "5.7.1",
    "SpamNotification": "5.7.1",
    "VirusNotification": "5.7.1",
    "DMARCPolicy": "5.7.26",
    "ChallengeVerification": "4.7.0",
}


def ses(event: Json) -> Iterator[Told]:
    """What an event of Amazon SES tells, as SNS carries it in `Message`."""
    kind = str(event.get("notificationType") or event.get("eventType") or "").lower()
    mail = _of(event, "mail")
    message_id, key = _ses_message_id(mail), str(mail.get("messageId", ""))
    about, names = _SES.get(kind, ("", ""))
    detail = _of(event, about)
    at = _moment(detail.get("timestamp") or mail.get("timestamp"))
    for recipient in _several(detail, names):
        address = str(recipient.get("emailAddress", "")) if isinstance(recipient, Mapping) else ""
        verdict = _ses_verdict(kind, detail, recipient, address or str(recipient))
        yield Told(verdict, at, message_id, f"ses:{key}:{kind}:{verdict.recipient}")


def postmark(event: Json) -> Iterator[Told]:
    """What Postmark's webhook tells: Bounce, SpamComplaint, Delivery."""
    record = str(event.get("RecordType", ""))
    address = str(event.get("Email") or event.get("Recipient") or "")
    message_id = str(_of(event, "Metadata").get("message-id", ""))
    key = f"postmark:{record}:{event.get('ID') or event.get('MessageID')}:{address}"
    at = _moment(event.get("BouncedAt") or event.get("DeliveredAt"))
    words = f"{event.get('Details', '')}"
    if record == "Delivery":
        yield Told(_delivered(address), at, message_id, key)
    elif record == "SpamComplaint":
        yield Told(_complained(address, "abuse"), at, message_id, key)
    elif record == "Bounce":
        kind = str(event.get("Type", ""))
        if kind == "AutoResponder":
            return
        verdict = _bounced(address, words, status=_POSTMARK.get(kind, "5.0.0"))
        yield Told(verdict, at, message_id, key)


def mailgun(body: Json) -> Iterator[Told]:
    """What Mailgun's webhook tells: delivered, failed, complained, unsubscribed."""
    event = _of(body, "event-data")
    kind, address = str(event.get("event", "")), str(event.get("recipient", ""))
    message_id = str(_of(_of(event, "message"), "headers").get("message-id", ""))
    at, key = _moment(event.get("timestamp")), f"mailgun:{event.get('id')}"
    if kind == "delivered":
        yield Told(_delivered(address), at, message_id, key)
    elif kind == "complained":
        yield Told(_complained(address, "abuse"), at, message_id, key)
    elif kind == "unsubscribed":
        yield Told(_complained(address, "opt-out"), at, message_id, key)
    elif kind == "failed" and str(event.get("reason")) not in _FROM_MEMORY:
        status = _of(event, "delivery-status")
        words = f"{status.get('message', '')} {status.get('description', '')}"
        verdict = _bounced(
            address,
            words,
            status=str(status.get("enhanced-code") or ""),
            code=_number(status.get("code")),
            is_delay=event.get("severity") == "temporary",
        )
        yield Told(verdict, at, message_id, key)


def sendgrid(events: Sequence[Json]) -> Iterator[Told]:
    """What SendGrid's event webhook tells: delivered, deferred, bounce, spamreport, unsubscribe."""
    for event in events:
        kind, address = str(event.get("event", "")), str(event.get("email", ""))
        message_id = str(event.get("smtp-id", ""))
        at, key = _moment(event.get("timestamp")), f"sendgrid:{event.get('sg_event_id')}"
        words = str(event.get("reason") or event.get("response") or "")
        status = str(event.get("status", ""))
        if kind == "delivered":
            yield Told(_delivered(address), at, message_id, key)
        elif kind == "spamreport":
            yield Told(_complained(address, "abuse"), at, message_id, key)
        elif kind in ("unsubscribe", "group_unsubscribe"):
            yield Told(_complained(address, "opt-out"), at, message_id, key)
        elif kind in ("bounce", "deferred"):
            verdict = _bounced(address, words, status=status, is_delay=kind == "deferred")
            yield Told(verdict, at, message_id, key)


# Kind of an SES event -> (its object, the list of recipients in it).
_SES = {
    "bounce": ("bounce", "bouncedRecipients"),
    "complaint": ("complaint", "complainedRecipients"),
    "delivery": ("delivery", "recipients"),
    "deliverydelay": ("deliveryDelay", "delayedRecipients"),
}


def _ses_verdict(kind: str, detail: Json, recipient: object, address: str) -> Verdict:
    said = recipient if isinstance(recipient, Mapping) else {}
    if kind == "delivery":
        return _delivered(address)
    if kind == "complaint":
        return _complained(address, str(detail.get("complaintFeedbackType") or "abuse"))
    words = str(said.get("diagnosticCode", ""))
    status = str(said.get("status", ""))
    if kind == "bounce" and detail.get("bounceSubType") == "Suppressed":
        # Refused from Amazon's memory of other senders' mail; the word of a stranger.
        return Verdict(Kind.BOUNCED, address, status, None, Reason.FILTERED, detail=words)
    return _bounced(address, words, status=status, is_delay=kind == "deliverydelay")


def _ses_message_id(mail: Json) -> str:
    """Our own Message-ID: SES gives the message another name, and keeps ours among the headers."""
    for header in _several(mail, "headers"):
        if isinstance(header, Mapping) and str(header.get("name", "")).lower() == "message-id":
            return str(header.get("value", ""))
    return str(_of(mail, "commonHeaders").get("messageId", ""))


def _delivered(address: str) -> Verdict:
    return Verdict(Kind.DELIVERED, address, reason=Reason.DELIVERED)


def _complained(address: str, feedback: str) -> Verdict:
    return feedback_of(feedback.lower(), address)


def _bounced(
    address: str,
    words: str,
    *,
    status: str = "",
    code: int | None = None,
    is_delay: bool = False,
) -> Verdict:
    kind = Kind.DELAYED if is_delay else Kind.BOUNCED
    # Providers hand a message over and quote the answer to RCPT TO, unless the words say otherwise.
    cause = cause_of(words, status=status, code=code)
    hard = is_hard(kind, cause.reason, cause.status, cause.code)
    detail = without_addresses(" ".join(words.split()))[:_DETAIL]
    return Verdict(kind, address, cause.status, cause.code, cause.reason, hard, detail=detail)


def _of(json: Json, name: str) -> Json:
    value = json.get(name)
    return value if isinstance(value, Mapping) else {}


def _several(json: Json, name: str) -> Sequence[Any]:
    value = json.get(name)
    return value if isinstance(value, list) else []


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _moment(value: object) -> dt.datetime:
    """A provider's time: ISO 8601, or seconds since 1970; the epoch where it says nothing."""
    try:
        if isinstance(value, int | float):
            return dt.datetime.fromtimestamp(value, tz=dt.UTC)
        moment = dt.datetime.fromisoformat(str(value))
    except (ValueError, OverflowError, OSError):
        return dt.datetime.fromtimestamp(0, tz=dt.UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
