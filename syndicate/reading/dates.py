"""Reading the dates that publishers write, to the minute and with the right zone, or not at all.

    text ─> clock ─> zone behind it ─> what is left is the day: ISO 8601, RFC 5322, month in words
                          └─ written and not understood: no moment, and never UTC

A date before 1995 is no date: the article gets the moment it was first seen. So does one whose zone
is written and not understood. A date that names no zone is read in its source's zone.

Source: RFC 5322, 3.3; RFC 3339; RFC 9557; java.util.Date (`toString`); ECMAScript (`Date`),
as they print themselves.
"""

import datetime as dt
import re
import warnings
from dataclasses import dataclass, replace
from functools import lru_cache

import dateparser

from syndicate import bounds
from syndicate.reading import months, zones
from syndicate.reading.zones import Zone

EARLIEST = dt.datetime(1995, 1, 1, tzinfo=dt.UTC)
AHEAD = dt.timedelta(hours=24)
MAX_LENGTH = 100  # longer text is prose
_FIRST_OF_19XX = 50  # RFC 5322, 4.3: two digits of a year from here on are of the 1900s
_LEAP_SECOND, _LAST_SECOND, _HOURS, _NOON = 60, 59, 24, 12
_MONTHS = {name[:size].lower(): n for n, name in enumerate(months.ENGLISH, 1) for size in (3, 9)}
_MONTHS["sept"] = 9
# A clock time's marks of its half of the day, in English and Arabic.
_HALF = r"([AaPp])\.?[Mm]\.?(?!\w)|(ص|م|صباحا|مساء)(?!\w)"
CLOCK = re.compile(
    r"(?<![\d:.])(\d\d?)(?:\s?[:hH]\s?)(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?![\d:])"
    rf"(?:\s?(?:{_HALF}))?"
)
HOUR = re.compile(rf"(?<![\d:./-])(\d\d?)()()()\s?(?:{_HALF})")
_RFC_5322 = re.compile(
    r"(?:[A-Za-z]{3}, )?(\d\d?) ([A-Za-z]{3}) (\d{4}) (\d\d):(\d\d):(\d\d) (?:GMT|([+-]\d{4}))$"
)
_OFFSETS = {"+0000": Zone(dt.UTC, is_written=True)}
_EPOCH = re.compile(r"\d{10}(?:\d{3})?$")
_ISO_DAY = re.compile(r"(\d{4})([-/.])(\d\d?)\2(\d\d?)T?$")
# `fromisoformat` takes it for an hour and more.
_TOO_MANY_MINUTES = re.compile(r".*[+-]\d\d:?[6-9]\d$")
_ISO_DAY_IN_ZONE = re.compile(r"(\d{4}-\d\d-\d\d)(Z|[+-]\d\d:\d\d)$")
_NUMBERS = re.compile(r"(\d\d?)([./-])(\d\d?)\2(\d{4})$")
_WEEKDAY = r"(?:[^\W\d_]+[.,]*\s*)?"
_DAY_FIRST = re.compile(
    rf"{_WEEKDAY}(\d\d?)(?:st|nd|rd|th|\.)?[\s-]*([A-Za-z]{{3,9}})[.,]*[\s-]*(\d{{4}}|\d\d)$"
)
_MONTH_FIRST = re.compile(
    rf"{_WEEKDAY}([A-Za-z]{{3,9}})\.?\s+(\d\d?)(?:st|nd|rd|th)?,?\s+(\d{{4}})$"
)
# As `java.util.Date` prints itself: the year behind the zone.
_A_YEAR = re.compile(r"\s*\d{4}$")
_ENDS = " ,.|\N{EM DASH}-"
# A Java program prints these without saying whose they are.
_NOBODYS = frozenset({"AST", "CST", "IST"})
# The digits of Arabic, and of Persian and Urdu.
_SIGNS = {first + n: str(n) for first in (0x0660, 0x06F0) for n in range(10)}
_SIGNS |= {ord("،"): ",", 0x200E: "", 0x200F: "", 0x202A: "", 0x202B: "", 0x202C: ""}
LANGUAGES = ["en", "fr", "de", "es", "pt", "it", "nl", "ar", "hi", "tr", "ru", "pl", "el", "id"]
LANGUAGES += ["ja"]


