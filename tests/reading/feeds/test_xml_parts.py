"""What an entry says beyond RSS and Atom: marks, pictures, files."""

import datetime as dt
from typing import Any

import pytest
from lxml import etree

from syndicate.reading.feeds import xml_parts
from syndicate.reading.records import PictureIn

NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
THEN = dt.datetime(2026, 11, 30, 8, tzinfo=dt.UTC)
BASE = "https://daily.example/story/1"
NAMES = (
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:old="http://search.yahoo.com/mrss" '
    'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:syndicate="urn:syndicate:1" '
    'xmlns:p2="http://prismstandard.org/namespaces/basic/2.0/" '
    'xmlns:p3="http://prismstandard.org/namespaces/basic/3.0/" xmlns:x="urn:x"'
)


def element(inner: str, names: str = NAMES) -> etree._Element:
    parser = etree.XMLParser(recover=True)
    return etree.fromstring(f"<item {names}>{inner}</item>", parser)


def marks(inner: str, **how: Any) -> dict[str, Any]:
    found = xml_parts.marks_of(element(inner), now=NOW, **how)
    return {name: value for name, value in found.items() if value is not None}


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("item", ("", "item")),
        ("{urn:x}item", ("urn:x", "item")),
        ("{}item", ("", "item")),
        ("{urn:{x}item", ("urn:{x", "item")),
        ("ITEM", ("", "item")),
        ("PUBDATE", ("", "pubDate")),
        ("dc:creator", ("http://purl.org/dc/elements/1.1/", "creator")),
        ("{http://purl.org/atom/ns#}entry", ("http://www.w3.org/2005/Atom", "entry")),
        ("", ("", "")),
    ],
)
def test_a_tag_is_a_namespace_and_a_name(tag: str, expected: tuple[str, str]) -> None:
    assert xml_parts.split(tag) == expected


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ("", ""),
        (" \n a ", "a"),
        ("a<b>b</b>c ", "abc"),
        ("<![CDATA[<p>a & b</p>]]>", "<p>a & b</p>"),
        ("a<!-- no -->b", "ab"),
    ],
)
def test_the_text_of_an_element_is_all_of_it(inner: str, text: str) -> None:
    assert xml_parts.text_of(element(inner)) == text


# Marks


@pytest.mark.parametrize(
    "inner",
    [
        "<syndicate:embargo>2026-11-30T08:00:00Z</syndicate:embargo>",
        "<dcterms:available> 2026-11-30T08:00:00Z\n</dcterms:available>",
        "<p2:embargoDate>2026-11-30T08:00:00Z</p2:embargoDate>",
        "<p3:EmbargoDate>2026-11-30T08:00:00Z</p3:EmbargoDate>",
        (
            "<dcterms:available>2026-11-30T08:00:00Z</dcterms:available>"
            "<syndicate:embargo>2026-11-29T08:00:00Z</syndicate:embargo>"
        ),
        "<syndicate:embargo/><syndicate:embargo>2026-11-30T08:00:00Z</syndicate:embargo>",
    ],
)
def test_an_embargo_in_anybodys_words_counts_and_the_last_to_end(inner: str) -> None:
    assert marks(inner) == {"embargo_until": THEN}


def test_a_prefix_that_was_never_declared_means_what_everybody_means() -> None:
    inner = (
        "<syndicate:embargo>2026-11-30T08:00:00Z</syndicate:embargo>"
        "<syndicate:kind>live</syndicate:kind><dcterms:accessRights>open</dcterms:accessRights>"
    )

    found = xml_parts.marks_of(element(inner, ""), now=NOW)

    assert found["embargo_until"] == THEN
    assert (found["kind"], found["access"]) == ("live", "free")


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("<dcterms:valid>start=2026-11-30T08:00:00Z;</dcterms:valid>", True),
        ("<dcterms:valid>end=2026-11-30T08:00:00Z</dcterms:valid>", False),
        ("<dcterms:valid>2026-11-30T08:00:00Z</dcterms:valid>", False),
        ("<x:embargo>2026-11-30T08:00:00Z</x:embargo>", False),
        ("<embargo>2026-11-30T08:00:00Z</embargo>", False),
        ("<dcterms:embargo>2026-11-30T08:00:00Z</dcterms:embargo>", False),
    ],
)
def test_only_words_for_an_embargo_hold_back(inner: str, *, expected: bool) -> None:
    found = marks(inner)

    assert bool(found.get("embargo_until") or found.get("embargo_raw")) is expected


