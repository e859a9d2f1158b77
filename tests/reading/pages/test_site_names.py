"""Titles without the names of their site."""

import lxml.html
import pytest

from syndicate.reading.pages.meta import Meta
from syndicate.reading.pages.site_names import is_site, sites_of, without_site


@pytest.mark.parametrize(
    ("title", "site", "expected"),
    [
        ("Water rises | Daily", "Daily", "Water rises"),
        ("Water rises – DAILY!", "Daily", "Water rises"),  # noqa: RUF001 - a dash
        ("Water rises | World | Daily", "Daily", "Water rises | World"),
        ("Water rises | Weekly", "Daily", "Water rises | Weekly"),
        ("Water-rises-Daily", "Daily", "Water-rises-Daily"),
        ("Daily", "Daily", "Daily"),
        ("\u6c34\u4f4d_\u9891\u9053_\u65e5\u62a5", "\u65e5\u62a5", "\u6c34\u4f4d_\u9891\u9053"),
        ("\u6c34\u4f4d\uff5c\u65e5\u62a5", "\u65e5\u62a5", "\u6c34\u4f4d"),
        ("\u6c34\u4f4d\uff08\u65e5\u62a5\uff09", "\u65e5\u62a5", "\u6c34\u4f4d"),
        ("Water rises (Daily)", "Daily", "Water rises"),
        ("(Daily)", "Daily", "(Daily)"),
        ("Water rises - Daily | Daily", "Daily", "Water rises"),
        ("Daily | Daily", "Daily", "Daily"),
        ("Water rises | Daily", "", "Water rises | Daily"),
        ("", "Daily", ""),
        ("Daily | Water rises", "Daily", "Water rises"),
        ("Daily - Water rises - Daily", "Daily", "Water rises"),
        ("[Daily] Water rises", "Daily", "Water rises"),
        ("Daily: water rises", "Daily", "Daily: water rises"),
        ("Water rises|Daily", "Daily", "Water rises"),
        ("Water rises -Daily", "Daily", "Water rises"),
        ("Water rises- Daily", "Daily", "Water rises"),
        ("Water rises * Daily", "Daily", "Water rises"),
        ("Water rises / Daily", "Daily", "Water rises"),
        ("Water rises \u2039 Daily", "Daily", "Water rises"),
        ("Water rises | Pier - News", "Pier - News", "Water rises"),
        ("Water rises again Daily", "Daily", "Water rises again Daily"),
    ],
)
def test_a_title_without_the_name_of_its_site(title: str, site: str, expected: str) -> None:
    assert without_site(title, site) == expected


def test_a_name_of_the_writer_stands_only_behind_a_title() -> None:
    written = "Ann Lee | Water rises | Daily | by Ann Lee"

    assert without_site(written, "Daily", authors=["Ann Lee"]) == "Ann Lee | Water rises"


def test_a_page_and_its_host_name_its_site() -> None:
    head = '<meta property="og:site_name" content="Pier News Radio (PNR)">'
    root = lxml.html.document_fromstring(f"<html><head>{head}</head><body><p>x</p></body></html>")
    node = {"publisher": {"name": "Pier Group"}}

    found = sites_of(node, Meta(root), "https://www.pier.co.example/a")

    assert {"Pier News Radio (PNR)", "PNR", "Pier Group", "pier.co.example", "pier"} == set(
        found
    ) - {""}
    assert is_site("PIER GROUP!", *found)
    assert not is_site("Pier", "Pier Group")
