"""Feeds in every form, and documents that want to hurt us."""

import contextlib
import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.errors import NotAFeedError, OversizeError
from syndicate.reading import pool
from syndicate.reading.feeds import parse
from syndicate.reading.records import Entry, ParsedFeed
from tests import matrix
from tests.collect.newsroom import NOW, item, rss

URL = "https://daily.example/feed"


def read(body: bytes | str, **options: Any) -> ParsedFeed:
    raw = body.encode() if isinstance(body, str) else body
    return parse.parse(raw, url=URL, now=NOW, **options)


def only(body: bytes | str) -> Entry:
    (entry,) = read(body).entries
    return entry


def both(*items: str) -> list[ParsedFeed]:
    """The same feed as it should be, and with an end of nothing in it."""
    return [read(rss(*items)), read(rss(*items, head="</nothing>"))]


@pytest.mark.parametrize("which", [0, 1])
def test_a_caption_is_never_the_body(which: int) -> None:
    picture = (
        '<media:content url="https://daily.example/p.jpg" medium="image" width="640">'
        "<media:description>The caption.</media:description>"
        "<media:credit>EPA</media:credit></media:content>"
    )
    written = item(1, content_encoded="&lt;p&gt;The text.&lt;/p&gt;")
    found = both(written.replace("<title>", f"{picture}<title>"))[which].entries[0]

    assert found.content == "<p>The text.</p>"
    assert found.summary == "What happened in story 1, told in one sentence."
    assert (found.pictures[0].caption, found.pictures[0].credit) == ("The caption.", "EPA")
    assert found.pictures[0].width == 640


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"dcterms_available": "2026-11-24T12:00:00Z"}, {"embargo_until": NOW.replace(hour=12)}),
        (
            {"syndicate_embargo": "2027-01-01T00:00:00Z"},
            {"embargo_until": dt.datetime(2027, 1, 1, tzinfo=dt.UTC)},
        ),
        ({"dcterms_accessRights": "subscribers"}, {"access": "paid"}),
        ({"dcterms_accessRights": "Subscribers only"}, {"access": "paid"}),
        ({"dcterms_accessRights": "Registration required"}, {"access": "registered"}),
        ({"dcterms_accessRights": "restricted access"}, {"access": "paid"}),
        ({"dcterms_accessRights": "All rights reserved"}, {"access": None}),
        ({"dcterms_accessRights": "Open access"}, {"access": "free"}),
        ({"syndicate_access": "registered"}, {"access": "registered"}),
        ({"syndicate_access": " Paid "}, {"access": "paid"}),
        ({"syndicate_access": "members"}, {"access": "paid"}),
        ({"syndicate_access": ""}, {"access": None}),
        ({"syndicate_kind": "live"}, {"kind": "live"}),
        ({"syndicate_state": "killed"}, {"state": "killed"}),
        (
            {"syndicate_change": "correction", "syndicate_note": "It was 7."},
            {"change": "correction", "note": "It was 7."},
        ),
        ({"syndicate_kind": "nonsense"}, {"kind": None}),
        ({"dc_creator": "North Desk and South Desk"}, {"authors": ("North Desk", "South Desk")}),
        ({"author": "desk@daily.example (Foreign Desk)"}, {"authors": ("Foreign Desk",)}),
        ({"guid": "https://daily.example/1", "link": ""}, {"link": "https://daily.example/1"}),
        ({"title": "AT&amp;amp;T &amp;lt;b&amp;gt;"}, {"title": "AT&T <b>"}),
    ],
)
def test_what_an_item_says(which: int, fields: dict[str, Any], expected: dict[str, Any]) -> None:
    found = both(item(1, **fields))[which].entries[0]

    assert {name: getattr(found, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("said", "access"), [("paid", "paid"), ("Plus", "paid"), (None, None), (False, "paid")]
)
def test_a_json_feed_whose_word_for_a_wall_is_its_own_gives_no_text_away(
    said: object, access: str | None
) -> None:
    item = {"id": "1", "title": "A title", "content_text": "x", "_syndicate": {"access": said}}
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Daily", "items": [item]}

    assert read(json.dumps(feed)).entries[0].access == access


def test_a_json_feed_is_a_feed() -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Daily",
        "language": "ar",
        "hubs": [{"type": "WebSub", "url": "https://hub.example/"}],
        "items": [
            {
                "id": 7,
                "url": "/story/7",
                "title": "A title",
                "content_html": "<p>Text<script>x</script></p>",
                "summary": "Sum",
                "date_published": "2026-11-24T08:00:00+03:00",
                "authors": [{"name": "Desk"}],
                "tags": ["World"],
                "image": "/p.jpg",
                "attachments": [{"url": "/a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 9}],
                "_syndicate": {"access": "paid"},
            }
        ],
    }

    found = read(json.dumps(feed))
    (entry,) = found.entries

    assert (found.format, found.language, found.hub) == ("json", "ar", "https://hub.example/")
    assert (entry.guid, entry.link) == ("7", "https://daily.example/story/7")
    assert (entry.content, entry.summary) == ("<p>Text</p>", "Sum")
    assert entry.published == dt.datetime(2026, 11, 24, 5, tzinfo=dt.UTC)
    assert (entry.authors, entry.tags, entry.access) == (("Desk",), ("World",), "paid")
    assert entry.pictures[0].url == "https://daily.example/p.jpg"
    assert entry.enclosures[0].size_bytes == 9


def test_an_atom_feed_is_a_feed() -> None:
    found = read(
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en-gb">'
        '<title type="html">A &amp;amp; B'
        '</title><link rel="hub" href="https://hub.example/"/><author><name>Desk</name></author>'
        '<entry><title type="text">1 &lt; 2</title><id>tag:x,2026:1</id><link href="/1"/>'
        "<updated>2026-11-24T08:00:00Z</updated>"
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Text <b>b</b></p></div>'
        "</content></entry></feed>"
    )
    (entry,) = found.entries

    assert (found.title, found.language, found.hub) == ("A & B", "en-GB", "https://hub.example/")
    assert (entry.title, entry.guid, entry.link) == ("1 < 2", "tag:x,2026:1", f"{URL[:21]}/1")
    assert (entry.authors, entry.content) == (("Desk",), "<p>Text <b>b</b></p>")


@pytest.mark.parametrize(
    "body",
    [
        rss(item(1)).replace(b"</channel></rss>", b""),
        rss(item(1)).replace(b"Daily", b"Caf&eacute; & Bar"),
        b"\n\n  " + rss(item(1)),
        rss(item(1)).replace(b"Story 1", b"Story \x0b1"),
    ],
)
def test_a_broken_feed_is_read_all_the_same(body: bytes) -> None:
    assert only(body).guid == "story-1"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("", "an empty document"),
        ("<html><body>x</body></html>", "an HTML page"),
        ("<!DOCTYPE html><p>x", "an HTML page"),
        ('{"a": 1}', "JSON, but not JSON Feed"),
        ("[1]", "JSON, but not JSON Feed"),
        ("{", "JSON that was cut off"),
        ("{]", "broken JSON"),
        ("hello", "neither RSS, Atom, RDF nor JSON Feed"),
        ("<urlset/>", "a sitemap"),
        ("/etc/passwd", "neither RSS, Atom, RDF nor JSON Feed"),
        ("https://daily.example/feed", "neither RSS, Atom, RDF nor JSON Feed"),
    ],
)
def test_what_is_no_feed_is_one_sentence(body: str, says: str) -> None:
    with pytest.raises(NotAFeedError, match=says):
        read(body)


