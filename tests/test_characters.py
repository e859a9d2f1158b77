import html
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.characters import MOST_MARKS, defused, normal, resolved


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


LRE, RLE, PDF, LRO, RLO = "\u202a", "\u202b", "\u202c", "\u202d", "\u202e"
LRI, RLI, FSI, PDI = "\u2066", "\u2067", "\u2068", "\u2069"
SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (f"Open fdp.{RLO}exe", "Open fdp.exe"),
        (f"a{LRO}b{PDF}c", "abc"),
        (f"{RLE}نمر{PDF} and {LRE}river{PDF}", f"{RLE}نمر{PDF} and {LRE}river{PDF}"),
        (f"a{RLE}b", "ab"),
        (f"a{PDF}b{PDI}c", "abc"),
        (f"{RLI}نمر{PDI} river", f"{RLI}نمر{PDI} river"),
        (f"a{FSI}b{RLE}c{PDI}d", f"a{FSI}bc{PDI}d"),  # its end closes what it held
        (f"a{RLE}b{PDI}c{PDF}d", f"a{RLE}bc{PDF}d"),
        (f"a{RLI}b{PDF}c", "abc"),
        (f"a{RLE}{RLO}b{PDF}c{PDF}d", f"a{RLE}bc{PDF}d"),
        (f"a{RLE}b\nc{PDF}d", "ab\ncd"),  # a line closes all
        (f"a{LRI}b\u2029c{PDI}d", "ab\u2029cd"),
        ("(2026)\u200f نم\u200cن \u061c", "(2026)\u200f نم\u200cن \u061c"),
        ("a\u206a\u206fb", "ab"),
        (f"{SCOTLAND} wins", f"{SCOTLAND} wins"),
        ("a\U000e0049\U000e0067b", "ab"),
        (SCOTLAND[:-1], SCOTLAND[0]),
        (f"{RLO}{SCOTLAND}", SCOTLAND),
    ],
)
def test_nothing_acts_on_what_stands_beside_it(written: str, read: str) -> None:
    assert defused(written) == read


@given(st.text(st.sampled_from("ab\n" + LRE + RLE + PDF + LRO + RLO + LRI + RLI + FSI + PDI)))
def test_what_is_defused_is_balanced_on_each_line(text: str) -> None:
    made = defused(text)

    assert defused(made) == made
    assert [sign for sign in made if sign in "ab\n"] == [sign for sign in text if sign in "ab\n"]
    for line in made.split("\n"):
        assert sum(line.count(sign) for sign in (LRE, RLE)) == line.count(PDF)
        assert sum(line.count(sign) for sign in (LRI, RLI, FSI)) == line.count(PDI)
        assert not {LRO, RLO} & set(line)


def test_many_that_are_never_closed_are_read_in_time_that_grows_with_their_number() -> None:
    since = time.process_time()

    assert defused((RLE + PDI) * 100_000 + LRI * 100_000) == ""

    assert time.process_time() - since < 5
