"""What was probably meant by a word that is none: a field's name, a time zone, a language. Pure."""

import difflib
from collections.abc import Iterable
from zoneinfo import available_timezones

from babel import Locale

_LIKELY, _NEAR = 0.6, 0.8  # half of a zone's name is its continent's, which is no guess
_MAX_ZONE = 64


def nearest(name: str, known: Iterable[str], least: float = _LIKELY) -> str | None:
    """The word that was probably meant, if any is near: by so much, where 1 is the same word."""
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=least)
    return found[0] if found else None


def zone(said: str) -> str | None:
    """A time zone whose name is near, or that is named after a city alone: "athens"."""
    tidy = said[:_MAX_ZONE].strip().replace(" ", "_")
    zones = sorted(each for each in available_timezones() if "/" in each)
    # The zone that its continent names comes before older names of the same city.
    cities = {each.rpartition("/")[2].lower(): each for each in reversed(zones)}
    if tidy.lower() in cities:
        return cities[tidy.lower()]
    whole = {each.lower(): each for each in zones}
    meant = nearest(tidy.lower(), whole, _NEAR)
    if meant is not None:
        return whole[meant]
    city = nearest(tidy.lower(), cities, _NEAR)
    return cities[city] if city is not None else None


def language(said: str) -> str | None:
    """The tag of a language that was called by its English name: "en" for "English"."""
    names = {name.lower(): tag for tag, name in Locale("en").languages.items()}
    return names.get(said.strip().lower())
