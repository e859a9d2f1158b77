"""A POP3 mailbox of returned mails: each is deleted after it was kept, and not before (RFC 1939).

What nobody understood is deleted too, for POP3 has no folder to put it in; IMAP has.
"""

import poplib
import ssl
import time

from syndicate.bounces.doors.place import (
    LARGEST,
    MAILS_A_VISIT,
    TIMEOUT_S,
    VISIT_S,
    Place,
    Take,
    Visit,
)
from syndicate.errors import TemporaryError


def visit(place: Place, take: Take) -> Visit:
    """Empty a mailbox, or a visit's worth of it. Safe to run twice, and at once.

    A visit that was cut off leaves its mails there, and they are kept again.

    Args:
        place: of the mailbox.
        take: gets each raw mail, cut at LARGEST.

    Raises:
        TemporaryError: the server does not answer, refuses the user, or knows no TLS.
    """
    try:
        server = _connected(place)
        try:
            if place.scheme == "pop3" and not place.is_here:
                server.stls(ssl.create_default_context())
            server.user(place.user)
            server.pass_(place.password)
            return _emptied(server, take)
        finally:
            server.quit()
    except (poplib.error_proto, OSError) as error:
        raise TemporaryError(
            f"The mailbox at {place.host} cannot be read ({place.redacted(error)}); "
            "it is tried again."
        ) from None


def _connected(place: Place) -> poplib.POP3:
    if place.scheme == "pop3s":
        port, context = place.port or poplib.POP3_SSL_PORT, ssl.create_default_context()
        return poplib.POP3_SSL(place.host, port, timeout=TIMEOUT_S, context=context)
    return poplib.POP3(place.host, place.port or poplib.POP3_PORT, timeout=TIMEOUT_S)


def _emptied(server: poplib.POP3, take: Take) -> Visit:
    number, _ = server.stat()
    end = time.monotonic() + VISIT_S
    taken = aside = 0
    for place in range(1, min(number, MAILS_A_VISIT) + 1):
        _, lines, _ = server.retr(place)
        aside += not take(b"\r\n".join(lines)[:LARGEST])
        server.dele(place)
        taken += 1
        if time.monotonic() > end:
            break
    return Visit(taken, aside, number - taken)
