"""Headlines as text."""

import pytest

from syndicate.reading import headlines


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("A <b>bold</b> one", "A bold one"),
        ("A guide to <head> elements", "A guide to <head> elements"),
        ("Vec<String> explained", "Vec<String> explained"),
        ("A <o class='x'>y</o>", "A y"),
        ("One<br/>two", "One two"),
        ("1 &lt; 2", "1 < 2"),
    ],
)
def test_a_tag_that_no_headline_is_made_of_is_a_word(said: str, expected: str) -> None:
    assert headlines.as_text(said) == expected
