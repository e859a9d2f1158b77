"""Who wrote a mail that came back: a mail server, a reader's own program, or a reader; pure.

What a program says of itself comes before every word of its text. A vacation notice in Finnish says
"can be reached", a colleague's says "no longer works here", and both have cost readers the paper.
So words are read as a report only where a server wrote them, or a mailbox that is nobody's:

    server      mailer-daemon and the like, or no address at all: its words are a report
    role        postmaster, no-reply: a person may sit there, so more must speak for a report
    anybody     a reader or a reader's program: never a report by words alone

Source: RFC 3834 (Auto-Submitted, 3.1.7; empty return path, 3.3); RFC 8098 (receipts);
MS-OXCMAIL 2.1.3.2 (X-Auto-Response-Suppress).
"""

import enum
import re

from syndicate.bounces.reading.parts import Report

_SERVER = re.compile(
    r"(?i)(?:.*[-_.])?mail(?:er)?[-_.]?d(?:ae|e|ea)mon(?:[-_.+].*)?|mdaemon|mta[-_.]?daemon"
    r"|double-bounce|mmdf|smtpd?|mail(?:er)?[-_.]?(?:system|delivery|server|router)"
)
_ROLE = re.compile(
    r"(?i)po+st[-_.]?master(?:[-_.+].*)?|(?:.*[-_.])?admin(?:istrator)?|sys(?:tem)?[-_.]?admin"
    r"|system|root|daemon|majordomo|bounces?(?:[-_.+=].*)?|mailer"
    r"|(?:.*[-_.])?(?:no|do[-_.]?not)[-_.]?reply(?:[-_.+].*)?"
)
# Where there is no address, the name must do: "MAILER-DAEMON <>".
_NAMED_SERVER = re.compile(r"(?i)mailer[-_ ]?daemon|mail (?:delivery|system|server)|post_?master")

_ANGLED = re.compile(r"<([^<>]*)>")
_COMMENT = re.compile(r"\([^()]*\)")

# What programs put on an answer that they wrote themselves, beside Auto-Submitted.
_ANSWERS = frozenset(
    {
        "x-auto-reply",
        "x-auto-reply-from",
        "x-auto-response",
        "x-autoreply",
        "x-autoreply-from",
        "x-autorespond",
        "x-autoresponder",
        "x-autoresponse",
        "x-mail-autoreply",
        "x-mail-autoresponse",
        "x-ms-exchange-inbox-rules-loop",
        "x-vacation",
    }
)
_SAID_IN = {
    "auto-submitted": re.compile(r"(?i)\s*auto-(?:replied|notified)\b"),
    "x-auto-submitted": re.compile(r"(?i)\s*auto-(?:replied|notified)\b"),
    "precedence": re.compile(r"(?i)\s*auto[-_]?reply\b"),
    "preference": re.compile(r"(?i)\s*auto[-_]?reply\b"),
    "x-apple-action": re.compile(r"(?i)\s*vacation\b"),
    "x-ms-exchange-generated-message-source": re.compile(r"(?i).*mailbox rules"),
    "x-post-messageclass": re.compile(r"(?i).*autoresponder"),
    "delivered-to": re.compile(r"(?i)\s*autoresponder\b"),
    "x-mailer": re.compile(r"(?i).*(?:vacation|auto-?(?:reply|respon))"),
}
_SUBJECT = re.compile(
    r"(?i)^(?:auto(?:matic)?[- :]?(?:re(?:ply|sponse|:)|answer)|auto:|out of (?:the )?office"
    r"|on (?:vacation|leave|holiday)|vacation|away from"
    r"|abwesen|automatische antwort|réponse automatique|absence du bureau|respuesta automática"
    r"|risposta automatica|resposta automática|automatisch antwoord|autosvar|automatiskt svar"
    r"|automatisk (?:svar|besvarelse)|fraværs|frånvaro|sjálfvirkt svar"
    r"|automaattinen (?:vastaus|poissa)"
    r"|poissa toimistosta|automaat(?:vastus|ne vastus)|automātiskā atbilde|automatinis atsak"
    r"|odpowiedź automatyczna|automatická odpov[eě]|autom(?:atsk|atick)[iáa] odgo?vo?r"
    r"|samodejni odgovor|automatikus válasz|házon kívül|răspuns automat|otomatik yan[ıi]t"  # noqa: RUF001 - Turkish
    r"|αυτόματη απάντηση|автоответ|автоматический ответ|автоматична відповідь"
    r"|автомат(?:ичен отговор|ски одговор)|resposta automàtica|erantzun automatikoa"
    r"|balasan (?:otomatis|automatik)|trả lời tự động|awtomatik|avtomatik cavab"
    r"|(?:ال)?رد (?:ال)?(?:تلقائي|آلي)|خارج المكتب|پاسخ خودکار|خودکار جواب"
    r"|מענה אוטומטי|תשובה אוטומטית"
    r"|ตอบกลับอัตโนมัติ|การตอบกลับอัตโนมัติ|स्वचालित|자동 ?(?:회신|응답|답장)|부재"
    r"|不在|自[动動][ \u3000]?(?:回[复覆]|答[复覆]|返信|応答|應答))"
)


class Sender(enum.Enum):
    """Whose mailbox a mail comes from."""

    SERVER = "server"
    ROLE = "role"
    ANYBODY = "anybody"


def sender_of(report: Report) -> Sender:
    """Who wrote a mail, by the addresses that it gives as its own: From, and the return path."""
    words = report.headers.get("from", "")
    local, path = (
        address_of(field).partition("@")[0]
        for field in (words, report.headers.get("return-path", ""))
    )
    if _SERVER.fullmatch(local) or _SERVER.fullmatch(path):
        return Sender.SERVER
    if not local:
        is_nobody = words.strip() == "<>" or bool(_NAMED_SERVER.search(words))
        return Sender.SERVER if is_nobody else Sender.ANYBODY
    if _ROLE.fullmatch(local):
        return Sender.ROLE
    return Sender.ANYBODY


def address_of(field: str) -> str:
    """The address in a From field, in lower case, however the name around it is written."""
    found = _ANGLED.findall(field)
    bare = _COMMENT.sub(" ", field).split()
    return (found[-1] if found else bare[0] if bare else "").strip().lower()


def is_null_sender(report: Report) -> bool:
    """Whether it was sent with an empty return path, as no person's own mail is."""
    return report.headers.get("return-path", "-").strip() in ("<>", "")


def is_by_machine(report: Report) -> bool:
    """Whether a delivery status in it is its own: people forward those of others, part by part."""
    if report.content_type == "multipart/report" or sender_of(report) is not Sender.ANYBODY:
        return True
    return is_null_sender(report) and not declares_answer(report)


def declares_answer(report: Report) -> bool:
    """Whether a program says that it answers for a person, in a header or at the subject's head."""
    headers = report.headers
    if report.is_receipt or not _ANSWERS.isdisjoint(headers):
        return True
    if any(said.match(headers.get(name, "")) for name, said in _SAID_IN.items()):
        return True
    # A mailbox's own rule; a mail server of the same make says this on its reports too.
    if "x-auto-response-suppress" in headers and sender_of(report) is Sender.ANYBODY:
        return True
    return is_answer_by_subject(report)


def is_answer_by_subject(report: Report) -> bool:
    """Whether its subject begins as an automatic answer's does, in one of the languages we know."""
    return bool(_SUBJECT.search(report.headers.get("subject", "")))
