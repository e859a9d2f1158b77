"""What we ask relays to report back of each message (RFC 3461), where they offer DSN.

A failure or a delay, with our own name of the delivery and without the mail itself: a returned mail
of 70 KB tells no more than its headers. A success is never asked for: millions would come back.
"""

import re

_NOTIFY = b" NOTIFY=FAILURE,DELAY"
# What xtext (RFC 3461 4) writes as "+" and two hexadecimal digits.
_BEYOND_XTEXT = re.compile(rb"[^!-*,-<>-~]")


def of_message(envelope_id: str) -> bytes:
    """The parameters of MAIL.

    Args:
        envelope_id: comes back in the report; "" for none.
    """
    return b" RET=HDRS ENVID=" + xtext(envelope_id.encode()) if envelope_id else b" RET=HDRS"


def of_recipient(recipient: str) -> bytes:
    """The parameters of RCPT; an address beyond ASCII has no form that old relays know."""
    if not recipient.isascii():
        return _NOTIFY
    return _NOTIFY + b" ORCPT=rfc822;" + xtext(recipient.encode())


def xtext(text: bytes) -> bytes:
    """Text in the form that RFC 3461 4 asks for."""
    return _BEYOND_XTEXT.sub(lambda found: b"+%02X" % found[0][0], text)
