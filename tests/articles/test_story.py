"""The fingerprint of what an entry says."""

import dataclasses
import datetime as dt
from typing import Any

import pytest

from syndicate.articles.story import entry_hash, with_page
from syndicate.reading.records import Enclosure, Entry, ParsedPage, PictureIn

MOMENT = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
FULL = Entry(
    title="Floods",
    link="https://daily.example/1",
    guid="1",
    authors=("News desk",),
    published=MOMENT,
    tags=("World", "Water"),
    pictures=(PictureIn("https://daily.example/1.jpg", channels=("web",), rights_until=MOMENT),),
    enclosures=(Enclosure("https://daily.example/1.mp3", "audio/mpeg", 7),),
)


@pytest.mark.parametrize(
    ("entry", "stored"),
    [
        (Entry(title=""), "b4fef66e9c4ee96b11cdbc3394b5b2fecedd78cd2b2afe35bd8cff6caf1cf059"),
        (FULL, "d629df3d165a5ff8b153133cf8a8e2ffdc03f3efe7763d19f81d101214938f4a"),
    ],
)
def test_the_fingerprint_stays_what_it_was_in_rows_already_stored(
    entry: Entry, stored: str
) -> None:
    assert entry_hash(entry).hex() == stored


def test_the_zone_of_a_date_is_no_change_and_an_unread_embargo_is_one() -> None:
    assert entry_hash(dataclasses.replace(FULL, is_exact=False)) == entry_hash(FULL)
    assert entry_hash(dataclasses.replace(FULL, embargo_raw="8 AM")) != entry_hash(FULL)


def test_every_field_of_an_entry_counts_but_what_is_only_our_reading_of_it() -> None:
    names = {each.name for each in dataclasses.fields(Entry)}
    others: dict[str, Any] = {name: dict.fromkeys([name], "another") for name in names}
    counted = {
        name
        for name, other in others.items()
        if entry_hash(dataclasses.replace(FULL, **other)) != entry_hash(FULL)
    }

    ours = {"is_exact", "keeps_embargo", "has_own_language", "said"}
    assert counted == names - ours


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Flood"},
        {"published": MOMENT + dt.timedelta(seconds=1)},
        {"tags": ("World", "Water", "Rain")},
        {"pictures": ()},
        {"pictures": (dataclasses.replace(FULL.pictures[0], credit="Agency"),)},
        {"enclosures": (Enclosure("https://daily.example/1.mp3", "audio/mpeg", 8),)},
    ],
)
def test_anything_that_an_entry_says_changes_it(change: dict[str, Any]) -> None:
    assert entry_hash(dataclasses.replace(FULL, **change)) != entry_hash(FULL)


@pytest.mark.parametrize(
    ("title", "feed", "page", "expected"),
    [
        ("افتتاح معرض ميناء", ("en", False), ("ar", False), ("ar", False)),
        ("افتتاح معرض ميناء", ("en", False), ("ar", True), ("ar", True)),
        ("افتتاح معرض ميناء", ("en", True), ("ar", True), ("en", True)),
        ("افتتاح معرض ميناء", ("en", False), ("en-GB", True), ("en", False)),
        ("Ferries stay in", ("en", False), ("en-GB", True), ("en", False)),
        ("Ferries stay in", (None, True), ("en-GB", True), ("en-GB", True)),
        ("Ferries stay in", ("en", False), (None, True), ("en", False)),
    ],
)
def test_a_page_says_the_language_where_its_feeds_is_not_so_written(
    title: str,
    feed: tuple[str | None, bool],
    page: tuple[str | None, bool],
    expected: tuple[str | None, bool],
) -> None:
    entry = Entry(title, language=feed[0], has_own_language=feed[1])
    read = ParsedPage("https://daily.example/1", language=page[0], has_own_language=page[1])

    found = with_page(entry, read, is_described=False)

    assert (found.language, found.has_own_language) == expected
