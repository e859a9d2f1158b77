"""A limit: how much of what one visitor, host or mailbox may have in an hour or a day.

Two kinds, and the difference keeps strangers from shutting others out
(docs/decisions/0044-who-asks-counts.md):

    counts who asks        refuses beyond it: nobody but whoever asked too much notices
    counts who is named    never refuses for it: everybody names whom they like

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
    HOST = "host"  # of a callback: whom somebody names
    NAMED = "network and host"  # whoever asks, together with whom they name
    TOPIC = "topic"


@dataclass(frozen=True)
class Limit:
    """How often something may happen in a window that begins at a full hour or day (UTC).

    Attributes:
        name: of its counters.
        most: in one window.
        hours: how long a window is.
        counts: by what.
    """

    name: str
    most: int
    hours: int
    counts: Counts = Counts.ADDRESS

    def take(self, tx: Transaction, key: str, now: dt.datetime) -> bool:
        """Use one; False when the window's are used up. What is refused counts too."""
        return caps.take(tx, self.name, key, window_from=self.window(now), limit=self.most)

    def window(self, now: dt.datetime) -> dt.datetime:
        """The start of the window that a moment lies in."""
        start = now.timestamp() // (self.hours * 3600) * self.hours * 3600
        return dt.datetime.fromtimestamp(start, tz=dt.UTC)
