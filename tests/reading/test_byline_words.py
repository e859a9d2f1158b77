"""What stands in a byline beside the names."""

import pytest

from syndicate.reading import byline_words


def test_a_word_for_by_is_no_part_of_a_name() -> None:
    assert byline_words.without_sign("By: City Desk") == "City Desk"
    assert byline_words.without_sign("Von City Desk") == "City Desk"
    assert byline_words.without_sign("Autor: City Desk") == "City Desk"
    assert byline_words.without_sign("Von Desk") == "Von Desk"
    assert byline_words.without_sign("Autor City Desk") == "Autor City Desk"


@pytest.mark.parametrize(
    "end",
    [
        *(" Updated 5 May", ", last updated: today", " | 3 min read", " - 3 hours ago", " @desk"),
        *(" Monday, May 5, 2026", " on Friday 5 May", " on May 5", " Photos by Court Desk"),
        *(" aktualisiert am 5. Mai", " publié le 5 mai"),
    ],
)
def test_what_is_said_behind_a_name_is_no_part_of_it(end: str) -> None:
    assert byline_words.without_end(f"City Desk{end}") == "City Desk"


@pytest.mark.parametrize("name", ["Updated Desk", "City Monday", "Desk 4", "@desk", "Photos Desk"])
def test_a_name_that_looks_alike_stays(name: str) -> None:
    assert byline_words.without_end(name) == name


def test_others_work_is_not_the_writers() -> None:
    assert byline_words.is_of_other_work("Photographs by City Desk")
    assert byline_words.is_of_other_work("Foto: City Desk")
    assert not byline_words.is_of_other_work("Photo Desk")


def test_a_place_is_told_from_an_agency() -> None:
    assert byline_words.without_place("City Desk in Old Town") == "City Desk"
    assert byline_words.without_place("City Desk in charge") == "City Desk in charge"
    assert byline_words.is_agency("Reuters")
    assert byline_words.is_agency("XYZ")
    assert not byline_words.is_agency("Berlin")
    assert byline_words.is_nobody("Agencies")
    assert not byline_words.is_nobody("Agency Desk")
