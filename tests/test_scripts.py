"""The script that a text is written in, by its letters."""

import pytest

from syndicate.scripts import script_of


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ('افتتاح معرض "ميناء 2026" في الدوحة (صور)!', "Arab"),
        ("AP: 港の船", "Jpan"),
        ("ﾌｪﾘｰは港に", "Jpan"),
        ("대통령 訪美", "Kore"),
        ("東京五輪", "Hani"),
        ("Café du Port", "Latn"),
        ("مرفأ https://pier.example/a-long-address-of-latin-letters", "Arab"),
        ("2026: 50 %", ""),
        ("Ω", ""),
        ("", ""),
        ("Ferries فقط في الميناء stay here", ""),
    ],
)
def test_the_script_of_a_text_is_that_of_most_of_its_letters(text: str, script: str) -> None:
    assert script_of(text) == script
