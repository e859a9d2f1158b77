"""Every format from one model: valid, and every field comes back through two parsers of others."""

import datetime as dt
import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from html.entities import name2codepoint
from pathlib import Path
from typing import Any

import fastfeedparser
import feedparser
import pytest
from lxml import etree

from syndicate.feeds import model
from syndicate.feeds.build import WRITERS, build
from syndicate.feeds.model import Media
from syndicate.feeds.text import without_tags
from syndicate.store.ground.session import transaction
from syndicate.store.intake import sources
from syndicate.store.newsroom import publications
from syndicate.store.syndication import feed_rows, feeds
from syndicate.store.syndication.feed_rows import Place
from syndicate.vocabulary.articles import Change, Channel
from syndicate.vocabulary.feeds import FeedFormat
from syndicate.vocabulary.sources import SourceKind
from tests import matrix, rows
from tests.feeds import building, json_feed, nasty, newsroom, reading
from tests.feeds.newsroom import BASE, NOW, minutes
from tests.feeds.reading import NAMES

pytestmark = pytest.mark.usefixtures("database")

GRAMMAR = etree.RelaxNG(etree.parse(Path(__file__).parent / "atom.rng"))
SLUGS = ("everything", "middle-east", "corrections", "language-en", "author-world-desk")
ARABIC = '<div dir="rtl" lang="ar"><p>نص</p></div>'


# What a validator warns of in a text that cannot say that it is plain (ContainsHTML).
TAG = re.compile("</?[A-Za-z]")
REFERENCE = re.compile(r"&(#?\w+)")
NAMED = "//a:author/a:name/text() | //a:category/@* | //a:source/a:title/text()"
NAMED_IN_RSS = "//category/text() | //dc:creator/text() | //source/text()"


def faults_of_atom(body: bytes) -> list[str]:
    root = etree.fromstring(body)
    GRAMMAR.validate(root)
    empty = root.xpath("//a:entry[not(a:content or a:summary)]/a:id/text()", namespaces=NAMES)
    unsaid = root.xpath("//a:source[not(a:id and a:updated and a:title)]", namespaces=NAMES)
    markup = [
        said
        for said in root.xpath(NAMED, namespaces=NAMES)
        if TAG.search(said)
        or any(each in name2codepoint or not each.isalpha() for each in REFERENCE.findall(said))
    ]
    return [*map(str, GRAMMAR.error_log), *map(str, [*empty, *unsaid, *markup])]


def faults_of_rss(body: bytes) -> list[str]:
    root = etree.fromstring(body)
    lacking = root.xpath("//item[not(title) or not(guid) or not(link)]")
    markup = filter(TAG.search, root.xpath(NAMED_IN_RSS, namespaces=NAMES))
    # The channel's picture is the channel's own (RSS 2.0, "image").
    images = root.xpath("//image[title != ../title or link != ../link or width > 144]")
    faults = [*lacking, *markup, *images]
    return [] if root.tag == "rss" and not faults else [str(root.tag), *map(str, faults)]


# What is no document of its format. A new format says here how its documents are judged.
FAULTS: Mapping[FeedFormat, Callable[[bytes], list[str]]] = {
    FeedFormat.RSS: faults_of_rss,
    FeedFormat.ATOM: faults_of_atom,
    FeedFormat.JSON: lambda body: json_feed.faults(json.loads(body)),
}


def test_every_format_is_written_and_judged() -> None:
    assert set(FAULTS) == set(WRITERS) == set(FeedFormat)


# Each headline twice; and more articles than two pages hold.
@pytest.mark.parametrize("count", matrix.whole([44, 120], short=[44]))
def test_nasty_articles_make_valid_documents_in_every_format(count: int) -> None:
    articles = nasty.make(count)
    for article in articles[3::20]:
        newsroom.kill(article)
    newsroom.revision(articles[5], 3, Change.CORRECTION, note="The river is the <b>Oder</b> & co.")
    building.publish_due(dt.datetime(2100, 1, 1, tzinfo=dt.UTC))

    checked = 0
    for slug in SLUGS:
        for (form, page), document in reading.documents(slug).items():
            checked += 1
            assert FAULTS[form](document.body) == [], (form, slug, page)
            if form.is_xml:
                assert feedparser.parse(io.BytesIO(document.body)).bozo == 0, (form, slug, page)
    assert checked >= len(FeedFormat) * len(SLUGS)


