"""One returned mail after the other, from wherever they come: kept, counted, none stops the rest.

    intake = Intake()
    mailboxes.collect(url, intake)
    intake.counted

Only a database that is away ends it, because then nothing can be kept: whoever hands the mails over
keeps them. A mail over which our code stumbles is our fault, and no reason to lose the next one.
"""

import datetime as dt
import enum
import hashlib
from collections import Counter
from collections.abc import Callable, Sequence

from syndicate import clock, logs
from syndicate.bounces.keeping import record
from syndicate.errors import SettingsError
from syndicate.store.ground.session import DatabaseDownError

log = logs.get(__name__)

Ingest = Callable[[bytes, dt.datetime], Sequence[record.Kept]]
NAMES = ("mails", "reports", "events", "known", "strangers", "suppressed", "unreadable")


class IntakeOutcome(enum.Enum):
    """What became of a mail."""

    KEPT = "kept"
    STRANGE = "strange"  # no report that anybody understands
    UNREADABLE = "unreadable"  # our code stumbled over it


class Intake:
    """Takes raw mails in.

    Args:
        ingest: keeps what one mail says.

    Attributes:
        counted: mails, and what came of them, by `NAMES`.
    """

    def __init__(self, ingest: Ingest = record.ingest) -> None:
        self.ingest = ingest
        self.counted: Counter[str] = Counter(dict.fromkeys(NAMES, 0))

    def __call__(self, raw: bytes) -> bool:
        """Keep what one mail says, and say whether it was understood; else like `take`."""
        return self.take(raw) is IntakeOutcome.KEPT

    def take(self, raw: bytes) -> IntakeOutcome:
        """Keep what one mail says. Safe to run twice.

        Raises:
            DatabaseDownError: nothing can be kept now.
            SettingsError: no database or no key is set.
        """
        self.counted["mails"] += 1
        try:
            kept = self.ingest(raw, clock.now())
        except (DatabaseDownError, SettingsError):
            raise
        except Exception as error:  # noqa: BLE001 - one bad mail never stops the rest
            # Its own words may be readers' addresses: the name of the fault and of the mail is all.
            digest = hashlib.sha256(raw).hexdigest()
            log.error("returned_mail_unreadable", fault=type(error).__name__, sha256=digest)  # noqa: TRY400
            self.counted["unreadable"] += 1
            return IntakeOutcome.UNREADABLE
        self._count(kept)
        return IntakeOutcome.KEPT if kept else IntakeOutcome.STRANGE

    def _count(self, kept: Sequence[record.Kept]) -> None:
        self.counted["reports"] += bool(kept)
        for each in kept:
            self.counted["events" if each.is_new else "known"] += 1
            self.counted["strangers"] += not each.is_ours
            self.counted["suppressed"] += each.suppressed
