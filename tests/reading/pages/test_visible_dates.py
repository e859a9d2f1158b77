"""Days that only a reader is told."""

import datetime as dt

import lxml.html
import pytest

from syndicate.reading.pages.visible_dates import date_of

NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
URL = "https://daily.example/story/water"


def found(inner: str, url: str = URL) -> str:
    page = f"<html><head><title>Water rises</title></head><body>{inner}</body></html>"
    return date_of(lxml.html.document_fromstring(page), url, now=NOW)


def below(line: str, said: str = "class='meta_date'") -> str:
    return f"<article><h1>Water rises</h1><p {said}>{line}</p><p>It rose.</p></article>"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("erstellt: <strong>01. April 2025, 15:25</strong>", "01. April 2025 15:25"),
        ("Do 25.04.24 | 14:07 Uhr", "25.04.24 14:07"),
        ("Published 2025-03-14", "2025-03-14"),
        ("March 14, 2025 6:05 PM by Ann Lee", "March 14, 2025 6:05 PM"),
        ("14 de mayo de 2025", "14 de mayo de 2025"),
        # Read otherwise elsewhere, ahead of now, of a change, too long, or none.
        ("03/04/2025", ""),
        ("14 March 2031", ""),
        ("Updated: 14 March 2025", ""),
        ("Aktualisiert am 14. M\u00e4rz 2025", ""),
        ("14 March 2025 " + "x" * 120, ""),
        ("1/2 of 3", ""),
    ],
)
def test_a_day_beside_the_headline(line: str, expected: str) -> None:
    assert found(below(line)) == expected


def test_a_line_below_the_headline_is_one_of_dates_when_it_has_a_time() -> None:
    assert found(below("Do 25.04.24 | 14:07 Uhr | Von", "")) == "25.04.24 14:07"
    assert found(below("On 25.04.24 it began.", "")) == ""


def test_days_of_teasers_and_comments_are_not_the_articles() -> None:
    teaser = "<div class='related'><span class='date'>14 March 2025</span></div>"

    assert found(f"<article><h1>Water rises</h1>{teaser}<p>It rose.</p></article>") == ""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/2025/03/14/water", "2025-03-14"),
        ("/2025/3/4/water", "2025-03-04"),
        ("/news/2025-03-14-water", "2025-03-14"),
        ("/news/20250314/", "2025-03-14"),
        ("/2025/13/14/water", ""),
        ("/2031/03/14/water", ""),
        ("/20250314123/", ""),
        ("/2025/03/", ""),
    ],
)
def test_the_day_of_an_address_is_the_last_resort(path: str, expected: str) -> None:
    assert found("<h1>Water rises</h1>", f"https://daily.example{path}") == expected
    assert found(below("2025-01-02"), f"https://daily.example{path}") == "2025-01-02"


def test_an_address_that_is_none_has_no_day() -> None:
    assert found("<p>x</p>", "https://[daily.example/2025/03/14/") == ""