def test_the_grammar_finds_faults() -> None:
    newsroom.article(newsroom.publication(), 1)
    building.publish_due(NOW)
    good = reading.documents("everything")[FeedFormat.ATOM, 0].body

    for old, new in (
        (b"<generator>Syndicate</generator>", b"<unheard/>"),
        (b"+00:00</updated>", b"</updated>"),
        (b'rel="self"', b'rel="myself"'),
        (b"<id>tag:", b"<id>my tag:"),
    ):
        bad = good.replace(old, new)
        assert bad != good
        assert not GRAMMAR.validate(etree.fromstring(bad)), new


def test_the_check_of_json_feeds_finds_faults() -> None:
    newsroom.article(newsroom.publication(), 1)
    building.publish_due(NOW)
    good = reading.json_feed("everything")
    assert json_feed.faults(good) == []

    for change in (
        {"version": "1"},
        {"items": [{"url": f"{BASE}/x"}]},
        {"next_url": "/relative"},
        {"unheard": 1},
        {"items": [{**good["items"][0], "date_published": "2026-11-24T08:00:00"}]},
    ):
        assert json_feed.faults({**good, **change}) != [], change


@pytest.mark.parametrize("form", [form for form in FeedFormat if form.is_xml])
def test_feedparser_gives_every_field_back(form: FeedFormat) -> None:
    _rich()

    found = _parsed(form)

    feed = found.feed
    assert feed.title == "Daily"
    assert feed.language == "en"
    assert feed.rights == "Daily"
    links = {link.rel: link.href for link in feed.links}
    assert links["self"] == f"{BASE}/feeds/everything.{form.value}"
    assert links["hub"] == f"{BASE}/hub"
    entry = found.entries[0]
    assert entry.id == "tag:daily.example,2026:1"
    assert entry.link == "https://daily.example/1"
    assert entry.title == "Fish & chips: 5 < 6"
    assert entry.summary == "What it says."
    assert [content.value for content in entry.content] == ["<p>Text.</p>"]
    assert entry.published_parsed[:6] == (2026, 11, 24, 7, 59, 0)
    assert [author.name for author in entry.authors] == ["World desk", "مكتب الأخبار"]
    assert [tag.term for tag in entry.tags] == ["Europe", "Floods & Storms"]
    [picture] = entry.media_content
    assert picture["url"] == "https://daily.example/1.jpg"
    assert (picture["width"], picture["height"], picture["filesize"]) == ("800", "600", "12345")
    assert entry.media_credit[0]["content"] == "EPA"
    [enclosure] = entry.enclosures
    assert (enclosure.href, enclosure.length, enclosure.type) == (
        "https://daily.example/1.jpg",
        "12345",
        "image/jpeg",
    )
    assert entry.source["title"] == "The Wire"


# What fastfeedparser reads; another format needs a reader of its own.
@pytest.mark.parametrize(
    "form", matrix.rows([FeedFormat.RSS, FeedFormat.ATOM, FeedFormat.JSON], every=2)
)
def test_fastfeedparser_gives_every_field_back(form: FeedFormat) -> None:
    _rich()

    found = fastfeedparser.parse(reading.documents("everything")[form, 0].body)

    assert found.feed.title == "Daily"
    entry = found.entries[0]
    assert entry.id == "tag:daily.example,2026:1"
    assert entry.link == "https://daily.example/1"
    assert entry.title == "Fish & chips: 5 < 6"
    assert entry.content[0]["value"] == "<p>Text.</p>"
    assert dt.datetime.fromisoformat(entry.published) == NOW - minutes(1)


