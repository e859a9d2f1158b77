"""For paper: each link gets a number, and its address stands at the end."""

import pytest

from syndicate.actions.printing import Printed, for_paper


@pytest.mark.parametrize(
    ("body", "printed"),
    [
        ("", Printed("", ())),
        ("<p>No link.</p>", Printed("<p>No link.</p>", ())),
        (
            '<p>See <a href="https://a.example/">A</a> &amp; <a href="https://b.example/">B</a>.</p>',
            Printed(
                '<p>See <a href="https://a.example/">A<sup>[1]</sup></a> &amp; '
                '<a href="https://b.example/">B<sup>[2]</sup></a>.</p>',
                ("https://a.example/", "https://b.example/"),
            ),
        ),
        (
            '<p><a href="https://a.example/">A</a></p><p><a href="https://a.example/">again</a></p>',
            Printed(
                '<p><a href="https://a.example/">A<sup>[1]</sup></a></p>'
                '<p><a href="https://a.example/">again<sup>[1]</sup></a></p>',
                ("https://a.example/",),
            ),
        ),
        (
            '<p><a href="mailto:x@y.example">mail</a></p>',
            Printed('<p><a href="mailto:x@y.example">mail</a></p>', ()),
        ),
        ("<p>سطر <em>أول</em></p>", Printed("<p>سطر <em>أول</em></p>", ())),
    ],
)
def test_links_are_numbered(body: str, printed: Printed) -> None:
    assert for_paper(body) == printed
