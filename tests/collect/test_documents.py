"""What a source sent as entries: a feed, a sitemap, a page that is an article or a list."""

import dataclasses
import datetime as dt
from typing import Any
from urllib.parse import urlsplit

import pytest

from syndicate.collect import documents
from syndicate.collect.documents import SourceDocument, read_document, shortcomings
from syndicate.errors import NotAFeedError
from syndicate.fetch import Response
from syndicate.reading import pool
from syndicate.reading.pool import Readers
from syndicate.reading.records import (
    Entry,
    ParsedFeed,
    ParsedPage,
    PictureIn,
    Sitemap,
    SitemapEntry,
    Teaser,
)
from syndicate.vocabulary.articles import Access, ArticleKind
from syndicate.vocabulary.sources import SourceKind
from tests.collect.newsroom import NOW, item, rss

URL = "https://daily.example/news/feed.xml"
HOUR = dt.timedelta(hours=1)
HEAD = '<atom:link rel="hub" href="/hub"/><atom:link rel="self" href="/feed.xml"/>'


@pytest.fixture
def readers() -> Readers:
    """The children of the session, which are warm."""
    return pool.readers()


def answered(body: bytes | str, *links: str, kind: str = "") -> Response:
    raw = body.encode() if isinstance(body, str) else body
    return Response(200, URL, {"content-type": kind.encode()}, links, raw)


def read(
    readers: Readers,
    kind: SourceKind,
    response: Response,
    profile: dict[str, Any] | None = None,
) -> SourceDocument:
    return read_document(readers, kind, response, profile=profile, now=NOW)


SITEMAP = (
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    "<url><loc>https://daily.example/1</loc></url></urlset>"
)
LIST = "<html><body><h2><a href='/1'>The pier opens</a></h2></body></html>"
# Of each kind: what lies at its address, the profile that it needs, and the articles in it; None
# where nothing is fetched.
OF_A_KIND: dict[SourceKind, tuple[bytes | str, dict[str, Any] | None, list[str] | None]] = {
    SourceKind.FEED: (rss(item(1), item(2)), None, ["/story/1", "/story/2"]),
    SourceKind.SITEMAP: (SITEMAP, None, ["/1"]),
    SourceKind.PAGE: (LIST, {"links": "h2 a"}, ["/1"]),
    SourceKind.WEBSUB: (rss(item(1), item(2)), None, ["/story/1", "/story/2"]),
    SourceKind.PUSH: (rss(item(1)), None, None),
}


@pytest.mark.parametrize("kind", SourceKind)
def test_a_source_of_each_kind_is_read_as_what_lies_at_its_address(
    readers: Readers, kind: SourceKind
) -> None:
    body, profile, articles = OF_A_KIND[kind]
    if articles is None:
        with pytest.raises(NotAFeedError):
            read(readers, kind, answered(body), profile)
        return

    found = read(readers, kind, answered(body), profile)

    assert [urlsplit(each.link or "").path for each in found.entries] == articles
    assert found == read(readers, kind.read_as, answered(body), profile)


@pytest.mark.parametrize("kind", [SourceKind.FEED, SourceKind.WEBSUB])
def test_a_feed_is_its_entries_whether_it_is_polled_or_told_of(
    readers: Readers, kind: SourceKind
) -> None:
    found = read(readers, kind, answered(rss(item(1), item(2), head="<ttl>15</ttl>")))

    assert [each.title for each in found.entries] == ["Story 1", "Story 2"]
    assert (found.ttl_s, found.hub, found.parts, found.featured) == (900, None, (), ())


def test_a_sitemap_is_its_addresses(readers: Readers) -> None:
    found = read(readers, SourceKind.SITEMAP, answered(SITEMAP))

    assert [each.link for each in found.entries] == ["https://daily.example/1"]
    assert found.parts == ()


def test_an_index_of_sitemaps_names_its_parts_and_has_no_entries(readers: Readers) -> None:
    body = (
        '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        "<sitemap><loc>https://daily.example/a.xml</loc></sitemap></sitemapindex>"
    )

    found = read(readers, SourceKind.SITEMAP, answered(body))

    assert (found.entries, found.parts) == ((), ("https://daily.example/a.xml",))


def test_a_page_is_read_by_the_profile_of_its_source(readers: Readers) -> None:
    body = "<html><body><h1>The pier opens</h1><div id='text'><p>At last.</p></div></body></html>"
    profile = {"headline": "h1", "body": "#text"}

    found = read(readers, SourceKind.PAGE, answered(body, kind="text/html"), profile)

    assert [(each.title, each.content) for each in found.entries] == [
        ("The pier opens", "<p>At last.</p>")
    ]


