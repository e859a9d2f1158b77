"""Bounce reports in words alone: who failed, what is said of each, and what is no report at all."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from syndicate.bounces.reading.parts import Report
from syndicate.bounces.reading.senders import (
    Sender,
    address_of,
    declares_answer,
    is_answer_by_subject,
    is_null_sender,
    sender_of,
)

_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-]{1,320}@[A-Za-z0-9](?:[A-Za-z0-9.\-]*[A-Za-z0-9])?"
)
_SUBJECT = re.compile(
    r"(?i)undeliver|non[- ]?deliver|unable to deliver|could not (?:be )?(?:deliver|send)|delivery"
    r"|not deliver|failure (?:notice|notification)|returned? (?:mail|message)|unzustellbar"
    r"|mail (?:failure|error|system)|warning: (?:could|message)|rejected|bounce|failed? mail"
    r"|mail.{0,200}fail|non remis"
    r"|message (?:status|not|delayed)|problem (?:delivering|with)|error.{0,12}(?:mail|message)"
    r"|退信|退回|投[递遞](?:失[败敗])|未送[达達]|无法(?:送达|投递)|無法(?:送達|投遞)|配信(?:不能|エラー)"
    r"|配送(?:できません|不能)|送信エラー|送達不能|반송|недостав|не (?:удалось )?доставл"
    r"|невозможно доставить"
    r"|niedostarcz|nie dostarczono|nedoruč|kézbesíthet|nu a fost livrat|onbestelbaar"
    r"|niet afgeleverd"
    r"|(?:ikke|inte) lever|kunde inte"
    r"|no (?:se )?(?:ha )?(?:podido |pudo |puede )?entrega"
    r"|mensaje no entregado|devuelto|mancato recapito|mancata consegna|impossibile consegnare"
    r"|não (?:foi )?(?:possível )?entreg|devolvid|iletilemedi|teslim edilemedi|تعذ(?:ر|ّر)"
    r"|لم يتم تسليم"
    r"|échec de (?:la )?(?:remise|distribution)|zustellung.{0,20}fehlgeschlagen"
    r"|toimittaminen epäonnistui"
    r"|αδυναμία παράδοσης|μη παραδοτ"
)
# Only the negative: "can be reached" is what people who are away say.
_SAYS = re.compile(
    r"(?i)(?:could|can|was|has|did|were|have|is|are)(?:n['\u2019]?t| ?not)(?: yet)?(?: been| be)?"
    r" (?:deliver|reach)(?:ed)?\b|undeliver|transcript of session|delivery (?:has )?failed"
    r"|unable to deliver|returned to sender|permanent (?:error|failure)|error message below"
    r"|following (?:address|recipient)"
)
# A status is written by machines; so is a reply code that a dash follows, or after "said:".
_CODED = re.compile(
    r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])"
    r"|(?m:^(?:[^\S\n]|[>\[])*+(?:smtp;? ?)?[45]\d\d(?:-| - ))"
    r"|(?i:\bsaid|\brcpt to|\bsmtp error|\bresponse|\breplied|\breturned): [45]\d\d[ -]"
)
# "Re:" in any language; the subject behind it is of the mail that was answered.
_REPLY = re.compile(
    r"(?i)^(?:[^\W\d_]{1,4}|antwort|odpowied[źz]|回[复覆]|答[复覆]|转发|返信|답장)(?:\[\d+\])?\s*[::]"
)
_SUCCESS = re.compile(
    r"(?i)success(?:fully|ful)? (?:\w+ ){0,3}(?:deliver|relay)|deliver\w{0,20} (?:\w+ ){0,3}success"
)
_REFUSAL = re.compile(r"(?<![\d.])[45]\d\d[ -]|\b[45]\.\d{1,3}\.\d{1,3}\b|(?i:unsuccess|fail|not )")
_COMPLAINT_FROM = re.compile(
    r"complaints?@|[^@]*feedbackloop|[^@]*fbl[@-]|abuse[@-]|staff@hotmail|scomp@aol"
)
# Where a paragraph about one recipient begins: an address that a line starts with, or one that is
# named as the recipient.
_LEAD = re.compile(
    r"""(?imx)^[ \t>*]*+(?:
        <?"?(?P<alone>[^\s<>"():;,=]{1,320}@[^@\s<>"():;,=]{1,320}?)"?>?(?=[\s:;,(]|\.{3}|$)
      | (?:error[ ]|could[ ]not[ ]be[ ])?
          (?:(?:final|original|failed|recipient|delivered|invalid|user|rcpt|sent)[ -]?)?
          (?:address|recipient|to|user|failed|userid|attempts)(?:[ ]to)?[ \t]*:[ \t]*+
          (?:rfc822;[ \t]*+)?<?(?P<named>[^\s<>"():;,]{1,320}@[^@\s<>"():;,]{1,320}?)>?
          (?=[ \t,;(]|\.?[ \t]*$)
      | >>>[ ]RCPT[ ]TO:[ ]?<(?P<command>[^<>\s]{1,320}@[^@<>\s]{1,320})>
      | (?:\d{3}[ -])(?:\d\.\d\.\d[ ])?<(?P<angled>[^<>\s]{1,320}@[^@<>\s]{1,320})>(?:\.{3}|:|[ ])
    )"""
)


@dataclass(frozen=True)
class Told:
    """What a report says about one recipient.

    Attributes:
        recipient: its address.
        words: the lines about it.
    """

    recipient: str
    words: str


def is_auto_reply(report: Report) -> bool:
    """Whether a person's program answers: that they are away (RFC 3834), or have read it (8098).

    Servers mark reports in words as automatic too; those carry their own evidence.
    """
    if is_answer_by_subject(report):
        return True
    return declares_answer(report) and not is_report(report)


def is_success(report: Report) -> bool:
    """Whether a report says that the mail arrived, and nothing else."""
    words = f"{report.headers.get('subject', '')}\n{report.prose}"
    return bool(_SUCCESS.search(words)) and not _REFUSAL.search(words)


def is_unsubscribe(report: Report) -> bool:
    """Whether a reader's program asks by mail to be left alone (RFC 2369, the mailto form)."""
    subject = report.headers.get("subject", "").strip().lower()
    return subject == "unsubscribe" or "x-apple-unsubscribe" in report.headers


def is_complaint(report: Report) -> bool:
    """Whether a receiver passes on a reader's complaint without the form of RFC 5965."""
    is_from_one = bool(_COMPLAINT_FROM.match(address_of(report.headers.get("from", ""))))
    is_answer = declares_answer(report) or is_null_sender(report)
    return is_from_one and report.is_enclosed and not is_answer


def is_report(report: Report) -> bool:
    """Whether a mail says in words that another one did not arrive, and may be believed.

    The less sure it is that a machine wrote it, the more must speak for it; a mailbox that may be
    anybody's is never believed.
    """
    if "x-failed-recipients" in report.headers:
        return True
    sender, is_answer = sender_of(report), declares_answer(report)
    if sender is Sender.ANYBODY:
        return False
    subject = bool(_SUBJECT.search(_subject(report)))
    coded = bool(_CODED.search(report.prose))
    if is_answer and sender is Sender.ROLE:
        return subject and coded
    is_about_mail = report.content_type == "multipart/report" or bool(report.original)
    signs = subject + coded + is_about_mail + bool(_SAYS.search(report.prose))
    if sender is Sender.SERVER and not is_answer:
        return signs > 0
    return signs > 1 and (subject or coded or (report.is_enclosed and is_null_sender(report)))


def _subject(report: Report) -> str:
    """A report's own subject; that of an answer is whatever was answered."""
    subject = report.headers.get("subject", "")
    return "" if _REPLY.match(subject) else subject


def failures(report: Report) -> Iterator[Told]:
    """Who failed and what is said about each, in the report's order."""
    sections = list(_sections(report))
    if sections:
        yield from sections
        return
    everything = report.prose.strip()
    for recipient in _named(report) or [""]:
        yield Told(recipient, everything)


def around(report: Report, recipient: str) -> str:
    """What the words of a report say about one recipient; all of them when it is not named."""
    for section in _sections(report):
        if section.recipient.lower() == recipient.lower():
            return section.words
    return report.prose


def _named(report: Report) -> list[str]:
    """Recipients that the report's headers name, or whom the returned mail went to."""
    failed = _failed(report)
    return list(dict.fromkeys(failed or _ADDRESS.findall(report.original.get("to", ""))))


def _failed(report: Report) -> list[str]:
    return _ADDRESS.findall(report.headers.get("x-failed-recipients", ""))


def _strangers(report: Report) -> set[str]:
    """Addresses that cannot have failed: who sent the mail, and who reports."""
    names = ("to", "from", "delivered-to", "envelope-to", "x-original-to", "reply-to")
    return {
        address.lower()
        for name in names
        for address in _ADDRESS.findall(report.headers.get(name, ""))
    }


def _sections(report: Report) -> Iterator[Told]:
    """The prose cut at the lines that begin to speak of a recipient, each recipient once."""
    known, strangers = {each.lower() for each in _failed(report)}, _strangers(report)
    starts = [
        (found.start(), address)
        for found in _LEAD.finditer(report.prose)
        for address in (next(each for each in found.groups() if each).strip("."),)
        if (address.lower() in known if known else address.lower() not in strangers)
    ]
    words: dict[str, list[str]] = {}
    spelt: dict[str, str] = {}
    for place, (start, address) in enumerate(starts):
        end = starts[place + 1][0] if place + 1 < len(starts) else len(report.prose)
        spelt.setdefault(address.lower(), address)
        words.setdefault(address.lower(), []).append(report.prose[start:end])
    for key, pieces in words.items():
        yield Told(spelt[key], "\n".join(pieces))
