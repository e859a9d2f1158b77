"""The language of a story by its letters, where nobody has said it of this story."""

import time

import pytest

from syndicate import languages
from syndicate.articles import letters
from syndicate.reading.records import Words

ENGLISH = "Ferries stay in the harbour while the tide is high"
ARABIC = 'افتتاح معرض "ميناء 2026" في الدوحة (صور)!'
# One story after the other: its letters, what its source or publication says, and what is right.
OF_OTHER_LETTERS = [
    (ARABIC, "en", "und-Arab"),
    ("העבורת נשארת בנמל", "en-GB", "und-Hebr"),
    ("Паром остаётся в гавани", "de", "und-Cyrl"),
    ("Σήμερα φυσά δυνατά", "fr", "und-Grek"),
    ("渡輪因風浪停航", "en", "und-Hani"),
    ("フェリーは港に停泊中", "en", "und-Jpan"),
    ("여객선이 항구에 머문다", "en", "und-Kore"),
    ("नौका बंदरगाह में रुकी है", "en", "und-Deva"),
    ("เรือเฟอร์รี่จอดที่ท่า", "en", "und-Thai"),
    ("جہاز بندرگاہ میں کھڑا ہے", "hi", "und-Arab"),
    (ENGLISH, "ar", "und-Latn"),
    (ENGLISH, "he", "und-Latn"),
    (ENGLISH, "ru", "und-Latn"),
    (ENGLISH, "el", "und-Latn"),
    (ENGLISH, "zh-TW", "und-Latn"),
    (ENGLISH, "ja", "und-Latn"),
    (ENGLISH, "ko-KR", "und-Latn"),
    (ENGLISH, "hi", "und-Latn"),
    ("Паром остаётся в гавани", "sr-Latn", "und-Cyrl"),
    ("フェリーは港に停泊中", "zh", "und-Jpan"),
]
OF_THEIR_LETTERS = [
    (ENGLISH, "en"),
    (ARABIC, "ar"),
    (ARABIC, "fa-IR"),
    ("Trajekt ostaje u luci", "sr"),
    ("Трајект остаје данас", "sr"),
    ("Parom limanda qoldi", "uz"),
    ("Паром портда қолди", "uz"),
    ("渡輪因風浪停航", "zh-Hant"),
    ("渡船因风浪停航", "ja"),  # a headline of Han alone may be Japanese
    ("東京五輪", "ja"),
    ("대통령 訪美", "ko"),
    ("کشتی در بندر ماند", "ku-Arab"),
    (ARABIC, "qq"),  # a language that nobody knows may be written so
]
# Letters of others within, too few to tell, or none at all.
UNCLEAR = [
    f"{ENGLISH}: «ميناء»",
    "The word السلام and the word עולם are written from right to left",
    "Λ and Σ: what π has to do with them",
    "Ω",
    "50 % = 100 !",
    "🏴 👨‍👩‍👧‍👦",
    "",
    f"{ENGLISH} {ARABIC} {ENGLISH[:20]}",
]


def words(headline: str, standfirst: str = "", body: str = "") -> Words:
    return Words(headline=headline, standfirst=standfirst, body_html=body, authors=())


@pytest.mark.parametrize(("headline", "said", "expected"), OF_OTHER_LETTERS)
def test_a_story_in_letters_of_others_is_in_no_language_that_we_know(
    headline: str, said: str, expected: str
) -> None:
    assert letters.language_of(said, words(headline), [said]) == expected


@pytest.mark.parametrize(("headline", "said"), OF_THEIR_LETTERS)
def test_a_language_stays_where_it_is_written_so(headline: str, said: str) -> None:
    assert letters.language_of(said, words(headline), [said]) == said


@pytest.mark.parametrize("headline", UNCLEAR)
def test_a_word_of_others_tells_nothing(headline: str) -> None:
    assert letters.language_of("en", words(headline), ["en"]) == "en"


@pytest.mark.parametrize(
    ("ours", "expected"),
    [
        (["en", "ar"], "ar"),
        (["en", "ar-QA", "en"], "ar-QA"),
        (["en", "ar", "ar-QA"], "ar"),
        (["ar"], "ar"),
        (["en", "he"], "und-Arab"),
        (["en", "ar", "fa"], "und-Arab"),  # which of both nobody can tell
        (["en", "qq"], "und-Arab"),
    ],
)
def test_the_one_language_of_the_publication_that_is_written_so_is_meant(
    ours: list[str], expected: str
) -> None:
    assert letters.language_of("en", words(ARABIC), ours) == expected


def test_the_whole_story_counts_and_no_address_in_it() -> None:
    body = f"<p>{ARABIC}</p><p>https://pier.example/a-long-address-of-latin-letters/{'x' * 90}</p>"

    assert letters.language_of("en", words("Live: 2026", "", body), ["en"]) == "und-Arab"
    assert letters.language_of("en", words(ARABIC, ENGLISH, f"<p>{ENGLISH * 9}</p>"), []) == "en"
    assert letters.language_of("ar", words(ARABIC, "", f"<p class='{'x' * 900}'></p>"), []) == "ar"


def test_a_direction_is_that_of_the_letters() -> None:
    found = {tag: languages.direction(tag) for _, _, tag in OF_OTHER_LETTERS}

    assert {tag for tag, way in found.items() if way == "rtl"} == {"und-Arab", "und-Hebr"}


@pytest.mark.parametrize("sign", ["a", "ع", "<", "\u0301", "x@", " "])
def test_a_text_of_any_length_is_read_in_a_moment(sign: str) -> None:
    long = sign * 2_000_000
    started = time.process_time()

    letters.language_of("en", words(long, long, long), ["en"])

    assert time.process_time() - started < 1
