"""All that the relays' accept logs tell of our mails, for a database that was restored.

A log on this machine is read from its files, what relays on others sent us from rows. Recipients
are kept as numbers in arrays: a campaign's millions take 8 bytes each.
"""

import datetime as dt
from array import array
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from syndicate.bounces.keeping import verp
from syndicate.journal import lives
from syndicate.mail.recovery import accept_log
from syndicate.mail.recovery.periods import Period
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


def gather(
    configured: Settings,
    *,
    begun: Mapping[int, dt.datetime],
    since: dt.datetime,
    now: dt.datetime,
) -> Told:
    """Read every log that we know.

    Args:
        configured: says where the file is.
        begun: when the mailings that we know were made: lines of before are about others.
        since: what was accepted before is passed over, aware UTC.
        now: aware UTC.

    Raises:
        SettingsError: a log is set and cannot be read here.
    """
    found, key = Told(), configured.key()
    periods = {mailing_id: Period.since(at) for mailing_id, at in begun.items()}
    accepted = _Sorter(found, periods, key)
    with transaction() as tx:
        for message_id, by, at in accepts.every(tx):
            mailing_id = accepted.take(message_id, at)
            if mailing_id is not None:
                found.told_by[mailing_id].add(by)
        seen = accepts.every_seen(tx)
    log = configured.relay_accept_log
    if log == accept_log.PUSHED:
        found.relays = _relays(configured)
    elif log is not None:
        path = Path(log)
        extent = accept_log.accepted_since(path, accepted.take, since=since, now=now)
        seen |= {name: at for name, at in extent.unsure.items() if at is not None}
        found.oldest = extent.oldest
        found.is_live = (
            extent.is_whole
            and extent.newest is not None
            and lives.is_as_written(path, extent.newest)
        )
    for message_id, at in seen.items():
        accepted.see(message_id, at)
    return found


def _relays(configured: Settings) -> frozenset[str]:
    if configured.relay_url is None:
        return frozenset()
    return frozenset(each.name for each in addresses.parse_all(configured.need("relay_url")))


@dataclass(frozen=True)
class _Sorter:
    """Sorts Message-IDs of ours by mailing; others carry no seal, and are passed over."""

    found: Told
    periods: Mapping[int, Period]
    key: MasterKey

    def take(self, message_id: str, at: dt.datetime | None) -> int | None:
        """Note one that a relay took; its mailing, None where it is none of ours."""
        name = verp.find(message_id, self.key)
        is_about = name is not None and self._is_about(name.mailing_id, at)
        if name is None or is_about is False:
            return None
        into = self.found.accepted if is_about else self.found.unsure
        into[name.mailing_id].append(name.recipient_id)
        return name.mailing_id

    def see(self, message_id: str, at: dt.datetime | None) -> None:
        """Note one that a relay saw."""
        name = verp.find(message_id, self.key)
        if name is not None and self._is_about(name.mailing_id, at) is not False:
            self.found.unsure[name.mailing_id].append(name.recipient_id)

    def _is_about(self, mailing_id: int, at: dt.datetime | None) -> bool | None:
        """Whether a line can be about a mailing; of one that we do not know all are."""
        period = self.periods.get(mailing_id)
        return True if period is None else period.is_after(at)
