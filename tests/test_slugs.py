"""Texts as parts of addresses: one function, and no address that is given out ever changes."""

import pytest

from syndicate.slugs import readable, slug_of, tags_of


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("The mayor's “new” plan: 1.5%", "the-mayor-s-new-plan-1-5"),
        ("Ärger über Öl", "ärger-über-öl"),
        ("نَصٌّ عربي", "نص-عربي"),
        ("हिन्दी समाचार", "हिन्दी-समाचार"),
        ("???", "article"),
        ("a" * 79 + " b", "a" * 79),
    ],
)
def test_an_articles_address_keeps_its_script(text: str, slug: str) -> None:
    assert slug_of(text) == slug


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("World Desk", "world-desk"),
        ("José Ñandú", "jose-nandu"),
        ("مكتب العالم", "999adbaf1d33"),
        ("a" * 49 + " desk", "a" * 49 + "-"),
    ],
)
def test_a_feeds_address_is_typed_in_latin_letters(name: str, slug: str) -> None:
    assert slug_of(name, is_latin=True) == slug


def test_a_tag_without_letters_has_no_address() -> None:
    assert tags_of(["Harbour", "!!", "HARBOUR"]) == [("harbour", "HARBOUR")]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Café du Nord", "cafe-du-nord"),
        ("2026", "2026"),
        ("Süd 7", "sud-7"),
        ("نشرة الميناء", None),
        ("نشرة 2", None),
        ("…", None),
        ("", None),
    ],
)
def test_a_name_of_few_latin_letters_gives_no_slug(name: str, slug: str | None) -> None:
    assert readable(name) == slug
