"""The address of an IMAP or POP3 mailbox for bounces, and what a visit to the mailbox found.

    imaps://user:password@host/FOLDER       pop3s://user:password@host

The password is in no message and no log: whoever cannot read the address is told its form alone.
"""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from syndicate.errors import UsageError
from syndicate.redaction import without_addresses

FORM = "A mailbox is written imaps://user:password@host/FOLDER or pop3s://user:password@host."
TIMEOUT_S = 30.0
# One visit takes so many, or so long; the next one takes the rest.
MAILS_A_VISIT = 1_000
VISIT_S = 20.0
# Bytes that are looked at: a report stands at a mail's head, and more would only cost memory.
LARGEST = 1_000_000

# Takes a raw mail; says whether it was understood. Raises only when nothing can be kept now.
Take = Callable[[bytes], bool]


@dataclass(frozen=True)
class Place:
    """Where a mailbox is.

    Attributes:
        scheme: imap, imaps, pop3 or pop3s.
        host: of the server.
        port: None is the protocol's own.
        user: whose mailbox.
        password: theirs.
        folder: of an IMAP mailbox.
    """

    scheme: str
    host: str
    port: int | None
    user: str
    password: str
    folder: str

    @property
    def is_here(self) -> bool:
        """Whether the server is this machine, and nobody can listen in between."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def redacted(self, error: Exception) -> str:
        """A server's words about a failure, without the password that they might repeat."""
        words = str(error)
        words = words.replace(self.password, "(password)") if self.password else words
        return without_addresses(words)


@dataclass(frozen=True)
class Visit:
    """What a visit brought.

    Attributes:
        taken: mails that were kept or put aside, and are gone from the mailbox.
        aside: those of them that nobody understood.
        left: for the next visit.
    """

    taken: int
    aside: int
    left: int

    @property
    def is_worth_another(self) -> bool:
        """Whether the next visit would find more than this one could take."""
        return self.taken > 0 and self.left > 0


def read(url: str) -> Place:
    """A mailbox's address taken apart.

    Raises:
        UsageError: it is not written as one.
    """
    try:
        parts = urlsplit(url)
        place = Place(
            parts.scheme,
            parts.hostname or "",
            parts.port,
            unquote(parts.username or ""),
            unquote(parts.password or ""),
            unquote(parts.path.strip("/")) or "INBOX",
        )
    except ValueError:
        # Its words would show a part of the address, and that may be the password.
        raise UsageError(FORM) from None
    if place.scheme not in ("imap", "imaps", "pop3", "pop3s") or not (place.host and place.user):
        raise UsageError(FORM)
    if not place.folder.isascii() or not place.folder.isprintable():
        raise UsageError(f"{FORM} FOLDER is in plain letters.")
    return place
