"""Every element that is kept means the same in a feed that is sound, long, broken or worse."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from syndicate.reading.feeds import parse
from tests.reading.feeds.written import NOW

NAMES = (
    'xmlns:atom="http://www.w3.org/2005/Atom" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:dcterms="http://purl.org/dc/terms/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:xhtml="http://www.w3.org/1999/xhtml" '
    'xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0" '
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
    'xmlns:thr="http://purl.org/syndication/thread/1.0" '
    'xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/" '
    'xmlns:syndicate="urn:syndicate:1" '
    'xmlns:georss="http://www.georss.org/georss" '
)
ELEMENTS = json.loads(Path(__file__).with_name("elements.json").read_text())
RSS, ATOM = ELEMENTS["rss"], ELEMENTS["atom"]
# Sound, long, mended (a bare ampersand), and straightened (an end of nothing).
WAYS = ("", f"<!--{'x' * 5_000}-->", "<rights>D & D</rights>", "<rights>D</titel></rights>")


def entry(document: str) -> dict[str, Any]:
    found = parse.parse(document.encode(), url="https://d.example/feed", now=NOW)
    assert found.unread == ()
    (only,) = found.entries
    return dataclasses.asdict(only)


def rss(inner: str, head: str) -> str:
    return (
        f'<rss version="2.0" {NAMES}><channel><title>D</title><link>https://d.example/</link>{head}'
        f"<item>{inner}</item></channel></rss>"
    )


def atom(inner: str, head: str) -> str:
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom" {NAMES}><title>D</title><id>f</id>{head}'
        f"<entry>{inner}</entry></feed>"
    )


@pytest.mark.parametrize("name", [*RSS, *ATOM])
def test_an_element_means_the_same_however_its_document_is_written(name: str) -> None:
    whole = rss if name in RSS else atom
    inner = RSS.get(name) or ATOM[name]

    sound, *others = [entry(whole(inner, head)) for head in WAYS]

    for other in others:
        assert other == sound


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("dcdesc", "summary", "dd"),
        ("dcdesc+desc", "summary", "d"),
        ("dctitle", "title", "DT"),
        ("mediatitle", "title", "T"),
        ("dcauthor", "authors", ("City Desk",)),
        ("itunesauthor", "authors", ("City Desk",)),
        ("mediacatlabel", "tags", ("Sea",)),
        ("mediakeywords", "tags", ("a", "b")),
        ("fullitem", "content", "<p>Full</p>"),
        ("xbody", "content", "<p>Full <b>x</b></p>"),
        ("encoded-blank", "content", "<p>d text</p>"),
        ("mathml", "content", "<p>a x=2 b svgtext c</p>"),
        ("cp1252", "title", "It\u2019s \u2019q\u2019 x"),
        ("cp1252", "summary", "a \u201cb\u201d \u2013"),
        ("title-head2", "title", "A guide to <head> elements"),
        ("title-html", "title", "A bold one"),
        ("link-href", "link", "https://d.example/h"),
        ("link-two", "link", "https://d.example/1"),
        ("link-tail", "link", "https://d.example/t"),
        ("guid-rel", "link", None),
        ("a-noalt", "link", None),
        ("desc-markup", "content", "<p>Hello <b>you</b></p><p>two</p>"),
        ("a-xhtml", "title", "A B"),
        ("a-cat", "tags", ("L", "u")),
        ("a-lang", "language", "ar"),
        ("a-media", "summary", ""),
    ],
)
def test_what_is_easily_lost(name: str, field: str, value: object) -> None:
    whole = rss if name in RSS else atom

    assert entry(whole(RSS.get(name) or ATOM[name], ""))[field] == value
