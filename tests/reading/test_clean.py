import time
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from syndicate.reading import encoding
from syndicate.reading.clean import TAGS, absolute_url, clean
from syndicate.reading.text import normal_url, plain

BASE = "https://daily.example/story/1"


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>Hello</p>", "<p>Hello</p>"),
        ("<p>a<script>alert(1)</script>b</p>", "<p>ab</p>"),
        ('<p onclick="x()">a</p>', "<p>a</p>"),
        ('<a href="javascript:x()">a</a>', "<a>a</a>"),
        ('<a href="/b?c=1&amp;d">a</a>', '<a href="https://daily.example/b?c=1&amp;d">a</a>'),
        ('<img src="//cdn.example/p.jpg">', '<img src="https://cdn.example/p.jpg">'),
        ('<img src=x onerror="x()">', '<img src="https://daily.example/story/x">'),
        ("<p>a < b and AT&T</p>", "<p>a &lt; b and AT&amp;T</p>"),
        ("cat <<EOF\ntext <br> more", "cat &lt;&lt;EOF\ntext <br> more"),
        ("<p></p><p>a</p><div><span></span></div>", "<p>a</p>"),
        ("One.\n\nTwo & three.", "<p>One.</p><p>Two &amp; three.</p>"),
        ("<style>p{}</style><p>a</p>", "<p>a</p>"),
        (
            '<iframe src="https://www.video.example/embed/1"></iframe>',
            '<p><a href="https://www.video.example/embed/1">video.example</a></p>',
        ),
        (
            '<iframe src="/x"><a href="/y">Listen</a></iframe>',
            f'<a href="{BASE[:21]}/y">Listen</a>',
        ),
        ('<iframe src="javascript:x()"></iframe>', ""),
        ('<iframe src="https://count.example/ns" height="0" width="0"></iframe>', ""),
        (
            '<p>a</p><iframe src="https://www.video.example/embed/1"/><p>b</p>',
            '<p>a</p><p><a href="https://www.video.example/embed/1">video.example</a></p><p>b</p>',
        ),
        ("<p>a</p><script src='x'/><p>b</p>", "<p>a</p><p>b</p>"),
        (
            '<a href="https://name:secret@cms.example/a">a</a> <img src="//u:p@cms.example/b.jpg">',
            '<a href="https://cms.example/a">a</a> <img src="https://cms.example/b.jpg">',
        ),
        ("", ""),
    ],
)
def test_html_is_made_harmless(markup: str, expected: str) -> None:
    assert clean(markup, base=BASE) == expected


@pytest.mark.parametrize("base", [None, BASE, "javascript:x/"])
def test_a_quotation_cites_web_addresses_only(base: str | None) -> None:
    assert clean('<q cite="javascript:x">a</q>', base=base) == "<q>a</q>"
    assert clean('<q cite="https://a.example/b">a</q>', base=base).startswith("<q cite=")


def test_nesting_beyond_the_cap_becomes_plain_text() -> None:
    began = time.process_time()

    found = clean("<div>" * 100_000 + "deep", base=BASE)

    assert found == "deep"
    assert time.process_time() - began < 5


