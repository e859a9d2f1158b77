"""What a source says of the moment before which nothing may be seen, and how it is understood."""

import datetime as dt
import json
from typing import Any

import pytest

from syndicate.collect import embargo, extract, parse, sitemap
from syndicate.collect.records import Entry
from tests.collect.newsroom import item, rss

NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
THEN = dt.datetime(2026, 11, 30, 13, tzinfo=dt.UTC)
MONDAY = dt.datetime(2026, 11, 30, 8, tzinfo=dt.UTC)
HALF_A_DAY = dt.timedelta(hours=12)


def said(*texts: str, zone: str | None = None) -> dict[str, Any]:
    """What is kept of embargoes, without what is not said."""
    found = embargo.embargo(texts, now=NOW, zone=zone)
    return {name: value for name, value in found.items() if value is not None}


@pytest.mark.parametrize(
    "text",
    [
        *("Mon, 30 Nov 2026 08:00:00 -05:00", "Mon, 30 Nov 2026 08:00:00 GMT-5"),
        *("Mon, 30 Nov 2026 08:00:00 -0500", "Mon, 30 Nov 2026 08:00:00 EST"),
        *("8:00 AM ET, November 30, 2026", "2026-11-30T08:00:00-05:00", "2026-11-30T13:00:00Z"),
        *("Mon Nov 30 14:00:00 CET 2026", "30 تشرين الثاني 2026 16:00 +0300", "1796043600"),
    ],
)
def test_an_embargo_that_is_understood_ends_at_its_moment(text: str) -> None:
    assert said(text) == {"embargo_until": THEN}


@pytest.mark.parametrize(
    "text",
    [
        *("not a date", "tomorrow", "Monday 8am", "8:00 AM ET", "2027", "2026-12", "0000-00-00"),
        *("Mon, 30 Nov 2026 08:00:00 XYZ", "Mon, 30 Nov 2026 08:00:00 A", "30 Feb 2027 08:00 GMT"),
        *("Mon, 30 Nov 2026 08:00:00 IST", "Mon Nov 30 08:00:00 CST 2026", "2026-11-30 08:00 EST"),
        *("12/11/2026 08:00 GMT", "9999-12-31T23:59:59Z", "30 Nov 2026 08:00 local time"),
        *("until further notice", "True", "30 Nov 2026 08:00 GMT, or as agreed with the desk"),
        "x" * 500,
    ],
)
def test_an_embargo_that_is_not_understood_has_no_end(text: str) -> None:
    assert said(text) == {"embargo_raw": text[:200]}


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_an_empty_mark_is_no_embargo(text: str) -> None:
    assert said(text) == {}


@pytest.mark.parametrize(
    "text",
    ["Mon, 23 Nov 2026 08:00:00 XYZ", "2026-11-23 08:00", "2024", "2026-10", "1 Mar 2019 IST"],
)
def test_an_embargo_that_is_over_in_every_zone_holds_nothing(text: str) -> None:
    assert said(text) == {}


@pytest.mark.parametrize("text", ["2026-11-30 08:00", "Mon, 30 Nov 2026 08:00:00"])
def test_an_embargo_without_a_zone_ends_when_it_is_over_everywhere(text: str) -> None:
    assert said(text) == {"embargo_raw": text, "embargo_until": MONDAY + HALF_A_DAY}
    assert said(text, zone="America/New_York") == {"embargo_until": THEN}


def test_the_hour_that_comes_twice_counts_for_the_second_time() -> None:
    # New York puts its clocks back on 6 November 2027, at two.
    twice = said("2027-11-07 01:30", zone="America/New_York")

    assert twice == {"embargo_until": dt.datetime(2027, 11, 7, 6, 30, tzinfo=dt.UTC)}


def test_of_several_embargoes_the_strictest_counts() -> None:
    assert said("2026-11-30T08:00:00Z", "2026-11-30T13:00:00Z") == {"embargo_until": THEN}
    assert said("2026-11-30T08:00:00Z", "soon") == {"embargo_raw": "soon"}


# A date of publication


def dated(raw: str | None, *, zone: str | None = None) -> dict[str, Any]:
    found = embargo.published(raw, None, now=NOW, zone=zone)
    kept = ("published", "is_exact", "embargo_until", "embargo_raw")
    return {name: found[name] for name in kept if found.get(name) is not None}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Mon, 30 Nov 2026 08:00:00 -0500", {"published": THEN, "is_exact": True}),
        # Near enough to be of today in some zone: the zone is unknown, and so is the date.
        ("Tue, 24 Nov 2026 20:00:00 XYZ", {"is_exact": True}),
        (
            "Mon, 30 Nov 2026 08:00:00 XYZ",
            {"is_exact": True, "embargo_raw": "Mon, 30 Nov 2026 08:00:00 XYZ"},
        ),
        (
            "Sun, 24 Nov 2199 08:00:00 GMT",
            {"is_exact": True, "embargo_raw": "Sun, 24 Nov 2199 08:00:00 GMT"},
        ),
        (
            "Tue, 24 Nov 2026 20:00:00",
            {"published": dt.datetime(2026, 11, 24, 20, tzinfo=dt.UTC), "is_exact": False},
        ),
        (
            "Mon, 30 Nov 2026 08:00:00",
            {
                "published": MONDAY,
                "is_exact": False,
                "embargo_raw": "Mon, 30 Nov 2026 08:00:00",
                "embargo_until": MONDAY + HALF_A_DAY,
            },
        ),
        # The twelfth of November for most of the world.
        ("12/11/2026 08:00 GMT", {"is_exact": True}),
        ("not a date", {"is_exact": True}),
        (None, {"is_exact": True}),
    ],
)
def test_a_date_of_publication_holds_back_what_is_surely_in_the_future(
    raw: str | None, expected: dict[str, Any]
) -> None:
    assert dated(raw) == expected


