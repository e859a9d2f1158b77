"""An article page into a record: profile before JSON-LD before meta before the page itself."""

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.reading.pages import extract
from syndicate.reading.records import ParsedPage, PictureIn
from syndicate.vocabulary.articles import Access

NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
EIGHT = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)
URL = "https://daily.example/story/1"
TEXT = "".join(
    f"<p>{'The water rose in the night, the port office said. ' * 4}{n}</p>" for n in range(4)
)


def ld(**said: Any) -> str:
    node = {"@type": "NewsArticle", **said}
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


def tag(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{content}">'


def page(head: str = "", inner: str = "<p>x</p>", lang: str = "", **profile: Any) -> ParsedPage:
    document = f"<html{lang}><head>{head}</head><body>{inner}</body></html>"
    return extract.extract(document.encode(), url=URL, now=NOW, source_profile=profile or None)


def test_a_page_with_all_that_json_ld_can_say() -> None:
    found = page(
        ld(
            headline="Water rises",
            description="It rose.",
            author={"name": "City Desk"},
            articleSection="World",
            datePublished="2026-11-24T08:00:00Z",
            dateModified="2026-11-24T08:30:00Z",
            keywords="Water, Rain, Water",
            image={"url": "/p.jpg", "caption": "The river [EPA]", "width": 800, "height": "600px"},
            inLanguage="AR",
            isAccessibleForFree="False",
        )
        + '<link rel="canonical" href="/canonical">'
        + tag("og:title", "Other")
        + tag("og:description", "Other"),
        f"<h1>Water rises</h1><article>{TEXT}</article>",
    )

    assert found.body.startswith("<p>The water rose")
    assert found == ParsedPage(
        url=URL,
        canonical="https://daily.example/canonical",
        headline="Water rises",
        standfirst="It rose.",
        authors=("City Desk",),
        section="World",
        published=EIGHT,
        updated=EIGHT.replace(minute=30),
        raw_published="2026-11-24T08:00:00Z",
        body=found.body,
        pictures=(
            PictureIn("https://daily.example/p.jpg", "The river", "EPA", width=800, height=600),
        ),
        language="ar",
        direction="rtl",
        tags=("Water", "Rain"),
        access=Access.PAID,
    )


def test_what_open_graph_says_serves_where_json_ld_is_silent() -> None:
    found = page(
        tag("og:title", "Water rises")
        + tag("og:description", "It rose.")
        + tag("article:section", "World")
        + tag("article:tag", "Water")
        + tag("article:published_time", "2026-11-24T08:00:00Z")
        + tag("og:image", "/p.jpg")
        + tag("og:image:alt", "A wet street")
        + tag("og:image:width", "800")
        + tag("og:locale", "en_GB")
    )

    assert (found.headline, found.standfirst, found.section) == ("Water rises", "It rose.", "World")
    assert (found.tags, found.published, found.language) == (("Water",), EIGHT, "en-GB")
    assert found.pictures == (
        PictureIn("https://daily.example/p.jpg", alt="A wet street", width=800),
    )


def test_what_the_profile_finds_beats_every_guess() -> None:
    found = page(
        ld(headline="For search", datePublished="2026-11-01T08:00:00Z", author="The Daily")
        + tag("syndicate:embargo", ""),
        "<h2>Own words</h2><time>24 Nov 2026 11:00</time><i>City Desk</i><div id='t'>Text</div>",
        headline="h2",
        published="time",
        byline="i",
        body="#t",
        zone="Asia/Qatar",
        language="ar",
        direction="ltr",
    )

    assert (found.headline, found.published, found.authors) == ("Own words", EIGHT, ("City Desk",))
    assert found.body in {"Text", "<p>Text</p>"}
    assert (found.language, found.direction) == ("ar", "ltr")


def test_the_zone_of_a_profile_is_that_of_every_date() -> None:
    found = page(ld(datePublished="2026-11-24 11:00"), zone="Asia/Qatar")

    assert (found.published, found.is_exact) == (EIGHT, True)
    assert not page(ld(datePublished="2026-11-24 11:00")).is_exact


def test_a_clock_without_a_zone_hangs_where_the_page_says_it_elsewhere() -> None:
    told = ld(datePublished="2026-11-24 11:00:00.0")
    other = tag("article:published_time", "2026-11-24T11:00+03:00")

    assert page(told + other).published == EIGHT
    assert page(told + other.replace("11:00", "10:00")).published != EIGHT


def test_a_day_that_only_readers_are_told_is_one_and_never_an_embargo() -> None:
    inner = "<article><h1>x</h1><span class='date'>24. November 2026, {}</span></article>"

    assert page(inner=inner.format("08:00")).published == EIGHT
    found = page(inner=inner.format("18:00"))
    assert (found.published, found.embargo_raw, found.embargo_until) == (None, None, None)


def test_an_embargo_in_meta_holds_whatever_else_is_said() -> None:
    found = page(tag("syndicate:embargo", "ask the desk") + ld(datePublished="2026-11-24T08:00Z"))

    assert (found.embargo_raw, found.embargo_until) == ("ask the desk", None)


@pytest.mark.parametrize(
    ("said", "lang", "language"),
    [
        ({"inLanguage": "ar"}, ' lang="fr"', "fr"),
        ({"inLanguage": "ar"}, "", "ar"),
        ({"inLanguage": {"name": "Arabic", "alternateName": "ar"}}, "", None),
        ({}, "", None),
    ],
)
def test_the_language_of_a_page(said: dict[str, Any], lang: str, language: str | None) -> None:
    assert page(ld(**said), lang=lang).language == language


@pytest.mark.parametrize(
    ("said", "lang", "is_own"),
    [
        ({"inLanguage": "ar"}, ' lang="en"', False),
        ({}, ' lang="en"', False),
        ({"inLanguage": "en"}, ' lang="en"', True),
        ({"inLanguage": "ar"}, "", True),
        ({}, "", True),
    ],
)
def test_a_page_says_its_own_language_and_an_article_its(
    said: dict[str, Any], lang: str, *, is_own: bool
) -> None:
    assert page(ld(**said), lang=lang).has_own_language == is_own
    assert page(ld(**said), lang=lang, language="ar").has_own_language


@pytest.mark.parametrize(
    ("kind", "head", "expected"),
    [
        ("LiveBlogPosting", "", "live"),
        ("OpinionNewsArticle", "", "opinion"),
        ("NewsArticle", tag("og:type", "video.other"), "video"),
        ("NewsArticle", tag("og:type", "article"), None),
    ],
)
def test_the_kind_of_a_page(kind: str, head: str, expected: str | None) -> None:
    assert page(ld(**{"@type": kind, "headline": "x"}) + head).kind == expected


@pytest.mark.parametrize(
    ("free", "tier", "access"),
    [
        (False, "", "paid"),
        ("http://schema.org/False", "", "paid"),
        (" no ", "", "paid"),
        (0, "", "paid"),
        (False, "metered", "registered"),
        (False, "free", "paid"),
        (True, "", None),
        (True, "Locked", "paid"),
        (None, "metered", "registered"),
        (None, "free", "free"),
        (None, "unknown", None),
    ],
)
def test_who_may_read_a_page(free: Any, tier: str, access: str | None) -> None:
    said = {} if free is None else {"isAccessibleForFree": free}

    assert page(ld(**said) + (tag("article:content_tier", tier) if tier else "")).access == access


@pytest.mark.parametrize(
    ("value", "width"),
    [
        (800, 800),
        ("800", 800),
        ("800.9px", 800),
        ({"@type": "QuantitativeValue", "value": 800}, 800),
        (0, None),
        (-1, None),
        (99_999, 99_999),
        (100_000, None),
        ("wide", None),
        ("1e999", None),
        ("nan", None),
        (None, None),
    ],
)
def test_the_width_of_a_picture(value: Any, width: int | None) -> None:
    (picture,) = page(ld(image={"url": "/p.jpg", "width": value})).pictures

    assert picture.width == width


def test_a_picture_that_has_no_address_gives_way_to_the_next() -> None:
    head = ld(image=["data:x", {"url": "/p.jpg", "creditText": "AFP", "caption": "x [EPA]"}])

    (picture,) = page(head).pictures

    assert (picture.url, picture.credit) == ("https://daily.example/p.jpg", "AFP")
    assert page(ld(image="data:x") + tag("og:image", "/q.jpg")).pictures[0].url.endswith("/q.jpg")
    assert page(ld(image="data:x")).pictures == ()


def test_a_counter_is_no_picture_of_a_page() -> None:
    counter = "https://pixel.example/b.gif?h=1"

    assert page(ld(image=[counter, "/p.jpg"])).pictures[0].url.endswith("/p.jpg")
    assert page(ld(image=counter) + tag("og:image", counter)).pictures == ()
    assert page(tag("og:image", counter) + tag("og:image:alt", "Seals")).pictures[0].alt == "Seals"
    assert page(tag("og:image", "/1.png") + tag("og:image:width", "1")).pictures == ()


def test_feeds_and_hub_of_a_page() -> None:
    found = page(
        '<link rel="alternate" type="application/rss+xml" href="/feed">'
        '<link rel="ALTERNATE" type="Application/Atom+XML" href="/atom">'
        '<link rel="alternate" type="application/rss+xml" href="/feed">'
        '<link rel="alternate" type="text/html" href="/ar">'
        '<link rel="stylesheet" type="application/rss+xml" href="/x">'
        '<link rel="hub" href="https://hub.example/"><link rel="self" href="/self">'
    )

    assert found.feeds == ("https://daily.example/feed", "https://daily.example/atom")
    assert (found.hub, found.self_url) == ("https://hub.example/", "https://daily.example/self")


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ('<base href="https://cdn.example/x/">', "https://cdn.example/x/p.jpg"),
        ('<base href="/y/">', "https://daily.example/y/p.jpg"),
        ('<base href="data:x">', "https://daily.example/story/p.jpg"),
        ("<base>", "https://daily.example/story/p.jpg"),
    ],
)
def test_addresses_are_relative_to_what_the_page_says(base: str, expected: str) -> None:
    assert page(base + tag("og:image", "p.jpg")).pictures[0].url == expected