def test_a_thousand_entries_are_taken_and_the_rest_is_said() -> None:
    found = read(rss(*(item(n) for n in range(1_046))))

    assert (len(found.entries), found.over_cap) == (1_000, 46)


HOSTILE = {
    "laughs": b'<!DOCTYPE rss [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, (b"&%c;" % (97 + n)) * 10) for n in range(12))
    + b"]><rss version='2.0'><channel><item><title>&m;</title></item></channel></rss>",
    "quadratic": b'<!DOCTYPE rss [<!ENTITY a "'
    + b"x" * 100_000
    + b'">]><rss version="2.0"><channel><item><title>'
    + b"&a;" * 100_000
    + b"</title></item></channel></rss>",
    "many": rss("<item><title>t</title></item>" * 100_000),
    "deep": b'<rss version="2.0"><channel>' + b"<a>" * 200_000,
    "attributes": b"<rss " + b" ".join(b'a%d="x"' % n for n in range(200_000)) + b"/>",
    "divs": rss(item(1, text="&lt;div&gt;" * 200_000)),
    "large": rss(item(1, text="word " * 1_900_000)),
    "angles": rss(item(1, text="&lt;" * 2_000_000)),
    "cdata": b'<rss version="2.0"><channel><item><title><![CDATA[' + b"]" * 3_000_000,
    "json": b"[" * 1_000_000,
}


