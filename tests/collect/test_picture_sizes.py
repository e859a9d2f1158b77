"""Lead pictures are asked for their size once; feeds have an enclosure then."""

import asyncio
import datetime as dt
import time
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select, text, update

from syndicate.collect import picture_sizes
from syndicate.collect.picture_sizes import Learnt, size_of
from syndicate.fetch import Fetcher, Response
from syndicate.store.content.pictures import Picture
from syndicate.store.ground.session import transaction
from syndicate.store.intake.sources import FetchHost, Source
from syndicate.store.syndication.picture_sizes import Unmeasured
from syndicate.vocabulary.articles import ArticleState
from tests.collect import newsroom
from tests.collect.newsroom import NOW, item, rss
from tests.collect.site import Reply, Site
from tests.feeds import building, reading

JPEG = {"content-type": b"image/jpeg", "content-length": b"5"}
MINUTE = dt.timedelta(minutes=1)


def pictured(site: Site, number: int, *paths: str) -> str:
    media = "".join(f'<media:content url="{site.url(path)}" medium="image"/>' for path in paths)
    return item(number).replace("</item>", f"{media}</item>")


def collect(site: Site, *items: str) -> None:
    site.serve("/feed", rss(*items))
    newsroom.source(newsroom.publication(), site, "/feed")
    newsroom.collect()
    site.asked.clear()


def sizes() -> list[int | None]:
    with transaction() as tx:
        return list(
            tx.scalars(select(Picture.measured_bytes).order_by(Picture.position, Picture.id))
        )


@pytest.mark.usefixtures("database")
def test_the_lead_picture_of_a_story_is_asked_once_and_is_an_enclosure_then(site: Site) -> None:
    site.serve("/lead.jpg", b"12345", content_type="image/jpeg")
    site.serve("/second.jpg", b"1234567", content_type="image/jpeg")
    collect(site, pictured(site, 1, "/lead.jpg", "/second.jpg"))
    building.publish_due(NOW + MINUTE)
    before = reading.rss("everything").findall(".//enclosure")

    told = [picture_sizes.measure_due(NOW + MINUTE), picture_sizes.measure_due(NOW + MINUTE)]

    assert (told, sizes()) == ([1, 0], [5, None])
    assert [(each.method, each.path) for each in site.asked] == [("HEAD", "/lead.jpg")]
    assert building.publish_due(NOW + 5 * MINUTE) == 0
    assert building.publish_due(NOW + 6 * MINUTE) > 0
    after = reading.rss("everything").findall(".//enclosure")
    assert (before, [each.get("length") for each in after]) == ([], ["5"])


@pytest.mark.usefixtures("database")
def test_what_tells_no_size_is_not_asked_again_and_keeps_no_other_from_it(site: Site) -> None:
    site.routes["/moved.jpg"] = lambda _: Reply(302, b"", {"Location": "/good.jpg"})
    site.routes["/gone.jpg"] = lambda _: Reply(404, b"")
    site.serve("/page.jpg", b"<p>", content_type="text/html")
    site.serve("/good.jpg", b"12345", content_type="image/jpeg")
    names = ("moved", "gone", "page", "good")
    collect(site, *(pictured(site, n, f"/{name}.jpg") for n, name in enumerate(names, 1)))

    told = [picture_sizes.measure_due(NOW), picture_sizes.measure_due(NOW)]

    assert told == [2, 0]
    assert sorted(each or 0 for each in sizes()) == [0, 0, 5, 5]
    assert len(site.asked) == 5


@pytest.mark.usefixtures("database")
def test_no_picture_of_an_old_or_withdrawn_story_is_asked(site: Site) -> None:
    site.serve("/1.jpg", b"12345", content_type="image/jpeg")
    collect(site, pictured(site, 1, "/1.jpg"), pictured(site, 2, "/1.jpg"))
    with transaction() as tx:
        old, gone = (tx.session.merge(each) for each in newsroom.articles())
        old.published_at = NOW - dt.timedelta(days=2)
        gone.state = ArticleState.KILLED

    assert picture_sizes.measure_due(NOW) == 0
    assert site.asked == []


def unmeasured(site: Site, *paths: str, **of_source: Any) -> list[Unmeasured]:
    """Pictures of a source that lie at a site."""
    said = {"allow_origins": [site.origin], "obeys_robots": None, **of_source}
    source = Source(**said)
    return [Unmeasured(n, n, site.url(path), (source,)) for n, path in enumerate(paths, 1)]


def asked(pictures: list[Unmeasured], *, gap_s: float = 0.0, within_s: float = 20.0) -> Learnt:
    async def run() -> Learnt:
        until = time.monotonic() + within_s
        async with Fetcher(limit=4) as fetcher:
            return await picture_sizes.ask(pictures, fetcher, gap_s=gap_s, until=until, now=NOW)

    return asyncio.run(run())


def keep(site: Site, **columns: object) -> None:
    """Somebody else has a site's domain, or it wants rest."""
    with transaction() as tx:
        of_it = update(FetchHost).where(FetchHost.domain == site.address)
        tx.execute(of_it.values(**columns))


def test_pictures_of_one_domain_are_asked_one_after_the_other_with_a_gap(site: Site) -> None:
    at: list[tuple[float, float]] = []

    def answer(_: object) -> Reply:
        began = time.monotonic()
        time.sleep(0.05)
        at.append((began, time.monotonic()))
        return Reply(200, b"12345", {"Content-Type": "image/jpeg"})

    paths = ["/1.jpg", "/2.jpg", "/3.jpg"]
    site.routes.update(dict.fromkeys(paths, answer))

    learnt = asked(unmeasured(site, *paths), gap_s=0.2)

    assert learnt.sizes == dict.fromkeys((1, 2, 3), 5)
    assert all(begun - ended >= 0.2 for (_, ended), (begun, _) in pairwise(at))


