"""Time zones by their IANA names, for everything that says when something is."""

from functools import lru_cache
from zoneinfo import ZoneInfo

_UTC = ZoneInfo("UTC")


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
