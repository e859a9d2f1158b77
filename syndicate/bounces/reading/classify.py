"""What a returned mail says of each recipient; pure: bytes in, verdicts out.

Asked in this order: is it a complaint (ARF) or a delivery status (DSN) in due form; does a program
ask to be left alone, or answer for somebody who is away; is it a report in words that a mail server
wrote. What a mail declares comes before what its words seem to say. What is none of these has no
verdict.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from syndicate.bounces.reading import prose, providers
from syndicate.bounces.reading.parts import Fields, Report, read
from syndicate.bounces.reading.reasons import Cause, cause_of
from syndicate.bounces.reading.senders import Sender, is_by_machine, is_null_sender, sender_of
from syndicate.bounces.reading.verdict import (
    ABOUT_THE_ADDRESS,
    Kind,
    Reason,
    Verdict,
    feedback_of,
    is_hard,
)
from syndicate.redaction import without_addresses

DETAIL_LENGTH = 400
_ADDRESS = re.compile(
    r"(?<![^\s<>\"'(),;:\[\]])[^\s<>\"'(),;:\[\]]{1,320}@[^\s<>\"'(),;:\[\]]{1,320}"
)
# What speaks against a code that says that there is no such address.
_OTHERWISE = frozenset(
    {Reason.MAILBOX_FULL, Reason.SPAM, Reason.BLOCKED, Reason.FILTERED, Reason.RATE}
)
_KINDS = {
    "failed": Kind.BOUNCED,
    "delayed": Kind.DELAYED,
    "delivered": Kind.DELIVERED,
    "relayed": Kind.DELIVERED,
    "expanded": Kind.DELIVERED,
}


def classify(raw: bytes) -> tuple[Verdict, ...]:
    """What a mail says, recipient by recipient.

    Args:
        raw: RFC 5322 form.

    Returns:
        One verdict a recipient in the report's own order; nothing when it is no report.
    """
    return classify_report(read(raw))


def classify_report(report: Report) -> tuple[Verdict, ...]:
    """The same for a mail that was taken apart already."""
    if report.feedback is not None:
        return (_complaint(report, report.feedback),)
    statuses = report.statuses if is_by_machine(report) else ()
    return tuple(_from_status(report, statuses)) or tuple(_from_words(report))


def address_in(text: str) -> str:
    """The first address in a text; "" without one."""
    found = _ADDRESS.search(text)
    return found[0].strip(".") if found else ""


def _complaint(report: Report, feedback: Fields) -> Verdict:
    kind = feedback.get("feedback-type", "abuse").lower()
    named = feedback.get("original-rcpt-to") or report.original.get("to", "")
    return feedback_of(kind, address_in(named), detail=_squeezed(report.prose))


def _auto_reply(report: Report) -> Verdict:
    return Verdict(
        Kind.AUTO_REPLIED,
        address_in(report.headers.get("from", "")),
        reason=Reason.VACATION,
        detail=_squeezed(report.headers.get("subject", "")),
    )


def _from_status(report: Report, statuses: Sequence[Fields]) -> Iterator[Verdict]:
    named = {_recipient(block) for block in statuses} - {""}
    for block in statuses:
        recipient = _recipient(block)
        if not recipient and "action" not in block:
            continue
        kind = _KINDS.get(block.get("action", "failed").split(" ")[0].lower(), Kind.BOUNCED)
        words = block.get("diagnostic-code", "")
        status = _status(block.get("status", ""))
        told = prose.around(report, recipient)
        # What is said of several at once is said of none of them.
        is_about_it = told != report.prose or len(named) == 1
        cause = cause_of(_without_type(words), status=status, around=f"{told}\n{report.prose}")
        said = cause_of(f"{words}\n{told}", status=status)
        if (_is_vague(cause) or not words) and not _is_vague(said):
            cause, words = said, words or told
        elif cause.reason in ABOUT_THE_ADDRESS and is_about_it and _is_otherwise(told):
            # Two voices that disagree: nobody loses the paper over it.
            cause = replace(cause, reason=cause_of(told).reason)
        yield _verdict(kind, recipient, words, cause)


def _from_words(report: Report) -> Iterator[Verdict]:
    if prose.is_unsubscribe(report):
        yield _complaint(report, {"feedback-type": "opt-out"})
    elif prose.is_auto_reply(report):
        yield _auto_reply(report)
    elif report.prose.lstrip().startswith("{"):
        yield from _from_json(report.prose.lstrip())
    elif prose.is_complaint(report):
        yield _complaint(report, {})
    elif prose.is_report(report):
        stated = tuple(_from_status(report, report.stated))
        yield from stated or _from_prose(report, is_success=prose.is_success(report))
    elif is_null_sender(report):
        # RFC 3834 3.3: so programs answer for people, in whatever language.
        yield _auto_reply(report)


def _from_json(text: str) -> Iterator[Verdict]:
    """An event that a provider sends by mail (SES through SNS)."""
    try:
        event, _ = json.JSONDecoder(strict=False).raw_decode(text)
    except (ValueError, RecursionError):
        return
    if isinstance(event, dict):
        yield from (told.verdict for told in providers.ses(event))


def _from_prose(report: Report, *, is_success: bool) -> Iterator[Verdict]:
    told = tuple(prose.failures(report))
    is_server = sender_of(report) is Sender.SERVER
    for each in told:
        if is_success:
            yield Verdict(Kind.DELIVERED, each.recipient, reason=Reason.DELIVERED)
            continue
        cause = cause_of(each.words)
        if _is_vague(cause) and len(told) == 1:
            # Some put the reason above the address that it is about.
            cause = cause_of(report.prose)
        verdict = _verdict(Kind.BOUNCED, each.recipient, each.words, cause)
        # Where a person may have written it, words without a code end nothing.
        is_coded = verdict.code is not None or bool(verdict.status)
        is_sure = is_server or is_coded or (cause.is_looked_up and is_null_sender(report))
        yield replace(verdict, is_hard=verdict.is_hard and is_sure)


def _is_otherwise(told: str) -> bool:
    return cause_of(told).reason in _OTHERWISE


def _verdict(kind: Kind, recipient: str, words: str, cause: Cause) -> Verdict:
    reason = Reason.DELIVERED if kind is Kind.DELIVERED else cause.reason
    if kind is Kind.DELAYED and _is_vague(cause):
        reason = Reason.EXPIRED
    return Verdict(
        kind,
        recipient,
        status=cause.status,
        code=cause.code,
        reason=reason,
        is_hard=is_hard(kind, reason, cause.status, cause.code, is_looked_up=cause.is_looked_up),
        detail=_squeezed(words),
    )


def _squeezed(words: str) -> str:
    return without_addresses(" ".join(words.split()))[:DETAIL_LENGTH]


def _is_vague(cause: Cause) -> bool:
    return cause.reason is Reason.UNDEFINED


def _recipient(block: Fields) -> str:
    for name in ("final-recipient", "x-actual-recipient", "original-recipient"):
        value = block.get(name, "")
        address = address_in(value) or value.partition(";")[2].strip(" <>")
        if address:
            return address
    return ""


def _status(value: str) -> str:
    found = re.search(r"([245])\.(\d{1,3})\.(\d{1,3})", value)
    return found[0] if found else ""


def _without_type(diagnostic: str) -> str:
    """A diagnostic without its type ("smtp; …"), but for a program's exit code, which is one."""
    kind, separator, rest = diagnostic.partition(";")
    return rest if separator and kind.strip().lower() in ("smtp", "lmtp") else diagnostic