def test_the_zone_of_a_source_is_the_zone_of_its_embargoes() -> None:
    inner = "<syndicate:embargo>2026-11-30 11:00</syndicate:embargo>"

    assert marks(inner, zone="Asia/Qatar") == {"embargo_until": THEN}
    assert marks(inner)["embargo_raw"] == "2026-11-30 11:00"


@pytest.mark.parametrize(
    ("said", "access"),
    [
        ("open", "free"),
        ("Open Access", "free"),
        ("free", "free"),
        ("Registration", "registered"),
        ("for registered readers", "registered"),
        ("premium", "paid"),
        ("Members\n only", "paid"),
        ("Abonnenten", "paid"),
        ("metered", "paid"),
        ("public domain", None),
        ("", None),
    ],
)
def test_access_rights_in_words(said: str, access: str | None) -> None:
    found = marks(f"<dcterms:accessRights>{said}</dcterms:accessRights>")

    assert found.get("access") == access


def test_our_own_word_for_access_counts_for_more_and_the_first_of_others() -> None:
    others = "".join(
        f"<dcterms:accessRights>{each}</dcterms:accessRights>" for each in ("", "open", "premium")
    )

    assert marks(others)["access"] == "free"
    assert marks(f"{others}<syndicate:access>registered</syndicate:access>")["access"] == (
        "registered"
    )
    assert marks(f"<syndicate:access>registered</syndicate:access>{others}")["access"] == (
        "registered"
    )


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("kind", " LIVE ", {"kind": "live"}),
        ("kind", "novel", {}),
        ("kind", "", {}),
        ("change", "correction", {"change": "correction"}),
        ("change", "first", {}),
        ("state", "draft", {"state": "draft"}),
        ("state", "embargoed", {"embargo_raw": "state embargoed"}),
        ("state", "In Review", {"embargo_raw": "state in review"}),
        ("state", "x" * 500, {"embargo_raw": f"state {'x' * 194}"}),
        ("state", " ", {}),
        ("access", "members", {"access": "paid"}),
        ("access", "FREE", {"access": "free"}),
        ("access", "", {}),
        ("note", "It was five.", {"note": "It was five."}),
        ("note", "x" * 1_001, {"note": "x" * 1_000}),
        ("note", "", {}),
        ("section", "World", {"section": "World"}),
        ("unknown", "x", {}),
        ("embargo", "x", {}),
    ],
)
def test_a_mark_of_our_own(name: str, value: str, expected: dict[str, Any]) -> None:
    assert xml_parts.own(name, value) == expected


def test_comments_and_instructions_are_no_marks() -> None:
    assert marks("<!-- <syndicate:kind>live</syndicate:kind> --><?x syndicate:kind?>") == {}


# Pictures


def pictures(inner: str, base: str | None = BASE) -> tuple[PictureIn, ...]:
    return xml_parts.pictures_of(element(inner), base)


def test_a_picture_with_all_that_is_said_of_it() -> None:
    found = pictures(
        '<media:content url="/p.jpg" type="image/jpeg" width="800" height="600" fileSize="12345">'
        "<media:description> The &lt;b&gt;river&lt;/b&gt; </media:description>"
        "<media:credit>EPA</media:credit><media:title>A wet street</media:title></media:content>"
    )

    assert found == (
        PictureIn(
            "https://daily.example/p.jpg",
            caption="The river",
            credit="EPA",
            alt="A wet street",
            media_type="image/jpeg",
            width=800,
            height=600,
            size_bytes=12345,
        ),
    )


