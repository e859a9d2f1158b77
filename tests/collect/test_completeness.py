"""What a newsroom lists and we lack: asked of its own list, noticed once, gone when it comes.

The list may be an index; of one that does not answer nothing is held against anybody.
"""

import asyncio
import datetime as dt
from collections.abc import Sequence

import pytest
from sqlalchemy import update

from syndicate.collect import completeness as comparing
from syndicate.collect.sitemap_parts import MAX_PARTS
from syndicate.errors import FetchError, SyndicateError
from syndicate.fetch import Fetcher
from syndicate.reading import pool
from syndicate.reading.records import SitemapEntry
from syndicate.store.ground.session import transaction
from syndicate.store.intake import completeness, sources
from syndicate.store.intake.sources import Source
from syndicate.vocabulary.sources import SourceState
from tests.collect import newsroom
from tests.collect.newsroom import NOW, item, rss
from tests.collect.site import Reply, Site
from tests.collect.test_checking import news_sitemap

pytestmark = pytest.mark.usefixtures("database")
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
SITEMAP = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def listing(site: Site, path: str = "/news.xml", publication_id: int | None = None) -> int:
    """A source whose newsroom has a list of its own."""
    owner = publication_id or newsroom.publication()
    return newsroom.source(owner, site, f"/feed{path}", compare_url=site.url(path))


def index(site: Site, *paths: str) -> str:
    inner = "".join(f"<sitemap><loc>{site.url(path)}</loc></sitemap>" for path in paths)
    return f"<sitemapindex {SITEMAP}>{inner}</sitemapindex>"


def missing(source_id: int) -> list[str]:
    with transaction() as tx:
        return [each.url for each in completeness.missing(tx, source_id)]


def read(
    site: Site, path: str = "/news.xml", allow: Sequence[str] | None = None
) -> list[SitemapEntry]:
    async def ask() -> list[SitemapEntry]:
        async with Fetcher(limit=1) as fetcher:
            return await comparing.read_sitemap(
                site.url(path),
                fetcher,
                pool.readers(),
                allow=[site.origin] if allow is None else allow,
                now=NOW,
            )

    return asyncio.run(ask())


def test_what_the_newsroom_lists_and_we_lack_is_noticed_after_ten_minutes(site: Site) -> None:
    site.serve("/news.xml", news_sitemap(site, 1, 2, 3))
    site.serve("/feed", rss(item(1, link=site.url("/story/1"))))
    source_id = newsroom.source(
        newsroom.publication(), site, "/feed", compare_url=site.url("/news.xml")
    )
    newsroom.collect()

    noticed = [comparing.compare_due(NOW + minutes * MINUTE) for minutes in (0, 4, 5, 11, 17)]

    assert noticed == [0, 0, 0, 2, 0]
    ((kind, message),) = newsroom.notices()
    assert kind == "missing"
    assert site.url("/story/2") in message
    assert missing(source_id) == [site.url("/story/2"), site.url("/story/3")]

    site.serve("/feed", rss(*(item(n, link=site.url(f"/story/{n}")) for n in (1, 2, 3))))
    newsroom.collect(now=NOW + HOUR)
    comparing.compare_due(NOW + HOUR)

    assert missing(source_id) == []


def test_a_list_that_does_not_answer_is_no_notice(site: Site) -> None:
    site.routes["/news.xml"] = lambda _: Reply(500)
    listing(site)

    assert comparing.compare_due(NOW) == comparing.compare_due(NOW + HOUR) == 0
    assert newsroom.notices() == []


def test_one_list_that_cannot_be_read_keeps_no_other_from_being_compared(site: Site) -> None:
    owner = newsroom.publication()
    site.serve("/none.xml", "<html>no list</html>")
    site.serve("/news.xml", news_sitemap(site, 2))
    odd = listing(site, "/odd.xml", owner)
    listing(site, "/none.xml", owner)
    last = listing(site, "/news.xml", owner)
    with transaction() as tx:
        tx.execute(update(Source).where(Source.id == odd).values(compare_url="http://["))

    noticed = [comparing.compare_due(NOW + minutes * MINUTE) for minutes in (0, 11)]

    assert noticed == [0, 1]
    assert missing(last) == [site.url("/story/2")]


