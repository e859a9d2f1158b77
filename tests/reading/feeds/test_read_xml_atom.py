"""The reader of feeds: Atom in each of its types of text."""

import pytest

from syndicate.reading.records import Enclosure, ParsedFeed
from tests.reading.feeds.written import EIGHT, atom, entry, found


def test_an_atom_feed() -> None:
    feed = found(
        atom(
            '<title type="html">A &amp;amp; B</title><link href="/"/><link rel="self" href="/f"/>'
            '<link rel="hub" href="https://hub.example/"/><updated>2026-11-24T08:00:00Z</updated>',
            'xml:lang="ar"',
        )
    )

    assert feed == ParsedFeed(
        format="atom",
        title="A & B",
        link="https://daily.example/",
        language="ar",
        updated=EIGHT,
        hub="https://hub.example/",
        self_url="https://daily.example/f",
    )


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("<content>1 &lt; 2 &amp; 3</content>", "<p>1 &lt; 2 &amp; 3</p>"),
        ('<content type="text">&lt;p&gt;x&lt;/p&gt;</content>', "<p>&lt;p&gt;x&lt;/p&gt;</p>"),
        ('<content type="html">&lt;p&gt;x&lt;/p&gt;</content>', "<p>x</p>"),
        ('<content type="text/html"><![CDATA[<p>x</p>]]></content>', "<p>x</p>"),
        (
            (
                '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">a<p>x</p>b</div>'
                "</content>"
            ),
            "a<p>x</p>b",
        ),
        (
            (
                '<content type="xhtml"><h:div xmlns:h="http://www.w3.org/1999/xhtml"><h:p>x</h:p>'
                "</h:div></content>"
            ),
            "<p>x</p>",
        ),
        ('<content type="xhtml"/>', ""),
        (
            (
                '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Before.</p>'
                '<iframe src="https://film.example/1"/><p>Then <a id="top"/>and <i/>after.</p>'
                "</div></content>"
            ),
            (
                '<p>Before.</p><p><a href="https://film.example/1">film.example</a></p>'
                "<p>Then and after.</p>"
            ),
        ),
        (
            (
                '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">1 &lt; 2 and '
                "&lt;b&gt;</div></content>"
            ),
            "<p>1 &lt; 2 and &lt;b&gt;</p>",
        ),
        (
            (
                '<content type="text">A long plain text of it all.</content>'
                '<content type="html">&lt;p&gt;All.&lt;/p&gt;</content>'
            ),
            "<p>All.</p>",
        ),
        ('<content src="/film"/><summary>It rose.</summary>', "<p>It rose.</p>"),
        ('<content type="image/png">QUJD</content><summary>It rose.</summary>', "<p>It rose.</p>"),
        (
            '<content type="html">&lt;p&gt; &lt;/p&gt;</content><summary>It rose.</summary>',
            "<p>It rose.</p>",
        ),
        ("<summary>It rose.</summary>", "<p>It rose.</p>"),
        ('<content type="html"/><summary>It rose.</summary>', "<p>It rose.</p>"),
    ],
)
def test_text_of_an_entry_in_each_of_its_types(content: str, expected: str) -> None:
    assert entry(content).content == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("<title>1 &lt; 2</title>", "1 < 2"),
        ("<title>&lt;b&gt; is bold</title>", "<b> is bold"),
        ('<title type="html">&lt;b&gt;Bold&lt;/b&gt; &amp;amp; new</title>', "Bold & new"),
        ("<title>\n Two\n lines </title>", "Two lines"),
        (
            (
                '<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">A guide to '
                "&lt;head&gt; <b>elements</b></div></title>"
            ),
            "A guide to <head> elements",
        ),
        ('<title type="html">A guide to &amp;lt;head&amp;gt;</title>', "A guide to <head>"),
        ("", ""),
    ],
)
def test_title_of_an_entry(title: str, expected: str) -> None:
    assert entry(title).title == expected


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ('<link href="/1"/>', "/1"),
        ('<link rel="self" href="/s"/><link rel="alternate" href="/1"/>', "/1"),
        ('<link type="application/json" href="/j"/><link type="text/html" href="/1"/>', "/1"),
        ('<link type="application/json" href="/1"/>', "/1"),
        ('<link href="/1"/><link href="/2"/>', "/1"),
        ('<link rel="related" href="/r"/>', None),
    ],
)
def test_the_page_of_an_entry(links: str, expected: str | None) -> None:
    assert entry(links).link == (f"https://daily.example{expected}" if expected else None)


@pytest.mark.parametrize(
    ("around", "inner", "authors"),
    [
        ("", "<author><name>City Desk</name></author>", ("City Desk",)),
        ("<author><name>Daily</name></author>", "<title>x</title>", ("Daily",)),
        (
            "<author><name>Daily</name></author>",
            "<author><name>City Desk</name></author><author><name>Court Desk</name></author>",
            ("City Desk", "Court Desk"),
        ),
        ("", "<dc:creator>City Desk</dc:creator>", ("City Desk",)),
        ("", "<author><email>x@y.example</email></author>", ()),
        ("", "<author>City Desk</author>", ("City Desk",)),
        # Several elements are a list already.
        (
            "",
            (
                "<author><name>North, Sons and South</name></author>"
                "<author><name>City Desk</name></author>"
            ),
            ("North, Sons and South", "City Desk"),
        ),
        (
            "<author><name>Daily</name></author>",
            "<source><author><name>Weekly</name></author></source>",
            ("Weekly",),
        ),
    ],
)
def test_who_wrote_an_entry(around: str, inner: str, authors: tuple[str, ...]) -> None:
    assert entry(inner, around).authors == authors


def test_dates_tags_and_files_of_an_entry() -> None:
    only = entry(
        "<id> tag:x,2026:1 </id><published>2026-11-24T08:00:00Z</published>"
        "<updated>2026-11-24T08:30:00Z</updated>"
        '<category term="world" label="World"/><category term="Water"/><category/>'
        '<link rel="enclosure" href="/a.mp3" type="audio/mpeg" length="9"/>'
    )

    assert (only.guid, only.published, only.updated) == (
        "tag:x,2026:1",
        EIGHT,
        EIGHT.replace(minute=30),
    )
    assert only.tags == ("World", "Water")
    assert only.enclosures == (Enclosure("https://daily.example/a.mp3", "audio/mpeg", 9),)
