"""A limit: how much of what one visitor, host or mailbox may have in an hour or a day.

By what it counts decides what becomes of what is beyond it, and keeps strangers from shutting
others out (docs/decisions/0044-who-asks-counts.md):

    who asks: address, network               refused
    whose mailbox it is                      answered alike, and not sent
    who or what is named: publication, …     goes later, those who asked least first

Counters are rows (`store.platform.caps`): Valkey has no part in them, and is not missed.
"""

import datetime as dt
import enum
from dataclasses import dataclass

from syndicate.store.ground.session import Transaction
from syndicate.store.platform import caps

HOUR, DAY = 1, 24


class Counts(enum.StrEnum):
    """By what a limit counts."""

    ADDRESS = "address"  # of whoever asks: IPv4 /32, IPv6 /64
    NETWORK = "network"  # of whoever asks: IPv4 /24, IPv6 /48
    FORM = "form"  # one copy of a form, by its stamp
    NAMED = "network and host"  # whoever asks, together with whom they name
    RECIPIENT = "recipient"  # an email address, however its letters are written
    MAILBOX = "mailbox"  # where +tags lead, and at Gmail dots
    DOMAIN = "mail domain"
    HOST = "host"  # of a callback
    TOPIC = "topic"
    ARTICLE = "article"
    PUBLICATION = "publication"
    ALL = "everything"

    @property
    def beyond(self) -> str:
        """What becomes of what is beyond a limit."""
        if self in {Counts.ADDRESS, Counts.NETWORK, Counts.FORM, Counts.NAMED}:
            return "refused"
        if self in {Counts.RECIPIENT, Counts.MAILBOX}:
            return "not sent"
        return "goes later"


@dataclass(frozen=True)
class Limit:
    """How often something may happen in a window.

    Attributes:
        name: of its counters.
        what: what is counted, as operators read it.
        most: in one window.
        hours: how long a window is.
        counts: by what.
        is_rolling: whether a window begins with each use; else at a full hour or day (UTC).
        more: what becomes of what is beyond it, where that is not as of all that count so.
    """

    name: str
    what: str
    most: int
    hours: int
    counts: Counts
    is_rolling: bool = False
    more: str = ""

    @property
    def beyond(self) -> str:
        """What becomes of what is beyond it."""
        return self.more or self.counts.beyond

    def use(self, tx: Transaction, key: str, now: dt.datetime) -> int:
        """Use one; how many were used in this window, with it. What is refused counts too."""
        return caps.use(tx, self.name, key, window_from=self.window(now))

    def take(self, tx: Transaction, key: str, now: dt.datetime) -> bool:
        """Use one; False when the window's are used up."""
        return self.use(tx, key, now) <= self.most

    def used(self, tx: Transaction, key: str, now: dt.datetime) -> int:
        """How many were used in the window that a moment lies in."""
        if self.is_rolling:
            return caps.used_since(tx, self.name, key, now - self.lasts)
        found = caps.used_by(tx, self.name, [key], window_from=self.window(now))
        return found.get(key, 0)

    def window(self, now: dt.datetime) -> dt.datetime:
        """The start of the window that a moment lies in; of a rolling one the moment itself."""
        if self.is_rolling:
            return now
        start = now.timestamp() // (self.hours * 3600) * self.hours * 3600
        return dt.datetime.fromtimestamp(start, tz=dt.UTC)

    @property
    def lasts(self) -> dt.timedelta:
        """How long a window is."""
        return dt.timedelta(hours=self.hours)
