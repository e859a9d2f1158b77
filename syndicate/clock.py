"""The one place where the program asks what time it is, so that everything else can be told."""

import datetime as dt
import time

# On Linux what is slept through counts too: a lease ends while its machine is suspended.
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def now() -> dt.datetime:
    """The present moment as an aware UTC datetime."""
    return dt.datetime.now(dt.UTC)  # noqa: TID251 - this is the one place


def steady() -> float:
    """Seconds of a clock that nobody can set, and that a suspended machine does not stop.

    Source: clock_gettime(2), https://man7.org/linux/man-pages/man2/clock_gettime.2.html.
    """
    return time.clock_gettime(_STEADY)


def iso(moment: dt.datetime) -> str:
    """A moment in RFC 3339, UTC, with Z."""
    return moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
