"""What an incident means in an operator's words, and what helps; pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from syndicate.bounces.reading.verdict import Reason

BURST = "burst"


@dataclass(frozen=True)
class Advice:
    """About one reason.

    Attributes:
        what: what the receiver holds against us, as the end of "It says that …".
        do: what helps, in a sentence or two.
    """

    what: str
    do: str


_SLOWER = (
    "Send to it more slowly: lower its rate in SYNDICATE_MAIL_PACE. While it asks for less it is "
    "already sent less."
)
_BY_REASON: Mapping[str, Advice] = {
    Reason.AUTHENTICATION: Advice(
        "our mail is not signed as our domain says it is",
        "Check the SPF, DKIM and DMARC records of the domain, and that the relay signs with the "
        "key in them.",
    ),
    Reason.REPUTATION: Advice(
        "our address or domain has a poor reputation with it",
        "Look the sending address and the domain up in the receiver's postmaster pages. Send to "
        "readers who confirmed lately first, and less of it, until the reputation recovers.",
    ),
    Reason.BLOCKED: Advice(
        "our address is on a block list",
        "Its reply names the list. Find out what put us there, fix that, and ask for removal; "
        "until then send through another relay.",
    ),
    Reason.REVERSE_DNS: Advice(
        "our address has no host name that resolves back to it",
        "Have the address's owner set its PTR record to the relay's host name, and that name's "
        "address record to the address.",
    ),
    Reason.RATE: Advice("we send too much at once", _SLOWER),
    Reason.CONNECTIONS: Advice(
        "we open too many connections",
        "Lower the number of connections to it, the second figure in SYNDICATE_MAIL_PACE.",
    ),
    Reason.RELAYING: Advice(
        "it does not accept mail for these addresses from us",
        "Our own relay refuses to pass mail on: allow it to relay for this machine's address or "
        "user.",
    ),
    Reason.REJECTED: Advice(
        "it does not accept mail from our sender's address",
        "Check that the sender's domain exists, takes mail itself and is spelt right.",
    ),
    Reason.POLICY: Advice(
        "our mail is against its rules",
        "Its reply, or the address in it, names the rule. Follow it, or ask its postmaster.",
    ),
    Reason.SECURITY: Advice(
        "the connection is not safe enough for it",
        "Check the relay's TLS: its version, its certificate, and that it is offered at all.",
    ),
    Reason.SPAM: Advice(
        "our mail looks like spam to it",
        "Send that issue to a mailbox there and see where it lands. Check links and their domains, "
        "the one-click unsubscription, and whether its readers asked for the newsletter.",
    ),
    Reason.VIRUS: Advice(
        "our mail carries something harmful",
        "Look for a link in that issue to a site that was taken over; take the story out.",
    ),
    Reason.CONTENT: Advice(
        "it cannot handle the content of our mail",
        "Look at the stories of that issue; its reply may name a link, a picture or a size.",
    ),
    Reason.NOT_COMPLIANT: Advice(
        "our mail is not well formed",
        "See whether a relay or a scanner in between changes our mails, and report it to "
        "Syndicate's developers with a copy.",
    ),
    Reason.SYNTAX: Advice(
        "it does not understand our relay",
        "See in the relay's log what it answered and to which command, and report it to "
        "Syndicate's developers with a copy.",
    ),
    BURST: Advice(
        "many of its readers do not exist, all at once",
        "It is probably at fault itself: wait an hour and look at its status page. No reader was "
        "unsubscribed because of it. If the list is old or bought, pause its mailing and confirm "
        "the readers.",
    ),
}
_UNKNOWN = Advice("something is wrong with our mail", "Its reply is all that is known.")


def about(reason: str) -> Advice:
    """The advice for an incident's reason."""
    return _BY_REASON.get(reason, _UNKNOWN)


def sentence(receiver: str, domain: str, reason: str) -> str:
    """An incident in a sentence.

    Args:
        receiver: group ("google") or domain.
        domain: ours.
        reason: in one word.
    """
    return f"{named(receiver)} refuses mail from {domain}: it says that {about(reason).what}."


def named(receiver: str) -> str:
    """A receiver as a sentence begins with it."""
    return receiver if "." in receiver else receiver.capitalize()
