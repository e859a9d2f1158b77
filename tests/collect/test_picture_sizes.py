"""Lead pictures are asked for their size once; feeds have an enclosure then."""

import datetime as dt

import pytest
from sqlalchemy import select

from syndicate.collect import picture_sizes
from syndicate.collect.picture_sizes import size_of
from syndicate.fetch import Response
from syndicate.store.content.pictures import Picture
from syndicate.store.ground.session import transaction
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
