"""Forgets counters whose window is over, a few at a time: a million visitors leave a million rows.

What an hour counted is no use three hours later, what a day counted after three days; of a
publication's floods the alarm tells for a day. Three confirmations in 30 days are counted as long
(`store.maintenance.upkeep.KEEP_CAPS`).
"""

import datetime as dt
import time

from syndicate.breakers.known import CONFIRMED, LIMITS
from syndicate.breakers.rules import Counts, Limit
from syndicate.store.ground.session import transaction
from syndicate.store.platform import caps

# It runs between ticks, and no tick may wait for it.
BUDGET_S = 2.0
AT_ONCE = 20_000
_LONGEST = dt.timedelta(days=3)


def forget_over(now: dt.datetime) -> int:
    """Drop what is over, for two seconds at most; how many. Safe to run twice: it goes on."""
    began, count = time.monotonic(), 0
    for limit in LIMITS:
        if limit is CONFIRMED:
            continue
        gone = AT_ONCE
        while gone == AT_ONCE and time.monotonic() - began < BUDGET_S:
            with transaction() as tx:
                gone = caps.forget_some(tx, limit.name, before=now - _kept(limit), limit=AT_ONCE)
            count += gone
    return count


def _kept(limit: Limit) -> dt.timedelta:
    return _LONGEST if limit.counts is Counts.PUBLICATION else min(_LONGEST, 3 * limit.lasts)
