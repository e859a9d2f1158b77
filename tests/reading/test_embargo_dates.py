"""What a source says of the moment before which nothing may be seen, and how it is understood."""

import datetime as dt
import json
from typing import Any

import pytest

from syndicate.reading import embargo_dates
from syndicate.reading.feeds import parse, sitemap
from syndicate.reading.pages import extract
from syndicate.reading.records import Entry
from tests.collect.newsroom import item, rss

NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
THEN = dt.datetime(2026, 11, 30, 13, tzinfo=dt.UTC)
MONDAY = dt.datetime(2026, 11, 30, 8, tzinfo=dt.UTC)
HALF_A_DAY = dt.timedelta(hours=12)


def said(*texts: str, zone: str | None = None) -> dict[str, Any]:
    """What is kept of embargoes, without what is not said."""
    found = embargo_dates.embargo(texts, now=NOW, zone=zone)
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


@pytest.mark.parametrize(
    "text",
    [
        # Put off in words, after a date that is over.
        *("20 Nov 2026 08:00 GMT (extended to 30 Nov 2026)", "2026-11-20T08:00:00Z [postponed]"),
        *("Fri, 20 Nov 2026 08:00:00 +0000 - lifted on 30 Nov 2026", "20 Nov 2026 08:00 GMT TBC"),
        *(
            "2026-11-20T08:00:00Z until desk says",
            "20 Nov 2026 08:00 any time after",
            "20 Nov 2026?",
        ),
        *("postponed 20 Nov 2026", "20 Nov 2026 evening", "20 Nov 2026 midnight", "2026-11-20?"),
        # Two dates, and a span of days.
        *("2026-11-20T08:00:00Z or 2026-12-20T08:00:00Z", "2026-11-20T08:00:00Z/P30D"),
        *("2026-11-20T08:00:00Z 2026-12-20T08:00:00Z", "20-30 Nov 2026"),
        # Twelve days or months, and years with two digits.
        *("11/12/26", "11.12.26", "11/12/26 08:00 GMT", "26-11-20"),
        # This year in Mecca, in Tehran and in Bangkok.
        *("1448-06-20", "1448-06", "1405-09-09", "1448/06/20 08:00", "2569-11-30", "0000"),
        # The offset is not the place's, and two zones are none.
        "2026-11-24T08:30:00+01:00[America/New_York]",
        *("EST 24 Nov 2026 08:30 GMT", "24 Nov 2026 08:30 +0000 (CEST)", "-2026-11-20T08:00:00Z"),
        # Nobody keeps summer time in November: an hour of the wall was meant.
        *("30 Nov 2026 00:01 BST", "Mon, 30 Nov 2026 08:00:00 EDT"),
    ],
)
def test_an_embargo_that_says_more_than_a_date_is_not_read_past_it(text: str) -> None:
    assert said(text) == {"embargo_raw": text}


@pytest.mark.parametrize(
    "text",
    [
        "Mon Nov 30 2026 08:00:00 GMT-0500 (Eastern Standard Time)",
        "Mon Nov 30 2026 14:00:00 GMT+0100 (heure normale d’Europe centrale)",  # noqa: RUF001
        *("2026-11-30T08:00:00-05:00[America/New_York]", "2026-11-30 08:00:00 America/New_York"),
        *("2026-11-30T13:00:00Z[America/New_York]", "2026-11-30T08:00:00-0500 (EST)"),
        *("segunda-feira, 30 de novembro de 2026 às 13:00 GMT", "30. November 2026 14:00 MEZ"),
        *("понедельник, 30 ноября 2026 г. 13:00 GMT", "2026年11月30日 22:00 JST"),  # noqa: RUF001
        *("13.00 GMT, Monday 30th November 2026", "2026-W49-1T13:00:00Z", "30 Nov 2026 8am ET"),
        "start=2026-11-30T13:00Z; end=2026-12-30T13:00Z; scheme=W3C-DTF",
    ],
)
def test_names_of_days_and_zones_are_no_more_than_a_date(text: str) -> None:
    assert said(text) == {"embargo_until": THEN}


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_an_empty_mark_is_no_embargo(text: str) -> None:
    assert said(text) == {}


@pytest.mark.parametrize(
    "text",
    [
        *("Mon, 23 Nov 2026 08:00:00 XYZ", "2026-11-23 08:00", "2024", "2026-10", "1 Mar 2019 IST"),
        *("20 Jan 2026 08:00 BST", "20 Nov 2026 08:00 Nowhere Standard Time", "0001-01-01"),
    ],
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
    found = embargo_dates.published(raw, None, now=NOW, zone=zone)
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


def test_a_period_of_media_rss_is_an_embargo_until_its_start() -> None:
    frame = '<rss version="2.0" xmlns:dcterms="http://purl.org/dc/terms/"><channel><title>D</title>'
    items = [
        f"<item><title>{n}</title><guid>{n}</guid><dcterms:valid>{said}</dcterms:valid></item>"
        for n, said in enumerate(
            [
                "start=2026-11-30T08:00-05:00; end=2027-01-01T00:00Z; scheme=W3C-DTF",
                "end=2030-01-01",
            ]
        )
    ]

    entries = parse.parse(f"{frame}{''.join(items)}</channel></rss>".encode(), now=NOW).entries

    assert [each.embargo_until for each in entries] == [THEN, None]
    assert [each.embargo_raw for each in entries] == [None, None]


@pytest.mark.parametrize("word", ["withheld", "In review", "scheduled"])
def test_a_state_that_we_have_no_word_for_holds_its_article(word: str) -> None:
    feed = rss(item(1, syndicate_state=word), item(2, syndicate_state="live"))
    own = {"id": "1", "title": "A", "content_text": "x", "_syndicate": {"state": word}}
    as_json = {"version": "https://jsonfeed.org/version/1.1", "title": "D", "items": [own]}

    first, second = parse.parse(feed, now=NOW).entries
    [third] = parse.parse(json.dumps(as_json).encode(), now=NOW).entries

    held_back = {"embargo_raw": f"state {word.lower()}", "embargo_until": None}
    assert (held(first), held(third)) == (held_back, held_back)
    assert (second.state, held(second)) == ("live", {"embargo_raw": None, "embargo_until": None})


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


@pytest.mark.parametrize(
    "name",
    [
        *("dcterms.available", "prism.embargoDate", "syndicate:embargo", "dcterms:available"),
        *("prism:embargoDate", "DC.date.available"),
    ],
)
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
