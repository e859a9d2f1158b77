"""Counters of others are told from pictures."""

import pytest

from syndicate.reading.counters import hides, is_counter, is_lead

PICTURE = "https://cdn.example/2026/seals"


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ({"width": "1", "height": "1", "alt": "Seals"}, PICTURE),
        ({"width": "0"}, PICTURE),
        ({"width": "2", "height": "2"}, PICTURE),
        ({"height": " 1px;"}, PICTURE),
        ({"width": "1%", "height": "1%"}, PICTURE),
        ({"width": ".1em"}, PICTURE),
        ({"width": "600", "height": "1"}, PICTURE),
        ({}, "https://pixel.news.example/x?y"),
        ({"alt": " "}, "https://stats.news.example/b"),
        ({}, "https://news.example/~r/news/~4/Zx1"),
        ({}, "https://news.example/tracker/12-34"),
        ({}, "https://news.example/b.gif?host=a"),
        ({}, "https://news.example/matomo.php?idsite=1"),
        ({}, "https://news.example/tr?id=1"),
    ],
)
def test_what_counts_is_a_counter(said: dict[str, str], address: str) -> None:
    assert is_counter(said, address, is_hidden=False, is_within_hidden=False)


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ({}, PICTURE),
        ({"width": "100%", "height": "auto"}, PICTURE),
        ({"width": "3", "height": "2"}, PICTURE),  # a shape
        ({"alt": "The tracker"}, "https://news.example/tracker.png"),
        ({}, "https://news.example/vaccine/tracker/map.png"),
        ({}, "https://news.example/comic/p1.png"),
        ({"width": "600"}, "https://stats.news.example/chart.png"),
        ({}, "https://news.example/track/counter.jpg"),
        ({}, "https://[news.example/b.gif"),
    ],
)
def test_what_is_seen_is_no_counter(said: dict[str, str], address: str) -> None:
    assert not is_counter(said, address, is_hidden=False, is_within_hidden=False)


def test_what_is_hidden_is_a_counter_and_in_what_is_hidden_unless_it_speaks() -> None:
    assert is_counter({"width": "600"}, PICTURE, is_hidden=True, is_within_hidden=False)
    assert is_counter({}, PICTURE, is_hidden=False, is_within_hidden=True)
    assert not is_counter({"alt": "Seals"}, PICTURE, is_hidden=False, is_within_hidden=True)


@pytest.mark.parametrize(
    ("style", "is_hidden"),
    [
        ("display:none", True),
        ("height:.1em; width:0.1em", True),
        ("color:red; VISIBILITY : hidden!important", True),
        ("position:absolute;left:-9999px", True),
        ("width:1px;height:1px", True),
        ("max-height: 0", True),
        ("width:100px", False),
        ("border-width:1px", False),
        ("opacity:0", False),  # pictures that fade in
        ("", False),
    ],
)
def test_a_style_hides(style: str, is_hidden: bool) -> None:
    assert hides(style, is_picture=True) == is_hidden
    assert hides("width:1px", is_picture=False) is False


@pytest.mark.parametrize(
    ("said", "address", "expected"),
    [
        ({}, "https://news.example/b.gif?host=a", False),
        ({}, "https://pixel.news.example/x?y", False),
        ({}, "https://news.example/~r/daily/~4/x", False),
        ({}, "https://stats.news.example/pixel.png", False),
        ({"width": 1, "height": "1"}, "https://stats.news.example/chart.png", False),
        ({}, "https://stats.news.example/chart.png", True),
        ({}, PICTURE, True),
        ({}, "https://news.example/p", True),
        ({"width": None, "alt": ""}, "https://news.example/picture?id=7", True),
        ({"alt": "Seals"}, "https://news.example/b.gif", True),
        ({"width": 600, "height": None}, "https://news.example/p", True),
    ],
)
def test_a_lead_picture_is_none_that_only_counts(
    said: dict[str, object], address: str, *, expected: bool
) -> None:
    assert is_lead(said, address) == expected
