"""The lenient reader: what feedparser found, in our words, of a document that is odd or broken."""

import datetime as dt
import io
from typing import Any

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from syndicate.reading.feeds import lenient_xml
from syndicate.reading.records import Enclosure, Entry, ParsedFeed

NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
EIGHT = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)
BASE = "https://daily.example/feed"
NAMES = (
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:syndicate="urn:syndicate:1"'
)


def read(document: str, *, is_counted: bool = True, zone: str | None = None) -> ParsedFeed:
    """A document by the lenient reader; with lxml's help where both count the same entries."""
    parsed = feedparser.parse(io.BytesIO(document.encode()), sanitize_html=False)
    parser = etree.XMLParser(recover=True)
    root = etree.fromstring(document.encode(), parser) if is_counted else None
    return lenient_xml.document(parsed, root, base=BASE, now=NOW, zone=zone)


def rss(inner: str, **how: Any) -> ParsedFeed:
    return read(f'<rss version="2.0" {NAMES}><channel>{inner}</channel></rss>', **how)


def item(inner: str, **how: Any) -> Entry:
    (only,) = rss(f"<item>{inner}</item>", **how).entries
    return only


def atom(inner: str, **how: Any) -> ParsedFeed:
    return read(f'<feed xmlns="http://www.w3.org/2005/Atom" {NAMES}>{inner}</feed>', **how)


def test_a_channel_says_who_it_is() -> None:
    feed = rss(
        "<title>Daily &amp;amp; News</title><link>/</link><language>EN_gb</language>"
        "<lastBuildDate>Tue, 24 Nov 2026 08:00:00 GMT</lastBuildDate><ttl>15</ttl>"
        '<atom:link rel="hub" href="https://hub.example/"/><atom:link rel="self" href="/f"/>'
    )

    assert feed == ParsedFeed(
        format="rss",
        title="Daily & News",
        link="https://daily.example/",
        language="en-GB",
        updated=EIGHT,
        hub="https://hub.example/",
        self_url="https://daily.example/f",
        ttl_s=900,
    )


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ('<rss version="0.91"><channel><title>x</title></channel></rss>', "rss"),
        ('<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>x</title></feed>', "atom"),
        (
            (
                '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
                'xmlns="http://purl.org/rss/1.0/"><channel><title>x</title></channel></rdf:RDF>'
            ),
            "rdf",
        ),
        ("<channel><item><title>x</title></item></channel>", "rss"),
    ],
)
def test_forms_of_old(document: str, kind: str) -> None:
    assert read(document).format == kind


@pytest.mark.parametrize("ttl", ["soon", "1.5", "-1", ""])
def test_a_time_that_is_none_is_none(ttl: str) -> None:
    assert rss(f"<title>x</title><ttl>{ttl}</ttl>").ttl_s is None


def test_what_was_wrong_with_a_document_is_said_and_nothing_of_a_sound_one() -> None:
    assert rss("<title>x</title>").broken is None
    assert read('<rss version="2.0"><channel><title>x</channel></rss>').broken


def test_an_item_with_all_that_rss_can_say() -> None:
    only = item(
        '<title>Floods</title><link>/1</link><guid isPermaLink="false">g-1</guid>'
        "<dc:creator>City Desk</dc:creator><pubDate>Tue, 24 Nov 2026 08:00:00 GMT</pubDate>"
        "<description>It rose.</description><category>World</category><category>World</category>"
        "<content:encoded><![CDATA[<p>All.</p><script>x</script>]]></content:encoded>"
        '<enclosure url="/a.mp3" type="audio/mpeg" length="9"/>'
    )

    assert only == Entry(
        title="Floods",
        link="https://daily.example/1",
        guid="g-1",
        authors=("City Desk",),
        published=EIGHT,
        raw_published="Tue, 24 Nov 2026 08:00:00 GMT",
        summary="It rose.",
        content="<p>All.</p>",
        language=only.language,
        tags=("World",),
        enclosures=(Enclosure("https://daily.example/a.mp3", "audio/mpeg", 9),),
    )


# The body


CAPTION = (
    '<media:content url="/p.jpg" medium="image"><media:description>The river.</media:description>'
    "</media:content>"
)


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize(
    ("inner", "content", "summary"),
    [
        (
            (
                "<description>It rose.</description><content:encoded>&lt;p&gt;All.&lt;/p&gt;"
                "</content:encoded>"
            ),
            "<p>All.</p>",
            "It rose.",
        ),
        ("<description>It rose.</description>", "<p>It rose.</p>", "It rose."),
        ("<content:encoded>&lt;p&gt;All.&lt;/p&gt;</content:encoded>", "<p>All.</p>", ""),
        ("<title>x</title>", "", ""),
        # What the entry itself says as well is no caption.
        ("<description>The river.</description>", "<p>The river.</p>", "The river."),
    ],
)
def test_a_caption_is_neither_body_nor_summary(
    inner: str, content: str, summary: str, *, before: bool
) -> None:
    only = item(CAPTION + inner if before else inner + CAPTION)

    assert (only.content, only.summary) == (content, summary)
    assert only.pictures[0].caption == "The river."


def test_html_counts_for_more_than_a_longer_plain_text() -> None:
    (only,) = atom(
        '<entry><id>1</id><content type="text">A long plain text of it all.</content>'
        '<content type="html">&lt;p&gt;All.&lt;/p&gt;</content></entry>'
    ).entries

    assert only.content == "<p>All.</p>"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("<title>1 &lt; 2</title>", "1 < 2"),
        ("<title>&lt;b&gt;Bold&lt;/b&gt; &amp;amp; new</title>", "Bold & new"),
        ("<title>\n Two\n lines</title>", "Two lines"),
        ("<title/>", ""),
    ],
)
def test_title_of_an_item(title: str, expected: str) -> None:
    assert item(f"{title}<link>/1</link>").title == expected


