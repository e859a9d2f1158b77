"""An index of sitemaps and its parts: one document, cut off where one of them is."""

import pytest

from syndicate.collect import documents
from syndicate.collect.sitemap_parts import with_parts
from syndicate.reading.feeds.sitemap import MAX_ENTRIES
from syndicate.reading.records import Sitemap, SitemapEntry
from syndicate.vocabulary.sources import SourceKind
from tests.collect import newsroom
from tests.collect.newsroom import NOW
from tests.collect.site import Site
from tests.collect.test_checking import HOUR, news_sitemap, serve_stories
from tests.collect.test_completeness import index

URL, PART = "https://daily.example/index.xml", "https://daily.example/a.xml"


def test_the_parts_of_an_index_come_after_its_own_addresses_and_stop_at_the_cap() -> None:
    own = documents.of_sitemap(Sitemap(entries=(SitemapEntry("https://a.example/own"),)), URL)
    parts = [SitemapEntry(f"https://a.example/{number}") for number in range(MAX_ENTRIES)]
    many, one = (Sitemap(entries=tuple(each)) for each in (parts, parts[:1]))

    whole = with_parts(own, [(PART, many)])
    few = with_parts(own, [(PART, one)])

    assert [each.link for each in few.entries] == ["https://a.example/own", "https://a.example/0"]
    assert len(whole.entries) == MAX_ENTRIES
    assert whole.entries[-1].link == f"https://a.example/{MAX_ENTRIES - 2}"


def test_a_part_that_was_cut_off_is_told_and_cuts_its_index_off() -> None:
    own = documents.of_sitemap(Sitemap(children=(PART,)), URL)
    parts = [(URL, Sitemap()), (PART, Sitemap(cut_off="https://daily.ex"))]

    whole, cut = with_parts(own, parts[:1]), with_parts(own, parts)

    assert (whole.is_cut_off, whole.notices) == (False, ())
    assert cut.is_cut_off
    assert [(each.kind, each.message.partition(" within")[0]) for each in cut.notices] == [
        ("cut_off", f"{PART} was cut off")
    ]


@pytest.mark.usefixtures("database")
def test_what_a_cut_part_lacked_comes_though_its_index_stays_the_same(site: Site) -> None:
    serve_stories(site, 1, 2)
    part = news_sitemap(site, 1, 2)
    site.serve("/a.xml", part[: part.index("</loc>", part.index("</loc>") + 1) - 2])
    site.serve("/index.xml", index(site, "/a.xml"))
    newsroom.source(
        newsroom.publication(), site, "/index.xml", kind=SourceKind.SITEMAP, pages="always"
    )

    first = newsroom.collect()
    site.serve("/a.xml", part)
    last = newsroom.collect(now=NOW + HOUR)

    assert (first.articles, last.articles) == (1, 1)
    assert [each for each in first.notices if "/a.xml was cut off" in each]
