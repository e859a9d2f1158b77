"""A whole feed that changes at once, and what looks like it."""

import dataclasses
import datetime as dt

import pytest

from syndicate.articles.identity import Identified, KnownEntry, identify
from syndicate.articles.upheaval import changed_headlines, is_another, is_one
from syndicate.reading.records import Entry
from syndicate.store.editing.stored_articles import RecentEntry
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


HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
OTHERS = tuple(f"Goal number {name}" for name in ("one", "two", "three", "four", "five"))


def entries(*titles: str, age: dt.timedelta = 3 * HOUR) -> list[Identified]:
    """A document of these headlines, an hour apart, the newest that long ago."""
    return identify(
        Entry(
            title,
            guid=f"{title} of others",
            link=f"https://others.example/{title}/",
            published=NOW - age - n * HOUR,
        )
        for n, title in enumerate(titles)
    )


def recent(
    delay: dt.timedelta | None = HOUR, link: str = "https://pier.example/1"
) -> list[RecentEntry]:
    return [RecentEntry(link, title, delay) for title in TITLES]


@pytest.mark.parametrize(
    ("found", "before", "expected"),
    [
        pytest.param(entries(*OTHERS), recent(), True, id="another feed"),
        pytest.param(entries(*OTHERS, TITLES[0]), recent(), False, id="a headline is known"),
        pytest.param(
            entries(*OTHERS),
            recent(link=f"https://pier.example/{OTHERS[4]}?sid=1"),
            False,
            id="an address is known on another domain",
        ),
        pytest.param(entries(*OTHERS), recent(link="https://pier.example/"), True, id="a front"),
        pytest.param(entries(*OTHERS[:4]), recent(), False, id="few stories"),
        pytest.param(entries(*OTHERS), recent()[:4], False, id="few before"),
        pytest.param(entries(*OTHERS, age=-5 * HOUR), recent(), False, id="published since"),
        pytest.param(
            entries(*OTHERS, age=-2 * HOUR), recent(), False, id="two of five from before"
        ),
        pytest.param(entries(*OTHERS), recent(6 * DAY), False, id="a weekly batch"),
        pytest.param(entries(*OTHERS, age=7 * DAY), recent(6 * DAY), True, id="older than that"),
        pytest.param(entries(*OTHERS), recent(None), False, id="of no known delay"),
        pytest.param(entries(*OTHERS, age=7 * HOUR), recent(None), True, id="none, but old"),
        pytest.param(
            identify(Entry(title, guid=title) for title in OTHERS), recent(), False, id="no dates"
        ),
        pytest.param([], recent(), False, id="an empty one"),
    ],
)
def test_none_of_its_stories_is_known_and_most_are_older_than_its_last_document(
    found: list[Identified], before: list[RecentEntry], *, expected: bool
) -> None:
    assert is_another(found, before, NOW) == expected
    assert not is_another(found, before, None)


def test_one_late_story_in_ten_says_nothing_of_the_usual_delay() -> None:
    late = [RecentEntry(None, "An obituary", 900 * DAY)]

    assert not is_another(entries(*OTHERS), recent() + late, NOW)
    assert is_another(entries(*OTHERS), recent() * 2 + late, NOW)


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
