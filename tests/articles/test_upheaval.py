"""A whole feed that changes at once, and what looks like it."""

import dataclasses

import pytest

from syndicate.articles.identity import Identified, KnownEntry, identify
from syndicate.articles.upheaval import changed_headlines, is_one
from syndicate.reading.records import Entry
from tests.collect.newsroom import NOW

TITLES = tuple(f"The {name} is out" for name in ("ferry", "seal", "wheel", "lamp", "crane", "gull"))


def pairs(*titles: str, known: int = 6) -> list[tuple[Identified, KnownEntry | None]]:
    """A document of these headlines; the first ones were known by those of `TITLES`."""
    entries = [Entry(title, guid=f"g-{n}") for n, title in enumerate(titles)]
    return [
        (each, _known(each, TITLES[n]) if n < known else None)
        for n, each in enumerate(identify(entries))
    ]


def _known(each: Identified, title: str) -> KnownEntry:
    return KnownEntry(1, 1, each.keys[0], each.stem, each.entry.guid, None, title, b"", NOW)


MOJIBAKE = tuple(title.replace("e", "Ã©") for title in TITLES)


@pytest.mark.parametrize(
    ("titles", "known", "expected"),
    [
        (MOJIBAKE, 6, True),
        (tuple(f"{title} | Pier News" for title in TITLES), 6, True),
        ((*MOJIBAKE[:5], TITLES[5]), 6, True),
        ((*MOJIBAKE[:4], *TITLES[4:]), 6, False),
        (TITLES, 6, False),
        (MOJIBAKE, 5, True),
        (MOJIBAKE, 4, False),
        (tuple(f"{title} (14)" for title in TITLES), 6, False),
        (tuple(title.upper() for title in TITLES), 6, False),
        ((), 6, False),
    ],
)
def test_nearly_all_headlines_of_five_known_stories(
    titles: tuple[str, ...], known: int, *, expected: bool
) -> None:
    assert is_one(pairs(*titles, known=known)) == expected


def test_a_story_that_had_no_headline_counts_for_nothing() -> None:
    found = pairs(*MOJIBAKE)
    gone = [(each, before and dataclasses.replace(before, title=None)) for each, before in found]

    assert changed_headlines(found)[0] == (TITLES[0], MOJIBAKE[0])
    assert (changed_headlines(gone), is_one(gone)) == ([], False)
