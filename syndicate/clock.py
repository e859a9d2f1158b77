"""The one place where the program asks what time it is, so that everything else can be told."""

import datetime as dt
import time

# On Linux what is slept through counts too: a lease ends while its machine is suspended.
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
STEP_S = 60.0  # a clock that is slewed is never off by so much between two looks
SETTLES_S = 300.0


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


class Watch:
    """Notices that this machine's clock was set, by one that nobody can set.

    It knows nothing of steps before its first look, and looks only when it is asked.
    """

    def __init__(self) -> None:
        self._ahead_s: float | None = None
        self._stepped_at_s: float | None = None

    def is_settled(self) -> bool:
        """Whether the clock was not set within SETTLES_S, by more than STEP_S either way."""
        return self.sees(now().timestamp(), steady())

    def sees(self, wall_s: float, at_s: float) -> bool:
        """The same, of what two clocks say: seconds since 1970, and of one that nobody can set."""
        ahead_s = wall_s - at_s
        if self._ahead_s is not None and abs(ahead_s - self._ahead_s) > STEP_S:
            self._stepped_at_s = at_s
        self._ahead_s = ahead_s
        return self._stepped_at_s is None or at_s - self._stepped_at_s > SETTLES_S
