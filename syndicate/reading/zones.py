"""The zone that a written date names: read, absent, or there and not understood.

A zone that nobody understands is not UTC: such a date names no moment. Names that the clocks of
several countries bear (CST, IST) are told apart from those that only one country uses.

Source: RFC 5322, 3.3 and 4.3 (what North America's names mean; single letters say nothing);
RFC 9557 (an IANA name in brackets); IANA time zone database.
"""

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from syndicate.reading import months

# No zone of the earth lies beyond these.
WESTERNMOST = dt.timedelta(hours=-12)
EASTERNMOST = dt.timedelta(hours=14)


@dataclass(frozen=True)
class Zone:
    """What a date says of its zone.

    Attributes:
        info: the zone; None when there is none, or none that we understand.
        is_written: whether the text names one.
        name: as written, where it is a name of letters.
    """

    info: dt.tzinfo | None = None
    is_written: bool = False
    name: str = ""

    @property
    def is_unread(self) -> bool:
        """Whether one is written that we do not understand."""
        return self.is_written and self.info is None

    def is_shared(self, *, in_rfc_5322: bool) -> bool:
        """Whether several countries mean different zones by this name.

        Args:
            in_rfc_5322: the date has the form of that standard, which says what EST and CST mean.
        """
        return self.name in _SHARED and not (in_rfc_5322 and self.name in _OF_RFC_5322)


NONE = Zone()
UNREAD = Zone(is_written=True)

_BY_OFFSET = {
    "+0000": "GMT UTC UT Z WET",
    "+0100": "WEST BST CET MEZ MET WAT",
    "+0200": "CEST MESZ MEST EET SAST CAT",
    "+0300": "EEST IDT EAT MSK TRT",
    "+0330": "IRST",
    "+0400": "GST",
    "+0430": "AFT",
    "+0500": "PKT UZT",
    "+0530": "IST",
    "+0545": "NPT",
    "+0600": "BTT",
    "+0630": "MMT",
    "+0700": "WIB ICT",
    "+0800": "WITA MYT PHT HKT SGT AWST",
    "+0900": "WIT JST KST",
    "+0930": "ACST",
    "+1000": "AEST",
    "+1030": "ACDT",
    "+1100": "AEDT",
    "+1200": "FJT NZST",
    "+1300": "NZDT",
    "-0230": "NDT",
    "-0330": "NST",
    "-0300": "ART BRT UYT CLST",
    "-0400": "AST EDT CLT BOT VET",
    "-0500": "EST CDT COT PET",
    "-0600": "CST MDT",
    "-0700": "MST PDT",
    "-0800": "PST AKDT",
    "-0900": "AKST",
    "-1000": "HST",
}
_NAMES = {name: offset for offset, names in _BY_OFFSET.items() for name in names.split()}
# North America writes these all year, and means its summer time in summer.
_ALL_YEAR = {
    "ET": "America/New_York",
    "CT": "America/Chicago",
    "MT": "America/Denver",
    "PT": "America/Los_Angeles",
}
# Chinese, Irish, Israeli, Arabian, Australian, Malaysian and Philippine times have them too.
_SHARED = frozenset({"CST", "IST", "AST", "EST", "MST", "PST"})
_OF_RFC_5322 = frozenset({"EST", "CST", "MST", "PST"})
_IN_ARABIC = {"غرينتش": "UTC", "جرينتش": "UTC", "مكه": "Asia/Riyadh"}  # as `months` spells

