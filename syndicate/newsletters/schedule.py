"""When a newsletter's issues are due, and which news each covers; pure, by the zone's own clock.

    slot        a local time of day ("08:00") on a local date, in the newsletter's zone
    due         the instant the slot names; in a DST gap the first instant after the gap, in an
                overlap the first of the two
    window      from the slot before to this one: fixed by the slot, so that a late run covers the
                right news

A newsletter without earlier slot today looks back to the last slot of the last scheduled day.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from zoneinfo import ZoneInfo

from syndicate.errors import UsageError

EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
# How far back a missed slot is still worth an issue: a digest older than this is no news.
CATCH_UP = dt.timedelta(hours=12)
_DAYS_BACK = 15  # of a weekly newsletter: the last slot, seven days ago, and the one before it
_DAYS_AHEAD = 8


@dataclass(frozen=True)
class Schedule:
    """When a newsletter comes out.

    Attributes:
        times: local times of day, ascending.
        days: ISO weekdays, 1 Monday to 7 Sunday.
        zone: IANA name of the zone that `times` and `days` are local to.
    """

    times: tuple[dt.time, ...]
    days: tuple[int, ...]
    zone: str


@dataclass(frozen=True)
class Slot:
    """One due issue.

    Attributes:
        local_date: the date in the newsletter's zone.
        name: the local time as "HH:MM".
        due_at: the instant, aware UTC.
        window_from: start of the news it covers, aware UTC, exclusive of the slot before.
        window_to: end of the news it covers, aware UTC; the same instant as `due_at`.
    """

    local_date: dt.date
    name: str
    due_at: dt.datetime
    window_from: dt.datetime
    window_to: dt.datetime


def read(times: Sequence[str], days: Sequence[int], zone: str) -> Schedule:
    """Read a schedule as it is stored.

    Args:
        times: "HH:MM" local times, at least one.
        days: ISO weekdays; empty means every day.
        zone: IANA zone name.

    Raises:
        UsageError: a time, day or zone does not exist.
    """
    try:
        parsed = tuple(sorted({dt.time.fromisoformat(text) for text in times}))
        chosen = tuple(sorted(set(days))) or EVERY_DAY
        ZoneInfo(zone)
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise UsageError(
            f"The schedule is not usable ({error}); give times as HH:MM and an IANA zone."
        ) from error
    if not parsed or not set(chosen) <= set(EVERY_DAY):
        raise UsageError("A schedule needs one time at least, and weekdays from 1 to 7.")
    return Schedule(parsed, chosen, zone)


def instant(local_date: dt.date, time: dt.time, zone: str) -> dt.datetime:
    """The UTC instant of a local time.

    A time in a DST gap is due at the first instant after the gap; a time that happens twice is due
    the first time.
    """
    naive = dt.datetime.combine(local_date, time)
    local = naive.replace(tzinfo=ZoneInfo(zone), fold=0)
    utc = local.astimezone(dt.UTC)
    if utc.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == naive:
        return utc
    return _end_of_gap(utc, naive, zone)


def due_slots(schedule: Schedule, *, now: dt.datetime, since: dt.datetime) -> tuple[Slot, ...]:
    """The slots that are due and were not before a moment, oldest first.

    Args:
        schedule: when the newsletter comes out.
        now: aware UTC.
        since: slots at or before this moment are left alone (the newsletter's creation, say).

    Returns:
        Slots with since < due_at <= now, no older than `CATCH_UP`.
    """
    instants = _instants(schedule, now)
    earliest = max(since, now - CATCH_UP)
    slots = []
    for (before, _, _), (due_at, local_date, time) in pairwise(instants):
        if earliest < due_at <= now:
            slots.append(Slot(local_date, time.strftime("%H:%M"), due_at, before, due_at))
    return tuple(slots)


def last_slot(schedule: Schedule, *, now: dt.datetime) -> Slot:
    """The slot that is now, or the last one before now, however long ago: an operator's trigger."""
    instants = [each for each in _instants(schedule, now) if each[0] <= now]
    (before, _, _), (due_at, local_date, time) = instants[-2:]
    return Slot(local_date, time.strftime("%H:%M"), due_at, before, due_at)


def next_slot(schedule: Schedule, *, now: dt.datetime) -> Slot:
    """The first slot after now."""
    instants = _instants(schedule, now)
    place = next(place for place, each in enumerate(instants) if each[0] > now)
    due_at, local_date, time = instants[place]
    return Slot(local_date, time.strftime("%H:%M"), due_at, instants[place - 1][0], due_at)


def _instants(schedule: Schedule, now: dt.datetime) -> list[tuple[dt.datetime, dt.date, dt.time]]:
    today = now.astimezone(ZoneInfo(schedule.zone)).date()
    dates = (today + dt.timedelta(days=back) for back in range(-_DAYS_BACK, _DAYS_AHEAD))
    found = {
        instant(date, time, schedule.zone): (date, time)
        for date in dates
        if date.isoweekday() in schedule.days
        for time in schedule.times
    }
    return [(moment, *found[moment]) for moment in sorted(found)]


def _end_of_gap(utc: dt.datetime, naive: dt.datetime, zone: str) -> dt.datetime:
    """When the clocks jumped over `naive`, found by halving: zones jump at any second."""
    tz = ZoneInfo(zone)
    low, high = utc - dt.timedelta(days=1), utc + dt.timedelta(days=1)
    while high - low > dt.timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(tz).replace(tzinfo=None) < naive:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)
