"""Arabic dates with their months in English."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.reading.months import ENGLISH, in_english

WRITTEN = {
    "January": ("يناير", "كانون الثاني", "جانفي"),
    "February": ("فبراير", "شُباط", "فيفري"),
    "March": ("مارس", "آذار"),
    "April": ("أبريل", "إبريل", "نيسان", "أفريل"),
    "May": ("مايو", "أيّار", "ماي"),
    "June": ("يونيو", "يونية", "حزيران", "جوان"),
    "July": ("يوليو", "يولية", "تموز", "جويلية", "يوليوز"),
    "August": ("أغسطس", "آب", "أوت", "غشت"),
    "September": ("سبتمبر", "أيلول", "شتنبر"),
    "October": ("أكتوبر", "تشرين الأول"),
    "November": ("نوفمبر", "تشرين الثاني", "نونبر"),
    "December": ("ديسمبر", "كانون الأول", "دجنبر"),
}


@pytest.mark.parametrize(
    ("name", "english"), [(name, english) for english, names in WRITTEN.items() for name in names]
)
def test_a_month_of_any_region_has_its_english_name(name: str, english: str) -> None:
    assert in_english(f"30 {name} 2026") == f"30 {english} 2026"


def test_every_month_is_known() -> None:
    assert tuple(WRITTEN) == ENGLISH


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30 نوفمبر/تشرين الثاني 2026", "30 November 2026"),
        ("30 تشرين الثاني (نوفمبر) 2026", "30 November 2026"),
        ("30 نوفمبر - تشرين الثاني 2026", "30 November 2026"),
        ("30 نوفمبر/تشرين الأول 2026", "30 نوفمبر/تشرين الاول 2026"),
        ("الأحد 30 نوفمبر", "الاحد 30 November"),
        ("30 Nov 2026", "30 Nov 2026"),
        ("30 جويليات", "30 جويليات"),
        ("نـوفـمـبر", "November"),
        ("", ""),
    ],
)
def test_two_names_of_one_month_are_one_and_of_two_are_no_date(text: str, expected: str) -> None:
    assert in_english(text) == expected


@given(st.text(alphabet=st.characters(max_codepoint=0x5FF)))
def test_a_text_without_arabic_stays_as_it_is(text: str) -> None:
    assert in_english(text) == text


@given(st.text(alphabet="آأإابتثجحخدذرزسشصضطظعغفقكلمنهويىة /-()0123456789ـ\u064b"))
def test_reading_it_again_changes_nothing(text: str) -> None:
    once = in_english(text)

    assert in_english(once) == once
