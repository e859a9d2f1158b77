"""What an article says, and the fingerprint of it as readers see it."""

from dataclasses import dataclass
from typing import Any

import pytest

from syndicate.reading.records import Entry, ParsedPage, Words

WORDS: dict[str, Any] = {
    "headline": "Floods",
    "standfirst": "What it is about",
    "authors": ("City desk", "Court desk"),
    "body_html": "<p>It rose.</p>",
}
PICTURE = "https://daily.example/p.jpg?w=7"


@dataclass(frozen=True)
class LaterWords(Words):
    """Words as a later version may have them."""

    voice_url: str | None = None
    place: str = ""


def seen(picture: str | None = PICTURE, **values: Any) -> bytes:
    return Words(**(WORDS | values)).hash(picture)


@pytest.mark.parametrize(
    ("values", "is_same"),
    [
        ({"headline": "FLOODS!"}, True),
        ({"body_html": "<div>It <b>rose</b></div>"}, True),
        ({"picture": "https://cdn.example/p.jpg"}, True),
        ({"headline": "Flood"}, False),
        ({"standfirst": ""}, False),
        ({"authors": ("City desk Court desk",)}, False),
        ({"authors": ("Court desk", "City desk")}, False),
        ({"body_html": "<p>It fell.</p>"}, False),
        ({"picture": "https://daily.example/q.jpg"}, False),
        ({"picture": None}, False),
        ({"headline": "", "standfirst": "Floods What it is about"}, False),
    ],
)
def test_readers_see_another_text_when_its_words_differ(
    values: dict[str, Any], *, is_same: bool
) -> None:
    assert (seen(**values) == seen()) is is_same


def test_the_fingerprints_in_rows_are_still_those_of_their_words() -> None:
    assert seen().hex() == "c17f6fe2b2d23401f5d643e056a3d41bd55fccd678339171b90b4a3679b765f4"
    assert LaterWords(**WORDS).hash(PICTURE) == seen()


@pytest.mark.parametrize(
    ("values", "is_same"),
    [
        ({"voice_url": "https://cdn.example/read.mp3?x=1"}, True),
        ({"voice_url": "https://daily.example/sung.mp3"}, False),
        ({"voice_url": None}, False),
        ({"place": "QUAY,"}, True),
        ({"place": "Pier"}, False),
        ({"voice_url": None, "place": "/read.mp3"}, False),
    ],
)
def test_a_word_that_came_later_counts_as_the_first_ones_do(
    values: dict[str, Any], *, is_same: bool
) -> None:
    said = {**WORDS, "voice_url": "https://daily.example/read.mp3", "place": "Quay"}

    found = LaterWords(**(said | values)).hash(None)

    assert (found == LaterWords(**said).hash(None)) is is_same


def test_what_ends_in_url_is_the_address_of_something_shown_or_played() -> None:
    assert Words(**WORDS).addresses == ()
    assert LaterWords(**WORDS).addresses == ()
    assert LaterWords(**WORDS, voice_url=PICTURE).addresses == (PICTURE,)


def test_words_are_taken_from_what_has_them_and_from_what_is_said() -> None:
    entry = Entry("Title", authors=("Desk",), content="<p>x</p>")
    page = ParsedPage("https://daily.example/a", headline="T", body="<p>x</p>", authors=("Desk",))

    assert Words.of(entry, headline="T", body_html=entry.content) == page.words
    assert page.words == Words("T", body_html="<p>x</p>", authors=("Desk",))
