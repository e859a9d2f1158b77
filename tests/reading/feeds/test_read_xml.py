"""The reader of feeds: RSS and RDF as publishers write them."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.reading.records import MAX_TAGS, Enclosure, Entry, ParsedFeed
from tests.reading.feeds.written import EIGHT, NAMES, atom, entry, found, item, read, rss

ITEM = "<title>Floods</title><link>/1</link><guid>g-1</guid>"


@pytest.mark.parametrize(
    "document",
    [
        "<rss><channel/></rss>",
        '<feed xmlns="http://www.w3.org/2005/Atom"/>',
        (
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
            'xmlns="http://purl.org/rss/1.0/"><channel/></rdf:RDF>'
        ),
    ],
)
def test_an_empty_feed_is_a_feed(document: str) -> None:
    feed = found(read(document))

    assert (feed.title, feed.link, feed.entries, feed.ttl_s) == ("", None, (), None)


@pytest.mark.parametrize("name", [str.title, str.upper])
def test_a_feed_may_write_its_fields_with_capitals(name: Callable[[str], str]) -> None:
    rss_, channel, item_, title = map(name, ("rss", "channel", "item", "title"))
    said = f"<{title}>Floods</{title}><PubDate>Tue, 24 Nov 2026 08:00:00 GMT</PubDate>"
    feed = found(read(f"<{rss_}><{channel}><{item_}>{said}</{item_}></{channel}></{rss_}>"))

    assert [(each.title, each.published) for each in feed.entries] == [("Floods", EIGHT)]


@pytest.mark.parametrize(
    "spelt", ["https://search.yahoo.com/mrss", "http://Search.Yahoo.com/mrss/"]
)
def test_a_namespace_is_known_however_it_is_spelt(spelt: str) -> None:
    one = item(f'{ITEM}<m:thumbnail xmlns:m="{spelt}" url="/seal.jpg"/>')

    assert [each.url for each in one.pictures] == ["https://daily.example/seal.jpg"]


# RSS


def test_an_rss_channel() -> None:
    feed = found(
        rss(
            "<title>Daily &amp;amp; &lt;i&gt;News&lt;/i&gt;</title><link>/</link>"
            "<language>EN_gb</language><lastBuildDate>Tue, 24 Nov 2026 08:00:00 GMT</lastBuildDate>"
            '<ttl> 15 </ttl><atom:link rel="hub" href="https://hub.example/"/>'
            '<atom:link rel="self" href="/feed.xml"/><atom:link rel="self" href="/other"/>'
        )
    )

    assert feed == ParsedFeed(
        format="rss",
        title="Daily & News",
        link="https://daily.example/",
        language="en-GB",
        updated=EIGHT,
        hub="https://hub.example/",
        self_url="https://daily.example/feed.xml",
        ttl_s=900,
    )


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("<language/><dc:language>ar</dc:language>", "ar"),
        ("<language>nonsense!</language>", None),
    ],
)
def test_the_language_of_a_channel(inner: str, expected: str | None) -> None:
    assert found(rss(inner)).language == expected


@pytest.mark.parametrize(
    ("around", "item", "expected"),
    [
        ("en", "<title>One</title>", ("en", False)),
        ("en", "<title>One</title><dc:language>ar</dc:language>", ("ar", True)),
        ("en", '<title xml:lang="ar">One</title>', ("ar", True)),
        ("en", '<title>One</title><description xml:lang="ar">x</description>', ("ar", True)),
        ("en", '<title xml:lang="">One</title>', ("en", False)),
        ("en", '<title xml:lang="en">One</title>', ("en", True)),
        ("", "<title>One</title>", (None, True)),
        ("", '<title xml:lang="nonsense!">One</title>', (None, True)),
    ],
)
def test_what_is_said_within_an_entry_is_told_from_what_is_said_around_it(
    around: str, item: str, expected: tuple[str | None, bool]
) -> None:
    document = f'<rss version="2.0" {NAMES} xml:lang="{around}"><channel><item>{item}</item>'

    (entry,) = found(read(f"{document}</channel></rss>")).entries

    assert (entry.language, entry.has_own_language) == expected


@pytest.mark.parametrize(
    ("ttl", "seconds"),
    [
        ("60", 3_600),
        ("99999", 5_999_940),
        ("100000", None),
        ("1.5", None),
        ("-1", None),
        ("", None),
    ],
)
def test_how_long_a_feed_stays_good(ttl: str, seconds: int | None) -> None:
    assert found(rss(f"<ttl>{ttl}</ttl>")).ttl_s == seconds


def test_an_item_with_all_that_rss_can_say() -> None:
    found_one = item(
        "<title>Floods</title><link>https://daily.example/1</link>"
        '<guid isPermaLink="false"> g-1 </guid><dc:creator>City Desk</dc:creator>'
        "<pubDate>Tue, 24 Nov 2026 08:00:00 GMT</pubDate><atom:updated>2026-11-24T08:30:00Z"
        "</atom:updated><description>&lt;p&gt;It rose.&lt;/p&gt;</description>"
        "<content:encoded><![CDATA[<p>All <a href='/why'>of it</a>.</p><script>x</script>]]>"
        "</content:encoded><category>World</category><dc:subject>Water</dc:subject>"
        "<category>World</category><dc:language>ar</dc:language>"
        '<enclosure url="/a.mp3" type="audio/mpeg" length="9"/>'
        "<feedburner:origLink>https://daily.example/orig</feedburner:origLink>"
    )

    assert found_one.content == ('<p>All <a href="https://daily.example/why">of it</a>.</p>')
    assert found_one == Entry(
        title="Floods",
        link="https://daily.example/1",
        guid="g-1",
        authors=("City Desk",),
        published=EIGHT,
        updated=EIGHT.replace(minute=30),
        raw_published="Tue, 24 Nov 2026 08:00:00 GMT",
        summary="It rose.",
        content=found_one.content,
        language="ar",
        tags=("World", "Water"),
        enclosures=(Enclosure("https://daily.example/a.mp3", "audio/mpeg", 9),),
        canonical="https://daily.example/orig",
    )


@pytest.mark.parametrize(
    ("inner", "link", "guid"),
    [
        ("<link>/1</link>", "https://daily.example/1", None),
        (
            "<link/><guid>https://daily.example/1</guid>",
            "https://daily.example/1",
            "https://daily.example/1",
        ),
        (
            '<guid isPermaLink=" TRUE ">https://daily.example/1</guid>',
            "https://daily.example/1",
            "https://daily.example/1",
        ),
        (
            '<guid isPermaLink=" False ">https://daily.example/1</guid>',
            None,
            "https://daily.example/1",
        ),
        ("<guid>/1</guid>", None, "/1"),
        ("<link>mailto:desk@daily.example</link><guid>1</guid>", None, "1"),
        ("<link></link><link>/2</link>", "https://daily.example/2", None),
        ("<link>/1</link><link>/2</link>", "https://daily.example/1", None),
        ("<guid/>", None, None),
        ("", None, None),
    ],
)
def test_link_and_identity_of_an_item(inner: str, link: str | None, guid: str | None) -> None:
    found_one = item(inner)

    assert (found_one.link, found_one.guid) == (link, guid)


def test_without_an_address_of_the_feed_a_relative_link_stays_as_it_is_written() -> None:
    assert item("<link>/1</link>", base=None).link == "/1"
    assert entry('<link href="/1"/>', base=None).link == "/1"


@pytest.mark.parametrize(
    "inner",
    [
        "<pubDate>Tue, 24 Nov 2026 08:00:00 GMT</pubDate><dc:date>2026-11-24T07:00:00Z</dc:date>",
        "<dc:date>2026-11-24T08:00:00Z</dc:date>",
        "<dcterms:issued>2026-11-24T08:00:00Z</dcterms:issued>",
        "<atom:published>2026-11-24T08:00:00Z</atom:published>",
        "<dcterms:created>2026-11-24T08:00:00Z</dcterms:created>",
        (
            "<dcterms:created>2026-11-24T07:00:00Z</dcterms:created>"
            "<pubDate>Tue, 24 Nov 2026 08:00:00 GMT</pubDate>"
        ),
    ],
)
def test_an_item_is_dated_in_whatever_words(inner: str) -> None:
    assert item(inner).published == EIGHT


def test_a_date_without_a_zone_is_read_in_that_of_its_source() -> None:
    dated = "<pubDate>24 Nov 2026 11:00</pubDate>"

    assert item(dated, zone="Asia/Qatar").published == EIGHT
    assert (item(dated).published, item(dated).is_exact) == (EIGHT.replace(hour=11), False)


@pytest.mark.parametrize(
    ("inner", "authors"),
    [
        ("<author>desk@daily.example (City Desk)</author>", ("City Desk",)),
        (
            (
                "<author>desk@daily.example</author><atom:author><atom:name>City Desk</atom:name>"
                "</atom:author>"
            ),
            ("City Desk",),
        ),
        ("<dc:creator/><author>City Desk</author>", ("City Desk",)),
        ("<author>City Desk</author><dc:creator>Court Desk</dc:creator>", ("Court Desk",)),
        ("<atom:author><atom:email>x@y.example</atom:email></atom:author>", ()),
        (
            "<dc:creator>Desk, City</dc:creator><dc:creator>By A Desk and B Desk</dc:creator>",
            ("Desk, City", "A Desk and B Desk"),
        ),
        (
            "<author>a@b.example (Desk, City)</author><author>Court Desk</author>",
            ("Desk, City", "Court Desk"),
        ),
        (
            "<dc:creator>City Desk</dc:creator><dc:creator>Court Desk</dc:creator>",
            ("City Desk", "Court Desk"),
        ),
    ],
)
def test_who_wrote_an_item(inner: str, authors: tuple[str, ...]) -> None:
    assert item(inner).authors == authors


def test_the_body_is_the_longer_form_and_a_teaser_serves_for_both() -> None:
    assert item("<description>It &amp;lt; rose.</description>").content == "<p>It &lt; rose.</p>"
    only_body = item("<content:encoded>&lt;p&gt;All.&lt;/p&gt;</content:encoded>")
    assert (only_body.summary, only_body.content) == ("", "<p>All.</p>")


def test_tags_have_an_end_each_and_all() -> None:
    many = "".join(f"<category>{n}{'x' * 300}</category>" for n in range(60))

    tags = item(many).tags

    assert len(tags) == MAX_TAGS
    assert {len(tag) for tag in tags} == {200}


def test_comments_between_elements_are_nothing() -> None:
    assert item(f"<!-- x -->{ITEM}<?x y?>").title == "Floods"


def test_rss_1_is_read_like_rss_2() -> None:
    feed = found(
        read(
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
            f'xmlns="http://purl.org/rss/1.0/" {NAMES}><channel rdf:about="/"><title>Daily</title>'
            '</channel><item rdf:about="https://daily.example/1"><title>Floods</title>'
            "<link>https://daily.example/1</link><dc:date>2026-11-24T08:00:00Z</dc:date>"
            "<dc:subject>World</dc:subject></item></rdf:RDF>"
        )
    )
    (only,) = feed.entries

    assert (feed.format, feed.title) == ("rdf", "Daily")
    assert (only.title, only.guid, only.published, only.tags) == (
        "Floods",
        "https://daily.example/1",
        EIGHT,
        ("World",),
    )


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ('<rss version="0.91"><channel><item><title>x</title></item></channel></rss>', "rss"),
        ('<rss xmlns="http://backend.userland.com/rss2"><channel><item/></channel></rss>', "rss"),
        ("<RSS><CHANNEL><ITEM><TITLE>x</TITLE></ITEM></CHANNEL></RSS>", "rss"),
        ("<channel><item><title>x</title></item></channel>", "rss"),
        ("<rss><item/></rss>", "rss"),
        ('<feed xmlns="http://purl.org/atom/ns#"><entry/></feed>', "atom"),
        ("<feed><entry/></feed>", "atom"),
        ('<entry xmlns="http://www.w3.org/2005/Atom"/>', "atom"),
        (
            (
                '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
                'xmlns="http://my.netscape.com/rdf/simple/0.9/"><channel/><item/></rdf:RDF>'
            ),
            "rdf",
        ),
    ],
)
def test_forms_of_old(document: str, kind: str) -> None:
    feed = found(read(document))

    assert (feed.format, len(feed.entries)) == (kind, 1)


@pytest.mark.parametrize("document", ["<urlset/>", "<html><item/></html>", "<opml/>"])
def test_what_has_no_root_of_a_feed_is_none(document: str) -> None:
    assert read(document) is None


def test_an_entry_that_cannot_be_read_costs_itself_and_is_named() -> None:
    # An address of which nobody can tell where its host ends.
    bad = '<media:content url="//[x/p.jpg" medium="image"/>'
    feed = found(rss(f"<item><title>Floods</title>{bad}</item><item>{ITEM}</item>"))

    assert [each.title for each in feed.entries][-1] == "Floods"
    assert len(feed.entries) + len(feed.unread) == 2


BASED = (
    '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://site.example/a/"><entry '
    'xml:base="b/"><link href="1.html"/><content type="html" {0}>&lt;img src="i.jpg"&gt;&lt;a '
    'href="#n"&gt;n&lt;/a&gt;</content></entry></feed>'
)


@pytest.mark.parametrize(
    ("said", "picture"),
    [
        ("", "https://site.example/a/b/i.jpg"),
        ('xml:base="c/"', "https://site.example/a/b/c/i.jpg"),
        ('xml:base="https://cdn.example/"', "https://cdn.example/i.jpg"),
        ('xml:base="//["', "https://site.example/a/b/i.jpg"),
    ],
)
def test_addresses_are_relative_to_what_their_text_says_and_places_to_the_page(
    said: str, picture: str
) -> None:
    (only,) = found(read(BASED.format(said))).entries

    assert only.link == "https://site.example/a/b/1.html"
    assert only.content == f'<img src="{picture}"><a href="{only.link}#n">n</a>'


# Whatever stands in it

PIECES = [
    *("title", "link", "guid", "description", "pubDate", "category", "author", "item", "entry"),
    *("dc:creator", "dc:date", "content:encoded", "atom:link", "atom:author", "enclosure", "ttl"),
]


@given(st.lists(st.tuples(st.sampled_from(PIECES), st.text(max_size=8)), max_size=12))
def test_no_item_raises_and_texts_are_tidy(parts: list[tuple[str, str]]) -> None:
    # `legal` texts alone come here; what is illegal was left out when bytes became text.
    safe = [(name, "".join(each for each in said if each.isprintable())) for name, said in parts]
    inner = "".join(
        f"<{name}>{said.replace('&', '&amp;').replace('<', '&lt;')}</{name}>" for name, said in safe
    )

    for feed in (rss(f"<item>{inner}</item>"), atom(f"<entry>{inner}</entry>")):
        for each in feed.entries if feed else ():
            assert each.title == " ".join(each.title.split())
            assert each.summary == " ".join(each.summary.split())
            assert each.link is None or each.link.startswith(("http://", "https://"))
