"""A feed's value that no row can keep is dropped, and its story comes in all the same."""

import json
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select, text

from syndicate import bounds
from syndicate.store.content.pictures import Picture
from syndicate.store.ground.session import transaction
from syndicate.vocabulary.articles import ArticleState
from tests.collect import newsroom
from tests.collect.newsroom import item, rss
from tests.collect.site import Site

pytestmark = pytest.mark.usefixtures("database")

MOMENTS = (
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-05:00",
    "Thu, 01 Jan 1903 00:00:00 GMT",
    "2101-01-01T00:00:00Z",
    "99999999999999999999",
    "1e400",
    "NaN",
    "infinity",
    "&#x1d7d9;&#x1d7da;",
)
NUMBERS = ("-1", "9" * 400, "9223372036854775808", "NaN", "1e400", "&#1633;")
ADDRESSES = ("http://[", "https://", "https://a.example:99999/", "https://a.example/" + "x" * 9_000,
             "javascript:1", "http://a b/")  # fmt: skip
# Both readers of feeds: the quick one, and the one for what is long or broken.
HEADS = {"short": "", "long": f"<!--{'x' * 300_000}-->"}


def spoilt() -> list[str]:
    """Items with one bad value each, in every place that holds a time, a number or an address."""
    found: list[str] = []

    def add(text: str) -> None:
        number = len(found)
        found.append(item(number, guid=f"g{number}").replace("</item>", f"{text}</item>"))

    for moment in MOMENTS:
        found.append(_dated(len(found), moment))
        add(f"<dcterms:modified>{moment}</dcterms:modified>")
        add(f"<atom:updated>{moment}</atom:updated>")
    for number in NUMBERS:
        add(f'<media:content url="https://a.example/p.jpg" medium="image" width="{number}" '
            f'height="{number}" fileSize="{number}"/>')  # fmt: skip
        add(f'<enclosure url="https://a.example/p.jpg" type="image/jpeg" length="{number}"/>')
    for address in ADDRESSES:
        add(f'<media:content url="{address}" medium="image"/>')
        add(f'<enclosure url="{address}" type="image/jpeg" length="1"/>')
    add(f"<category>{'c' * 300_000}</category>")
    add(f"<dc:creator>{'n' * 300_000}</dc:creator>")
    add("<dc:language>&#x202e;&lt;</dc:language>")
    return found


def _dated(number: int, moment: str) -> str:
    before, _, rest = item(number, guid=f"g{number}").partition("<pubDate>")
    return f"{before}<pubDate>{moment}</pubDate>{rest.partition('</pubDate>')[2]}"


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_no_value_of_a_feed_costs_more_than_itself(site: Site, head: str) -> None:
    items = spoilt()
    site.serve("/feed", rss(*items, head=head))
    source = newsroom.source(newsroom.publication(), site, "/feed")

    done = newsroom.collect(source)

    assert (done.failed, done.articles) == (0, len(items))
    kept = newsroom.articles()
    live = [each for each in kept if each.state is ArticleState.LIVE]
    # A date of publication that has not come is an embargo, whoever meant it.
    assert len(live) >= len(items) - 3
    for each in kept:
        assert bounds.moment(each.published_at) == each.published_at
        assert bounds.moment(each.updated_at) == each.updated_at
        assert each.url is None or bounds.fits_index(each.url)
    with transaction() as tx:
        pictures = list(tx.scalars(select(Picture)))
    assert all(each.width is None or 0 < each.width < 100_000 for each in pictures)
    assert all(each.size_bytes is None or each.size_bytes > 0 for each in pictures)
    assert {each.url for each in pictures if not urlsplit(each.url).hostname} == set()
    assert {each.url for each in pictures if not bounds.fits_index(each.url)} == set()


def test_no_value_of_a_json_feed_costs_more_than_itself(site: Site) -> None:
    entries = [
        json.dumps(
            {"id": f"j{number}", "url": f"https://a.example/{number}", "title": f"Story {number}",
             "content_html": "<p>What happened, told in one sentence.</p>", "date_published": "@@"}
        ).replace('"@@"', value)
        for number, value in enumerate(
            ['"0001-01-01T00:00:00+14:00"', '"9999-12-31T23:59:59-05:00"', "1e400", "NaN", "null",
             "99999999999999999999", "[]", "{}", '"a\\u0000b"', '"\\ud800"']
        )
    ]  # fmt: skip
    body = f'{{"version": "https://jsonfeed.org/version/1.1", "items": [{", ".join(entries)}]}}'
    site.serve("/feed", body.encode(), content_type="application/feed+json")
    source = newsroom.source(newsroom.publication(), site, "/feed")

    done = newsroom.collect(source)

    assert (done.failed, done.articles) == (0, len(entries))
    for each in newsroom.articles():
        assert bounds.moment(each.published_at) == each.published_at


@pytest.mark.parametrize("number", ["-1", "9223372036854775807"])
def test_a_number_in_one_sources_row_costs_its_neighbours_nothing(site: Site, number: str) -> None:
    """Three sources of one host: one that fails, one that answers, one that is well."""
    publication = newsroom.publication()
    site.serve("/bad", rss(item(1, guid="bad")))
    site.serve("/good", rss(item(2, guid="good")))
    spoilt = [newsroom.source(publication, site, path) for path in ("/none", "/bad")]
    well = newsroom.source(publication, site, "/good")
    numbers = ", ".join(f"{each} = {number}" for each in ("failures", "rhythm_s", "moved_seen"))
    with transaction() as tx:
        ids = ", ".join(map(str, spoilt))
        tx.execute(text(f"UPDATE fetch_state SET {numbers} WHERE source_id IN ({ids})"))  # noqa: S608 - our own

    done = newsroom.collect(*spoilt, well)

    assert (done.sources, done.failed, done.articles) == (3, 1, 2)
