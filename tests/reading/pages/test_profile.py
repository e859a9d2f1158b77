"""A source's profile: where its template keeps what."""

import datetime as dt
from typing import Any

import lxml.html
import pytest
from lxml import etree

from syndicate.errors import UsageError
from syndicate.reading.pages import profile
from syndicate.reading.records import PictureIn, Teaser
from syndicate.reading.text import plain

NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
EIGHT = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)
URL = "https://daily.example/story/1"


def values(inner: str, **said: Any) -> dict[str, Any]:
    profile.check(said)
    root = lxml.html.document_fromstring(f"<html><body>{inner}<hr></body></html>")
    found = profile.values(root, said, url=URL, now=NOW)
    return {name: value for name, value in found.items() if value is not None}


# Whether it can be used


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"headline": "h1", "zone": "Asia/Qatar", "direction": "rtl", "language": "ar"},
        {"drop": [".tools", "aside > p"]},
        {"drop": ".tools"},
        {"published": {"select": "time", "attribute": "datetime", "format": "%d", "zone": "UTC"}},
    ],
)
def test_a_profile_that_can_be_used(said: dict[str, Any]) -> None:
    profile.check(said)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (
            {"title": "h1"},
            (
                "A source profile has no field title; it has body, byline, caption, credit, "
                "direction, drop, featured, heading, headline, language, links, picture, "
                "published, section, standfirst, tags, updated, zone."
            ),
        ),
        (
            {"headline": 7},
            (
                "The profile's field headline must be a CSS selector, or an object with select and "
                "perhaps attribute, format and zone."
            ),
        ),
        (
            {"headline": {"attribute": "x"}},
            (
                "The profile's field headline must be a CSS selector, or an object with select and "
                "perhaps attribute, format and zone."
            ),
        ),
        (
            {"headline": {"select": "h1", "index": 1}},
            (
                "The profile's field headline must be a CSS selector, or an object with select and "
                "perhaps attribute, format and zone."
            ),
        ),
        (
            {"zone": "Asia/Atlantis"},
            (
                "The profile names the zone Asia/Atlantis, which does not exist; use an IANA name "
                "such as Asia/Qatar."
            ),
        ),
        (
            {"published": {"select": "time", "zone": 3}},
            (
                "The profile's field published names the zone 3, which does not exist; use an IANA "
                "name such as Asia/Qatar."
            ),
        ),
    ],
)
def test_a_profile_that_cannot_be_used_is_told_why(said: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageError) as refused:
        profile.check(said)

    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    "selector", ["h1 >", "::x(", "", "a:nth-child(", "p:has(> b", "[x=", "[x='\\c']"]
)
@pytest.mark.parametrize("name", ["headline", "drop"])
def test_a_selector_that_is_none_is_refused(name: str, selector: str) -> None:
    with pytest.raises(UsageError, match=f"^The profile's field {name} has no usable CSS selector"):
        profile.check({name: [selector] if name == "drop" else selector})


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (None, False),
        ({}, False),
        ({"zone": "UTC", "language": "ar", "direction": "rtl"}, False),
        ({"zone": "UTC", "headline": "h1"}, True),
    ],
)
def test_a_profile_describes_pages_or_only_the_source(
    said: dict[str, Any] | None, *, expected: bool
) -> None:
    assert profile.describes_pages(said) is expected


# What it finds


def test_what_a_page_does_not_have_is_left_out() -> None:
    said = dict.fromkeys(profile.FIELDS - profile.OF_THE_SOURCE - {"drop"}, ".x")

    assert values("<p>Text</p>", **said, drop=[".x"]) == {}
    assert values("<p>Text</p>") == {}


def test_texts_are_tidy_and_the_first_that_says_anything_counts() -> None:
    found = values(
        "<h1> </h1><h1>Water\n <b>rises</b></h1><h1>Other</h1><p class='s'>It rose.</p>",
        headline="h1",
        standfirst=".s",
        section={"select": "h1", "attribute": "class"},
    )

    assert found == {"headline": "Water rises", "standfirst": "It rose."}


def test_names_and_tags_in_order_and_once() -> None:
    found = values(
        "<i>By City Desk and Court Desk</i><a>World</a><a>Water</a><a>World</a>",
        byline="i",
        tags="a",
    )

    assert found == {"authors": ("City Desk", "Court Desk"), "tags": ("World", "Water")}


@pytest.mark.parametrize(
    ("said", "zone"),
    [
        ({"select": "time", "attribute": "datetime"}, None),
        ("b", "Asia/Qatar"),
        ({"select": "b", "zone": "Asia/Qatar"}, "America/New_York"),
        ({"select": "i", "format": "%Y|%m|%d|%H|%M"}, "UTC"),
    ],
)
def test_a_date_in_the_sites_form_and_zone(said: Any, zone: str | None) -> None:
    body = (
        "<time datetime='2026-11-24T08:00Z'>x</time><b>24 Nov 2026 11:00</b><i>2026|11|24|08|00</i>"
    )
    given = {"zone": zone} if zone else {}

    assert values(body, published=said, **given)["published"] == EIGHT
    found = values(body, updated=said, **given)
    assert (found["updated"], bool(found["raw_published"])) == (EIGHT, True)


def test_a_date_that_is_none_is_left_to_others() -> None:
    assert values("<b>yesterday</b>", published="b", updated="b") == {}


def test_picks_and_links_are_each_address_once_with_its_first_words() -> None:
    body = (
        "<ul><li><a href='/1'>One</a> and more</li><li><a href='/1'>Again</a></li>"
        "<li>No link</li><li><a href='/2'> </a></li><li><a href='mailto:x'>Mail</a></li></ul>"
        "<h2><a href='/3'>Three</a></h2>"
    )

    found = values(body, featured="li", links="h2 a, li a")

    assert found["featured"] == (Teaser("One and more", "https://daily.example/1"),)
    assert found["links"] == ("https://daily.example/1", "https://daily.example/3")


