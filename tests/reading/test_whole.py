"""Whether a date says nothing beside itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.reading import dates, whole

WHOLE = [
    "2026-11-30T08:00:00Z",
    "Mon, 30 Nov 2026 08:00:00 +0000",
    "Mon, 30 Nov 2026 08:00:00 +0000 (UTC)",
    "30 Nov 2026 08:00 GMT",
    "30 November 2026, 8:00 am",
    "November 30th, 2026 at 08:00 CET",
    "8:00 AM ET, November 30, 2026",
    "30.11.2026 08:00 Uhr",
    "lundi 30 novembre 2026 à 8 h 00",
    "30 de noviembre de 2026 08:00",
    "30 نوفمبر 2026 08:00 بتوقيت غرينتش",
    "20 Nov 2026 08:00 GMT (UTC)",
    "30 Nov 2026 08:00 +0100 (CET)",
    "30 Nov 2026 08:00 (heure de Paris)",
    "30 Nov 2026 08:00 Eastern Standard Time",
    "30 Nov 2026 08:00 Europe/Paris",
    "20261130 08:00",
]
MORE = [
    "30 Nov 2026 08:00 GMT, or 10 December",
    "30 Nov 2026 08:00 GMT or later",
    "30 Nov 2026 08:00 GMT TBC",
    "30 Nov 2026 08:00 GMT ?",
    "~30 Nov 2026 08:00 GMT",
    "30 Nov 2026 08:00 GMT (extended)",
    "30 Nov 2026 08:00 +0100 (EET)",
    "not before 30 Nov 2026 08:00 GMT",
    "30 Nov 2026 08:00 GMT 12",
]


@pytest.mark.parametrize("text", WHOLE)
def test_a_date_with_its_zone_is_whole(text: str) -> None:
    found = dates.written(text)

    assert found is not None
    assert whole.is_whole(found)


@pytest.mark.parametrize("text", MORE)
def test_a_date_that_is_put_off_in_words_is_not(text: str) -> None:
    found = dates.written(text)

    assert found is None or found.zone.is_unread or not whole.is_whole(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30 Jul 2026 08:00 EDT", True),
        ("30 Nov 2026 08:00 EDT", False),
        ("30 Jul 2026 08:00 CEST", True),
        ("30 Nov 2026 08:00 CEST", False),
        ("30 Nov 2026 08:00 AEDT", True),
        ("30 Jul 2026 08:00 AEDT", False),
        ("30 Nov 2026 08:00 CET", True),
        ("30 Nov 2026 08:00 +0200", True),
        ("30 Nov 2026 08:00", True),
        ("29 Mar 2026 02:00 BST", True),
        ("28 Mar 2026 23:00 BST", False),
    ],
)
def test_a_zone_of_summer_is_in_season_while_clocks_are_put_forward(
    text: str, *, expected: bool
) -> None:
    found = dates.written(text)

    assert found is not None
    assert whole.is_in_season(found) is expected


def test_months_and_days_are_known_in_every_language_of_dates() -> None:
    days, months = whole.vocabulary()

    assert {"monday", "lundi", "montag", "الاثنين"} <= days
    assert {"november", "nov", "novembre", "noviembre", "listopada", "نوفمبر"} <= months
    assert not days & {"gmt", "or"}


SCRAPS = ["30 Nov 2026", "08:00", "GMT", "(CET)", "or", "?", "+0300", "later", "12", ", ", "نوفمبر"]


@given(st.lists(st.sampled_from(SCRAPS), max_size=8).map(" ".join))
def test_whatever_is_written_has_an_answer(text: str) -> None:
    found = dates.written(text)

    if found is not None:
        assert whole.is_whole(found) in {True, False}
        assert whole.is_in_season(found) in {True, False}


@given(
    st.sampled_from(["30 Nov 2026 08:00 GMT", "30 November 2026 08:00 +0100"]),
    st.sampled_from(["or", "later", "postponed", "until", "?", "12", "(or 31)", "bis", "قبل"]),
)
def test_no_word_more_is_passed_over(date: str, word: str) -> None:
    for text in (f"{date} {word}", f"{word} {date}"):
        found = dates.written(text)
        assert found is None or found.zone.is_unread or not whole.is_whole(found)
