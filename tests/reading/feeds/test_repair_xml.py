"""What is broken in most of the feeds that are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.collect import documents
from syndicate.reading.feeds.parse import parse
from syndicate.reading.feeds.repair_xml import closed_texts, mended, without_doctype
from tests.collect.newsroom import NOW, item, rss

FEED = rss(item(1, title="One"), item(2, title="Two")).decode()


OPEN = [
    pytest.param("<![CDATA[", "]]>", id="CDATA"),
    pytest.param("<!--", "-->", id="comment"),
]


@pytest.mark.parametrize(("opener", "mark"), OPEN)
def test_what_is_opened_and_never_closed_hides_nothing(opener: str, mark: str) -> None:
    stories = [item(n, title=f"Story {n}", text=f"<![CDATA[Text {n}.]]>") for n in range(4)]
    stories[1] = item(1, title="Story 1", text=f"Text 1. {opener} more")
    for behind in ("", f"{opener} one more {mark}"):
        for last in ("", "\n<!-- made in 8 ms -->\n"):
            body = rss(*stories[:3], behind, stories[3]) + last.encode()

            found = parse(body, now=NOW)

            assert [(each.title, each.summary) for each in found.entries] == [
                ("Story 0", "Text 0."),
                ("Story 1", "Text 1. more"),
                ("Story 2", "Text 2."),
                ("Story 3", "Text 3."),
            ]
            assert (found.cut_off, found.unread) == (None, ())


@pytest.mark.parametrize(("opener", "mark"), OPEN)
def test_what_is_closed_stays_as_it_is(opener: str, mark: str) -> None:
    for text in (
        f"<rss>{opener} <item>a</item> {mark} b {opener}c{mark}</rss>",
        f"<rss>{opener} {opener} </item> {mark}</rss>",
        f"<rss><item>{opener} never closed, and cut off",
        f"<rss>{opener}</rss>{mark} is not the end",
        "",
    ):
        assert closed_texts(text) == text


def test_many_that_are_never_closed_take_as_long_as_their_text() -> None:
    for opener, mark in (("<!--", "-->"), ("<![CDATA[", "]]>")):
        for end in ("", mark):
            text = f"{opener}</item>" * 100_000 + end + "</rss>"
            assert opener not in closed_texts(text)[: -len(opener) - 40 if end else None]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("<rss>AT&T</rss>", "<rss>AT&amp;T</rss>", id="bare"),
        pytest.param("<rss>a & b</rss>", "<rss>a &amp; b</rss>", id="alone"),
        pytest.param("<rss>?a=1&b=2</rss>", "<rss>?a=1&amp;b=2</rss>", id="address"),
        pytest.param("<rss>&amp;&#38;&#x26;</rss>", "<rss>&amp;&#38;&#x26;</rss>", id="references"),
        pytest.param("<rss>&eacute;&nvlt;</rss>", "<rss>é&lt;⃒</rss>", id="names of HTML"),
        pytest.param("<rss>AT&T; &x;</rss>", "<rss>AT&amp;T; &amp;x;</rss>", id="names of none"),
        pytest.param(
            "<rss>& <![CDATA[a & b]]> &</rss>",
            "<rss>&amp; <![CDATA[a & b]]> &amp;</rss>",
            id="CDATA",
        ),
        pytest.param("<rss><![CDATA[a & b</rss>", "<rss><![CDATA[a &amp; b</rss>", id="open CDATA"),
        pytest.param("<b>Warning</b>: x\n<rss>1</rss>", "<rss>1</rss>", id="a warning"),
        pytest.param(
            "x <?xml version='1.0'?>\n<feed >1", "<?xml version='1.0'?>\n<feed >1", id="declaration"
        ),
        pytest.param("<html><rss>1</rss>", "<html><rss>1</rss>", id="a page"),
        pytest.param("<rss>a&#0;b&#xD800;c&#1;</rss>", "<rss>abc</rss>", id="no characters"),
        pytest.param("nothing", "nothing", id="nothing"),
    ],
)
def test_mended(before: str, after: str) -> None:
    assert mended(before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("<rss>&eacute;</rss>", "<rss>&eacute;</rss>", id="none"),
        pytest.param(
            '<!DOCTYPE rss PUBLIC "a" "b"><rss>&eacute;</rss>', "<rss>é</rss>", id="public"
        ),
        pytest.param(
            '<!DOCTYPE rss [<!ENTITY co "City Ltd"> ]><rss>&co; &amp; <![CDATA[&co;]]></rss>',
            "<rss>City Ltd &amp; <![CDATA[&co;]]></rss>",
            id="of its own",
        ),
        pytest.param(
            '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><rss>&b;</rss>',
            "<rss>&amp;b;</rss>",
            id="of others",
        ),
        pytest.param(
            f'<!DOCTYPE rss [<!ENTITY a "{"x" * 41}">]><rss>&a;</rss>',
            "<rss>&amp;a;</rss>",
            id="long",
        ),
        pytest.param(
            '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///x">]><rss>&a;</rss>',
            "<rss>&amp;a;</rss>",
            id="a file",
        ),
    ],
)
def test_names_that_a_document_makes_for_characters_are_these(before: str, after: str) -> None:
    assert without_doctype(before) == after


@given(st.text(alphabet="&;#x12ab<>![CDATA]- ", max_size=80))
def test_mending_twice_mends_no_more(text: str) -> None:
    once = mended(text)

    assert mended(once) == once


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param("<br />\n<b>Warning</b>: x in <b>y.php</b><br />\n" + FEED, id="a warning"),
        pytest.param(FEED + FEED.replace("</rss>", ""), id="two documents"),
        pytest.param(FEED.replace('version="2.0"', "version=2.0"), id="no quotes"),
        pytest.param(FEED.replace("<description>", "<description>a & b", 1), id="an ampersand"),
        pytest.param(FEED.replace("</guid>", "", 1), id="a guid never closed"),
        pytest.param(
            FEED.replace(
                "</title><link>https://daily.example/story",
                "</titel><link>https://daily.example/story",
                1,
            ),
            id="closed by another name",
        ),
    ],
)
def test_a_broken_feed_brings_the_same_stories(broken: str) -> None:
    whole = parse(FEED.encode(), url="https://daily.example/feed", now=NOW)

    read = parse(broken.encode(), url="https://daily.example/feed", now=NOW)

    names = [(each.guid, each.link, each.title, each.published) for each in read.entries]
    assert names[:2] == [
        (each.guid, each.link, each.title, each.published) for each in whole.entries
    ]
    assert read.broken


def test_small_cdata_and_a_sign_within_an_address_are_what_they_mean() -> None:
    address = "https://daily.example/a.mp3?x<1"
    body = item(1).replace(
        "<title>Story 1</title>", "<title><![cdata[Rain & <b>wind</b>]]></title>"
    )
    body = body.replace(
        "</item>", f'<enclosure url="{address}" length="3" type="audio/mpeg"/></item>'
    )

    (entry,) = parse(rss(body), now=NOW).entries

    assert entry.title == "Rain & wind"
    assert [each.url for each in entry.enclosures] == [address]


def test_of_two_documents_in_one_the_first_is_read_and_the_second_named() -> None:
    first, second = rss(item(1)), rss(item(2))

    found = parse(first + b"\n" + second, now=NOW)
    told = documents.of_feed(found, "https://daily.example/feed").notices

    assert [each.title for each in found.entries] == ["Story 1"]
    assert (found.second or "").startswith("Daily")
    assert found.cut_off is None
    assert [each.kind for each in told] == ["second_document"]
    assert parse(first, now=NOW).second is None