# Identity and links


@pytest.mark.parametrize(
    ("inner", "guid"),
    [
        ("<guid>/relative</guid>", "/relative"),
        ("<guid> g-1 </guid>", "g-1"),
        ("<title>x</title>", None),
        ("<guid/>", None),
    ],
)
def test_an_identity_stands_as_written(inner: str, guid: str | None) -> None:
    assert item(f"<link>/1</link>{inner}").guid == guid


def test_a_guid_that_is_never_closed_is_its_own_text() -> None:
    document = (
        f'<rss version="2.0" {NAMES}><channel><item><guid>g-1<title>Floods</title>'
        "<link>https://daily.example/1</link></item></channel></rss>"
    )

    assert read(document).entries[0].guid == "g-1"


def test_a_tag_that_another_name_closes_loses_nothing() -> None:
    document = (
        f'<rss version="2.0" {NAMES}><channel><item><pubDate>Tue, 24 Nov 2026 08:00:00 GMT</date>'
        "</pubDate><title>Floods</title><link>https://daily.example/1</link></item></channel></rss>"
    )

    (only,) = read(document).entries

    assert (only.title, only.link) == ("Floods", "https://daily.example/1")


# Dates and names


@pytest.mark.parametrize(
    ("inner", "published", "updated"),
    [
        ("<dc:date>2026-11-24T08:00:00Z</dc:date>", EIGHT, None),
        (
            (
                "<pubDate>Tue, 24 Nov 2026 08:00:00 GMT</pubDate>"
                "<atom:updated>2026-11-24T08:30:00Z</atom:updated>"
            ),
            EIGHT,
            EIGHT.replace(minute=30),
        ),
        ("<title>x</title>", None, None),
    ],
)
def test_a_lone_date_of_rss_is_that_of_publication(
    inner: str, published: dt.datetime | None, updated: dt.datetime | None
) -> None:
    only = item(inner)

    assert (only.published, only.updated) == (published, updated)


def test_a_lone_update_of_atom_is_an_update() -> None:
    (only,) = atom("<entry><id>1</id><updated>2026-11-24T08:00:00Z</updated></entry>").entries

    assert (only.published, only.updated) == (None, EIGHT)


def test_a_date_without_a_zone_is_read_in_that_of_its_source() -> None:
    dated = "<pubDate>24 Nov 2026 11:00</pubDate>"

    assert item(dated, zone="Asia/Qatar").published == EIGHT


@pytest.mark.parametrize(
    ("inner", "authors"),
    [
        ("<author>desk@daily.example (City Desk)</author>", ("City Desk",)),
        ("<author>City Desk</author><dc:creator>Court Desk</dc:creator>", ("Court Desk",)),
        (
            "<dc:creator>City Desk</dc:creator><dc:creator>Court Desk</dc:creator>",
            ("City Desk", "Court Desk"),
        ),
        ("<title>x</title>", ()),
    ],
)
def test_who_wrote_an_item(inner: str, authors: tuple[str, ...]) -> None:
    assert item(inner).authors == authors


def test_an_atom_feeds_author_signs_what_nobody_did_and_a_channels_does_not() -> None:
    (only,) = atom("<author><name>Daily</name></author><entry><id>1</id></entry>").entries

    assert only.authors == ("Daily",)
    assert rss("<dc:creator>Daily</dc:creator><item><guid>1</guid></item>").entries[0].authors == ()


def test_tags_have_an_end_each_and_all() -> None:
    many = "".join(f"<category>{n}{'x' * 300}</category>" for n in range(60))

    tags = item(many).tags

    assert (len(tags), {len(tag) for tag in tags}) == (50, {200})


# Marks, with and without lxml's help


@pytest.mark.parametrize("is_counted", [True, False])
def test_marks_and_embargoes_are_read_where_the_readers_disagree_too(*, is_counted: bool) -> None:
    only = item(
        "<title>x</title><syndicate:kind>live</syndicate:kind><syndicate:embargo>"
        "2026-11-30T08:00:00Z</syndicate:embargo><pubDate>Tue, 24 Nov 2026 08:00:00 GMT</pubDate>",
        is_counted=is_counted,
    )

    assert only.embargo_until == dt.datetime(2026, 11, 30, 8, tzinfo=dt.UTC)
    assert (only.kind, only.published) == ("live", EIGHT)


@pytest.mark.parametrize("is_counted", [True, False])
def test_an_embargo_that_nobody_can_read_holds_in_either_way(*, is_counted: bool) -> None:
    only = item(
        "<title>x</title><syndicate:embargo>ask the desk</syndicate:embargo>",
        is_counted=is_counted,
    )

    assert (only.embargo_raw, only.embargo_until) == ("ask the desk", None)


PIECES = [
    *("<item>", "</item>", "<title>", "</title>", "<link>", "/1", "</link>", "<guid>", "</guid>"),
    *(
        "<description>",
        "&lt;p>",
        "]]>",
        "<![CDATA[",
        "&",
        "&nbsp;",
        "</description>",
        "<entry>",
        "x",
    ),
    *("<media:content url='/p.jpg'>", "<pubDate>", "24 Nov 2026", "</pubDate>", "<!--", "-->"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_whatever_is_broken_every_entry_is_a_record(inner: str) -> None:
    document = f'<rss version="2.0" {NAMES}><channel>{inner}'

    for each in read(document).entries:
        assert each.title == " ".join(each.title.split())
        assert each.summary == " ".join(each.summary.split())