@pytest.mark.parametrize(
    "inner",
    [
        '<media:group><media:content url="/p.jpg"/><media:credit>EPA</media:credit></media:group>',
        '<media:content url="/p.jpg"/><media:credit>EPA</media:credit>',
        '<old:content url="/p.jpg"><old:credit>EPA</old:credit></old:content>',
        (
            '<media:content url="/p.jpg"><media:credit>EPA</media:credit></media:content>'
            "<media:credit>AFP</media:credit>"
        ),
        (
            '<media:content><media:thumbnail url="/p.jpg"/><media:credit>EPA</media:credit>'
            "</media:content>"
        ),
    ],
)
def test_what_is_said_beside_a_picture_is_of_it_and_what_is_said_within_comes_first(
    inner: str,
) -> None:
    (found,) = pictures(inner)

    assert (found.url, found.credit) == ("https://daily.example/p.jpg", "EPA")


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ('url="/p.JPG"', True),
        ('url="/p.webp?w=7"', True),
        ('url="/p" medium="image"', True),
        ('url="/p" type="IMAGE/png"', True),
        ('url="/p"', False),
        ('url="/p.mp4"', False),
        ('url="/p.jpg" medium="video"', False),
        ('url="/p.jpg" type="audio/mpeg"', False),
        ('url=""', False),
        ('url="javascript:x.jpg"', False),
        ("", False),
    ],
)
def test_what_is_a_picture(attributes: str, *, expected: bool) -> None:
    assert bool(pictures(f"<media:content {attributes}/>")) is expected
    assert bool(pictures(f"<enclosure {attributes}/>")) is expected


def test_a_thumbnail_counts_where_there_is_nothing_else() -> None:
    small, full = '<media:thumbnail url="/s"/>', '<media:content url="/f.jpg"/>'

    assert [each.url for each in pictures(small)] == ["https://daily.example/s"]
    assert [each.url for each in pictures(small + full)] == ["https://daily.example/f.jpg"]


def test_a_picture_that_is_named_twice_is_one_with_its_first_words() -> None:
    twice = "".join(
        f'<media:content url="/p.jpg"><media:text>{each}</media:text></media:content>'
        for each in ("One", "Two")
    )

    assert [each.caption for each in pictures(twice)] == ["One"]


def test_fifty_pictures_are_enough() -> None:
    many = "".join(f'<media:content url="/{n}.jpg"/>' for n in range(60))

    assert [each.url for each in pictures(many)] == [
        f"https://daily.example/{n}.jpg" for n in range(50)
    ]


class Counted(etree.ElementBase):
    """An element that counts how often its children are walked through."""

    walks = 0

    def iterchildren(self, *args: Any, **named: Any) -> Any:
        type(self).walks += 1
        return super().iterchildren(*args, **named)


def test_an_item_is_walked_through_a_few_times_however_many_its_pictures() -> None:
    parser = etree.XMLParser()
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=Counted))
    walks = []
    for count in (1, 40):
        shown = "".join(
            f'<media:thumbnail url="https://pier.example/{n}.jpg"/>' for n in range(count)
        )
        item = etree.fromstring(
            f"<item {NAMES}>{shown}<media:credit>D</media:credit></item>", parser
        )
        Counted.walks = 0

        found = xml_parts.pictures_of(item, BASE)

        assert [each.credit for each in found] == ["D"] * count
        walks.append(Counted.walks - count)  # each picture is asked for its own words
    assert walks == [2, 2]


def test_a_picture_that_nobody_sees_is_none() -> None:
    unseen = 'url="/p.jpg" width="1" height="1"'
    (seen,) = pictures(f'<media:content {unseen}/><media:content url="/f.jpg" width="9"/>')

    assert seen == PictureIn("https://daily.example/f.jpg", width=9)
    assert pictures(f"<media:thumbnail {unseen}/>") == ()
    assert pictures('<media:content url="https://pixel.example/b.gif?h=1" medium="image"/>') == ()


def test_a_relative_address_without_a_base_is_no_picture() -> None:
    assert pictures('<media:content url="/p.jpg"/>', None) == ()


# Files


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("7", 7),
        (" 007 ", 7),
        ("٧", 7),  # noqa: RUF001 - an Arabic seven
        ("9" * 15, 999_999_999_999_999),
        ("9" * 16, None),
        ("0", None),
        ("-7", None),
        ("7.5", None),
        ("7px", None),
        ("²", None),
        ("", None),
        (None, None),
    ],
)
def test_a_size_is_a_positive_whole_number(text: str | None, size: int | None) -> None:
    assert xml_parts.size_of(text) == size
