"""The reason for a bounce, from the words and codes of the server that refused the mail.

Words beat codes, for receivers use 5.0.0, 5.1.1 and 550 for everything; where words say nothing
that we know, the status code counts, then the reply. But that an address does not exist is never
believed of a code beside words that nobody understood: there the reason is not known. Source:
RFC 3463, RFC 5248, RFC 7505; docs/facts/mail.md#bounces.
"""

import re
from dataclasses import dataclass

from syndicate.bounces.reading.silence import is_silent
from syndicate.bounces.reading.verdict import ABOUT_THE_ADDRESS, Reason
from syndicate.bounces.reading.words import OWN_BOOK, PASSES, is_certain, rules

_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.,:/\w-])([45][0-5]\d)(?=[ :,;#-]|$)")
# Only where a word begins: else a long word without "@" is searched from each of its letters.
_ADDRESS = re.compile(r"(?<![^\s<>\"'(),;:])[^\s<>\"'(),;:]{1,320}@[^\s<>\"'(),;:]+")
_PERMANENT = 500
# What a reply can need, and the longest word in it.
_WORDS, _WORD = 6_000, 200
# In reply to which command; to the end of DATA a "user unknown" is a filter's doing.
_AT_DATA = re.compile(
    r"(?im)(?:in reply to|after|to) (?:the )?(?:end of )?(?:data|message body)\b"
    r"|^[^\w\n]{0,20}data$|end of data"
)
_AT_RCPT = re.compile(
    r"(?i)(?:in reply to|after|to|>>>) rcpt\b|rcpt (?:to )?command|not like recipient|at rcpt"
    r"|for rcpt|rcpt to:? ?<|\[rcpt_to\]"
)
_AT_MAIL = re.compile(
    r"(?i)(?:in reply to|after|>>>) mail from\b|mail from command|sender was rejected"
)

# What a status alone says (RFC 3463 3.2 to 3.8; RFC 7505; RFC 7372).
_BY_STATUS = {
    "1.0": Reason.USER_UNKNOWN,
    "1.1": Reason.USER_UNKNOWN,
    "1.2": Reason.HOST_UNKNOWN,
    "1.3": Reason.USER_UNKNOWN,
    "1.4": Reason.UNDEFINED,
    "1.6": Reason.HAS_MOVED,
    "1.7": Reason.REJECTED,
    "1.8": Reason.REJECTED,
    "1.10": Reason.NOT_ACCEPTED,
    "2.0": Reason.FILTERED,
    "2.1": Reason.SUSPENDED,
    "2.2": Reason.MAILBOX_FULL,
    "2.3": Reason.TOO_BIG,
    "2.4": Reason.FILTERED,
    "3.1": Reason.SYSTEM_FULL,
    "3.2": Reason.SYSTEM,
    "3.3": Reason.SYSTEM,
    "3.4": Reason.TOO_BIG,
    "3.5": Reason.SYSTEM,
    "4.1": Reason.EXPIRED,
    "4.2": Reason.NETWORK,
    "4.3": Reason.SYSTEM,
    "4.4": Reason.HOST_UNKNOWN,
    "4.5": Reason.SYSTEM,
    "4.6": Reason.NETWORK,
    "4.7": Reason.EXPIRED,
    "5.3": Reason.OVER_LIMIT,
    "6.0": Reason.CONTENT,
    "7.0": Reason.BLOCKED,
    "7.1": Reason.REJECTED,
    "7.8": Reason.SECURITY,
    "7.20": Reason.AUTHENTICATION,
    "7.21": Reason.AUTHENTICATION,
    "7.22": Reason.AUTHENTICATION,
    "7.23": Reason.AUTHENTICATION,
    "7.24": Reason.AUTHENTICATION,
    "7.25": Reason.REVERSE_DNS,
    "7.26": Reason.AUTHENTICATION,
    "7.27": Reason.REJECTED,  # the sender's domain takes no mail: RFC 7505 4.2
}
_BY_SUBJECT = {
    "3": Reason.SYSTEM,
    "4": Reason.NETWORK,
    "5": Reason.SYNTAX,
    "6": Reason.CONTENT,
    "7": Reason.POLICY,
}
_BY_REPLY = {
    421: Reason.NETWORK,
    452: Reason.SYSTEM_FULL,
    521: Reason.NOT_ACCEPTED,
    552: Reason.MAILBOX_FULL,
    556: Reason.NOT_ACCEPTED,
}
# Codes that say what the words around them only describe.
_STATUS_FIRST = {
    "1.7": Reason.REJECTED,
    "1.8": Reason.REJECTED,
    "1.2": Reason.HOST_UNKNOWN,
    "1.6": Reason.HAS_MOVED,
    "1.10": Reason.NOT_ACCEPTED,
    "2.2": Reason.MAILBOX_FULL,
    "4.4": Reason.HOST_UNKNOWN,
    "7.25": Reason.REVERSE_DNS,
    "7.26": Reason.AUTHENTICATION,
}

# What beside a code for an unknown address ends a subscription.
_ENDS = ABOUT_THE_ADDRESS | {Reason.SUSPENDED}


@dataclass(frozen=True)
class Cause:
    """Why, as far as words and codes say.

    Attributes:
        reason: in one word.
        status: RFC 3463, "" when nobody said.
        code: SMTP reply, None when nobody said.
        is_looked_up: whether the server says that it looked for the name in a book of its own.
    """

    reason: Reason
    status: str
    code: int | None
    is_looked_up: bool = False


def cause_of(words: str, *, status: str = "", code: int | None = None, around: str = "") -> Cause:
    """The cause behind a reply, a diagnostic or a paragraph.

    Args:
        words: what the other side said, with its codes, in any number of lines.
        status: of a field of its own, where there is one.
        code: of the reply itself, where there is one.
        around: more of the report, which may tell the command that the reply was to.
    """
    words = words[:_WORDS]
    own_status, own_code = codes_in(words)
    # A report's own "5.0.0" or "4.0.0" says less than the reply that it quotes.
    known = own_status if own_status and (not status or status.endswith(".0.0")) else status
    reply = code if code is not None else own_code
    reason = _reason(words, known, reply, _command(f"{words}\n{around}"))
    is_looked_up = reason is Reason.USER_UNKNOWN and bool(OWN_BOOK.search(simplified(words)))
    return Cause(reason, known, reply, is_looked_up)


def codes_in(words: str) -> tuple[str, int | None]:
    """The status and the reply code that stand in words: of each the first permanent one."""
    text = _ADDRESS.sub(" ", words)
    statuses = [found[0] for found in _STATUS.finditer(text)]
    replies = [int(found[1]) for found in _REPLY.finditer(text)]
    status = next((each for each in statuses if each[0] == "5"), statuses[0] if statuses else "")
    code = next((each for each in replies if each >= _PERMANENT), replies[0] if replies else None)
    return status, code


def simplified(words: str) -> str:
    """Words as the rules of `words.txt` read them: in lower case, without addresses, none long."""
    plain = _ADDRESS.sub("someone", words).lower()
    return " ".join(word[:_WORD] for word in plain.split())


def _reason(words: str, status: str, code: int | None, command: str) -> Reason:
    key = status.partition(".")[2]
    text = simplified(words)
    by_code = _by_code(key, code)
    if is_silent(text) and by_code in ABOUT_THE_ADDRESS:
        return by_code
    if key in _STATUS_FIRST and by_code not in ABOUT_THE_ADDRESS:
        return _STATUS_FIRST[key]
    if is_certain(text, key):
        return Reason.USER_UNKNOWN
    for reason, pattern in rules():
        if pattern.search(text):
            is_for_good = not status.startswith("4") and (code is None or code >= _PERMANENT)
            if reason in _ENDS and is_for_good and PASSES.search(text):
                return Reason.SYSTEM
            return _weighed(reason, key, code, command)
    # A code beside words that nobody understood: no subscription ends for that.
    return Reason.UNDEFINED if by_code in ABOUT_THE_ADDRESS else by_code


def _weighed(reason: Reason, key: str, code: int | None, command: str) -> Reason:
    """What words say, in the light of the status and of the command that the reply was to.

    Filters answer "user unknown" to the end of DATA, and some with 5.2.0 or 5.7.1, about addresses
    that exist. So those words count against an address only with evidence: a status 5.1.x, a reply
    to RCPT TO, or no reply at all, where the last host itself looked in vain.
    """
    subject = key.partition(".")[0]
    if reason is Reason.SUSPENDED and key == "1.1":
        return Reason.USER_UNKNOWN
    if reason in ABOUT_THE_ADDRESS and key in _STATUS_FIRST:
        return _STATUS_FIRST[key]
    if reason not in (Reason.USER_UNKNOWN, Reason.HOST_UNKNOWN, Reason.NOT_ACCEPTED):
        return reason
    if command == "MAIL":
        return Reason.REJECTED
    if key == "3.0" and command == "RCPT":
        # "Other": as much as 5.0.0 says. Where it is more, another command or none was refused.
        subject = "0"
    if _is_borne_out(reason, subject, code, command):
        return reason
    return _by_code(key, code) if subject in ("2", "3", "4", "6") else Reason.FILTERED


def _is_borne_out(reason: Reason, subject: str, code: int | None, command: str) -> bool:
    """Whether anything but the words says so too."""
    is_about_host = reason is not Reason.USER_UNKNOWN
    if subject in ("3", "6", "7"):
        return False
    if subject == "4":
        return is_about_host
    if command == "RCPT" or subject in ("1", "5"):
        return True
    if subject == "2":
        return False
    return (code is None and not subject) or (is_about_host and not command)


def _command(text: str) -> str:
    """The command that a reply was to: RCPT, MAIL, DATA, or "" when nobody says."""
    for name, pattern in (("RCPT", _AT_RCPT), ("MAIL", _AT_MAIL), ("DATA", _AT_DATA)):
        if pattern.search(text):
            return name
    return ""


def _by_code(key: str, code: int | None) -> Reason:
    if key in _BY_STATUS:
        return _BY_STATUS[key]
    if key.partition(".")[0] in _BY_SUBJECT:
        return _BY_SUBJECT[key.partition(".")[0]]
    return _BY_REPLY.get(code or 0, Reason.UNDEFINED)