@pytest.mark.parametrize("selector", ["img", "figure"])
def test_the_picture_with_what_is_said_of_it(selector: str) -> None:
    body = (
        "<figure><img src='/p.jpg' alt=' A wet\n street ' width='800' height='600px'></figure>"
        "<i>The river [EPA]</i><b>AFP</b>"
    )
    picture = PictureIn(
        "https://daily.example/p.jpg", "The river", "EPA", "A wet street", width=800, height=600
    )

    assert values(body, picture=selector, caption="i")["pictures"] == (picture,)
    assert values(body, picture=selector, caption="i", credit="b")["pictures"][0].credit == "AFP"


@pytest.mark.parametrize(
    "image", ["<img>", "<img src=''>", "<img src='data:x'>", "<figure></figure>"]
)
def test_a_picture_without_an_address_is_none(image: str) -> None:
    assert values(image, picture="img, figure") == {}


@pytest.mark.parametrize(
    "image",
    [
        "<img src='data:x' data-src='/p.jpg'><noscript><img src='/q.jpg'></noscript>",
        "<img><noscript><img src='/p.jpg'></noscript>",
        "<picture><source srcset='/p.jpg 2x, /q.jpg 1x'><img></picture>",
    ],
)
def test_a_picture_that_waits_for_a_script_has_its_address(image: str) -> None:
    found = values(f"<figure>{image}</figure>", picture="figure")["pictures"]

    assert found == (PictureIn("https://daily.example/p.jpg"),)


@pytest.mark.parametrize(
    ("width", "pixels"),
    [("0", None), ("99999", 99_999), ("100000", None), ("50%", None), ("", None)],
)
def test_no_picture_is_larger_than_any(width: str, pixels: int | None) -> None:
    (picture,) = values(f"<img src='/p.jpg' width='{width}'>", picture="img")["pictures"]

    assert picture.width == pixels


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("The river [EPA]", ("The river", "EPA")),
        ("The river\n [ EPA ] ", ("The river", "EPA")),
        ("[EPA]", ("", "EPA")),
        ("The [old] river", ("The [old] river", "")),
        ("The river [x]", ("The river [x]", "")),
        (f"The river [{'x' * 81}]", (f"The river [{'x' * 81}]", "")),
        ("", ("", "")),
    ],
)
def test_a_caption_that_ends_in_its_source(caption: str, expected: tuple[str, str]) -> None:
    assert profile.credited(caption) == expected


# The body


def test_the_body_is_cleaned_without_what_is_dropped_and_keeps_what_follows_it() -> None:
    found = values(
        "<div id='t'>1 &lt; 2 <p>One <i class='x'>no</i>two<script>x</script></p>"
        "<p class='x'>no</p><p><a href='/why'>Why</a></p></div><div>Not this</div>",
        body="#t",
        drop=[".x"],
    )

    assert "no" not in found["body"].replace("noopener", "")
    assert "One two" in found["body"]
    assert "1 &lt; 2" in found["body"]
    assert 'href="https://daily.example/why"' in found["body"]
    assert "Not this" not in found["body"]


def test_several_parts_are_one_body_and_one_without_words_is_none() -> None:
    parts = "<p>One</p><ul><li>Two</li><li>Three</li></ul><p>Four</p>"

    assert values(parts, body="p")["body"] == "<p>One</p>\n<p>Four</p>"
    assert plain(values(parts, body="li")["body"]) == "Two Three"
    assert values("<b> <img src='/p.jpg'></b>", body="b") == {}


def test_what_is_called_a_heading_becomes_one() -> None:
    found = values("<div id='t'><p class='h'>Higher.</p><p>Text</p></div>", body="#t", heading=".h")

    assert found["body"] == "<h2>Higher.</h2><p>Text</p>"


def test_the_featured_box_in_a_body_is_read_before_it_is_dropped() -> None:
    body = "<div id='t'><p>Text</p><ul class='f'><li><a href='/1'>One</a></li></ul></div>"

    found = values(body, body="#t", drop=[".f"], featured=".f li")

    assert (found["body"], len(found["featured"])) == ("<p>Text</p>", 1)


@pytest.mark.parametrize(
    ("inner", "is_heading"),
    [
        ("<strong>Higher than ever</strong>", True),
        ("<b>Higher <i>than</i>\n ever</b>", True),
        (" <b>Higher than ever</b> ", True),
        ("<b>Higher than ever.</b>", False),
        ("<b>The port office:</b>", False),
        ("<b>Higher than ever,</b>", False),
        ("<b>Higher</b> than ever", False),
        ("So <b>higher than ever</b>", False),
        ("<b>Higher</b><b>than ever</b>", False),
        ("<i>Higher than ever</i>", False),
        ("<b> </b>", False),
        (f"<b>{'x' * 100}</b>", True),
        (f"<b>{'x' * 101}</b>", False),
    ],
)
def test_a_paragraph_that_is_one_bold_line_is_a_heading(inner: str, *, is_heading: bool) -> None:
    body = lxml.html.fragment_fromstring(f"<div><p class='x'>{inner}</p><p>Text</p></div>")

    profile.headings(body)

    assert (body[0].tag == "h2") is is_heading
    if is_heading:
        assert (len(body[0]), dict(body[0].attrib)) == (0, {})


def test_the_text_before_the_first_element_is_html() -> None:
    element = etree.fromstring("<p>1 &lt; 2 &amp; 3<b>x</b></p>")

    assert profile.plain_head(element) == "1 &lt; 2 &amp; 3"
    assert profile.plain_head(etree.Element("p")) == ""
