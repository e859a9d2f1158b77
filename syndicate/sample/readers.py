"""The sample's readers: invented addresses at example.com, each with choices of its own.

    address,language,sections,languages,consented_at
    reader001@example.com,en,,en,2026-11-20T09:30:00+00:00
    reader002@example.com,en,world;politics,en,2026-11-20T09:29:00+00:00

Every combination leaves its reader at least one story: each section has some in either language.
"""

import datetime as dt
from collections.abc import Iterator
from itertools import product

WORDING = "I would like to get The Morning Harbour by email and may stop it at any time."
ORIGIN = "sample-readers.csv"
_AGREED_BEFORE = dt.timedelta(days=4)
_SECTIONS = (
    "",
    "world;politics",
    "business",
    "science;culture",
    "world",
    "culture",
    "politics;business;science",
    "world;business",
)
# Language of the frame, and of the stories; empty means all.
_LANGUAGES = (("en", "en"), ("ar", "ar"), ("en", ""), ("ar", ""))
_COMBINATIONS = tuple(product(_LANGUAGES, _SECTIONS))


def address(number: int) -> str:
    """The address of the reader of a number, from 1."""
    return f"reader{number:03}@example.com"


def as_csv(number: int, *, now: dt.datetime) -> Iterator[str]:
    """The first so many readers as lines of a file that `subscribers.transfer` reads."""
    yield "address,language,sections,languages,consented_at\n"
    for place in range(number):
        (frame, languages), sections = _COMBINATIONS[place % len(_COMBINATIONS)]
        agreed_at = now - _AGREED_BEFORE - dt.timedelta(minutes=place)
        yield f"{address(place + 1)},{frame},{sections},{languages},{agreed_at.isoformat()}\n"
