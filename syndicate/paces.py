"""How a pace and a warm-up are written: pure, for settings and for streams alike.

"10/s 5"                       ten messages a second, five connections
"2026-11-24 50 100 500"        the first day, and the messages of each day
"""

import datetime as dt
import re
from dataclasses import dataclass

_UNITS = {"s": 1, "min": 60, "h": 3600, "day": 86_400}
_RATE = re.compile(r"(\d{1,9})/(s|min|h|day)", re.ASCII)
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_MOST_DAYS = 400


@dataclass(frozen=True)
class Limit:
    """What one relay, receiver group or stream may be given.

    Attributes:
        per_s: messages a second; None means as fast as it goes.
        connections: over all workers; None means as many as they open.
        has_urgent: urgent mail takes of it too, so a part is kept for that.
    """

    per_s: float | None = None
    connections: int | None = None
    has_urgent: bool = True


@dataclass(frozen=True)
class WarmUp:
    """How many messages a new domain may send on each of its first days.

    Attributes:
        start: the first day, in UTC.
        days: messages per day; afterwards there is no limit.
    """

    start: dt.date
    days: tuple[int, ...]

    def most(self, now: dt.datetime) -> int | None:
        """Messages on the day of a moment; None when there is no limit (any more, or yet)."""
        day = (now.astimezone(dt.UTC).date() - self.start).days
        return self.days[day] if 0 <= day < len(self.days) else None


def limit(text: str) -> Limit:
    """Read a rate, a number of connections, or both.

    Raises:
        ValueError: it is neither.
    """
    per_s: float | None = None
    connections: int | None = None
    words = text.split()
    for word in words:
        rate = _RATE.fullmatch(word)
        if rate is not None and int(rate[1]):
            per_s = int(rate[1]) / _UNITS[rate[2]]
        elif _NUMBER.fullmatch(word) and int(word):
            connections = int(word)
        else:
            raise ValueError(word)
    return Limit(per_s, connections)


def warm_up(text: str) -> WarmUp:
    """Read a first day and the messages of each day.

    Raises:
        ValueError: it is not a date and numbers.
    """
    day, *numbers = text.split() or [""]
    if len(numbers) > _MOST_DAYS or not all(_NUMBER.fullmatch(each) for each in numbers):
        raise ValueError(text)
    return WarmUp(dt.date.fromisoformat(day), tuple(int(number) for number in numbers))
