"""Formulas and drawings in a sentence."""

import pytest

from syndicate.reading.clean import clean
from syndicate.reading.foreign import said

MATH = "<math><mi>x</mi><mo>&lt;</mo><mn>2</mn></math>"


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        pytest.param(f"<p>a {MATH} b</p>", "<p>a x&lt;2 b</p>", id="formula"),
        pytest.param(
            "<p><m:math><m:mi>x</m:mi><m:annotation>tex</m:annotation></m:math></p>",
            "<p>x</p>",
            id="an annotation repeats it",
        ),
        pytest.param(
            "<p>a <svg><title>Icon</title><text>b</text><text>c</text></svg> d</p>",
            "<p>a b c d</p>",
            id="drawing",
        ),
        pytest.param("<p>a <SVG viewBox='0'/> b</p>", "<p>a  b</p>", id="empty"),
        pytest.param("<p>a <math><mi>x</mi>", "<p>a <math><mi>x</mi>", id="never closed"),
        pytest.param("<p>a <math", "<p>a <math", id="cut"),
        pytest.param("<p>mathematics</p>", "<p>mathematics</p>", id="none"),
    ],
)
def test_what_they_show_is_text(markup: str, expected: str) -> None:
    assert said(markup) == expected


def test_their_words_are_no_markup_again() -> None:
    hidden = "<p><math><mi>&lt;script&gt;x&lt;/script&gt;</mi></math></p>"

    assert clean(hidden) == "<p>&lt;script&gt;x&lt;/script&gt;</p>"
