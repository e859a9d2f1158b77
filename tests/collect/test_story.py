"""The fingerprint of what an entry says."""

import dataclasses
import datetime as dt
from typing import Any

import pytest

from syndicate.collect.records import Enclosure, Entry, PictureIn
from syndicate.collect.story import entry_hash
from syndicate.collect.text import fingerprint

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


@pytest.mark.parametrize("entry", [Entry(title=""), FULL])
def test_the_fingerprint_stays_what_it_was_in_rows_already_stored(entry: Entry) -> None:
    assert entry_hash(entry) == fingerprint(repr(dataclasses.astuple(entry)))


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
