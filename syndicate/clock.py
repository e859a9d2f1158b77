"""The one place where the program asks what time it is, so that everything else can be told."""

import datetime as dt
from functools import lru_cache
from zoneinfo import ZoneInfo

_UTC = ZoneInfo("UTC")


def now() -> dt.datetime:
    """The present moment as an aware UTC datetime."""
    return dt.datetime.now(dt.UTC)  # noqa: TID251 - this is the one place


def iso(moment: dt.datetime) -> str:
    """A moment in RFC 3339, UTC, with Z."""
    return moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo | None:
    """A zone by its IANA name; None when there is none of this name."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # "Europe" is a folder, "../x" no key
        return None


def zone_or_utc(name: str) -> ZoneInfo:
    """A zone by its IANA name, and UTC for a name that is none: a page shows some time at least."""
    return zone(name) or _UTC
