"""From when on a line of an accept log can be about a message of ours.

A Message-ID is made of numbers: a database that was made anew with the same key gives the same ones
again, and the relay's log still holds what became of the first. So a line is believed by its time.

    ─── something else ──┬── nobody knows ──┬── about it ──>
       CLOCKS before its mailing began     it began, and this life of the database did
"""

import datetime as dt
from dataclasses import dataclass

# So much a relay's clock may be behind ours before its lines of now are taken for old ones.
CLOCKS = dt.timedelta(minutes=5)


@dataclass(frozen=True)
class Period:
    """From when on a line can be about a message of ours: another one may have had its name before.

    Attributes:
        counts_from: a line of then or later is about it, aware UTC.
        may_count_from: one of before is of another life of the database, or was written by a clock
            that is behind: nobody knows. One that is older still is about something else.
    """

    counts_from: dt.datetime
    may_count_from: dt.datetime

    @classmethod
    def since(cls, began: dt.datetime, life: dt.datetime | None = None) -> "Period":
        """Of a mailing, by when it began and when this life of the database did."""
        counts_from = max(began, life or began)
        # Lines of syslog know whole seconds.
        return cls(counts_from.replace(microsecond=0), began - CLOCKS)

    def is_after(self, at: dt.datetime | None) -> bool | None:
        """Whether a line is about the message; None where nobody knows."""
        if at is None:
            return None
        if at >= self.counts_from:
            return True
        return None if at >= self.may_count_from else False
