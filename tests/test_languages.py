"""What a language tag says: one form, one way to run, one name, for every part of the house."""

import pytest

from syndicate.languages import (
    direction,
    direction_of,
    is_undetermined,
    normalised,
    own_name,
    primary,
    script,
    undetermined,
)
from syndicate.translations import known_language

LACKED = "qtx"  # reserved for local use (ISO 639-2): no catalogue will have this name
RIGHT_TO_LEFT = [
    *("ar", "ar-QA", "AR_qa", "arz", "fa", "fa-AF", "prs", "ur", "ur-Aran", "ps", "sd", "ug"),
    *("ckb", "ku-Arab", "KU-arab", "ku-IQ", "he", "iw", "yi", "ji", "dv", "dv-MV", "syr", "nqo"),
    *("az-Arab", "az-IR", "pa-Arab", "pa-PK", "pnb", "ms-Arab", "uz-Arab", "uz-AF", "ks", "rhg"),
    *("kk-Arab", "ha-Arab", "ff-Adlm", "en-Hebr", "und-Arab"),
]
LEFT_TO_RIGHT = [
    *("en", "en-GB", "fr", "tr", "az", "pa", "ms", "uz", "uz-Cyrl", "ku", "ks-Deva", "sd-Deva"),
    *("ar-Latn", "ug-Cyrl", "zh-Hant-HK", "sr-Latn-RS", "hi", "am", "ff", "xx", "x-private", ""),
]


@pytest.mark.parametrize("tag", RIGHT_TO_LEFT)
def test_a_script_from_right_to_left_is_known_by_tag_or_by_language(tag: str) -> None:
    assert direction(tag) == "rtl"


@pytest.mark.parametrize("tag", LEFT_TO_RIGHT)
def test_everything_else_runs_from_left_to_right(tag: str) -> None:
    assert direction(tag) == "ltr"


def test_no_language_runs_from_left_to_right() -> None:
    assert direction(None) == "ltr"


@pytest.mark.parametrize(
    ("language", "texts", "way"),
    [
        ("en", ("افتتاح معرض «ميناء 2026» في الدوحة (صور)!",), "rtl"),
        ("en", ("الميناء", "أعلنت شركة Apple يوم السبت عن هاتف iPhone الجديد للجميع"), "rtl"),
        ("tr", ("שלום לכולם", None), "rtl"),
        (None, ("ދިވެހި",), "rtl"),
        # A word or two of it, none at all, or no letters.
        ("en", ("“سلام” is how they greet you here",), "ltr"),
        ("en", ("Café du Port", ""), "ltr"),
        ("en", ("2026: 50 %",), "ltr"),
        ("en", (), "ltr"),
        ("ru", ("Порт",), "ltr"),
        # Names in Latin letters are no other language.
        ("ar", ("Apple iPhone 17",), "rtl"),
    ],
)
def test_letters_tell_which_way_a_text_runs_whose_language_was_taken_for_granted(
    language: str | None, texts: tuple[str | None, ...], way: str
) -> None:
    assert direction_of(language, *texts) == way


@pytest.mark.parametrize(
    ("said", "tag"),
    [
        ("en", "en"),
        ("EN_us", "en-US"),
        (" pt-br ", "pt-BR"),
        ("ku-ARAB", "ku-Arab"),
        ("zh-hant-hk", "zh-Hant-HK"),
        ("es-419", "es-419"),
        ("ca-valencia", "ca-valencia"),
        ("und", None),
        ("xx", None),
        ("English", None),
        ("", None),
        (None, None),
    ],
)
def test_a_tag_has_one_form(said: str | None, tag: str | None) -> None:
    assert normalised(said) == tag


@pytest.mark.parametrize(
    ("tag", "language"),
    [("en-GB", "en"), ("AR_qa", "ar"), ("ku-Arab", "ku"), ("x-house", "x-house"), ("en", "en")],
)
def test_a_language_stands_before_its_script_and_region(tag: str, language: str) -> None:
    assert primary(tag) == language


@pytest.mark.parametrize(
    ("tag", "name"),
    [("ar", "العربية"), ("en", "English"), ("ckb", "کوردیی ناوەندی"), ("zz", "zz"), ("x-a", "x-a")],
)
def test_a_language_says_its_own_name(tag: str, name: str) -> None:
    assert own_name(tag) == name


def test_a_language_without_a_catalogue_is_told_in_english() -> None:
    assert [known_language(tag) for tag in ("ar-QA", "AR_qa", LACKED, f"{LACKED}-Arab")] == [
        "ar", "ar", "en", "en",
    ]  # fmt: skip


def test_a_language_that_nobody_knows_is_called_by_its_script() -> None:
    assert [undetermined(script(each)) for each in ("ar-QA", "pa-PK", "sr-Latn")] == [
        "und-Arab",
        "und-Arab",
        "und-Latn",
    ]
    assert [each for each in ("und-Arab", "UND", "ar", "unx") if is_undetermined(each)] == [
        "und-Arab",
        "UND",
    ]
