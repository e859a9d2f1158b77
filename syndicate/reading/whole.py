"""Whether a text is a date and nothing else: words beside an embargo may put it off. Pure.

    20 Nov 2026 08:00 GMT (EST)              a date, and a remark that is a zone
    20 Nov 2026 08:00 GMT, or 10 December    more than a date: nobody knows what it means
    20-30 Nov 2026 · 20 Nov 2026 ? · 11/12/26

Readers of dates pass over what they do not know, which only misplaces an article. An embargo that
was put off in words would end before its time.

Source: RFC 5322, 3.2.2 (comments); RFC 9557, 3.4 (an offset and a zone that differ);
https://dateparser.readthedocs.io (names of months and days).
"""

import datetime as dt
import importlib
import re
import unicodedata
from functools import lru_cache
from zoneinfo import ZoneInfo

from syndicate.characters import normal
from syndicate.reading import dates, months, zones
from syndicate.reading.dates import Written

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = tuple(name.lower() for name in months.ENGLISH)
# What stands between the parts of a date and says nothing of its own.
_BETWEEN = frozenset(
    re.findall(
        r"\S+",
        "am pm a p m t z h hr hrs st nd rd th er of at on the noon de del le la les el il as um "
        "uhr om kl den г года год в 年 月 日 時 分 في يوم الساعه ص م صباحا مساء",  # noqa: RUF001 - Russian
    )
)
_DOUBTS = re.compile(r"[?~≈]|^[-\N{MINUS SIGN}]\d{4}-")
_REMARK = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
# A clock as Britons and Germans write it, and a bare hour.
_HOUR = re.compile(r"(?<![\d.])\d\d?\.\d\d(?![\d.])|(?<![\d./-])\d\d?(?=\s?(?:h|am|pm|noon)\b)")
# Zones in words name time: Eastern Standard Time, heure de Paris, Mitteleuropäische Zeit.
_OF_TIME = re.compile(r"time$|zeit$|^heure|^hora$|^ora$|tijd$|^время$|توقيت|時|时", re.IGNORECASE)
_WORDS_OF_ZONE = 5
_ZONE = re.compile(r"[A-Z]{1,5}$")
_NO_ZONE = frozenset({"TBC", "TBA", "TBD"})
# Names of summer time, and a place that keeps it: in winter somebody means the hour of the wall.
_SUMMER = {
    "EDT": "America/New_York",
    "CDT": "America/Chicago",
    "MDT": "America/Denver",
    "PDT": "America/Los_Angeles",
    "BST": "Europe/London",
    "CEST": "Europe/Berlin",
    "MEST": "Europe/Berlin",
    "MESZ": "Europe/Berlin",
    "EEST": "Europe/Athens",
    "AEDT": "Australia/Sydney",
}
_COMPACT = 8  # digits of a day
_TOKEN = re.compile(r"[^\W\d_]+")


def is_whole(found: Written) -> bool:
    """Whether nothing that a date was read from says more, or something else, than the date."""
    if not found.words:
        return True
    if _DOUBTS.search(found.words):
        return False
    bare = _REMARK.sub(" ", found.words)
    remarks = _REMARK.findall(found.words)
    if not all(_names_its_zone(each, found) for each in remarks):
        return False
    before, after = _around_clock(bare)
    if _is_zone_in_words(after):
        after = ""
    return _is_day(f"{before} {after}", has_zone=False)


def is_in_season(found: Written) -> bool:
    """Whether clocks are put forward on that day, where its zone is one of summer."""
    place = _SUMMER.get(found.zone.name)
    return place is None or bool(found.clock.replace(tzinfo=zones.place(place)).dst())


def _around_clock(text: str) -> tuple[str, str]:
    """What stands before a clock, and what behind it and its offset."""
    match = dates.CLOCK.search(text) or dates.HOUR.search(text) or _HOUR.search(text)
    if match is None:
        return text, ""
    after = text[match.end() :]
    offset = zones.OFFSET.match(after)
    return text[: match.start()], after[offset.end() :] if offset else after


def _is_zone_in_words(text: str) -> bool:
    words = _TOKEN.findall(text)
    if not words or len(words) > _WORDS_OF_ZONE or any(sign.isdigit() for sign in text):
        return False
    return any(_OF_TIME.search(word) for word in (words[0], words[-1]))


def _names_its_zone(remark: str, found: Written) -> bool:
    """Whether a remark is the name of a date's zone, as far as we know it."""
    zone, rest = zones.behind(remark)
    if not zone.is_written or rest.strip():
        return _is_zone_in_words(remark)
    said, says = found.zone.info, zone.info
    if said is None or says is None or zone.is_shared(in_rfc_5322=False):
        return True
    # RFC 9557: Z says nothing of the place.
    is_utc_of_a_place = said == dt.UTC and isinstance(says, ZoneInfo)
    return is_utc_of_a_place or _offset(said, found.clock) == _offset(says, found.clock)


def _offset(zone: dt.tzinfo, clock: dt.datetime) -> dt.timedelta | None:
    return clock.replace(tzinfo=zone).utcoffset()


def _is_day(text: str, *, has_zone: bool) -> bool:
    """Whether a text is one day, perhaps with the name of a zone, and nothing else."""
    text = re.sub(r"[A-Z][A-Za-z]{1,30}/[A-Z][A-Za-z0-9_+/-]+", " UTC ", text, count=1)
    names_of_days, names_of_months = vocabulary()
    count = 0
    for token in _TOKEN.findall(_plain(text, keeps_case=True)):
        word = token.lower()
        if word in names_of_months:
            count += 1
        elif word in names_of_days or word in _BETWEEN:
            continue
        elif not has_zone and _ZONE.match(token) and token not in _NO_ZONE:
            has_zone = True
        else:
            return False
    digits = [each for each in re.findall(r"\d+", text) if each]
    if count:
        return count == 1 and len(digits) == 2  # noqa: PLR2004 - a day and a year
    is_compact = len(digits) == 1 and len(digits[0]) == _COMPACT
    has_year = len(digits) == 3 and any(len(each) == 4 for each in digits)  # noqa: PLR2004
    return is_compact or has_year


@lru_cache(maxsize=1)
def vocabulary() -> tuple[frozenset[str], frozenset[str]]:
    """Names of days, and of months, in every language that dates are read in; lower case, bare."""
    infos = [
        importlib.import_module(f"dateparser.data.date_translation_data.{language}").info
        for language in dates.LANGUAGES
    ]
    of_days, of_months = (
        frozenset(
            part
            for info in infos
            for key in keys
            for name in info.get(key, ())
            for part in _TOKEN.findall(_plain(name))
        )
        for keys in (_DAYS, _MONTHS)
    )
    return of_days, of_months - _BETWEEN


def _plain(text: str, *, keeps_case: bool = False) -> str:
    """A text without marks on its letters, as Arabic dates are read too."""
    bare = "".join(
        sign
        for sign in normal("NFKD", text.translate(months.LETTERS))
        if not unicodedata.category(sign).startswith("M")
    )
    return bare if keeps_case else bare.lower()