def test_the_body_of_json_ld_serves_where_the_page_shows_none() -> None:
    found = page(ld(articleBody="All of it."), "<div></div>")

    assert found.body in {"All of it.", "<p>All of it.</p>"}
    assert page(ld(articleBody=["x"]), "<div></div>").body == ""


_PAID = {"isAccessibleForFree": False}


@pytest.mark.parametrize("said", [_PAID, {"hasPart": _PAID}, {"hasPart": ["x", _PAID]}])
def test_what_readers_pay_for_is_not_taken_from_json_ld(said: dict[str, Any]) -> None:
    found = page(ld(articleBody="All of it.", **said), "<div></div>")

    assert (found.body, found.access) == ("", Access.PAID)


def test_fifty_tags_of_two_hundred_letters_are_enough() -> None:
    found = page(ld(keywords=[f"{n}{'x' * 300}" for n in range(60)]))

    assert (len(found.tags), {len(each) for each in found.tags}) == (50, {200})


def test_the_headline_does_not_stand_again_above_the_text() -> None:
    inner = f"<article><h1>Water  rises!</h1>{TEXT}<h2>Why</h2>{TEXT}</article>"

    generic = page(ld(headline="Water rises"), inner)
    described = page("", inner, headline="h1", body="article")

    assert generic.body.startswith("<p>The water rose")
    assert described.body.startswith("<p>The water rose")
    assert "<h2>Why</h2>" in described.body
    # Another heading is part of the text.
    other = page(ld(headline="Rain"), inner, body="article")
    assert other.body.startswith("<h1>Water  rises!</h1>")


