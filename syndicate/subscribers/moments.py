"""Times as other tools and people write them: ISO, seconds since 1970, days of a calendar; pure.

`03/04/2024` is one day in London and another in New York. Which it is, a column settles where one
of its cells can be read one way only; where none settles it, or two disagree, it is no time.
"""

import datetime as dt
import enum
import re

from syndicate import bounds
from syndicate.subscribers.words import western

# Clocks run ahead, and a file may say a time of another zone without its zone.
AHEAD = dt.timedelta(days=1)
_TOGETHER = re.compile(r"(?:19|20)\d{6}(?=$|[T ])")
_EPOCH = re.compile(r"\d{10}(?:\d{3})?")
_SECONDS = 10  # digits; those of milliseconds are 13
_CALENDAR = re.compile(r"(\d{1,4})([./-])(\d{1,2})([./-])(\d{2,4})(?!\d)\.?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY_MONTH = re.compile(r"(\d{1,2})\.?[ -]([a-z]{3,9})\.?,?[ -](\d{4})", re.IGNORECASE)
_MONTH_DAY = re.compile(r"([a-z]{3,9})\.? (\d{1,2}),? (\d{4})", re.IGNORECASE)
_WEEKDAY = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?,? ", re.IGNORECASE)
_CLOCK = re.compile(
    r"[ T,]{0,3}(?:at )?(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)? ?([ap]m)?"
    r" ?(z|utc|gmt|[+-]\d\d:?\d\d)?",
    re.IGNORECASE,
)
# As Go writes it: "2024-01-01 08:00:00.123 +0000 UTC".
_ZONE_APART = re.compile(r" ([+-]\d\d:?\d\d)(?: [A-Z]{3,5})?$")
_YEAR, _NOON, _MONTHS_OF_A_YEAR = 4, 12, 12


class Order(enum.Enum):
    """Which comes first in `03/04/2024`."""

    DAY = "day"
    MONTH = "month"


class Habit:
    """How a column writes its days, learnt cell by cell."""

    def __init__(self) -> None:
        self._seen = set[Order]()

    def see(self, cell: str) -> None:
        """Look at one cell."""
        said = _CALENDAR.match(cell)
        if said is None or said[2] == "." or len(said[1]) == _YEAR:
            return
        if int(said[1]) > _MONTHS_OF_A_YEAR:
            self._seen.add(Order.DAY)
        if int(said[3]) > _MONTHS_OF_A_YEAR:
            self._seen.add(Order.MONTH)

    @property
    def order(self) -> Order | None:
        """None where no cell says so, or two say otherwise."""
        return next(iter(self._seen)) if len(self._seen) == 1 else None


def time_of(cell: str, order: Order | None = None) -> dt.datetime | None:
    """The time that a cell says, aware; None where it is none, or one of two.

    Args:
        cell: as it stands in the file; without a zone it is UTC.
        order: of its column.
    """
    try:
        return _read(" ".join(western(cell).split()), order)
    except (ValueError, OverflowError):
        return None


def past_of(cell: str, order: Order | None, *, now: dt.datetime) -> dt.datetime | None:
    """The same as aware UTC, if it can have been: not before 1970, and not yet to come."""
    found = bounds.moment_or_none(time_of(cell, order))
    return None if found is None or found > now + AHEAD else min(found, now)


def _read(text: str, order: Order | None) -> dt.datetime | None:
    if _EPOCH.fullmatch(text):
        seconds = int(text) / (1 if len(text) == _SECONDS else 1000)
        return dt.datetime.fromtimestamp(seconds, dt.UTC)
    if _TOGETHER.match(text) or ("-" in text[: _YEAR + 1] and text[:_YEAR].isdecimal()):
        return _in_utc(dt.datetime.fromisoformat(_together(text)))
    text = _WEEKDAY.sub("", text, count=1)
    for pattern, parts in (
        (_CALENDAR, _of_numbers),
        (_DAY_MONTH, _day_first),
        (_MONTH_DAY, _month_first),
    ):
        said = pattern.match(text)
        if said is not None:
            day = parts(said, order)
            return None if day is None else _at_clock(day, text[said.end() :])
    return None


def _together(text: str) -> str:
    """A time with its zone, as ISO 8601 has it."""
    return _ZONE_APART.sub(r"\1", text).removesuffix(" UTC").removesuffix(" GMT")


def _of_numbers(said: re.Match[str], order: Order | None) -> dt.datetime | None:
    first, second, third = int(said[1]), int(said[3]), int(said[5])
    if said[2] != said[4]:
        return None
    if len(said[1]) == _YEAR:
        return dt.datetime(first, second, third, tzinfo=dt.UTC)
    if len(said[5]) != _YEAR:
        return None
    if said[2] == "." or order is Order.DAY:
        return dt.datetime(third, second, first, tzinfo=dt.UTC)
    return None if order is None else dt.datetime(third, first, second, tzinfo=dt.UTC)


def _day_first(said: re.Match[str], _order: Order | None) -> dt.datetime:
    return dt.datetime(int(said[3]), _month(said[2]), int(said[1]), tzinfo=dt.UTC)


def _month_first(said: re.Match[str], _order: Order | None) -> dt.datetime:
    return dt.datetime(int(said[3]), _month(said[1]), int(said[2]), tzinfo=dt.UTC)


def _month(name: str) -> int:
    return _MONTHS.index(name[:3].casefold()) + 1


def _at_clock(day: dt.datetime, rest: str) -> dt.datetime | None:
    """A day at the time that stands behind it; None where something else does."""
    if not rest.strip():
        return day
    said = _CLOCK.fullmatch(rest.rstrip())
    if said is None:
        return None
    hour = int(said[1])
    if said[4]:
        if not 1 <= hour <= _NOON:
            return None
        hour = hour % _NOON + (_NOON if said[4].casefold() == "pm" else 0)
    zone = said[5] or ""
    offset = dt.timedelta()
    if zone[:1] in ("+", "-"):
        digits = zone[1:].replace(":", "")
        offset = dt.timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        offset = -offset if zone[0] == "-" else offset
    return day.replace(hour=hour, minute=int(said[2]), second=int(said[3] or 0)) - offset


def _in_utc(found: dt.datetime) -> dt.datetime:
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