def test_a_source_that_says_its_zone_is_exact() -> None:
    assert dated("Mon, 30 Nov 2026 08:00:00", zone="America/New_York") == {
        "published": THEN,
        "is_exact": True,
    }


# Wherever it is written

HELD = {"embargo_raw": "ask the desk", "embargo_until": None}
ENDS = {"embargo_raw": None, "embargo_until": THEN}
MARKS = [
    pytest.param(
        "prism:embargoDate", 'xmlns:prism="http://prismstandard.org/namespaces/basic/3.0/"'
    ),
    pytest.param("dcterms:available", 'xmlns:dcterms="http://purl.org/dc/terms/"'),
    pytest.param("syndicate:embargo", 'xmlns:syndicate="urn:syndicate:1"'),
    pytest.param("syndicate:embargo", "", id="a prefix that nobody declared"),
    pytest.param("prism:embargoDate", "", id="PRISM's prefix that nobody declared"),
]


def held(entry: Entry) -> dict[str, Any]:
    return {"embargo_raw": entry.embargo_raw, "embargo_until": entry.embargo_until}


@pytest.mark.parametrize("padding", [0, 60], ids=["short", "long"])
@pytest.mark.parametrize(("name", "namespace"), MARKS)
@pytest.mark.parametrize(
    ("text", "expected"), [("ask the desk", HELD), ("Mon, 30 Nov 2026 08:00:00 GMT-5", ENDS)]
)
def test_every_reader_of_rss_and_atom_hears_it(
    padding: int, name: str, namespace: str, text: str, expected: dict[str, Any]
) -> None:
    mark = f"<{name}>{text}</{name}>"
    feed = f'<rss version="2.0" {namespace}><channel><title>D</title>' + (
        f"<item><title>A</title><guid>a</guid>{mark}</item>"
        + "<item><title>B, which has no embargo</title></item>" * padding
    )
    atom = f'<feed xmlns="http://www.w3.org/2005/Atom" {namespace}><title>D</title>' + (
        f"<entry><id>a</id><title>A</title>{mark}</entry>"
        + "<entry><id>b</id><title>B, which has no embargo</title></entry>" * padding
    )

    for document in (f"{feed}</channel></rss>", f"{atom}</feed>"):
        first, *others = parse.parse(document.encode(), now=NOW).entries
        assert held(first) == expected
        assert {each.embargo_raw or each.embargo_until for each in others} <= {None}


def test_a_feed_whose_entries_lxml_counts_otherwise_keeps_its_embargoes() -> None:
    inner = "<description><item>x</item></description>"
    text = rss(item(1, syndicate_embargo="ask the desk", description="")).decode()
    broken = text.replace("</item>", f"{inner}</item>", 1).encode()

    entries = parse.parse(broken, now=NOW).entries

    assert [held(each) for each in entries if each.guid == "story-1"] == [HELD]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("ask the desk", HELD),
        ("2026-11-30T08:00:00-05:00", ENDS),
        (1796043600, ENDS),
        (None, {"embargo_raw": None, "embargo_until": None}),
        (False, {"embargo_raw": None, "embargo_until": None}),
        (True, {"embargo_raw": "True", "embargo_until": None}),
        ({"until": "x"}, {"embargo_raw": "{'until': 'x'}", "embargo_until": None}),
    ],
)
def test_a_json_feed_says_it_in_its_extension(value: object, expected: dict[str, Any]) -> None:
    said = {"id": "1", "title": "A", "content_text": "x", "_syndicate": {"embargo": value}}
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "D", "items": [said]}

    [entry] = parse.parse(json.dumps(feed).encode(), now=NOW).entries

    assert held(entry) == expected


@pytest.mark.parametrize("name", ["dcterms.available", "prism.embargoDate", "syndicate:embargo"])
def test_a_page_says_it_in_its_head(name: str) -> None:
    page = f'<html><head><meta name="{name}" content="ask the desk"></head><body><p>x</p></body>'

    found = extract.extract(page.encode(), url="https://daily.example/1", now=NOW)

    assert (found.embargo_raw, found.embargo_until) == ("ask the desk", None)


def test_a_page_dated_in_the_future_says_so() -> None:
    facts = {"@type": "NewsArticle", "datePublished": "Mon Nov 30 14:00:00 CET 2026"}
    page = f'<html><head><script type="application/ld+json">{json.dumps(facts)}</script></head><p>x'

    found = extract.extract(page.encode(), url="https://daily.example/1", now=NOW)

    assert (found.published, found.is_exact) == (THEN, True)


def test_a_news_sitemap_says_so_too() -> None:
    news = "http://www.google.com/schemas/sitemap-news/0.9"
    text = (
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="{news}"><url>'
        "<loc>https://daily.example/1</loc><n:news><n:title>A</n:title>"
        "<n:publication_date>2026-11-30T08:00:00-05:00</n:publication_date></n:news></url></urlset>"
    )

    [found] = sitemap.read(text.encode(), url=None, now=NOW).entries

    assert (found.published, found.is_exact) == (THEN, True)
