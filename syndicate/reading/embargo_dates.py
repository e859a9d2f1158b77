"""Embargoes and future dates as sources write them: until when an article must not be seen.

    an embargo that is understood          until its moment
    one that names no zone                 until its moment has come in every zone, unless the
                                           source's profile knows the zone
    one that is not understood             held, and a person is told; never let out unread
    one that says more than a date         held: words beside it may put it off
    one that is over in every zone         none
    published in the future                an embargo until then; not understood: held if it is
                                           in the future in every zone, else as without a date

It is read here, where the document is; `articles.embargoes` says what becomes of the article.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from syndicate import bounds
from syndicate.reading import dates, whole, zones
from syndicate.reading.dates import Written

# A newsroom's clock may be ahead of ours by this much: what it publishes now is no embargo.
SKEW = dt.timedelta(minutes=5)
MAX_RAW = 200
_NEVER = dt.datetime.max.replace(tzinfo=dt.UTC)
_OF_OUR_CALENDAR = 1900
# The DCMI Period, as Media RSS writes when a thing may be seen: `start=…; end=…; scheme=W3C-DTF`.
_PERIOD_START = re.compile(r"(?:^|;)\s*start\s*=\s*([^;]*)", re.IGNORECASE)
# W3C-DTF lets a date end with its year or its month.
_PERIOD = re.compile(r"(\d{4})(?:-(\d\d))?$")


def embargo(said: Iterable[str], *, now: dt.datetime, zone: str | None = None) -> dict[str, Any]:
    """An embargo as keyword arguments of `Entry`: its end and, if not understood, its words.

    Args:
        said: every embargo that the article carries, as written; empty ones say nothing.
        now: aware UTC.
        zone: IANA name of the zone of dates that name none; None when nobody knows.

    Returns:
        Nothing when there is none. With `embargo_raw`, `embargo_until` is the latest moment that it
        may mean, absent when nobody can tell.
    """
    found = [_one(each, now, zone) for each in said if each.strip()]
    return strictest([each for each in found if each])


def published(
    raw: str | None,
    changed: str | None,
    *,
    now: dt.datetime,
    zone: str | None = None,
    pattern: str | None = None,
) -> dict[str, Any]:
    """When an article was published and changed, as keyword arguments of `Entry`.

    Args:
        raw: the date of publication, as written.
        changed: the date of the last change, as written.
        now: aware UTC.
        zone: as in `embargo`.
        pattern: strptime format of the site, tried before anything else.
    """
    found = dates.written(raw, pattern=pattern)
    is_exact = found is not None and _is_exact(found, zone)
    # A date of which we know less than the moment is not credible far ahead.
    ahead = None if is_exact or (found and found.has_sure_day) else dates.AHEAD
    moment = dates.credible(found.moment(zone or "UTC"), now=now, ahead=ahead) if found else None
    ahead_of_change = dates.AHEAD if raw else None
    said: dict[str, Any] = {
        "published": moment,
        "updated": dates.read(changed, now=now, zone=zone or "UTC", ahead=ahead_of_change),
        "raw_published": raw or changed,
        "is_exact": is_exact or moment is None,
    }
    if found is not None and raw and not (is_exact and moment) and _is_ahead(found, now):
        said |= _unread(raw, found if not found.zone.is_written else None)
    return said


def joined(*said: Mapping[str, Any]) -> dict[str, Any]:
    """Several parts of what an entry says as one; of embargoes the strictest counts.

    Args:
        said: keyword arguments of `Entry`.
    """
    found: dict[str, Any] = {}
    for each in said:
        found |= each
    return found | strictest(
        [each for each in said if each.get("embargo_until") or each.get("embargo_raw")]
    )


def strictest(embargoes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Of several embargoes the one that nobody can read to its end, else the one that ends last."""
    if not embargoes:
        return {}
    endless = [each for each in embargoes if not each.get("embargo_until")]
    chosen = endless[0] if endless else max(embargoes, key=lambda each: each["embargo_until"])
    return {name: chosen.get(name) for name in ("embargo_until", "embargo_raw")}


def _one(text: str, now: dt.datetime, zone: str | None) -> dict[str, Any]:
    found = dates.written(_start(text))
    if found is None:
        return {} if _is_over(text, now) else _unread(text, None)
    if not (whole.is_whole(found) and _is_of_our_calendar(found.clock.year)):
        return _unread(text, None)
    if _is_exact(found, zone) and whole.is_in_season(found):
        until = _latest(found, zone)
        return {"embargo_until": until} if until <= bounds.LATEST else _unread(text, None)
    if found.has_sure_day and found.last <= now:
        return {}
    is_bounded = found.is_sure and not found.zone.is_written
    return _unread(text, found if is_bounded else None)


def _is_of_our_calendar(year: int) -> bool:
    """Whether a newsroom counts its years so: 1448 is this year's number in Mecca.

    Programs write the year 1 for a date that there is none of.
    """
    return year >= _OF_OUR_CALENDAR or year == dt.MINYEAR


def _start(text: str) -> str:
    """The beginning of a period that is written as the Dublin Core has it, else the text."""
    match = _PERIOD_START.search(text)
    return match[1] if match else text


def _is_exact(found: Written, zone: str | None) -> bool:
    """Whether a date names one moment and no other."""
    return found.is_sure and (found.zone.is_written or zone is not None)


def _is_ahead(found: Written, now: dt.datetime) -> bool:
    """Whether a date lies in the future in every zone."""
    return found.has_sure_day and found.first > now + SKEW


def _latest(found: Written, zone: str | None) -> dt.datetime:
    """The moment of an exact date; when clocks are put back, the later of the two."""
    again = dates.Written(found.clock.replace(fold=1), found.zone)
    moments = [each.moment(zone or "UTC") for each in (found, again)]
    return max((each for each in moments if each is not None), default=_NEVER)


def _unread(text: str, found: Written | None) -> dict[str, Any]:
    tidy = " ".join(text.split())[:MAX_RAW]
    is_bounded = found is not None and found.last < bounds.LATEST
    return {"embargo_raw": tidy} | ({"embargo_until": found.last} if found and is_bounded else {})


def _is_over(text: str, now: dt.datetime) -> bool:
    """Whether a year or month that stands for a whole date has ended everywhere."""
    match = _PERIOD.match(text.strip())
    if match is None:
        return False
    year, month = int(match[1]), int(match[2] or 12)
    if not (1 <= month <= 12 and _is_of_our_calendar(year)):  # noqa: PLR2004 - months of a year
        return False
    return (year, month) < ((now + zones.WESTERNMOST).year, (now + zones.WESTERNMOST).month)