@pytest.mark.parametrize("name", matrix.rows(list(HOSTILE), every=8))
def test_a_hostile_document_takes_nothing_from_the_next(name: str) -> None:
    readers = pool.readers()

    with contextlib.suppress(NotAFeedError, OversizeError):
        found = readers.feed(HOSTILE[name], url=URL, content_type="", now=NOW)
        assert len(found.entries) <= parse.MAX_ENTRIES
        assert all(len(each.title) <= 5_000 for each in found.entries)

    assert len(readers.feed(rss(item(1)), url=URL, content_type="", now=NOW).entries) == 1


@pytest.mark.parametrize(
    "page",
    [
        b"<div>" * 200_000,
        b"<p>" + b"<b>" * 100_000 + b"x",
        b"<table><tr><td>" * 50_000,
        b"<script type='application/ld+json'>" + b"[" * 500_000 + b"</script>",
        b"<a href=x>" * 200_000,
        b"\x00\xff" * 1_000_000,
    ],
)
def test_a_hostile_page_takes_nothing_from_the_next(page: bytes) -> None:
    readers = pool.readers()
    asked: dict[str, Any] = {"url": URL, "content_type": "", "now": NOW, "profile": None}

    with contextlib.suppress(OversizeError):
        readers.page(page, **asked)
    good = readers.page(b"<h1>Fine</h1><p>" + b"Some text here. " * 50, **asked)

    assert good.headline == "Fine"


def test_an_external_entity_is_never_read() -> None:
    body = (
        b'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss version="2.0"><channel>'
        b"<item><title>&x;-</title><guid>1</guid></item></channel></rss>"
    )

    assert "root:" not in repr(read(body))


FIVE = [item(number) for number in range(5)]
WRONG = [
    *(
        "<",
        ">",
        "&",
        "&nbsp;",
        "&#0;",
        "&#x110000;",
        "</",
        "</item",
        "</b>",
        "<b>",
        "<br>",
        "<x:y>",
    ),
    *('<a href="', "<dc:creator>", "</description>", "]]>", "<![CDATA[x]]>", "<!-- x -->", "<?x?>"),
    *("\x00", "\ufffe", "\U0001fffe", "\u202e", "\ud7ff", "\x1b"),
]
RAW = [b"\xff", b"\xc3", b"\xed\xa0\x80", b"\x80", b"\xf0\x9f"]


@given(
    head=st.sampled_from([b"", b"<rss>", b"<?xml encoding='x'?><rss>", b"{", b"[", b"<"]),
    raw=st.binary(max_size=200),
)
def test_any_bytes_are_a_feed_or_one_sentence(head: bytes, raw: bytes) -> None:
    try:
        read(head + raw)
    except NotAFeedError as error:
        assert str(error).endswith(".")  # noqa: PT017 - either a sentence or a feed


@given(
    wrong=st.lists(
        st.one_of(
            st.sampled_from(WRONG).map(lambda each: each.encode(errors="replace")),
            st.sampled_from(RAW),
            st.text("abcé م<&>\"'/", max_size=6).map(str.encode),
        ),
        min_size=1,
        max_size=6,
    ).map(b"".join)
)
def test_what_is_wrong_in_one_story_costs_no_other(wrong: bytes) -> None:
    third = FIVE[2].replace("in one sentence.", "@")

    found = read(rss(*FIVE[:2], third, *FIVE[3:]).replace(b"@", wrong))

    others = [f"Story {number}" for number in (0, 1, 3, 4)]
    assert [each.title for each in found.entries if each.title in others] == others
    assert len(found.entries) + len(found.unread) + len(found.misread) == 5
