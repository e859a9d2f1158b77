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
from syndicate.incoming import PIECE

# A mail after which nobody listens any more.
_ENDLESS = 1_000_000_000


class _Bounded(poplib.POP3):
    """A server whose mails do not fill our memory, and may have lines of any length."""

    def start_of(self, number: int) -> bytes:
        """A mail, cut at LARGEST; it is read to its end all the same.

        Raises:
            error_proto: the server refuses it, or sends no end.
        """
        self._putcmd(f"RETR {number}")  # type: ignore[attr-defined]
        self._getresp()  # type: ignore[attr-defined]
        kept, size, is_new_line = bytearray(), 0, True
        while True:
            piece = self.file.readline(PIECE)
            size += len(piece)
            if not piece or size > _ENDLESS:
                raise poplib.error_proto(f"mail {number} has no end")
            if is_new_line and piece.startswith(b"."):
                piece = piece[1:]
                if piece in (b"\r\n", b"\n"):
                    return bytes(kept[:LARGEST])
            if len(kept) < LARGEST:
                kept += piece
            is_new_line = piece.endswith(b"\n")


class _BoundedTls(_Bounded, poplib.POP3_SSL):
    """The same over TLS."""


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


def _connected(place: Place) -> _Bounded:
    if place.scheme == "pop3s":
        port, context = place.port or poplib.POP3_SSL_PORT, ssl.create_default_context()
        return _BoundedTls(place.host, port, timeout=TIMEOUT_S, context=context)
    return _Bounded(place.host, place.port or poplib.POP3_PORT, timeout=TIMEOUT_S)


def _emptied(server: _Bounded, take: Take) -> Visit:
    number, _ = server.stat()
    end = time.monotonic() + VISIT_S
    taken = aside = 0
    for place in range(1, min(number, MAILS_A_VISIT) + 1):
        aside += not take(server.start_of(place))
        server.dele(place)
        taken += 1
        if time.monotonic() > end:
            break
    return Visit(taken, aside, number - taken)