def test_a_recording_is_a_recording_in_every_format_and_no_picture_of_the_story() -> None:
    newsroom.article(newsroom.publication(), 1)
    with transaction() as tx:
        feed = feeds.by_slug(tx, "everything")
        assert feed is not None
        publication = publications.find(tx, feed.publication_id)
        assert publication is not None
        places = [Place(1, 0)]
        read = feed_rows.read(tx, places, Channel.PUBLIC_FEED, now=NOW)
    site = model.site_of(publication, BASE, is_first=True)
    made = model.document(feed, publication, site, list(read.values()))
    sound = Media("https://daily.example/a.mp3", "audio/mpeg", None, None, 7, "", "Desk", "audio")
    picture = Media("https://daily.example/a.jpg", "image/jpeg", 4, 3, 9, "", "EPA")
    entry = replace(made.entries[0], media=(sound, picture))

    said = {form: build(replace(made, entries=(entry,)), form) for form in FeedFormat}

    for form in (FeedFormat.RSS, FeedFormat.ATOM):
        media = etree.fromstring(said[form]).findall(".//{*}content[@medium]")
        assert [each.get("medium") for each in media] == ["audio", "image"]
        roles = [each.get("role") for each in etree.fromstring(said[form]).iter("{*}credit")]
        assert roles == [None, "photographer"]
    [item] = json.loads(said[FeedFormat.JSON])["items"]
    assert item["image"] == picture.url
    assert [each["mime_type"] for each in item["attachments"]] == ["audio/mpeg", "image/jpeg"]


@pytest.mark.parametrize(
    ("logo", "in_rss", "icon"),
    [
        ({}, [(144, 144)], True),
        ({"width": 600, "height": 100}, [(144, 24)], False),
        ({"width": 40, "height": 800, "media_type": "image/jpeg"}, [(20, 400)], False),
        ({"media_type": "image/webp"}, [], True),
    ],
)
def test_a_feed_shows_whose_it_is(
    logo: dict[str, Any], in_rss: list[tuple[int, int]], icon: bool
) -> None:
    publication = newsroom.publication(home_url="https://daily.example/")
    newsroom.article(publication, 1)
    building.publish_due(NOW)
    plain = reading.rss("everything")
    address = f"{BASE}/logos/{newsroom.logo(publication, **logo)}"

    building.publish_due(NOW)

    assert plain.findall(".//image") == []
    images = reading.rss("everything").findall(".//image")
    sizes = [(each.findtext("width"), each.findtext("height")) for each in images]
    assert sizes == [(str(width), str(height)) for width, height in in_rss]
    assert [each.findtext("url") for each in images] == [address] * len(in_rss)
    assert [each.findtext("link") for each in images] == ["https://daily.example/"] * len(in_rss)
    atom, found = reading.atom("everything"), reading.json_feed("everything")
    assert reading.texts(atom, "/a:feed/a:logo") == [address]
    assert reading.texts(atom, "/a:feed/a:icon") == [address] * icon
    assert (found.get("icon"), found.get("favicon")) == (address, address if icon else None)


def test_the_first_picture_of_an_entry_is_its_thumbnail() -> None:
    article = newsroom.article(newsroom.publication(), 1)
    newsroom.picture(article)
    newsroom.picture(article, url="https://daily.example/2.jpg", position=1)
    newsroom.article(1, 2)

    building.publish_due(NOW)

    for document in (reading.rss("everything"), reading.atom("everything")):
        [thumbnail] = document.xpath("//media:thumbnail", namespaces=NAMES)
        assert dict(thumbnail.attrib) == {
            "url": "https://daily.example/1.jpg",
            "width": "800",
            "height": "600",
        }


@pytest.mark.parametrize(
    ("numbers", "rhythm"),
    matrix.rows(
        [
            ([1], []),
            ([1, 2, 3], ["hourly", "12"]),
            ([0, 20, 40, 50_000], ["hourly", "3"]),
            ([0, 120, 240], ["daily", "12"]),
            ([0, 50_000, 100_000], ["daily", "1"]),
        ],
        every=2,
    ),
)
def test_a_feed_says_how_often_something_comes(numbers: list[int], rhythm: list[str]) -> None:
    publication = newsroom.publication()
    for number in numbers:
        newsroom.article(publication, number)

    building.publish_due(NOW)

    said = reading.texts(reading.rss("everything"), "//sy:updatePeriod | //sy:updateFrequency")
    assert said == rhythm


