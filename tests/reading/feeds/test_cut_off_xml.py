"""A feed that stops before its end: half a story is no story."""

import pytest

from syndicate.reading.feeds import parse
from syndicate.reading.feeds.cut_off_xml import NAMELESS, SITEMAP, without_half_entry
from tests.collect.newsroom import NOW, item, rss

FEED = rss(item(1), item(2, title="Thirty boats", text="More than ever."))
ATOM = (
    b'<feed xmlns="http://www.w3.org/2005/Atom"><title>Daily</title><entry><id>1</id></entry>'
    b"<entry><id>2</id><title>Thirty boats</title></entry></feed>"
)


RDF = (
    b'<rdf:RDF xmlns="http://purl.org/rss/1.0/" '
    b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><channel><title>Daily</title>'
    b"</channel><item><title>One</title><link>https://daily.example/1</link></item><item>"
    b"<title>Thirty boats</title><link>https://daily.example/2</link></item></rdf:RDF>"
)


@pytest.mark.parametrize("body", [FEED, ATOM, RDF])
def test_wherever_a_feed_is_cut_only_whole_stories_are_taken(body: bytes) -> None:
    name = b"item>" if b"<item>" in body else b"entry>"
    whole = parse.parse(body, now=NOW)
    second, end = body.rindex(b"<" + name), body.rindex(b"</" + name)
    places = [(at, 1) for at in range(second + 7, end, 7)]
    places += [(second, 1), (end + 2 + len(name), 2)]
    places += [(second + 3, 1)]  # a tag is cut

    for at, count in places:
        found = parse.parse(body[:at], now=NOW)
        assert found.entries == whole.entries[:count]
        assert bool(found.cut_off) == (second + 3 < at < end)
        assert found.cut_off is not None
        assert "cut off" in (found.broken or "")


def test_a_feed_that_is_cut_before_its_first_story_is_cut() -> None:
    for body in (FEED[: FEED.index(b"<item>")], RDF[: RDF.index(b"<item>")], ATOM[:60]):
        found = parse.parse(body, now=NOW)
        assert (found.entries, found.cut_off) == ((), "")


@pytest.mark.parametrize(
    ("inner", "begins"),
    [
        pytest.param("<item><title>Thirty bo", "Thirty bo", id="headline"),
        pytest.param("<item><title><![CDATA[Thirty </item> bo", "Thirty bo", id="CDATA"),
        pytest.param("<item><title>A</title><!-- </item>", "A", id="comment"),
        pytest.param("<item>", NAMELESS, id="nothing"),
        pytest.param("<item/><ITEM ><title>A", "A", id="one that is whole"),
    ],
)
def test_half_an_entry_goes_and_its_feed_is_closed(inner: str, begins: str) -> None:
    head = '<?xml version="1.0"?><rss version="2.0"><channel><title>D</title>'

    text, said = without_half_entry(head + inner)

    assert said == begins
    assert text == head + ("<item/>" if "<item/>" in inner else "") + "</channel></rss>"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("<rss><channel><item><title>A</title></item>", "", id="between two"),
        pytest.param("<rss><item><title>A</title><b>B</rss>", None, id="closed by its feed"),
        pytest.param("<rss><item><title>A<item><title>B</rss>", None, id="as all before"),
        pytest.param("<rss><channel><item><title>A</item></channel>", None, id="by its channel"),
        pytest.param("<rss><channel><title>D", "", id="none there"),
        pytest.param("<rss><channel><title>D</rss>", None, id="none there, closed"),
        pytest.param("<rss><channel><title><![CDATA[<item>]]>", "", id="none but in a text"),
        pytest.param("<item><title>A</titel></item>", None, id="one alone"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_what_is_not_cut_within_an_entry_stays(text: str, words: str | None) -> None:
    assert without_half_entry(text) == (text, words)


@pytest.mark.parametrize(
    ("inner", "begins"),
    [
        pytest.param("<item><title>Half a sto", "Half a sto", id="headline"),
        pytest.param("<item><title>A</title><dc:creator>B", "AB", id="author"),
        pytest.param("<item><title>A</title><description>B <b>C</b> D", "AB C D", id="text"),
        pytest.param("<item><title>A</title><li", "A<li", id="tag"),
    ],
)
def test_half_an_entry_goes_where_a_gateway_closes_its_feed(inner: str, begins: str) -> None:
    head = "<rss><channel><item><title>One</title></item>"

    for end in ("</rss>", "</channel></rss>"):
        assert without_half_entry(head + inner + end) == (head + end, begins)


def test_a_feed_that_a_gateway_closes_is_cut_wherever_a_field_is() -> None:
    whole = parse.parse(FEED, now=NOW)
    half = FEED[: FEED.index(b"Thirty boats") + 6] + b"</channel></rss>"

    found = parse.parse(half, now=NOW)

    assert found.entries == whole.entries[:1]
    assert (found.cut_off, found.broken) == (
        "Thirty",
        "cut off; the entry at its end, which is not whole, was left out",
    )
    ended = FEED[: FEED.rindex(b"</item>")] + b"</channel></rss>"
    assert parse.parse(ended, now=NOW).entries == whole.entries


def test_half_an_address_of_a_sitemap_goes_too() -> None:
    head = "<urlset><url><loc>https://daily.example/1</loc></url>"

    found = without_half_entry(f"{head}<url><loc>https://daily.ex</urlset>", kind=SITEMAP)

    assert found == (f"{head}</urlset>", "https://daily.ex")


def test_what_was_said_of_it_is_short() -> None:
    words = without_half_entry("<rss><item><title>" + "long " * 9_000)[1]

    assert words is not None
    assert len(words) == 80
