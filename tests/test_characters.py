import html
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.characters import MOST_MARKS, normal, resolved


@given(st.text())
def test_characters_of_people_are_what_the_library_makes_of_them(text: str) -> None:
    assert resolved(text) == html.unescape(text)  # noqa: TID251 - the measure
    assert normal("NFKC", text) == unicodedata.normalize("NFKC", text)  # noqa: TID251 - the measure


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Fish &amp; chips &#8217; &#x2019; &eacute;", "Fish & chips \u2019 \u2019 é"),
        ("&#00000000000000065;", "A"),
        (f"a&#{'9' * 5_000};b", "a\ufffdb"),
        (f"a&#x{'f' * 5_000}; b", "a\ufffd b"),
        ("&#0;&#1114112;", "\ufffd\ufffd"),
    ],
)
def test_a_number_of_any_length_is_a_character(written: str, read: str) -> None:
    assert resolved(written) == read


def test_a_letter_with_thirty_thousand_accents_holds_nobody() -> None:
    began = time.process_time()
    found = normal("NFC", "e" + "\u0316\u0301" * 15_000 + "nd")

    assert time.process_time() - began < 0.5
    assert len(found) <= MOST_MARKS + 3
    assert found.endswith("nd")


def test_marks_that_scripts_need_stay() -> None:
    words = "हिन्दी में समाचार " * 20 + "مُحَمَّد " * 20

    assert normal("NFC", words) == unicodedata.normalize("NFC", words)  # noqa: TID251 - the measure
