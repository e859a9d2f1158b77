"""Tags that are out of order: each entry and each of its texts is found all the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from syndicate.reading.feeds import parse
from syndicate.reading.feeds.straighten_xml import straightened
from tests.collect.newsroom import NOW

HEAD = "<rss><channel>"
END = "</channel></rss>"


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        pytest.param(
            "<item><guid>g-1<title>A</title></item>",
            "<item><guid>g-1</guid><title>A</title></item>",
            id="a guid never closed",
        ),
        pytest.param(
            "<item><title>A</titel><link>/1</link></item>",
            "<item><title>A</title><link>/1</link></item>",
            id="closed by another name",
        ),
        pytest.param(
            "<item><pubDate>Tue</date></pubDate></item>",
            "<item><pubDate>Tue</pubDate></item>",
            id="an end of nothing",
        ),
        pytest.param(
            "<item><description><b>A</description></item><item/>",
            "<item><description><b>A</b></description></item><item/>",
            id="markup never closed",
        ),
        pytest.param(
            "<item><description><p>A<guid>1</guid></item>",
            "<item><description><p>A</p></description><guid>1</guid></item>",
            id="a text never closed",
        ),
        pytest.param(
            "<item><title>A</title><item>", "<item><title>A</title></item><item></item>", id="items"
        ),
        pytest.param("<item>1 < 2</item>", "<item>1 &lt; 2</item>", id="a sign"),
        pytest.param("<item>a]]>b</item>", "<item>a]]&gt;b</item>", id="an end of CDATA"),
        pytest.param(
            "<item><![CDATA[a<b]]></item>", "<item><![CDATA[a<b]]></item>", id="CDATA as it is"
        ),
        pytest.param(
            "<item><a href=/1 title='x\"y' href=2>z</a></item>",
            '<item><a href="/1" title="x&quot;y">z</a></item>',
            id="attributes",
        ),
        pytest.param("<item>a<br>b<hr></item>", "<item>a<br/>b<hr/></item>", id="void elements"),
        pytest.param("<!-- <item> --><?x y?><!x><item/>", "<item/>", id="comments"),
        pytest.param(
            "<image><title>D</title></image><item/>",
            "<image><title>D</title></image><item/>",
            id="as it is",
        ),
    ],
)
def test_straightened(inner: str, expected: str) -> None:
    assert straightened(HEAD + inner + END) == HEAD + expected + END


def test_what_is_never_closed_ends_with_the_document() -> None:
    begun = "<item><title>A</title><description><![CDATA[a"

    assert straightened(HEAD + begun) == f"{HEAD}{begun}]]></description></item>{END}"


def test_a_prefix_that_nobody_declared_means_what_everybody_means() -> None:
    root = etree.fromstring(straightened("<rss><dc:creator>A</dc:creator><x:y/></rss>"))

    assert [each.tag for each in root] == ["{http://purl.org/dc/elements/1.1/}creator", "{urn:x}y"]


@pytest.mark.parametrize("text", ["", "words", "<html><item/></html>", "</rss>"])
def test_what_is_no_feed_is_nothing(text: str) -> None:
    assert straightened(text) == ""


def test_what_follows_a_feed_is_not_of_it() -> None:
    assert straightened("x<b/><rss></rss><item/><rss/>") == "<rss></rss>"


PIECES = [
    *("<item>", "</item>", "<title>", "</title>", "<link>", "/1", "</link>", "<guid>", "</guid>"),
    *("<description>", "&lt;p>", "]]>", "<![CDATA[", "&", "&nbsp;", "</description>", "<entry>"),
    *("<media:content url='/p.jpg'>", "<pubDate>", "24 Nov 2026", "</pubDate>", "<!--", "-->", "<"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_whatever_is_broken_every_entry_is_a_record(inner: str) -> None:
    found = parse.parse(f'<rss version="2.0"><channel>{inner}'.encode(), now=NOW)

    assert found.unread == ()
    for each in found.entries:
        assert each.title == " ".join(each.title.split())
        assert each.summary == " ".join(each.summary.split())
