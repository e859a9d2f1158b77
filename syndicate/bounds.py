"""What the house can keep: the bounds of times, texts and numbers, asked wherever a value comes in.

    moment     1970 to 2100, so that it holds in every zone and in every column
    text       no NUL and no lone surrogate: PostgreSQL and UTF-8 have no place for them
    indexed    as text, and short enough for an index
    address    as indexed, with http(s) and a host

A value beyond them is refused where it enters: kept, it would fail whoever reads it next to others.
Where others' documents are read there is nobody to refuse; there it counts as not given. What is in
rows already is read as it stands, from `FIRST` to `LAST`: an old story keeps its date.

Source: docs/facts/postgresql.md#bounds; Python, "datetime" (years 1 to 9999, in
UTC and in any zone).
"""

import datetime as dt
import re
from urllib.parse import urlsplit

from syndicate.errors import OutOfBoundsError

EARLIEST = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
LATEST = dt.datetime(2100, 12, 31, 23, 59, 59, tzinfo=dt.UTC)
# What Python can say of a moment in whatever zone.
FIRST = dt.datetime(1, 1, 2, tzinfo=dt.UTC)
LAST = dt.datetime(9999, 12, 31, tzinfo=dt.UTC)
# An index row holds 2,704 bytes: this, a key or two beside it, and its own head.
INDEXED_BYTES = 2_500
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
# Blanks, line ends and signs that nobody sees: urlsplit reads on as if some were not there.
_NEVER_IN_ADDRESS = re.compile("[\\s\0-\x20\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def moment(value: dt.datetime, what: str = "The time") -> dt.datetime:
    """A moment as aware UTC.

    Args:
        value: aware, in any zone.
        what: what the sentence of an error calls it.

    Raises:
        OutOfBoundsError: it has no zone, or lies outside `EARLIEST` to `LATEST`.
    """
    if value.tzinfo is None:
        raise OutOfBoundsError(f"{what} names no zone; write it as 2026-11-24T08:00:00Z.")
    utc = _utc(value)
    if utc is None or not EARLIEST <= utc <= LATEST:
        raise OutOfBoundsError(
            f"{what} is not between 1970 and 2100; correct it, or leave it out where it may be."
        )
    return utc


def moment_or_none(value: dt.datetime | None) -> dt.datetime | None:
    """A moment as aware UTC; None for one without zone or out of bounds, which nobody can mean."""
    if value is None:
        return None
    try:
        return moment(value)
    except OutOfBoundsError:
        return None


def sayable(value: dt.datetime) -> dt.datetime:
    """A moment as aware UTC, such as rows may give back: far wider than what is let in.

    Raises:
        OutOfBoundsError: it has no zone, or some zone has no word for it.
    """
    utc = None if value.tzinfo is None else _utc(value)
    if utc is None or not FIRST <= utc <= LAST:
        raise OutOfBoundsError(
            "The time has no zone, or is not between the years 1 and 9999; correct it."
        )
    return utc


def clamped(value: dt.datetime) -> dt.datetime:
    """The moment within bounds that is nearest to an aware one."""
    utc = _utc(value)
    if utc is None:  # only at the very ends of the calendar does a zone lead beyond it
        return EARLIEST if value.year == dt.MINYEAR else LATEST
    return min(max(utc, EARLIEST), LATEST)


def text(value: str, what: str = "The text", *, most: int | None = None) -> str:
    """A text that can be stored, as it is.

    Args:
        value: as it came.
        what: what the sentence of an error calls it.
        most: characters; None for any number.

    Raises:
        OutOfBoundsError: it is longer, or holds a NUL or a lone surrogate.
    """
    if not is_storable(value):
        raise OutOfBoundsError(f"{what} holds a character that no text can hold; send it without.")
    if most is not None and len(value) > most:
        raise OutOfBoundsError(f"{what} is longer than {most:,} characters; shorten it.")
    return value


def indexed(value: str, what: str = "The text") -> str:
    """A text that an index can hold, as it is.

    Raises:
        OutOfBoundsError: it is too long, or cannot be stored at all.
    """
    text(value, what)
    if not fits_index(value):
        raise OutOfBoundsError(f"{what} is longer than {INDEXED_BYTES:,} bytes; shorten it.")
    return value


def web_address(value: str, what: str = "The address") -> str:
    """A whole http(s) address that a row can hold, as it is.

    Raises:
        OutOfBoundsError: it is none, or too long.
    """
    indexed(value, what)
    try:
        parts = urlsplit(value)
        is_whole = parts.scheme in {"http", "https"} and bool(parts.hostname)
        is_whole = is_whole and parts.port != 0 and _NEVER_IN_ADDRESS.search(value) is None
    except ValueError:
        is_whole = False
    if not is_whole:
        raise OutOfBoundsError(
            f"{value[:200]} is not an address; write it in full, such as https://news.example."
        )
    return value


def is_storable(value: str) -> bool:
    """Whether a text column can hold a text: no NUL, no lone surrogate."""
    return _UNSTORABLE.search(value) is None


def fits_index(value: str) -> bool:
    """Whether an index can hold a text that is storable."""
    return len(value.encode("utf-8", "surrogatepass")) <= INDEXED_BYTES


def _utc(value: dt.datetime) -> dt.datetime | None:
    """The same moment in UTC; None where the calendar ends before."""
    try:
        return value.astimezone(dt.UTC)
    except (OverflowError, ValueError):
        return None