@dataclass(frozen=True)
class Written:
    """A date as written: what a clock showed, and what is known of where it hung.

    Attributes:
        clock: without a zone.
        zone: what the date says of it.
        has_sure_day: nobody else means another day by the same words.
        is_rfc_5322: it has the form of that standard.
        words: what was taken apart to read it, months in English; empty where all of it had the
            form of a standard.
    """

    clock: dt.datetime
    zone: Zone
    has_sure_day: bool = True
    is_rfc_5322: bool = False
    words: str = ""

    @property
    def is_sure(self) -> bool:
        """Whether nobody else means another moment by the same words, but for a zone left out."""
        is_shared = self.zone.is_shared(in_rfc_5322=self.is_rfc_5322)
        return self.has_sure_day and not is_shared and not self.zone.is_unread

    def moment(self, zone: str = "UTC") -> dt.datetime | None:
        """The moment as aware UTC, None when its zone is not understood or the calendar ends.

        Args:
            zone: IANA name, for a date that names none.
        """
        if self.zone.is_unread:
            return None
        return _utc(self.clock, self.zone.info or zones.place(zone))

    @property
    def first(self) -> dt.datetime:
        """The earliest moment that it may mean, in whatever zone."""
        return bounds.clamped(self._in(zones.EASTERNMOST))

    @property
    def last(self) -> dt.datetime:
        """The latest moment that it may mean, in whatever zone."""
        return bounds.clamped(self._in(zones.WESTERNMOST))

    def _in(self, offset: dt.timedelta) -> dt.datetime:
        return self.clock.replace(tzinfo=dt.timezone(offset))


@dataclass(frozen=True)
class _Day:
    """A day, whether nobody reads it otherwise, and whether RFC 5322 would write it so."""

    midnight: dt.datetime
    is_sure: bool = True
    is_rfc_5322: bool = False


def read(
    text: str | None,
    *,
    now: dt.datetime,
    zone: str = "UTC",
    pattern: str | None = None,
    ahead: dt.timedelta | None = AHEAD,
) -> dt.datetime | None:
    """The moment that a publisher's date means.

    Args:
        text: as written.
        now: aware UTC; the measure of what is credible.
        zone: IANA name, for a date that names no zone (a source's profile knows).
        pattern: strptime format of the site, tried before anything else.
        ahead: how far beyond `now` it is credible; None: however far.

    Returns:
        Aware UTC, or None when it is no date, no credible one, or its zone is not understood.
    """
    found = written(text, pattern=pattern)
    if found is None:
        return None
    return credible(found.moment(zone), now=now, ahead=ahead)


def credible(
    moment: dt.datetime | None, *, now: dt.datetime, ahead: dt.timedelta | None = AHEAD
) -> dt.datetime | None:
    """A moment in aware UTC, or None when no newsroom can have meant it."""
    if moment is None or moment < EARLIEST:
        return None
    latest = bounds.LATEST if ahead is None else now + ahead
    return moment if moment <= latest else None


def written(text: str | None, *, pattern: str | None = None) -> Written | None:
    """A date as its words say it, before anybody asks whether it is credible; None when it is none.

    Args:
        text: as written.
        pattern: strptime format of the site, tried before anything else.
    """
    tidy = " ".join((text or "").split())
    if not tidy or len(tidy) > MAX_LENGTH:
        return None
    found = _by_pattern(tidy, pattern) if pattern else None
    if not tidy.isascii():
        tidy = months.in_english(tidy.translate(_SIGNS))
    found = found or _by_number(tidy) or _by_iso(tidy) or _by_rfc_5322(tidy)
    if found is None and (parts := _by_parts(tidy)):
        return replace(parts, words=tidy)
    return found


def _by_pattern(text: str, pattern: str) -> Written | None:
    try:
        return _of(dt.datetime.strptime(text, pattern))  # noqa: DTZ007 - its zone is the profile's
    except ValueError:
        return None


def _by_number(text: str) -> Written | None:
    if not _EPOCH.match(text):
        return None
    return _of(dt.datetime.fromtimestamp(int(text[:10]), tz=dt.UTC))


def _by_iso(text: str) -> Written | None:
    if not text[:4].isdigit() or (_TOO_MANY_MINUTES.match(text) and ":" in text):
        return None
    day = _ISO_DAY_IN_ZONE.match(text)
    try:
        return _of(dt.datetime.fromisoformat(f"{day[1]}T00:00:00{day[2]}" if day else text))
    except ValueError:
        return None


def _by_rfc_5322(text: str) -> Written | None:
    """As nearly all feeds write it; the same as by its parts, at a tenth of the time."""
    match = _RFC_5322.match(text)
    month = _MONTHS.get(match[2].lower()) if match else None
    if match is None or month is None:
        return None
    day, _, year, hour, minute, second = match.groups()[:6]
    zone = _OFFSETS.get(match[7] or "+0000") or zones.behind(match[7])[0]
    try:
        clock = dt.datetime(int(year), month, int(day), int(hour), int(minute), int(second))  # noqa: DTZ001 - as a clock shows it
    except ValueError:
        return None
    return Written(clock, zone, is_rfc_5322=True)


