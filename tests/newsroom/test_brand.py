"""How a publication appears: in its language, in another, and where it says nothing."""

from typing import Any

from syndicate.newsroom import brand
from syndicate.store.newsroom.logos import PublicationLogo
from tests import rows

SAID = {
    "names": {"ar": "اليومية"},
    "sender_names": {},
    "postal_addresses": {"ar": "شارع الجسر"},
    "reasons": {"fr": "Vous recevez ceci."},
}


def worn(language: str, **columns: Any) -> dict[str, Any]:
    plain = {"translations": {}, "reason": ""}
    return brand.worn(rows.unsaved_publication("daily", **(plain | columns)), language)


def test_a_new_publication_wears_its_name_and_nothing_of_its_own() -> None:
    assert worn("en") == {"name": "Daily", "postal_address": "1 Example Street"}


def test_each_language_reads_its_own_words_and_else_those_of_the_publication() -> None:
    own = {"translations": SAID, "reason": "You asked for it."}

    assert worn("ar-EG", **own) == {"name": "اليومية", "postal_address": "شارع الجسر"}
    assert worn("fr", **own)["reason"] == "Vous recevez ceci."
    assert worn("en-GB", **own)["reason"] == "You asked for it."
    assert "reason" not in worn("de", **own)


def test_the_sender_is_named_in_the_readers_language() -> None:
    row = rows.unsaved_publication("daily", translations=SAID, sender_name="The desk")

    assert brand.sender_name(row, "ar") == "اليومية"
    assert brand.sender_name(row, "en") == "The desk"


def test_a_logo_is_made_smaller_and_never_larger() -> None:
    logo = PublicationLogo(digest="abc", width=600, height=96)

    assert brand.shown(logo, "https://news.example") == {
        "url": "https://news.example/logos/abc",
        "width": 300,
        "height": 48,
    }
    small = brand.shown(PublicationLogo(digest="abc", width=40, height=20), "")
    assert (small["width"], small["height"]) == (40, 20)