def test_what_a_cms_pushes_is_not_fetched(readers: Readers) -> None:
    with pytest.raises(NotAFeedError, match=r"^What a CMS pushes is not fetched\.$"):
        read(readers, SourceKind.PUSH, answered(rss(item(1))))


@pytest.mark.parametrize("kind", [SourceKind.FEED, SourceKind.SITEMAP])
def test_a_document_of_another_kind_is_refused(readers: Readers, kind: SourceKind) -> None:
    with pytest.raises(NotAFeedError):
        read(readers, kind, answered("<html><body>hello</body></html>", kind="text/html"))


@pytest.mark.parametrize("kind", [SourceKind.FEED, SourceKind.SITEMAP])
def test_a_date_without_a_zone_is_in_the_zone_of_the_profile(
    readers: Readers, kind: SourceKind
) -> None:
    said = "2026-11-24T06:30:00"
    body: dict[SourceKind, bytes | str] = {
        SourceKind.FEED: rss(item(1, pubDate="", dc_date=said)),
        SourceKind.SITEMAP: (
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
            'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
            "<url><loc>https://daily.example/1</loc><news:news><news:publication_date>"
            f"{said}</news:publication_date><news:title>One</news:title></news:news></url></urlset>"
        ),
    }

    (entry,) = read(readers, kind, answered(body[kind]), {"zone": "Asia/Qatar"}).entries

    assert entry.published == dt.datetime(2026, 11, 24, 3, 30, tzinfo=dt.UTC)
    assert entry.is_exact


@pytest.mark.parametrize(
    ("head", "links", "hub"),
    [
        ("", (), None),
        (HEAD, (), ("https://daily.example/hub", "https://daily.example/feed.xml")),
        # The header is nearer to the server than the document is.
        (
            HEAD,
            ('<https://hub.example/>; rel="hub", <https://daily.example/x>; rel="self"',),
            ("https://hub.example/", "https://daily.example/x"),
        ),
        ("", ('<https://hub.example/>; rel="hub"',), ("https://hub.example/", URL)),
        # A header that names only the topic leaves the hub to the document.
        (
            HEAD,
            ('<https://daily.example/x>; rel="self"',),
            ("https://daily.example/hub", "https://daily.example/x"),
        ),
        ("", ('<https://daily.example/x>; rel="self"',), None),
        (
            '<atom:link rel="hub" href="hub"/>',
            (),
            ("https://daily.example/news/hub", URL),
        ),
    ],
)
def test_a_hub_is_named_by_header_or_document_and_its_addresses_are_whole(
    readers: Readers, head: str, links: tuple[str, ...], hub: tuple[str, str] | None
) -> None:
    assert read(readers, SourceKind.FEED, answered(rss(item(1), head=head), *links)).hub == hub


@pytest.mark.parametrize(
    ("profile", "zone"),
    [(None, None), ({}, None), ({"body": "p"}, None), ({"zone": "Asia/Qatar"}, "Asia/Qatar")],
)
def test_the_zone_is_what_the_profile_says(
    profile: dict[str, Any] | None, zone: str | None
) -> None:
    assert documents.zone_of(profile) == zone


@pytest.mark.parametrize(
    ("own", "of_feed", "expected"),
    [(None, "ar", "ar"), ("en", "ar", "en"), (None, None, None), ("", "ar", "ar")],
)
def test_the_language_of_a_feed_is_that_of_entries_which_name_none(
    own: str | None, of_feed: str | None, expected: str | None
) -> None:
    feed = ParsedFeed("rss", language=of_feed, entries=(Entry("One", language=own),))
    (found,) = documents.of_feed(feed, URL).entries
    assert (found.language, found.has_own_language) == (expected, bool(own) or expected is None)


def test_what_a_feed_has_beyond_the_cap_is_told_with_its_numbers() -> None:
    feed = ParsedFeed("rss", entries=(Entry("One"),) * 1000, over_cap=234)

    (notice,) = documents.of_feed(feed, URL).notices

    assert notice.kind == "left_out"
    assert notice.message == (
        f"{URL} has 1,234 entries, of which the first 1,000 are taken; ask its publisher for a "
        "shorter feed."
    )


@pytest.mark.parametrize(
    "damaged",
    [
        Entry("One \ufffd"),
        Entry("One", summary="a\ufffd"),
        Entry("One", content="<p>\ufffd</p>"),
        Entry("One", authors=("Desk", "D\ufffdsk")),
    ],
)
def test_bytes_that_are_no_characters_are_told_with_their_story(damaged: Entry) -> None:
    (notice,) = documents.of_feed(ParsedFeed("rss", entries=(Entry("Two"), damaged)), URL).notices

    assert notice.kind == "bytes"
    assert f"first in “{damaged.title}”" in notice.message


