"""All that the relays' accept logs tell of our mails, for a database that was restored.

A log on this machine is read from its files, what relays on others sent us from rows. Recipients
are kept as numbers in arrays: a campaign's millions take 8 bytes each.
"""

import datetime as dt
from array import array
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from syndicate.journal import lives
from syndicate.mail import accept_log
from syndicate.mail.bounces import verp
from syndicate.settings import Settings
from syndicate.store import accepts
from syndicate.store.session import transaction


def _numbers() -> "array[int]":
    return array("q")


@dataclass
class Told:
    """What the logs say.

    Attributes:
        accepted: recipients by mailing, perhaps more than once.
        unsure: those that a relay saw and may have taken.
        oldest: time of a file's first line, aware UTC; None without a file, or in an empty one.
        is_live: whether a file is there, whole, and as it was last written; what it does not name
            was never accepted.
    """

    accepted: dict[int, "array[int]"] = field(default_factory=lambda: defaultdict(_numbers))
    unsure: dict[int, "array[int]"] = field(default_factory=lambda: defaultdict(_numbers))
    oldest: dt.datetime | None = None
    is_live: bool = False


def gather(configured: Settings, *, since: dt.datetime, now: dt.datetime) -> Told:
    """Read every log that we know.

    Args:
        configured: says where the file is.
        since: what was accepted before is passed over, aware UTC.
        now: aware UTC.

    Raises:
        SettingsError: a log is set and cannot be read here.
    """
    found, key = Told(), configured.key()
    accepted = _Sorter(found.accepted, key)
    with transaction() as tx:
        for message_id in accepts.every(tx):
            accepted.take(message_id)
        seen = accepts.every_seen(tx)
    log = configured.relay_accept_log
    if log is not None and log != accept_log.PUSHED:
        path = Path(log)
        extent = accept_log.accepted_since(path, accepted.take, since=since, now=now)
        seen |= extent.unsure
        found.oldest = extent.oldest
        found.is_live = (
            extent.is_whole
            and extent.newest is not None
            and lives.is_as_written(path, extent.newest)
        )
    unsure = _Sorter(found.unsure, key)
    for message_id in seen:
        unsure.take(message_id)
    return found


@dataclass(frozen=True)
class _Sorter:
    """Sorts Message-IDs of ours by mailing; others carry no seal, and are passed over."""

    into: dict[int, "array[int]"]
    key: bytes

    def take(self, message_id: str) -> None:
        name = verp.find(message_id, self.key)
        if name is not None:
            self.into[name.mailing_id].append(name.recipient_id)
