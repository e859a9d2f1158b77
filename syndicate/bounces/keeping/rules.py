"""When an address is mailed no more; pure: what came back and when, in, a decision out.

    complaint                         at once
    no such address                   at once, if nobody ever clicked a link in a mail to it; else
                                      the second time, 72 hours or more after the first
    comes back for a while (soft)     half a point a day, over 5 points; forgotten after 7 days
                                      without; or 7 days of 14 or more without a gap of 7
    what is held against us           never
    a burst of "no such address"      never: a receiver's fault is not its readers' end. Its bounces
                                      from a day before to a day after one count with it,
                                      whichever mailings they are of

Source: docs/facts/mail.md#bounces.
"""

import datetime as dt
import math
from collections.abc import Sequence

from syndicate.bounces.reading.verdict import ABOUT_US, Reason

SECOND_AFTER = dt.timedelta(hours=72)
POINTS_A_DAY = 0.5
POINTS = 5.0
STALE_AFTER = dt.timedelta(days=7)
IN_A_ROW = 7
ROW_LASTS = dt.timedelta(days=14)
# Below so many, a few dead addresses of a small group would look like a burst.
BURST_AT_LEAST = 20
BURST_SHARE = 0.05

_NEITHER = frozenset({Reason.DELIVERED, Reason.FEEDBACK, Reason.VACATION})
SOFT: tuple[str, ...] = tuple(
    reason.value for reason in Reason if reason not in ABOUT_US and reason not in _NEITHER
)


def is_gone(times: Sequence[dt.datetime], *, has_confirmed: bool) -> bool:
    """Whether an address that was said not to exist is believed to be gone.

    Args:
        times: when it was said, ascending, aware UTC.
        has_confirmed: whether somebody once clicked a link in a mail to it.
    """
    if not times:
        return False
    return not has_confirmed or times[-1] - times[0] >= SECOND_AFTER


def is_worn_out(days: Sequence[dt.date]) -> bool:
    """Whether mail has come back for so long that it is given up.

    Args:
        days: on which it came back, ascending, each once, since some last arrived.
    """
    run: list[dt.date] = []
    for day in days:
        if run and day - run[-1] > STALE_AFTER:
            run = []
        run.append(day)
    if not run:
        return False
    is_row = len(run) >= IN_A_ROW and run[-1] - run[0] >= ROW_LASTS
    return is_row or len(run) * POINTS_A_DAY > POINTS


def is_burst(hard: int, readers: int) -> bool:
    """Whether so many readers of one receiver are unknown at once that the receiver is at fault."""
    return hard >= BURST_AT_LEAST and hard > readers * BURST_SHARE


def readers_to_count(hard: int) -> int:
    """With so many readers so many unknown ones are no burst; more need not be counted."""
    return math.ceil(hard / BURST_SHARE)