_SIGN = "[-+\N{MINUS SIGN}\N{EN DASH}]"
OFFSET = re.compile(
    rf"\s*\(?(?:GMT|UTC|UT|Z)?\s?({_SIGN})(\d{{1,2}})(?::?(\d\d))?(?::00)?(?![\d:.])\)?",
    re.IGNORECASE,
)
_SIGNED = re.compile(rf"\s*\(?(?:GMT|UTC|UT)?\s?{_SIGN}\s?\d", re.IGNORECASE)
_PLACE = re.compile(r"\s*[(\[]?([A-Z][A-Za-z]+(?:/[A-Z][A-Za-z0-9_+-]+){1,2})[)\]]?")
_WORD = re.compile(r"\s*\(?([A-Za-z]{1,5})\)?(?![\w/+])")
_ARABIC = re.compile(r"\s*\(?بتوقيت\s+(\w+)(?:\s+المكرمه)?\)?")
_NAME = re.compile(r"(?<![\w/])[A-Z]{2,5}(?![\w/+])")
_COMMENT = re.compile(r"(?<!\s)\s*+[(\[][^()\[\]]*+[)\]]$")
# Short words that follow a clock and are no zone.
_NO_ZONE = frozenset({"h", "hr", "hrs", "uhr", "on", "at", "am", "pm"})
_CALENDAR = frozenset(name[:3].lower() for name in months.ENGLISH)
_CALENDAR |= {"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
_MINUTES = 60


def behind(text: str) -> tuple[Zone, str]:
    """The zone at the head of what follows a clock, and the text behind it without a comment."""
    offset = OFFSET.match(text)
    if offset is not None:
        found = Zone(_fixed(offset[1], offset[2], offset[3] or "0"), is_written=True)
        return _once(found, _COMMENT.sub("", text[offset.end() :]))
    if _SIGNED.match(text):
        return UNREAD, ""
    for read in (_place, _arabic, _word):
        found, end = read(text)
        if found.is_written:
            return found, _COMMENT.sub("", text[end:])
    return NONE, text


def within(text: str) -> tuple[Zone, str]:
    """The zone that a text names anywhere, and the text without it; two are none to rely on."""
    found = [each for each in _NAME.finditer(text) if each[0] in _NAMES or each[0] in _ALL_YEAR]
    if not found:
        return NONE, text
    if len(found) > 1:
        return UNREAD, text
    start, end = found[0].span()
    return _named(found[0][0]), f"{text[:start]} {text[end:]}"


def _once(zone: Zone, text: str) -> tuple[Zone, str]:
    """A zone of digits, and the text behind it without its name, which must not say otherwise."""
    again, rest = behind(text) if text.strip() else (NONE, text)
    if not again.is_written:
        return zone, text
    says_so = again.info is None or again.name in _SHARED or again.info == zone.info
    return (zone if says_so else UNREAD), rest


@lru_cache(maxsize=256)
def place(name: str) -> dt.tzinfo | None:
    """A zone by its IANA name; None when there is none of this name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def is_of_the_earth(offset: dt.timedelta) -> bool:
    """Whether any clock of the earth is so far from UTC."""
    return WESTERNMOST <= offset <= EASTERNMOST


def _fixed(sign: str, hours: str, minutes: str) -> dt.tzinfo | None:
    size = dt.timedelta(hours=int(hours), minutes=int(minutes))
    offset = size if sign == "+" else -size
    is_one = is_of_the_earth(offset) and int(minutes) < _MINUTES
    return dt.timezone(offset) if is_one else None


def _place(text: str) -> tuple[Zone, int]:
    match = _PLACE.match(text)
    if match is None:
        return NONE, 0
    return Zone(place(match[1]), is_written=True), match.end()


def _arabic(text: str) -> tuple[Zone, int]:
    match = _ARABIC.match(text)
    if match is None:
        return NONE, 0
    name = _IN_ARABIC.get(match[1])
    return Zone(place(name) if name else None, is_written=True), match.end()


def _word(text: str) -> tuple[Zone, int]:
    match = _WORD.match(text)
    if match is None:
        return NONE, 0
    word = match[1]
    if word.upper() in {"GMT", "UTC", "Z"}:
        return _named(word.upper()), match.end()
    if not word.isupper() or word.lower() in _NO_ZONE or word[:3].lower() in _CALENDAR:
        return NONE, 0
    return _named(word), match.end()


def _named(name: str) -> Zone:
    if name in _ALL_YEAR:
        return Zone(place(_ALL_YEAR[name]), is_written=True)
    offset = _NAMES.get(name)
    info = _fixed(offset[0], offset[1:3], offset[3:]) if offset else None
    return Zone(info, is_written=True, name=name)
