"""Reading the dates that publishers write, to the minute and with the right zone, or not at all.

Three readers in order of trust: RFC 5322 (feeds), ISO 8601 (pages), then a table of languages. A
date before 1995 or more than a day ahead is no date: the article gets the moment it was first seen.

Source: notes/syndication A7 (what each library reads wrongly).
"""

import datetime as dt
import email.utils
import re
import warnings
from zoneinfo import ZoneInfo

import dateparser

EARLIEST = dt.datetime(1995, 1, 1, tzinfo=dt.UTC)
AHEAD = dt.timedelta(hours=24)
MAX_LENGTH = 100  # longer text is prose
# The names that news sites use and RFC 5322 does not know. Ambiguous ones mean what the
# publishers of those countries mean by them: BST is British, IST Indian.
_ZONES = {
    "WET": "+0000",
    "WEST": "+0100",
    "BST": "+0100",
    "CET": "+0100",
    "CEST": "+0200",
    "MEZ": "+0100",
    "MESZ": "+0200",
    "EET": "+0200",
    "EEST": "+0300",
    "SAST": "+0200",
    "MSK": "+0300",
    "TRT": "+0300",
    "PKT": "+0500",
    "IST": "+0530",
    "WIB": "+0700",
    "ICT": "+0700",
    "HKT": "+0800",
    "SGT": "+0800",
    "AWST": "+0800",
    "JST": "+0900",
    "KST": "+0900",
    "AEST": "+1000",
    "AEDT": "+1100",
    "NZST": "+1200",
    "NZDT": "+1300",
    "AKST": "-0900",
    "AKDT": "-0800",
    "HST": "-1000",
    "ART": "-0300",
    "BRT": "-0300",
    "EAT": "+0300",
    "WAT": "+0100",
    "GST": "+0400",
    "UTC": "+0000",
    "AST": "-0400",
}
_NAMED_ZONE = re.compile(r"\s\(?(" + "|".join(_ZONES) + r")\)?$")
_EPOCH = re.compile(r"\d{10}(?:\d{3})?$")
_SPACED_ISO = re.compile(r"(\d{4}-\d\d-\d\d)[T ]+(\d\d?:\d\d(?::\d\d(?:\.\d+)?)?)\s*(.*)$")
_LANGUAGES = ["en", "fr", "de", "es", "pt", "it", "nl", "ar", "hi", "tr", "ru", "pl", "id", "ja"]


def read(
    text: str | None, *, now: dt.datetime, zone: str = "UTC", pattern: str | None = None
) -> dt.datetime | None:
    """The moment that a publisher's date means.

    Args:
        text: as written.
        now: aware UTC; the measure of what is credible.
        zone: IANA name, for a date that names no zone (a source's profile knows).
        pattern: strptime format of the site, tried before anything else.

    Returns:
        Aware UTC, or None when it is no date or no credible one.
    """
    tidy = " ".join((text or "").split())
    if not tidy or len(tidy) > MAX_LENGTH:
        return None
    found = _by_pattern(tidy, pattern) if pattern else None
    found = found or _by_rules(tidy) or _by_language(tidy, now)
    if found is None:
        return None
    return credible(found, now=now, zone=zone)


def credible(moment: dt.datetime, *, now: dt.datetime, zone: str = "UTC") -> dt.datetime | None:
    """A moment as aware UTC, or None when no newsroom can have meant it."""
    try:
        aware = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
        utc = aware.astimezone(dt.UTC)
    except (OverflowError, ValueError):
        return None
    return utc if EARLIEST <= utc <= now + AHEAD else None


def _by_pattern(text: str, pattern: str) -> dt.datetime | None:
    try:
        return dt.datetime.strptime(text, pattern)  # noqa: DTZ007 - its zone is the profile's
    except ValueError:
        return None


def _by_rules(text: str) -> dt.datetime | None:
    if _EPOCH.match(text):
        return dt.datetime.fromtimestamp(int(text[:10]), tz=dt.UTC)
    text = _NAMED_ZONE.sub(lambda match: f" {_ZONES[match[1]]}", text)
    iso = _SPACED_ISO.match(text)
    try:
        if iso:
            return dt.datetime.fromisoformat(_joined(iso))
        if text[:4].isdigit():
            return dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    try:
        return email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None


def _joined(iso: re.Match[str]) -> str:
    day, clock, zone = iso.groups()
    clock = clock if clock.index(":") == 2 else f"0{clock}"  # noqa: PLR2004 - two digits of hour
    zone = {"GMT": "Z", "UT": "Z"}.get(zone, zone.replace("GMT", ""))
    return f"{day}T{clock}{zone}"


def _by_language(text: str, now: dt.datetime) -> dt.datetime | None:
    if not any(character.isdigit() for character in text):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return dateparser.parse(
            text,
            languages=_LANGUAGES,
            settings={
                "RELATIVE_BASE": now.replace(tzinfo=None),
                "REQUIRE_PARTS": ["day", "month", "year"],
                "PARSERS": ["absolute-time"],
            },
        )


def iso(moment: dt.datetime) -> str:
    """A moment in RFC 3339, UTC, with Z."""
    return moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