class Parsed(HTMLParser):
    """The elements and attributes that a browser finds in a text."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {(name, value or "") for name, value in attrs}


def is_harmless(name: str, value: str) -> bool:
    # A browser drops control characters and blanks before it reads the scheme.
    address = "".join(sign for sign in value if sign > " ").lower()
    if name in {"href", "src", "cite", "poster"}:
        return address.startswith(("http://", "https://", "mailto:"))
    return not name.startswith("on") and name != "style"


SCRAPS = (
    *("<a ", "<img ", "<q ", "<video ", "<p ", "<script", "<svg", "<iframe ", "</a", "</script"),
    *("href=", "src=", "cite=", "poster=", "onclick=", "onerror =", "style=", "title="),
    *("javascript:", "java\tscript:", "JAVASCRIPT:", "&#106;avascript:", "data:text/html,", "x()"),
    *("https://daily.example/", "/x", '"', "'", ">", "/>", "<", " ", "\n", "<!--", "-->", "&quot;"),
)


@example(["<a ", "href=", '"', "javascript:", "x()", '"', ">", "x", "</a", ">"])
@example(["<img ", "src=", "'", "/x", "'", " ", "onerror =", "x()", ">"])
@given(st.lists(st.sampled_from(SCRAPS) | st.text(max_size=4), max_size=30))
def test_nothing_that_runs_comes_through(scraps: list[str]) -> None:
    found = Parsed(clean("".join(scraps), base=BASE))

    assert found.tags <= TAGS
    assert {each for each in found.attributes if not is_harmless(*each)} == set()


def test_the_test_for_what_runs_can_fail() -> None:
    found = Parsed('<p onclick="x()"><a href="java\tscript:x()">a</a><svg></svg>')

    assert not found.tags <= TAGS
    assert {each[0] for each in found.attributes if not is_harmless(*each)} == {"onclick", "href"}


@pytest.mark.parametrize(
    "url", ["javascript:x", "data:text/html,x", "", None, "mailto:a@b.example"]
)
def test_only_web_addresses_are_addresses(url: str | None) -> None:
    assert absolute_url(url, BASE) is None


def test_the_password_of_a_source_is_in_no_address_that_it_gives() -> None:
    base = "https://name:secret@cms.example/feed"

    assert absolute_url("/story/1", base) == "https://cms.example/story/1"
    assert clean('<img src="1.jpg">', base=base) == '<img src="https://cms.example/1.jpg">'


@pytest.mark.parametrize(
    "url",
    [
        "https://daily.example/a",
        "http://www.daily.example/a/",
        "https://DAILY.example:443/a?utm_source=x&fbclid=y#part",
        "https://m.daily.example/a/amp",
        "https://daily.example/a?at_medium=rss",
    ],
)
def test_addresses_of_one_article_are_one(url: str) -> None:
    assert normal_url(url) == "daily.example/a"


@pytest.mark.parametrize(
    "url",
    [
        "https://daily.example/A",
        "https://daily.example/a?id=2",
        "https://daily.example/a#!/2",
        "https://other.example/a",
    ],
)
def test_addresses_of_other_articles_are_others(url: str) -> None:
    assert normal_url(url) != "daily.example/a"


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>a</p><p>b</p>", "a b"),
        ("a<b>b</b>c", "abc"),
        ("a &amp; b &lt;c&gt;", "a & b <c>"),
        ("a<br/>b", "a b"),
        ("<script>x</script>a", "a"),
        ("2 < 3 and 4 > 1", "2 < 3 and 4 > 1"),
    ],
)
def test_what_a_person_sees(markup: str, expected: str) -> None:
    assert plain(markup) == expected


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        ("é".encode(), "text/xml; charset=iso-8859-1", "é"),
        ("é".encode("latin-1"), "text/xml; charset=iso-8859-1", "é"),
        (b'<?xml version="1.0" encoding="iso-8859-2"?>\xb1', "", "ą"),
        (b"\xef\xbb\xbfa", "text/xml; charset=windows-1252", "a"),
        ("ab".encode("utf-16"), "", "ab"),
        ("<a/>".encode("utf-16-le"), "", "<a/>"),
        ("日本".encode("shift-jis"), "text/xml; charset=shift_jis", "日本"),
        ("日本".encode("iso-2022-jp"), "text/xml; charset=iso-2022-jp", "日本"),
        (b"\x93quoted\x94", "", "\u201cquoted\u201d"),
        (b"\x93quoted\x94", "text/xml; charset=nonsense", "\u201cquoted\u201d"),
        (b"a\x00\x0bb", "", "ab"),
        ("\u20ac".encode("cp1252"), "text/html; charset=iso-8859-1", "\u20ac"),
    ],
)
def test_the_ladder_of_encodings(body: bytes, content_type: str, expected: str) -> None:
    found, _ = encoding.decode(body, content_type)

    assert found.endswith(expected)
