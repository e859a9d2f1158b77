"""The envelopes of one chunk, handed out one at a time while the lease is ours.

No byte of a new message is written with less than 10 s of lease: neither its envelope, nor the body
of one whose envelope went ahead.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from syndicate import clock
from syndicate.errors import BadAddressError, RelayError, UnrenderableError
from syndicate.mail.relay.line_ends import is_safe

LEASE_MARGIN_S = 10.0

# What ends an address in a command, or the command itself.
_NO_PART_OF_A_PATH = re.compile("[\0-\x20<>\x7f]")

Renew = Callable[[], float]


class BatchLostError(RelayError):
    """The batch is no longer ours: nothing more may be written."""


class UnsafeMessageError(UnrenderableError, ValueError):
    """A message holds what some server could take for its end."""


@dataclass(frozen=True)
class Envelope:
    """One message to one recipient; none is made that could be taken for two.

    Attributes:
        key: the caller's name for it (an ordinal).
        mail_from: the envelope sender, ASCII.
        recipient: the envelope recipient, ASCII unless `is_utf8`.
        message: headers and body in pieces; lines end in CRLF and none begins with ".".
        is_utf8: the recipient needs SMTPUTF8.
        is_eight_bit: the message needs 8BITMIME (RFC 6152).
        envelope_id: named in what the relay reports back (RFC 3461); "" for none.
    """

    key: int
    mail_from: str
    recipient: str
    message: Sequence[bytes]
    is_utf8: bool = False
    is_eight_bit: bool = False
    envelope_id: str = ""

    def __post_init__(self) -> None:
        """Look at it once more.

        Raises:
            BadAddressError: an address would end its command.
            UnsafeMessageError: the message could end early.
        """
        if _NO_PART_OF_A_PATH.search(self.mail_from + self.recipient):
            raise BadAddressError("An address holds a blank, a bracket or a line end.")
        if not is_safe(self.message):
            raise UnsafeMessageError(
                "The message holds a bare line end or a line that begins with a dot, which some "
                "server could take for its end; it is not sent."
            )


class Supply:
    """The envelopes still to be started.

    Args:
        envelopes: asked for one at a time, when a connection is free for it.
        renew: looks after the lease; returns its end on the steady clock.
    """

    def __init__(self, envelopes: Iterable[Envelope], renew: Renew) -> None:
        self._rest: Iterator[Envelope] = iter(envelopes)
        self._next: Envelope | None = None
        self._renew = renew
        self._lease_end = renew()

    def look_after_lease(self) -> None:
        """Renew the lease if it is time.

        Raises:
            LeaseLostError: it is somebody else's, or has run out.
        """
        self._lease_end = self._renew()
        if clock.steady() >= self._lease_end:
            raise BatchLostError("The lease ran out before it could be renewed.")

    def is_safe(self) -> bool:
        """Whether a message may begin, or go on from its envelope to its body."""
        return self._lease_end - clock.steady() >= LEASE_MARGIN_S

    def has_more(self) -> bool:
        """Whether an envelope waits that may be started now."""
        if self._next is None and self.is_safe():
            self._next = next(self._rest, None)
        return self._next is not None and self.is_safe()

    def take(self) -> Envelope | None:
        """The next envelope, or None when there is none that may be started."""
        if not self.has_more():
            return None
        envelope, self._next = self._next, None
        return envelope

    def rest(self) -> Iterator[Envelope]:
        """What was taken from the caller, or could have been, and was never started."""
        if self._next is not None:
            envelope, self._next = self._next, None
            yield envelope
        yield from self._rest
