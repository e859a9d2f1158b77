"""Sitemaps, news sitemaps and their indexes."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.errors import NotAFeedError
from syndicate.reading.feeds import sitemap
from syndicate.reading.records import Sitemap, SitemapEntry

NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
EIGHT = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)
URL = "https://daily.example/sitemap.xml"
NAMES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
)


def read(body: str | bytes, zone: str | None = None) -> Sitemap:
    raw = body.encode() if isinstance(body, str) else body
    return sitemap.read(raw, url=URL, now=NOW, zone=zone)


def urlset(inner: str, zone: str | None = None) -> Sitemap:
    return read(f'<?xml version="1.0"?><urlset {NAMES}>{inner}</urlset>', zone)


def only(inner: str, zone: str | None = None) -> SitemapEntry:
    (found,) = urlset(f"<url>{inner}</url>", zone).entries
    return found


def index(inner: str) -> Sitemap:
    return read(f"<sitemapindex {NAMES}>{inner}</sitemapindex>")


def test_half_an_address_is_none() -> None:
    whole = f"<urlset {NAMES}><url><loc>/1</loc></url>\n<url><loc>/2/piers</loc></url></urlset>"
    second = whole.index("\n") + 1

    for at, words in ((second + 14, "/2/p"), (second, ""), (len(whole) - 9, "")):
        found = read(whole[:at])
        assert found.cut_off == words
        assert [each.url for each in found.entries] == [
            f"https://daily.example/{name}"
            for name in ("1", "2/piers")[: 2 if at > second + 20 else 1]
        ]
    assert read(whole.replace("/1<", "/1?a&b<")).cut_off is None


def test_half_a_part_of_an_index_is_none() -> None:
    found = read(f"<sitemapindex {NAMES}><sitemap><loc>/a.xml</loc></sitemap><sitemap><loc>/b.x")

    assert (found.children, found.cut_off) == (("https://daily.example/a.xml",), "/b.x")


def test_an_entry_of_a_news_sitemap() -> None:
    found = only(
        "<loc> /1 </loc><lastmod>2026-11-24T08:30:00Z</lastmod><news:news><news:publication>"
        "<news:name>Daily</news:name><news:language>EN_gb</news:language></news:publication>"
        "<news:publication_date>2026-11-24T08:00:00Z</news:publication_date>"
        "<news:title> Floods\n today </news:title><news:keywords>World, Water,, </news:keywords>"
        "</news:news><image:image><image:loc>/p.jpg</image:loc><image:title>x</image:title>"
        "</image:image>"
    )

    assert found == SitemapEntry(
        url="https://daily.example/1",
        title="Floods today",
        published=EIGHT,
        raw_published="2026-11-24T08:00:00Z",
        modified=EIGHT.replace(minute=30),
        language="en-GB",
        tags=("World", "Water"),
    )


def test_a_picture_before_the_address_is_not_the_address() -> None:
    found = only("<image:image><image:loc>/p.jpg</image:loc></image:image><loc>/1</loc>")

    assert found.url == "https://daily.example/1"


@pytest.mark.parametrize(
    "inner", ["", "<loc/>", "<loc>mailto:x</loc>", "<loc>/1<b/></loc>", "<x>/1</x>"]
)
def test_an_entry_without_an_address_is_none(inner: str) -> None:
    assert urlset(f"<url>{inner}</url>").entries == ()


def test_the_newest_comes_first_and_what_is_not_dated_last() -> None:
    found = urlset(
        "<url><loc>/none</loc></url>"
        "<url><loc>/old</loc><lastmod>2026-11-01</lastmod></url>"
        "<!-- x --><url><loc>/new</loc><lastmod>2026-11-24</lastmod></url>"
        "<url><loc>/news</loc><lastmod>2026-10-01</lastmod>"
        "<news:publication_date>2026-11-23</news:publication_date></url>"
        "<url><loc>/none-2</loc><lastmod>nonsense</lastmod></url>"
    )

    assert [each.url.rpartition("/")[2] for each in found.entries] == [
        *("new", "news", "old", "none", "none-2")
    ]


def test_a_date_without_a_zone_is_read_in_that_of_its_source() -> None:
    dated = "<loc>/1</loc><news:publication_date>2026-11-24 11:00</news:publication_date>"

    assert only(dated, "Asia/Qatar").published == EIGHT
    assert not only(dated).is_exact


@pytest.mark.parametrize(("count", "over_cap"), [(999, 0), (1_000, 0), (1_001, 1)])
def test_a_thousand_are_taken_and_the_rest_is_said(count: int, over_cap: int) -> None:
    found = urlset("".join(f"<url><loc>/{n}</loc></url>" for n in range(count)))

    assert (len(found.entries), found.over_cap) == (count - over_cap, over_cap)
    assert found.entries[0].url == "https://daily.example/0"


def test_fifty_keywords_are_enough() -> None:
    said = ",".join(map(str, range(60)))

    assert len(only(f"<loc>/1</loc><news:keywords>{said}</news:keywords>").tags) == 50


def test_an_index_names_its_parts_newest_first() -> None:
    found = index(
        "<sitemap><loc>/old.xml</loc><lastmod>2026-11-01</lastmod></sitemap><!-- x -->"
        "<sitemap><loc>/none.xml</loc></sitemap><sitemap><lastmod>2026-11-24</lastmod></sitemap>"
        "<sitemap><loc>/new.xml</loc><lastmod>2026-11-24</lastmod></sitemap>"
    )

    assert found == Sitemap(
        children=tuple(f"https://daily.example/{name}.xml" for name in ("new", "old", "none"))
    )


def test_fifty_parts_are_taken_and_the_rest_is_said() -> None:
    found = index("".join(f"<sitemap><loc>/{n}.xml</loc></sitemap>" for n in range(53)))

    assert (len(found.children), found.over_cap, found.entries) == (50, 3, ())


@pytest.mark.parametrize(
    "body",
    [
        f"<urlset {NAMES}><url><loc>/1</loc></url></urlset>",
        "<urlset><url><loc>/1</loc></url></urlset>",
        "\n\n<?xml version='1.0' encoding='utf-8'?>\n<urlset><url><loc>/1</loc></url></urlset>",
        "Warning: x<urlset><url><loc>/1</loc></url></urlset>",
        "<urlset><url><loc>/1</loc></url><url><loc>",
        "<urlset><url><loc>/1</loc></url></urlset><x>",
        "<urlset><url><loc>/1</loc><title>a & b &nbsp;</title></url></urlset>",
        "<urlset><url><loc><![CDATA[/1]]></loc></url></urlset>",
        "<urlset>\x0b<url><loc>/1</loc></url></urlset>",
        "\ufeff<urlset><url><loc>/1</loc></url></urlset>".encode("utf-16-le"),
    ],
)
def test_a_sitemap_that_is_nearly_one_is_read(body: str | bytes) -> None:
    assert [each.url for each in read(body).entries] == ["https://daily.example/1"]


@pytest.mark.parametrize(
    "body",
    ["", "hello", "<", "<html/>", "<rss/>", "<url><loc>/1</loc></url>", "<?xml version='1.0'?>"],
)
def test_what_is_no_sitemap_is_one_sentence(body: str) -> None:
    with pytest.raises(NotAFeedError) as refused:
        read(body)
    assert str(refused.value) == (
        f"{URL} is not a sitemap: it has neither urlset nor sitemapindex."
    )

    with pytest.raises(NotAFeedError, match=r"^This document is not a sitemap"):
        sitemap.read(body.encode(), url=None, now=NOW)


def test_an_entity_is_never_fetched_or_blown_up() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]>'
    found = read(f"{bomb}<urlset><url><loc>/1?&b;</loc></url></urlset>")

    assert "root:" not in repr(found)


@given(
    st.lists(
        st.sampled_from(
            ["<urlset>", "<url>", "<loc>/1", "</loc>", "</url>", "<", "&x;", "é", "<?xml ", "]]>"]
        ),
        max_size=12,
    ).map("".join)
)
def test_any_text_is_a_sitemap_or_one_error(body: str) -> None:
    try:
        found = read(body)
    except NotAFeedError:
        return
    assert [
        each for each in found.entries if not each.url.startswith("https://daily.example/")
    ] == []
