"""Bylines as publishers write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.reading.names import MAX_NAME, MAX_NAMES, listed, name_list


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
        ("Court Desk, 24 November", ["Court Desk"]),
        ("Court Desk, November 24, 2026", ["Court Desk"]),
        ("Court Desk, 24 août, 08:30", ["Court Desk"]),
        ("24 November, Court Desk", ["Court Desk"]),
        ("24 November 2026", []),
        ("24 نوفمبر", []),
        ("20 Minuten", ["20 Minuten"]),
        ("North Desk, South Desk, and East Desk", ["North Desk", "South Desk", "East Desk"]),
        ("NORTH DESK AND SOUTH DESK", ["NORTH DESK", "SOUTH DESK"]),
        ("North Old E Desk", ["North Old E Desk"]),
        ("North Desk, Jr.", ["North Desk, Jr."]),
        ("North Desk, Jr. and South Desk, Ph.D.", ["North Desk, Jr.", "South Desk, Ph.D."]),
        ("North Desk, Senior Correspondent", ["North Desk"]),
        ("North Desk, City Editor, and South Desk, Reporter", ["North Desk", "South Desk"]),
        ("North Desk, City Editor, South Desk, Reporter", ["North Desk", "South Desk"]),
        ("North Desk, Senior Writer, Speech, Privacy, and Technology Project", ["North Desk"]),
        ("North (N.D.) Desk", ["North (N.D.) Desk"]),
        ("Words by North Desk", ["North Desk"]),
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
        ("بقلم: مكتب المدينة", ["مكتب المدينة"]),
        ("كتبت سارة المدينة", ["سارة المدينة"]),
        ("مكتب المدينة، مكتب الشمال", ["مكتب المدينة", "مكتب الشمال"]),
        ("مكتب المدينة و مكتب الشمال؛ مكتب الجنوب", ["مكتب المدينة", "مكتب الشمال", "مكتب الجنوب"]),
        ("سارة المدينة وأحمد الشمال", ["سارة المدينة", "أحمد الشمال"]),
        ("سارة المدينة، ومحمد الشمال", ["سارة المدينة", "محمد الشمال"]),
        # The same letter begins names.
        ("سارة وليد", ["سارة وليد"]),
        ("سارة المدينة، وليد الشمال", ["سارة المدينة", "وليد الشمال"]),
        ("سارة المدينة، مراسلة الشمال", ["سارة المدينة"]),
        ("بقلم / سارة المدينة", ["سارة المدينة"]),
        ("تصوير: سارة المدينة", []),
        ("מאת: שרה כהן", ["שרה כהן"]),
        ("Автор: Отдел Города и Отдел Суда", ["Отдел Города", "Отдел Суда"]),
        ("Γράφει η Νίκη Πόλη", ["Νίκη Πόλη"]),
        ("Yazan: Kent Masa", ["Kent Masa"]),
        ("Haber: Kent Masa / İstanbul", ["Kent Masa"]),
        ("Par le Desk", ["le Desk"]),
        ("Escrito por Mesa Norte y Mesa Sur", ["Mesa Norte", "Mesa Sur"]),
        ("Scritto da Nord Desk", ["Nord Desk"]),
        ("Door: Nord Desk en Zuid Desk", ["Nord Desk", "Zuid Desk"]),
        ("Av Nord Desk og Syd Desk", ["Nord Desk", "Syd Desk"]),
        ("Af: Nord Desk", ["Nord Desk"]),
        ("Skriven av Nord Desk", ["Nord Desk"]),
        ("Autor: Desk Miejski", ["Desk Miejski"]),
        ("作者：城市", ["城市"]),  # noqa: RUF001 - a colon of Chinese
        # The same words begin names.
        ("Von Trapp", ["Von Trapp"]),
        ("von der Desk", ["von der Desk"]),
        ("Di Maria", ["Di Maria"]),
        ("Autor Desk", ["Autor Desk"]),
        ("Von AFP", ["AFP"]),
        ("Von Nord Desk, Berlin", ["Nord Desk"]),
        ("Von Nord Desk, dpa", ["Nord Desk", "dpa"]),
        ("Nord Desk/AFP", ["Nord Desk", "AFP"]),
        ("AC/DC", ["AC/DC"]),
        ("By North Desk in London and South Desk in Paris", ["North Desk", "South Desk"]),
        ("North Desk in London", ["North Desk in London"]),
        ("By North Desk with AFP", ["North Desk", "AFP"]),
        ("By North Desk and agencies", ["North Desk"]),
        ("By North Desk • 3 min read", ["North Desk"]),
        ("By North Desk Updated 3 hours ago", ["North Desk"]),
        ("by North Desk Monday, November 18, 2019", ["North Desk"]),
        ("North Monday", ["North Monday"]),
        ("By North Desk on May 5, 2024", ["North Desk"]),
        ("North Desk, @north", ["North Desk"]),
        ("By North Desk Photographs by South Desk", ["North Desk"]),
        ("Reporting by North Desk; Editing by South Desk", ["North Desk"]),
        ("Photos by South Desk", []),
        ("North Ramón y Desk", ["North Ramón y Desk"]),
        ("North Desk y AFP", ["North Desk", "AFP"]),
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


@pytest.mark.parametrize(
    "name",
    [
        "North Desk and South Desk",
        "North Desk, South Desk",
        "North Desk, Senior Correspondent",
        "North Desk; South Desk",
        "Desk, North",
        "Reuters, AP",
        "Court Desk, 24 November",
        "سارة المدينة وأحمد الشمال",
    ],
)
def test_a_list_is_not_taken_apart_again(name: str) -> None:
    assert listed([name, "City Desk"]) == (name, "City Desk")


def test_names_of_a_list_are_tidy_and_each_once() -> None:
    written = [
        " By  City Desk (cit)",
        "desk@daily.example",
        "",
        "desk@daily.example (City Desk)",
        "CITY DESK",
        "https://daily.example/",
    ]

    assert listed([*written, "Court Desk <court@daily.example>"]) == ("City Desk", "Court Desk")


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
