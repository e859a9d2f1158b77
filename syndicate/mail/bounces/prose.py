"""Reports in words alone: who failed, and what is said about each; and what is no report at all."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from syndicate.mail.bounces.reading import Report

_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-]+@[A-Za-z0-9](?:[A-Za-z0-9.\-]*[A-Za-z0-9])?"
)
_DAEMON = re.compile(
    r"(?i)mailer[-_ ]?daemon|post_?master|mail delivery|mail ?administrator|mta-daemon|majordomo"
    r"|no-?reply.*google|bounce|complaints|mail server"
)
_SUBJECT = re.compile(
    r"(?i)undeliver|non[- ]?deliver|unable to deliver|could not (?:be )?(?:deliver|send)|delivery"
    r"|not deliver|failure (?:notice|notification)|returned? (?:mail|message)|unzustellbar"
    r"|mail (?:failure|error|system)|warning: (?:could|message)|rejected|bounce|failed? mail"
    r"|mail.*fail|non remis"
    r"|message (?:status|not|delayed)|problem (?:delivering|with)|error.{0,12}(?:mail|message)"
)
_SAYS = re.compile(
    r"(?i)(?:could|can|was|has|did|were|have)(?:n[o']t| ?not)? (?:not )?(?:be |been )?"
    r"(?:deliver|reach)(?:ed)?\b|undeliver|transcript of session|delivery (?:has )?failed"
    r"|unable to deliver|returned to sender|permanent (?:error|failure)|error message below"
    r"|following (?:address|recipient)"
)
_REPLY = re.compile(r"(?i)^(?:re|aw|sv|fw|fwd|tr)\s*:")
_AUTO_SUBJECT = re.compile(
    r"(?i)^(?:auto(?:matic)?[- :]?(?:re(?:ply|sponse|:)|answer)|auto:|out of (?:the )?office"
    r"|on (?:vacation|leave|holiday)|vacation|away from"
    r"|abwesen|automatische antwort|réponse automatique|absence du bureau|respuesta automática"
    r"|risposta automatica|resposta automática|automatisch antwoord|autosvar|automatiskt svar"
    r"|odpowiedź automatyczna|otomatik yanıt|автоответ|автоматический ответ"  # noqa: RUF001 - Turkish
    r"|(?:ال)?رد (?:ال)?تلقائي|خارج المكتب|不在|自动(?:回复|答复)|自動(?:返信|応答))"
)
_SUCCESS = re.compile(
    r"(?i)success(?:fully|ful)? (?:\w+ ){0,3}(?:deliver|relay)|deliver\w* (?:\w+ ){0,3}success"
)
_REFUSAL = re.compile(r"(?<![\d.])[45]\d\d[ -]|\b[45]\.\d{1,3}\.\d{1,3}\b|(?i:unsuccess|fail|not )")
_COMPLAINT_FROM = re.compile(
    r"(?i)complaints?@|feedbackloop|fbl[@-]|abuse[@-]|staff@hotmail|scomp@aol"
)
# Where a paragraph about one recipient begins: an address that a line starts with, or one that is
# named as the recipient.
_LEAD = re.compile(
    r"""(?imx)^[ \t>*]*+(?:
        <?"?(?P<alone>[^\s<>"():;,=]{1,320}@[^\s<>"():;,=]{1,320}?)"?>?(?=[\s:;,(]|\.{3}|$)
      | (?:error[ ]|could[ ]not[ ]be[ ])?
          (?:(?:final|original|failed|recipient|delivered|invalid|user|rcpt|sent)[ -]?)?
          (?:address|recipient|to|user|failed|userid|attempts)(?:[ ]to)?[ \t]*:[ \t]*
          (?:rfc822;)?[ \t]*<?(?P<named>[^\s<>"():;,]{1,320}@[^\s<>"():;,]{1,320}?)>?
          (?=[ \t,;(]|\.?[ \t]*$)
      | >>>[ ]RCPT[ ]TO:[ ]?<(?P<command>[^<>\s]{1,320}@[^<>\s]{1,320})>
      | (?:\d{3}[ -])(?:\d\.\d\.\d[ ])?<(?P<angled>[^<>\s]{1,320}@[^<>\s]{1,320})>(?:\.{3}|:|[ ])
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
    """Whether a person's program answers: that they are away (RFC 3834), or have read it (8098)."""
    headers = report.headers
    if "disposition-notification" in headers.get("content-type", "").lower():
        return True
    says_so = (
        headers.get("auto-submitted", "").lower().startswith("auto-replied")
        or "x-autoreply" in headers
        or "x-autorespond" in headers
        or headers.get("precedence", "").lower() == "auto_reply"
    )
    if _AUTO_SUBJECT.search(headers.get("subject", "")):
        return True
    if "x-auto-response-suppress" in headers and report.content_type != "multipart/report":
        # A mailbox's own rule; a mail server of the same make sends a report in due form.
        return not _DAEMON.search(headers.get("from", ""))
    return says_so and not is_report(report)


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
    is_from_one = bool(_COMPLAINT_FROM.search(report.headers.get("from", "")))
    return is_from_one and bool(report.original)


def is_report(report: Report) -> bool:
    """Whether a mail says that another one did not arrive."""
    headers = report.headers
    if "x-failed-recipients" in headers:
        return True
    subject = headers.get("subject", "")
    is_daemon = bool(_DAEMON.search(headers.get("from", "")))
    if not is_daemon and _REPLY.match(subject):
        return False
    is_null = headers.get("return-path", "-").strip() in ("<>", "")
    is_about_mail = report.content_type == "multipart/report" or bool(report.original)
    signs = (bool(_SUBJECT.search(subject)), is_about_mail, bool(_SAYS.search(report.prose)))
    # A daemon's word is taken on one sign; a stranger's on two, and an empty return path is one.
    return any(signs) if is_daemon else sum(signs) + is_null > 1 and (signs[0] or signs[2])


def told(report: Report) -> Iterator[Told]:
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
