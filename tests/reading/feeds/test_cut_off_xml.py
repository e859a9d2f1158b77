"""A feed that stops before its end: half a story is no story."""

import pytest

from syndicate.reading.feeds import parse
from syndicate.reading.feeds.cut_off_xml import NAMELESS, without_half_entry
from tests.collect.newsroom import NOW, item, rss

FEED = rss(item(1), item(2, title="Thirty boats", text="More than ever."))
ATOM = (
    b'<feed xmlns="http://www.w3.org/2005/Atom"><title>Daily</title><entry><id>1</id></entry>'
    b"<entry><id>2</id><title>Thirty boats</title></entry></feed>"
)


@pytest.mark.parametrize("body", [FEED, ATOM])
def test_wherever_a_feed_is_cut_only_whole_stories_are_taken(body: bytes) -> None:
    whole = parse.parse(body, now=NOW)
    second = body.rindex(b"<item>" if b"<item>" in body else b"<entry>")
    end = body.rindex(b"</item>" if b"<item>" in body else b"</entry>")

    for at in range(second + 7, end, 7):
        found = parse.parse(body[:at], now=NOW)
        assert found.entries == whole.entries[:1]
        assert found.cut_off
        assert "cut off" in (found.broken or "")


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
    "text",
    [
        pytest.param("<rss><channel><item><title>A</title></item>", id="between two"),
        pytest.param("<rss><channel><item><title>A</channel></rss>", id="closed by its feed"),
        pytest.param("<rss><channel><item><title>A<item><title>B</rss>", id="none is closed"),
        pytest.param("<rss><channel><title>D", id="none there"),
        pytest.param("<rss><channel><title><![CDATA[<item>]]>", id="none but in a text"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_is_not_cut_within_an_entry_stays(text: str) -> None:
    assert without_half_entry(text) == (text, "")


def test_what_was_said_of_it_is_short() -> None:
    assert len(without_half_entry("<rss><item><title>" + "long " * 9_000)[1]) == 80