def test_what_there_was_no_time_for_is_left(site: Site) -> None:
    site.serve("/1.jpg", b"12345", content_type="image/jpeg")

    learnt = asked(unmeasured(site, "/1.jpg", "/1.jpg", "/1.jpg"), gap_s=30.0)

    assert (learnt.sizes, learnt.left, len(site.asked)) == ({1: 5}, [2, 3], 1)


def test_no_picture_is_asked_against_robots_txt(site: Site) -> None:
    site.serve("/robots.txt", "User-agent: *\nDisallow: /private/")
    site.serve("/private/1.jpg", b"12345", content_type="image/jpeg")
    site.serve("/2.jpg", b"12345", content_type="image/jpeg")

    learnt = asked(unmeasured(site, "/private/1.jpg", "/2.jpg", obeys_robots=True))

    assert learnt.sizes == {2: 5}
    assert site.paths() == ["/robots.txt", "/2.jpg"]


@pytest.mark.parametrize(
    ("status", "after", "rest"),
    [(429, "600", 10 * MINUTE), (503, "", MINUTE), (429, "1", MINUTE), (500, "600", None)],
)
def test_a_domain_that_wants_rest_is_asked_for_no_further_picture(
    site: Site, status: int, after: str, rest: dt.timedelta | None
) -> None:
    site.routes["/1.jpg"] = lambda _: Reply(status, b"", {"Retry-After": after})
    site.serve("/2.jpg", b"12345", content_type="image/jpeg")

    learnt = asked(unmeasured(site, "/1.jpg", "/2.jpg"))

    assert learnt.rest_until == (NOW + rest if rest else None)
    assert learnt.sizes == ({} if rest else {2: 5})


@pytest.mark.usefixtures("database")
def test_the_rest_that_a_domain_wants_keeps_its_sources_from_it_too(site: Site) -> None:
    site.routes["/1.jpg"] = lambda _: Reply(429, b"", {"Retry-After": "600"})
    collect(site, pictured(site, 1, "/1.jpg"), pictured(site, 2, "/1.jpg"))

    assert picture_sizes.measure_due(NOW) == 0

    assert len(site.asked) == 1
    with transaction() as tx:
        row = tx.session.get_one(FetchHost, site.address)
    assert row.leased_until is None
    assert row.not_before is not None
    assert abs(row.not_before - NOW - 10 * MINUTE) < MINUTE


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    "taken", [{"leased_until": NOW + MINUTE}, {"not_before": NOW + dt.timedelta(seconds=1)}]
)
def test_a_picture_of_a_domain_that_is_asked_for_something_else_waits(
    site: Site, taken: dict[str, dt.datetime]
) -> None:
    site.serve("/1.jpg", b"12345", content_type="image/jpeg")
    collect(site, pictured(site, 1, "/1.jpg"))
    keep(site, **taken)

    told = [picture_sizes.measure_due(NOW), picture_sizes.measure_due(NOW + 2 * MINUTE)]

    assert told == [0, 1]
    assert len(site.asked) == 1


@pytest.mark.usefixtures("database")
def test_of_many_pictures_of_a_busy_domain_few_are_looked_at_each_time(site: Site) -> None:
    many = picture_sizes.MOST_WAITING + picture_sizes.PICTURES + 1
    collect(site, *(pictured(site, number, f"/{number}.jpg") for number in range(1, many + 1)))
    keep(site, leased_until=NOW + MINUTE)
    before = written()

    assert picture_sizes.measure_due(NOW) == 0

    assert len(before) == many
    assert len(written() - before) == picture_sizes.MOST_WAITING


def written() -> set[tuple[int, str]]:
    """Which transaction wrote each picture last."""
    with transaction() as tx:
        return {tuple(row) for row in tx.execute(text("SELECT id, xmin::text FROM picture"))}


@pytest.mark.usefixtures("database")
def test_no_picture_is_asked_of_a_domain_that_wants_rest(site: Site) -> None:
    collect(site, pictured(site, 1, "/1.jpg"))
    keep(site, not_before=NOW + dt.timedelta(hours=1))

    told = [picture_sizes.measure_due(NOW), picture_sizes.measure_due(NOW + dt.timedelta(hours=2))]

    assert (told, site.asked) == ([0, 0], [])


@pytest.mark.parametrize(
    ("status", "headers", "size"),
    [
        (200, {}, 5),
        (206, {}, None),
        (404, {}, None),
        (200, {"content-type": b"text/html"}, None),
        (200, {"content-type": b""}, None),
        (200, {"content-encoding": b"gzip"}, None),
        (200, {"content-encoding": b"identity"}, 5),
        (200, {"content-length": b""}, None),
        (200, {"content-length": b"0"}, None),
        (200, {"content-length": b"-5"}, None),
        (200, {"content-length": "\u0665".encode()}, None),
        (200, {"content-length": b"9" * 30}, None),
        (200, {"content-length": str(2**40).encode()}, 2**40),
        (200, {"content-length": str(2**40 + 1).encode()}, None),
    ],
)
def test_a_size_is_believed_of_a_picture_alone(
    status: int, headers: dict[str, bytes], size: int | None
) -> None:
    answer = Response(status, "https://daily.example/1.jpg", JPEG | headers, (), b"")

    assert size_of(answer) == size