@pytest.mark.parametrize("body", [b"", b"   ", b"<!-- x -->", b"\x00\x01", b"<?xml?>"])
def test_a_document_without_an_element_says_nothing(body: bytes) -> None:
    assert extract.extract(body, url=URL, now=NOW) == ParsedPage(url=URL)


def test_the_header_names_the_encoding() -> None:
    body = "<h1>Café</h1>".encode("cp1252")

    found = extract.extract(body, url=URL, now=NOW, content_type="text/html; charset=cp1252")

    assert found.headline == "Café"


def test_a_page_is_json_that_anybody_can_read() -> None:
    shown = extract.as_json(page(ld(headline="Floods", datePublished="2026-11-24T08:00:00Z")))

    assert (shown["headline"], shown["published"], shown["pictures"]) == (
        "Floods",
        "2026-11-24T08:00:00Z",
        [],
    )
    assert json.loads(json.dumps(shown)) == shown


PIECES = [
    *(
        "<p>",
        "</p>",
        "<h1>",
        "</h1>",
        "<time datetime='x'>",
        "<title>",
        "</title>",
        "text ",
        "&#0;",
    ),
    *(
        "<script type='application/ld+json'>",
        "{",
        '"@type":"Article"',
        "}",
        "</script>",
        "<!--",
        "é",
    ),
    *(
        "<meta name='author' content='x'>",
        "<base href='//'>",
        "<link rel='hub' href='['>",
        "<img src=x>",
    ),
]


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_no_page_raises(body: str) -> None:
    found = extract.extract(body.encode(), url=URL, now=NOW)

    assert found.url == URL
    assert found.headline == found.headline.strip()


@given(st.binary(max_size=60))
def test_no_bytes_raise(body: bytes) -> None:
    assert extract.extract(body, url=URL, now=NOW).url == URL


def test_the_headline_of_a_page_is_not_said_again_in_its_body() -> None:
    head = ld(headline="Water rises in town") + tag("og:site_name", "Pier News")
    inner = f"<p>Weather</p><h1>Water rises in town - Pier News</h1>{TEXT}"

    found = page(head, f"<div id='text'>{inner}</div>", body="#text")

    assert found.body.startswith("<p>Weather</p><p>The water rose")


@pytest.mark.parametrize("said", ["2026-11-24", "2026-11-24T00:00:00", "0001-01-01", "none"])
def test_a_date_that_says_less_gives_way_to_one_that_says_more(said: str) -> None:
    more = tag("article:published_time", "2026-11-24T09:00:00+01:00")

    assert page(ld(datePublished=said) + more).published == EIGHT
    assert page(ld(datePublished="2026-11-23") + more).raw_published == "2026-11-23"