def test_a_source_at_rest_or_without_a_list_is_not_compared(site: Site) -> None:
    owner = newsroom.publication()
    resting = listing(site, "/news.xml", owner)
    newsroom.source(owner, site, "/feed")
    with transaction() as tx:
        sources.set_state(tx, resting, SourceState.PAUSED, message="paused", now=NOW)

    assert comparing.compare_due(NOW) == 0
    assert site.asked == []


@pytest.mark.parametrize(
    ("age", "is_missing"),
    [(dt.timedelta(0), True), (2 * 24 * HOUR, True), (2 * 24 * HOUR + MINUTE, False)],
)
def test_what_is_older_than_two_days_was_compared_before(
    site: Site, age: dt.timedelta, is_missing: bool
) -> None:
    moment = f"{NOW - age:%Y-%m-%dT%H:%M:%SZ}"
    urls = f"<url><loc>{site.url('/story/1')}</loc><lastmod>{moment}</lastmod></url>"
    site.serve("/news.xml", f"<urlset {SITEMAP}>{urls}</urlset>")
    source_id = listing(site)

    comparing.compare_due(NOW)

    assert bool(missing(source_id)) is is_missing


def test_an_address_without_a_date_is_of_today(site: Site) -> None:
    site.serve("/news.xml", f"<urlset {SITEMAP}><url><loc>{site.url('/a')}</loc></url></urlset>")
    source_id = listing(site)

    comparing.compare_due(NOW)

    assert missing(source_id) == [site.url("/a")]


def test_an_article_is_found_however_its_address_is_written(site: Site) -> None:
    site.serve("/feed/news.xml", rss(item(1, link=site.url("/story/1"))))
    site.serve(
        "/news.xml",
        news_sitemap(site, 1).replace("/story/1<", "/story/1?utm_source=map#top<"),
    )
    source_id = listing(site)
    newsroom.collect(source_id)

    comparing.compare_due(NOW)

    assert missing(source_id) == []


def test_a_list_is_its_own_addresses_and_those_of_its_parts(site: Site) -> None:
    site.serve("/index.xml", index(site, "/a.xml", "/b.xml"))
    site.serve("/a.xml", news_sitemap(site, 1))
    site.serve("/b.xml", news_sitemap(site, 2))

    assert [each.url for each in read(site, "/index.xml")] == [
        site.url("/story/1"),
        site.url("/story/2"),
    ]


def test_a_part_that_does_not_answer_leaves_the_others_and_an_index_within_is_left_out(
    site: Site,
) -> None:
    site.serve("/index.xml", index(site, "/gone.xml", "/inner.xml", "/b.xml"))
    site.serve("/inner.xml", index(site, "/deep.xml"))
    site.serve("/b.xml", news_sitemap(site, 2))

    assert [each.url for each in read(site, "/index.xml")] == [site.url("/story/2")]
    assert "/deep.xml" not in site.paths()


def test_of_many_parts_the_newest_five_are_read(site: Site) -> None:
    parts = [f"/{number}.xml" for number in range(MAX_PARTS + 2)]
    site.serve("/index.xml", index(site, *parts))

    read(site, "/index.xml")

    assert len(site.asked) == 1 + MAX_PARTS


@pytest.mark.parametrize("status", [404, 500, 204])
def test_a_list_that_is_not_there_says_its_status(site: Site, status: int) -> None:
    site.routes["/news.xml"] = lambda _: Reply(status)

    with pytest.raises(FetchError, match=f"/news.xml answered {status}.$"):
        read(site)


def test_a_list_may_only_stand_where_the_source_may_be_asked(site: Site) -> None:
    with pytest.raises(SyndicateError):
        read(site, allow=[])

    assert site.asked == []
