"""All that the relays' accept logs tell of our mails, for a database that was restored.

A log on this machine is read from its files, what relays on others sent us from rows. Recipients
are kept as numbers in arrays: a campaign's millions take 8 bytes each.
"""

import datetime as dt
from array import array
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from syndicate.bounces.keeping import verp
from syndicate.journal import lives
from syndicate.mail.recovery import accept_log
from syndicate.mail.relay import addresses
from syndicate.master_key import MasterKey
from syndicate.settings import Settings
from syndicate.store.ground.session import transaction
from syndicate.store.sending import accepts


def _numbers() -> "array[int]":
    return array("q")


@dataclass
class Told:
    """What the logs say.

    Attributes:
        accepted: recipients by mailing, perhaps more than once.
        unsure: those that a relay saw and may have taken.
        oldest: since when a file was kept, aware UTC; None without one, or where nobody knows.
        is_live: whether a file is there, whole, and as it was last written; what it does not name
            was never accepted.
        relays: that are asked to tell what they took; none where a file does.
        told_by: which of them told of a mailing.
    """

    accepted: dict[int, "array[int]"] = field(default_factory=lambda: defaultdict(_numbers))
    unsure: dict[int, "array[int]"] = field(default_factory=lambda: defaultdict(_numbers))
    oldest: dt.datetime | None = None
    is_live: bool = False
    relays: frozenset[str] = frozenset()
    told_by: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))


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
        for message_id, by in accepts.every(tx):
            mailing_id = accepted.take(message_id)
            if mailing_id is not None:
                found.told_by[mailing_id].add(by)
        seen = accepts.every_seen(tx)
    log = configured.relay_accept_log
    if log == accept_log.PUSHED:
        found.relays = _relays(configured)
    elif log is not None:
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


def _relays(configured: Settings) -> frozenset[str]:
    if configured.relay_url is None:
        return frozenset()
    return frozenset(each.name for each in addresses.parse_all(configured.need("relay_url")))


@dataclass(frozen=True)
class _Sorter:
    """Sorts Message-IDs of ours by mailing; others carry no seal, and are passed over."""

    into: dict[int, "array[int]"]
    key: MasterKey

    def take(self, message_id: str) -> int | None:
        """Note one; its mailing, None where it is none of ours."""
        name = verp.find(message_id, self.key)
        if name is None:
            return None
        self.into[name.mailing_id].append(name.recipient_id)
        return name.mailing_id
