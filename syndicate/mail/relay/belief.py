"""Whether a reply can be an answer to what was asked. Pure.

Replies have no name of what they answer: they are matched by their order. A relay that says one
more or one less than it was asked shifts all that follow, and one reader's "accepted" would be
another's. So what cannot be an answer is none, and ends the connection before it is counted:

    MAIL, RCPT   3yz: that answers DATA, so one reply before it is missing
    DATA         2yz, or 3yz but 354: that answers MAIL or RCPT, so there was one too many
    a body       3yz; with BDAT, where there is no 354 in between, a word about an address (2.1.z)
    any          a yes about the connection (21z, 22z), or one before all of the question was out

Source: RFC 5321 4.2.1 and 4.3.2, RFC 2920 3.1, RFC 3463 3.2.
"""

import enum

from syndicate.mail.relay.replies import Reply

CLOSING = 421  # RFC 5321 3.8: may come at any time
GO_ON = 354
# 21z and 22z are about help and the channel (RFC 5321 4.2.1): no yes to a step of a mail.
_OF_THE_CHANNEL = range(210, 230)


class Step(enum.Enum):
    """What an awaited reply belongs to."""

    RSET = "RSET"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    BODY = "body"
    EMPTY = "empty body"


def doubt(step: Step, reply: Reply, *, is_asked: bool, is_chunking: bool) -> str | None:
    """Why a reply cannot be the answer to a step; None where it can.

    Args:
        step: what was asked.
        reply: what came.
        is_asked: whether all of the question had left this machine by then.
        is_chunking: whether bodies go by BDAT.
    """
    if reply.code == CLOSING:
        return None
    if not is_asked and (reply.is_ok or step is not Step.BODY):
        return f"it answered {step.value} before it was asked"
    if step is Step.DATA:
        is_odd = reply.is_ok or (reply.is_halfway and reply.code != GO_ON)
    else:
        is_odd = reply.is_halfway or reply.code in _OF_THE_CHANNEL
    if not is_odd and step is Step.BODY and is_chunking and reply.is_ok:
        is_odd = (reply.enhanced or "").startswith("2.1.")
    return f"it answered {reply.code} to {step.value}" if is_odd else None


def is_one_short(step: Step, reply: Reply) -> bool:
    """Whether a reply that cannot be an answer says that one before it never came."""
    return step in (Step.RSET, Step.MAIL, Step.RCPT) and reply.is_halfway
