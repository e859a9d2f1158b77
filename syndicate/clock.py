"""The one place where the program asks what time it is, so that everything else can be told."""

import datetime as dt


def now() -> dt.datetime:
    """The present moment as an aware UTC datetime."""
    return dt.datetime.now(dt.UTC)  # noqa: TID251 - this is the one place


def iso(moment: dt.datetime) -> str:
    """A moment in RFC 3339, UTC, with Z."""
    return moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
