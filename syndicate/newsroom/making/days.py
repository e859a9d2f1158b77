"""Days, weekdays and times of day as people write them, each in its one form. Pure."""

import datetime as dt
import re

from syndicate import bounds

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NO_DAY = "none"  # as a form says that no box of a weekday is ticked
_SHORT = 3  # letters of a weekday that tell it from the others
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def day(said: str) -> str | None:
    """A day as "2027-12-31"; None for what is none, or is out of bounds."""
    try:
        found = dt.date.fromisoformat(said) if _DAY.fullmatch(said) else None
    except ValueError:
        return None
    if found is None or not bounds.EARLIEST.date() <= found <= bounds.LATEST.date():
        return None
    return found.isoformat()


def time(raw: object) -> str | None:
    """A time of day as "08:00"; None for what is none."""
    found = _TIME.fullmatch(raw) if isinstance(raw, str) else None
    return f"{int(found[1]):02}:{found[2]}" if found else None


def weekday(raw: object) -> int | None:
    """A weekday, 1 for Monday, of its number or its name; None for what is none."""
    said = str(raw).lower()
    if isinstance(raw, bool):
        return None
    if len(said) == 1 and said in "1234567":
        return int(said)
    named = [number for number, name in enumerate(WEEKDAYS, 1) if name.startswith(said)]
    return named[0] if len(said) >= _SHORT and len(named) == 1 else None
