"""What commands share: JSON on one line, and words that are one of a few."""

import json

import pytest

from syndicate.cli.options import one_of, print_json
from syndicate.errors import UsageError
from syndicate.vocabulary.sources import Pages


def test_an_object_is_one_line_in_utf_8(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"headline": "العربية", "text": "two\nlines", "none": None})

    out = capsys.readouterr().out
    assert out == '{"headline": "العربية", "text": "two\\nlines", "none": null}\n'
    assert json.loads(out)["text"] == "two\nlines"


def test_half_a_character_in_json_stays_json(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"file": "a\udcffb", "headline": "Öl"})

    assert capsys.readouterr().out == '{"file": "a\\udcffb", "headline": "Öl"}\n'


@pytest.mark.parametrize("each", list(Pages))
def test_a_word_of_the_list_is_that_word(each: Pages) -> None:
    assert one_of(Pages, each.value, "way with pages") is each


@pytest.mark.parametrize("typed", ["", "Thin", "thin ", "nonsense", "THIN"])
def test_any_other_word_is_refused_with_the_list(typed: str) -> None:
    with pytest.raises(UsageError) as refused:
        one_of(Pages, typed, "way with pages")

    assert str(refused.value) == (
        f"The way with pages cannot be {typed or 'empty'}; choose one of never, thin, always."
    )
