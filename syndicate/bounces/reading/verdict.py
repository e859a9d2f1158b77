"""What one returned mail says about one recipient."""

import enum
from dataclasses import dataclass


class Kind(enum.StrEnum):
    """What happened to the mail."""

    BOUNCED = "bounced"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    COMPLAINED = "complained"
    AUTO_REPLIED = "auto_replied"


class Reason(enum.StrEnum):
    """Why, in one word; only the first group speaks of the address and is held against it."""

    USER_UNKNOWN = "userunknown"
    HOST_UNKNOWN = "hostunknown"
    HAS_MOVED = "hasmoved"
    NOT_ACCEPTED = "notaccept"  # the host or domain takes no mail at all

    MAILBOX_FULL = "mailboxfull"
    SUSPENDED = "suspend"
    FILTERED = "filtered"
    TOO_BIG = "mesgtoobig"
    OVER_LIMIT = "exceedlimit"
    ON_HOLD = "onhold"
    EXPIRED = "expired"
    NETWORK = "networkerror"
    MAILER = "mailererror"
    SYSTEM = "systemerror"
    SYSTEM_FULL = "systemfull"

    AUTHENTICATION = "authfailure"
    REPUTATION = "badreputation"
    BLOCKED = "blocked"
    REVERSE_DNS = "requireptr"
    RATE = "ratelimited"
    CONNECTIONS = "toomanyconn"
    RELAYING = "norelaying"
    REJECTED = "rejected"  # the sender, not the recipient
    POLICY = "policyviolation"
    SECURITY = "securityerror"
    SPAM = "spamdetected"
    VIRUS = "virusdetected"
    CONTENT = "contenterror"
    NOT_COMPLIANT = "notcompliantrfc"
    SYNTAX = "syntaxerror"

    DELIVERED = "delivered"
    FEEDBACK = "feedback"
    VACATION = "vacation"
    UNDEFINED = "undefined"


# The address does not exist, or never takes mail: RFC 3463 5.1.1, 5.1.2, 5.1.3, 5.1.6, 5.1.10.
ABOUT_THE_ADDRESS = frozenset(
    {Reason.USER_UNKNOWN, Reason.HOST_UNKNOWN, Reason.HAS_MOVED, Reason.NOT_ACCEPTED}
)
# What receivers object to: an incident of (receiver group, sending domain), nobody's fault
# among the readers.
ABOUT_US = frozenset(
    {
        Reason.AUTHENTICATION,
        Reason.REPUTATION,
        Reason.BLOCKED,
        Reason.REVERSE_DNS,
        Reason.RATE,
        Reason.CONNECTIONS,
        Reason.RELAYING,
        Reason.REJECTED,
        Reason.POLICY,
        Reason.SECURITY,
        Reason.SPAM,
        Reason.VIRUS,
        Reason.CONTENT,
        Reason.NOT_COMPLIANT,
        Reason.SYNTAX,
    }
)


@dataclass(frozen=True)
class Verdict:
    """What a mail says about one recipient.

    Attributes:
        kind: what happened.
        recipient: address as the report gives it; "" when it does not.
        status: RFC 3463, "5.1.1"; "" when nobody said.
        code: SMTP reply code; None when nobody said.
        reason: why, in one word.
        is_hard: whether it counts against the address.
        feedback: type of a complaint (RFC 5965): abuse, fraud, opt-out, …; "" otherwise.
        detail: the words of the other side, shortened, for people to read.
    """

    kind: Kind
    recipient: str
    status: str = ""
    code: int | None = None
    reason: Reason = Reason.UNDEFINED
    is_hard: bool = False
    feedback: str = ""
    detail: str = ""


def is_hard(
    kind: Kind, reason: Reason, status: str, code: int | None, *, is_looked_up: bool = False
) -> bool:
    """Whether it counts against the address: somebody who knows says that there is none, for good.

    "User unknown" without any code is said by machines that did not ask the one who knows, unless
    they looked into a book of their own; a domain that is not there is found by whoever looks.
    """
    if kind is not Kind.BOUNCED or reason not in ABOUT_THE_ADDRESS:
        return False
    if code is None and not status:
        return reason is not Reason.USER_UNKNOWN or is_looked_up
    if code is not None:
        return code // 100 != 4  # noqa: PLR2004 - 4xx: come again
    return not status.startswith("4")


def feedback_of(kind: str, recipient: str, *, detail: str = "") -> Verdict:
    """What a feedback report of a type says: RFC 5965 7.3, 6430 (not-spam), 6591 (auth-failure).

    A reader who says "no spam" has our mail and wants it. That a message failed authentication or
    carried a virus is about us, and no reader's complaint.
    """
    what, why = Kind.COMPLAINED, Reason.FEEDBACK
    if kind == "not-spam":
        what, why = Kind.DELIVERED, Reason.DELIVERED
    elif kind in ("auth-failure", "dmarc"):
        what, why = Kind.BOUNCED, Reason.AUTHENTICATION
    elif kind == "virus":
        what, why = Kind.BOUNCED, Reason.VIRUS
    return Verdict(what, recipient, reason=why, feedback=kind, detail=detail)
