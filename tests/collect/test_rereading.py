"""Edits of a page that its feed does not tell of are found, by a few conditional requests a day."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.collect import rereading
from syndicate.collect.rereading import AFTER, next_reading
from syndicate.store.ground.session import transaction
from syndicate.store.intake import article_pages
from syndicate.store.intake.sources import set_state
from syndicate.vocabulary.sources import Pages, SourceState
from tests.collect import newsroom
from tests.collect.newsroom import NOW, item, rss
from tests.collect.site import Reply, Site

pytestmark = pytest.mark.usefixtures("database")
MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
FIRST, SECOND = "as it was written at first", "with a paragraph that was added"


def page(text: str, *, around: str = "") -> str:
    body = f"<p>A page {text}, in sentences that go on for long enough to be read.</p>" * 12
    return (
        f"<html><head><title>Story</title></head><body>{around}<article><h1>Story 1</h1>{body}"
        "</article></body></html>"
    )


@pytest.fixture
def source(site: Site) -> int:
    """A source whose pages are always read, read once."""
    site.serve("/story/1", page(FIRST), content_type="text/html", etag='"p1"')
    site.serve("/feed", rss(item(1, link=site.url("/story/1"))), etag='"f1"')
    made = newsroom.source(newsroom.publication(), site, "/feed", pages=Pages.ALWAYS)
    newsroom.collect(made)
    site.asked.clear()
    return made


def due(now: dt.datetime) -> bool:
    with transaction() as tx:
        return article_pages.has_due(tx, now)


@pytest.mark.long
def test_an_edit_that_the_feed_does_not_tell_of_is_a_revision(site: Site, source: int) -> None:
    site.serve("/story/1", page(SECOND), content_type="text/html", etag='"p2"')

    changed = rereading.read_due(NOW + 16 * MINUTE)
    soon = newsroom.state_of(source).next_at
    done = newsroom.collect(source, now=NOW + 17 * MINUTE)

    assert (changed, soon, done.revisions) == (1, NOW + 16 * MINUTE, 1)
    assert SECOND in newsroom.only_article().body_html
    assert newsroom.collect(source, now=NOW + 18 * MINUTE).unchanged == 1
    assert rereading.read_due(NOW + 61 * MINUTE) == 0
    assert len(newsroom.revisions()) == 2


def test_a_page_as_it_was_costs_one_small_answer(site: Site, source: int) -> None:
    before = newsroom.state_of(source)

    assert not due(NOW + 14 * MINUTE)
    assert due(NOW + 16 * MINUTE)
    changed = rereading.read_due(NOW + 16 * MINUTE)

    after = newsroom.state_of(source)
    assert changed == 0
    assert [each.headers.get("If-None-Match") for each in site.asked] == ['"p1"']
    assert (after.etag, after.next_at, after.leased_until) == (before.etag, before.next_at, None)
    assert not due(NOW + 59 * MINUTE)


@pytest.mark.usefixtures("database", "source")
def test_what_moves_around_the_article_is_no_edit(site: Site) -> None:
    moving = page(FIRST, around="<aside>3,412 people read this now</aside>")
    site.serve("/story/1", moving, content_type="text/html")

    assert rereading.read_due(NOW + 16 * MINUTE) == 0
    assert site.paths() == ["/story/1"]


def test_readings_end_after_a_day(site: Site, source: int) -> None:
    moments = [NOW + minutes * 5 * MINUTE for minutes in range(1, 320)]

    for moment in moments:
        if due(moment):
            rereading.read_due(moment)

    assert site.paths() == ["/story/1"] * len(AFTER)
    assert not due(NOW + 400 * DAY)
    assert newsroom.state_of(source).leased_until is None


@pytest.mark.usefixtures("database", "source")
@pytest.mark.parametrize("status", [404, 429, 500])
def test_a_page_that_does_not_answer_is_asked_at_its_next_time(site: Site, status: int) -> None:
    site.routes["/story/1"] = lambda _: Reply(status)

    assert rereading.read_due(NOW + 16 * MINUTE) == 0
    assert site.paths() == ["/story/1"]
    assert not due(NOW + 59 * MINUTE)
    assert due(NOW + 61 * MINUTE)


def test_a_source_at_rest_is_not_asked_for_pages(source: int) -> None:
    with transaction() as tx:
        set_state(tx, source, SourceState.PAUSED, message="paused", now=NOW)

    assert not due(NOW + DAY)


def test_old_articles_and_thin_ones_are_not_watched(site: Site) -> None:
    site.serve("/story/1", page(FIRST), content_type="text/html")
    old = item(1, link=site.url("/story/1"), when=NOW - 2 * DAY)
    site.serve("/old", rss(old))
    site.serve("/thin", rss(item(2, link=site.url("/story/1?2"))))
    site.routes["/story/1?2"] = site.routes["/story/1"]
    publication = newsroom.publication()
    for path, pages in (("/old", Pages.ALWAYS), ("/thin", Pages.THIN)):
        newsroom.collect(newsroom.source(publication, site, path, pages=pages))

    assert site.paths().count("/story/1") == 1
    assert site.paths().count("/story/1?2") == 1
    assert not due(NOW + 2 * DAY)


@given(st.timedeltas(dt.timedelta(0), 3 * DAY))
def test_the_next_reading_is_later_and_the_first_that_is(passed: dt.timedelta) -> None:
    found = next_reading(NOW, NOW + passed)

    left = [NOW + each for each in AFTER if each > passed]
    assert found == (left[0] if left else None)