def test_a_caption_with_a_sign_of_markup_shows_as_it_stands() -> None:
    article = newsroom.article(newsroom.publication(), 1)
    newsroom.picture(article, caption="5 < 6 & more")

    building.publish_due(NOW)

    [caption] = reading.rss("everything").xpath("//media:description", namespaces=NAMES)
    assert (caption.get("type"), caption.text) == ("html", "5 &lt; 6 &amp; more")


def test_arabic_text_says_which_way_it_runs() -> None:
    publication = newsroom.publication("yawmi", language="ar", direction="rtl")
    newsroom.article(publication, 1, language="ar", direction="rtl", body_html="<p>نص</p>")

    building.publish_due(NOW)

    assert reading.texts(reading.rss("everything"), "//content:encoded") == [ARABIC]
    assert reading.texts(reading.rss("everything"), "//language") == ["ar"]
    assert reading.texts(reading.rss("everything"), "//item/dc:language") == ["ar"]
    assert reading.texts(reading.atom("everything"), "//a:content") == [ARABIC]
    assert reading.texts(reading.atom("everything"), "//a:entry/@xml:lang") == ["ar"]
    assert reading.json_feed("everything")["items"][0]["content_html"] == ARABIC


@pytest.mark.parametrize(
    ("title", "rss"),
    matrix.rows(
        [
            ("Fish & chips < 5", "Fish & chips < 5"),
            ("AT&amp;T", "AT&amp;T"),
            ("The <b>bold</b> tag", "The \u2039b\u203abold\u2039/b\u203a tag"),
            ("<script>alert(1)</script>", "\u2039script\u203aalert(1)\u2039/script\u203a"),
        ],
        every=2,
    ),
)
def test_a_title_is_plain_text_escaped_once(title: str, rss: str) -> None:
    newsroom.article(newsroom.publication(), 1, headline=title)

    building.publish_due(NOW)

    assert without_tags(title) == rss
    assert reading.texts(reading.rss("everything"), "//item/title") == [rss]
    assert reading.json_feed("everything")["items"][0]["title"] == title
    element = reading.atom("everything").find(".//{*}entry/{*}title")
    assert element is not None
    shown = element.text or ""
    if element.get("type") == "html":
        shown = etree.fromstring(f"<x>{shown}</x>").text or ""
    assert shown == title


def test_a_feed_of_summaries_carries_no_text() -> None:
    publication = newsroom.publication()
    newsroom.article(publication, 1)
    with transaction() as tx:
        feed = feeds.by_slug(tx, "everything")
        assert feed is not None
        feed.is_full_text = False

    building.publish_due(NOW)

    for document in reading.documents("everything").values():
        assert b"Text of story" not in document.body
        assert b"What story 1 says." in document.body


def _parsed(form: FeedFormat) -> Any:
    body = reading.documents("everything")[form, 0].body
    return feedparser.parse(io.BytesIO(body), sanitize_html=False)


def _rich() -> None:
    """One article that has everything a feed can say."""
    publication = newsroom.publication()
    europe = newsroom.section(publication, "europe")
    article = newsroom.article(
        publication,
        1,
        kind="wire",
        headline="Fish & chips: 5 < 6",
        standfirst="What it says.",
        body_html="<p>Text.</p>",
        section_id=europe,
        authors=["World desk", "مكتب الأخبار"],
    )
    newsroom.tag(article, "Floods & storms")
    newsroom.picture(article, caption="A street")
    with transaction() as tx:
        source = sources.add(
            tx, publication, SourceKind.FEED, "https://wire.example/feed", "The Wire"
        )
        rows.carried(tx, article, source.id)
    building.publish_due(NOW)