def _of(moment: dt.datetime) -> Written:
    """A date that a library read whole."""
    offset = moment.utcoffset()
    if offset is None:
        return Written(moment, zones.NONE)
    zone = Zone(moment.tzinfo, is_written=True) if zones.is_of_the_earth(offset) else zones.UNREAD
    return Written(moment.replace(tzinfo=None), zone)


def _by_parts(text: str) -> Written | None:
    """A clock, the zone behind it, and a day before or behind both."""
    match = CLOCK.search(text) or HOUR.search(text)
    if match is None:
        zone, day = zones.within(text)
        return _joined(day, dt.timedelta(), zone, is_java=False)
    clock = _clock(match)
    if clock is None:
        return None
    before, after = text[: match.start()], text[match.end() :]
    zone, rest = zones.behind(after)
    day = f"{before} {rest}"
    if not zone.is_written:
        zone, day = zones.within(day)
    found = _joined(day, clock, zone, is_java=bool(_A_YEAR.match(rest)))
    # A day, a clock, and words that are no day: they speak of the zone.
    return found or _joined(before, clock, zones.UNREAD, is_java=False)


def _joined(text: str, clock: dt.timedelta, zone: Zone, *, is_java: bool) -> Written | None:
    day = _day(text.strip(_ENDS))
    if day is None:
        return None
    if is_java and zone.name in _NOBODYS:
        zone = zones.UNREAD
    try:
        return Written(day.midnight + clock, zone, day.is_sure, day.is_rfc_5322)
    except OverflowError:
        return None


def _clock(match: re.Match[str]) -> dt.timedelta | None:
    """A time of day; None when there is none such."""
    hour, minute, second = (int(part or 0) for part in match.groups()[:3])
    half = (match[5] or match[6] or "").lower()
    is_after_noon = half in {"p", "م", "مساء"}
    if half and hour == _NOON:
        hour = 0
    if half and not is_after_noon and hour > _NOON:
        return None
    if is_after_noon and hour < _NOON:
        hour += _NOON
    if hour > _HOURS or minute > _LAST_SECOND or second > _LEAP_SECOND:
        return None
    micro = int((match[4] or "0")[:6].ljust(6, "0"))
    return dt.timedelta(hours=hour, minutes=minute, seconds=second, microseconds=micro)


def _day(text: str) -> _Day | None:
    iso = _ISO_DAY.match(text)
    if iso:
        return _date(iso[1], iso[3], iso[4])
    numbers = _NUMBERS.match(text)
    if numbers:
        return _by_numbers(*numbers.groups())
    first = _DAY_FIRST.match(text)
    if first and (month := _MONTHS.get(first[2].lower())):
        day = _date(_year(first[3]), month, first[1])
        return day and replace(day, is_rfc_5322=True)
    second = _MONTH_FIRST.match(text)
    if second and (month := _MONTHS.get(second[1].lower())):
        return _date(second[3], month, second[2])
    return _by_language(text)


def _date(year: str | int, month: str | int, day: str) -> _Day | None:
    try:
        return _Day(dt.datetime(int(year), int(month), int(day)))  # noqa: DTZ001 - a day
    except ValueError:
        return None


def _year(digits: str) -> int:
    year = int(digits)
    if len(digits) > 2:  # noqa: PLR2004 - two digits
        return year
    return year + (2000 if year < _FIRST_OF_19XX else 1900)


def _by_numbers(one: str, sign: str, other: str, year: str) -> _Day | None:
    """Whoever writes points puts the day first; of the others only some days tell."""
    if sign == "." or int(one) > _NOON:
        return _date(year, other, one)
    day = _date(year, one, other)
    return day and replace(day, is_sure=int(other) > _NOON or one == other)


@lru_cache(maxsize=512)  # 2 ms each, and the entries of a feed share a few days
def _by_language(text: str) -> _Day | None:
    if not any(character.isdigit() for character in text):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = dateparser.parse(
            text,
            languages=LANGUAGES,
            settings={"REQUIRE_PARTS": ["day", "month", "year"], "PARSERS": ["absolute-time"]},
        )
    if found is None or found.tzinfo is not None:
        return None
    return _Day(found)


def _utc(clock: dt.datetime, zone: dt.tzinfo | None) -> dt.datetime | None:
    if zone is None:
        return None
    try:
        return clock.replace(tzinfo=zone).astimezone(dt.UTC)
    except (OverflowError, ValueError):
        return None


def iso(moment: dt.datetime) -> str:
    """A moment in RFC 3339, UTC, with Z."""
    return moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