def test_a_feed_that_fits_is_told_of_nothing() -> None:
    assert documents.of_feed(ParsedFeed("rss", entries=(Entry("One"),)), URL).notices == ()


def test_everything_that_a_sitemap_says_of_an_address_is_kept() -> None:
    listed = SitemapEntry(
        url="https://daily.example/1",
        title="One",
        published=NOW - HOUR,
        raw_published="an hour ago",
        modified=NOW,
        language="ar",
        tags=("harbour",),
        embargo_until=NOW + HOUR,
        embargo_raw="soon",
        is_exact=False,
    )

    assert documents.of_sitemap(Sitemap(entries=(listed,)), URL).entries[0] == Entry(
        title="One",
        link="https://daily.example/1",
        published=NOW - HOUR,
        updated=NOW,
        raw_published="an hour ago",
        embargo_until=NOW + HOUR,
        embargo_raw="soon",
        is_exact=False,
        language="ar",
        has_own_language=False,
        tags=("harbour",),
    )


def article_page(**values: Any) -> ParsedPage:
    plain = {"url": "https://daily.example/1", "headline": "One", "body": "<p>Text.</p>"}
    return ParsedPage(**(plain | values))


def test_everything_that_a_page_says_of_its_article_is_kept() -> None:
    picture = PictureIn("https://daily.example/p.jpg")
    page = article_page(
        canonical="https://daily.example/one",
        standfirst="What it says.",
        authors=("World desk",),
        section="World",
        published=NOW - HOUR,
        updated=NOW,
        raw_published="an hour ago",
        pictures=(picture,),
        language="en",
        tags=("harbour",),
        kind=ArticleKind.LIVE,
        access=Access.PAID,
        embargo_until=NOW + HOUR,
        embargo_raw="soon",
        is_exact=False,
    )

    assert documents.entry_of(page) == Entry(
        title="One",
        link="https://daily.example/one",
        authors=("World desk",),
        published=NOW - HOUR,
        updated=NOW,
        raw_published="an hour ago",
        summary="What it says.",
        content="<p>Text.</p>",
        language="en",
        tags=("harbour",),
        pictures=(picture,),
        kind=ArticleKind.LIVE,
        access=Access.PAID,
        section="World",
        canonical="https://daily.example/one",
        embargo_until=NOW + HOUR,
        embargo_raw="soon",
        is_exact=False,
    )


def test_a_page_without_an_address_or_date_of_its_own_has_what_is_nearest() -> None:
    entry = documents.entry_of(article_page(updated=NOW))

    assert (entry.link, entry.published, entry.updated) == ("https://daily.example/1", NOW, NOW)


def test_a_page_with_links_is_a_list_whatever_text_it_has() -> None:
    picks = (Teaser("Read this", "https://daily.example/9"),)
    page = article_page(
        links=("https://daily.example/2", "https://daily.example/3"), featured=picks
    )

    found = documents.of_page(page)

    assert [(each.title, each.link) for each in found.entries] == [
        ("", "https://daily.example/2"),
        ("", "https://daily.example/3"),
    ]
    assert found.featured == (("Read this", "https://daily.example/9"),)


def test_the_featured_box_of_an_article_is_the_publications_list() -> None:
    page = article_page(featured=(Teaser("Read this", "https://daily.example/9"),))

    assert documents.of_page(page).featured == (("Read this", "https://daily.example/9"),)


@pytest.mark.parametrize("lacking", [{"headline": ""}, {"body": ""}, {"headline": "", "body": ""}])
def test_a_page_that_is_neither_is_refused_with_what_helps(lacking: dict[str, str]) -> None:
    with pytest.raises(NotAFeedError) as refused:
        documents.of_page(article_page(**lacking))

    assert str(refused.value) == (
        "https://daily.example/1 is neither an article nor a list of articles; give the source a "
        "profile with headline and body, or with links."
    )


@pytest.mark.parametrize(
    ("dated", "undated", "told"),
    [
        (2, 0, []),
        (1, 1, ["1 has no usable date: it is stored and shown, and held from digests."]),
        (0, 2, ["2 have no usable date: they are stored and shown, and held from digests."]),
    ],
)
def test_what_entries_lack_is_said_of_one_and_of_several(
    dated: int, undated: int, told: list[str]
) -> None:
    whole = Entry(title="Rain", content="<p>" + "It rained on. " * 90 + "</p>", published=NOW)
    entries = [whole] * dated + [dataclasses.replace(whole, published=None)] * undated

    assert shortcomings(entries) == [f"Of its stories, {each}" for each in told]
    assert shortcomings([Entry(title="Rain", published=NOW)]) == [
        "Of its stories, 1 is a teaser: the rest is read from their pages."
    ]
