"""Bylines as publishers write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.reading.names import MAX_NAME, MAX_NAMES, name_list


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("City Desk", ["City Desk"]),
        ("By City Desk", ["City Desk"]),
        ("BY: City Desk", ["City Desk"]),
        ("Von City Desk", ["City Desk"]),
        ("Byron Desk", ["Byron Desk"]),
        ("By", ["By"]),
        ("North Desk and South Desk", ["North Desk", "South Desk"]),
        ("North Desk, South Desk and East Desk", ["North Desk", "South Desk", "East Desk"]),
        ("North Desk & South Desk", ["North Desk", "South Desk"]),
        ("North Desk und South Desk", ["North Desk", "South Desk"]),
        ("North Desk, Reuters", ["North Desk", "Reuters"]),
        ("Reuters, London", ["Reuters, London"]),
        ("Reuters and AP", ["Reuters and AP"]),
        ("Reuters; AP | AFP", ["Reuters", "AP", "AFP"]),
        ("Court Desk, 24 November", ["Court Desk, 24 November"]),
        ("Court Desk, who has covered the city for years", None),
        ("desk@daily.example (Foreign Desk)", ["Foreign Desk"]),
        ("desk@daily.example", []),
        ("Foreign Desk desk@daily.example", ["Foreign Desk"]),
        ("Foreign Desk <desk@daily.example>", ["Foreign Desk"]),
        ("Foreign Desk (for)", ["Foreign Desk"]),
        ("Foreign Desk (London) and City Desk (cit)", ["Foreign Desk", "City Desk"]),
        ("<a href='/desk'>City&nbsp;Desk</a>", ["City Desk"]),
        ("https://daily.example/desk", []),
        ("Desk 12345", []),
        ("Channel 4", ["Channel 4"]),
        ("–", []),  # noqa: RUF001 - a dash where nobody signs
        ("", []),
        (" / City Desk | ", ["City Desk"]),
        ("مكتب المدينة", ["مكتب المدينة"]),
        ("x" * MAX_NAME, ["x" * MAX_NAME]),
        ("x" * (MAX_NAME + 1), []),
    ],
)
def test_a_byline_is_names(written: str, names: list[str] | None) -> None:
    expected = [written] if names is None else names

    assert name_list([written]) == tuple(expected)


def test_names_stand_in_order_and_each_once() -> None:
    assert name_list(["City Desk", "", "By CITY DESK", "Court Desk; City Desk"]) == (
        "City Desk",
        "Court Desk",
    )


def test_twenty_names_are_enough() -> None:
    assert name_list(f"Desk {n}" for n in range(25)) == tuple(f"Desk {n}" for n in range(MAX_NAMES))


SCRAPS = [
    "City Desk",
    " and ",
    ", ",
    ";",
    "(",
    ")",
    "@",
    "a@b",
    "By ",
    "<b>",
    "&amp;",
    "\n",
    "9999",
]


@given(st.lists(st.one_of(st.sampled_from(SCRAPS), st.text(max_size=5))).map("".join))
def test_whatever_stands_in_a_byline_the_names_are_within_bounds(written: str) -> None:
    names = name_list([written])

    assert len(names) <= MAX_NAMES
    assert [name for name in names if not name.strip() or len(name) > MAX_NAME] == []
    assert len({name.casefold() for name in names}) == len(names)
