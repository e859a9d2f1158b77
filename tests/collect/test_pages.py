"""Asking for article pages: which, how politely, what of them counts, and what a failure costs."""

import asyncio
import dataclasses
import datetime as dt
import time
from collections.abc import Collection
from typing import Any

import pytest

from syndicate import settings
from syndicate.articles.identity import Identified, identify
from syndicate.collect.pages import (
    MAX_PAGE_BYTES,
    MAX_PAGES,
    PAGE_GAP_S,
    EntriesWithPages,
    PageRead,
    PageSource,
)
from syndicate.collect.robots import Robots, robots
from syndicate.errors import SyndicateError, TemporaryError
from syndicate.fetch import Fetcher, user_agent
from syndicate.reading import pool
from syndicate.reading.pages.size import MOST_ELEMENTS
from syndicate.reading.records import Entry, ParsedPage
from syndicate.store.intake.sources import Source
from syndicate.vocabulary.sources import Pages
from tests.collect.newsroom import NOW
from tests.collect.site import Reply, Site

DAY, SECOND = dt.timedelta(days=1), dt.timedelta(seconds=1)
TEXT = "The page says much more about it than the feed ever did, in whole sentences. " * 12
WHOLE = f"<p>{TEXT}</p>"  # as long an entry as is never thin
PROFILE = {"headline": "h1", "body": "#text", "featured": "#box a"}


def page(number: int, *, box: str = "", updated: str = "") -> str:
    said = f"<meta property='article:modified_time' content='{updated}'>" if updated else ""
    return (
        f"<html><head><title>Story {number}</title>{said}</head><body><h1>Page {number}</h1>"
        f"<div id='text'><p>{TEXT}</p></div><div id='box'>{box}</div></body></html>"
    )


def entries(site: Site, *numbers: int, **values: Any) -> list[Identified]:
    plain = {"published": NOW}
    return identify(
        Entry(
            title=f"Story {number}",
            guid=f"story-{number}",
            link=site.url(f"/story/{number}"),
            **(plain | values),
        )
        for number in numbers
    )


def source(site: Site, **values: Any) -> PageSource:
    plain: dict[str, Any] = {
        "source_id": 7,
        "pages": Pages.ALWAYS,
        "allow": (site.origin,),
        "profile": None,
        "gap_s": 0.0,
    }
    return PageSource(**(plain | values))


def asked(
    asking: PageSource, found: list[Identified], wanted: Collection[bytes] | None = None
) -> EntriesWithPages:
    stems = {each.stem for each in found} if wanted is None else wanted

    async def ask() -> EntriesWithPages:
        async with Fetcher(limit=1) as fetcher:
            return await asking.ask(found, stems, fetcher=fetcher, readers=pool.readers(), now=NOW)

    return asyncio.run(ask())


def read(asking: PageSource, url: str, **conditions: str) -> PageRead | None:
    headers = {name.replace("_", "-"): value for name, value in conditions.items()}

    async def ask() -> PageRead | None:
        async with Fetcher(limit=1) as fetcher:
            return await asking.read(url, headers, fetcher, pool.readers(), NOW)

    return asyncio.run(ask())


def serve(site: Site, *numbers: int) -> None:
    for number in numbers:
        site.serve(f"/story/{number}", page(number), content_type="text/html", etag=f'"{number}"')


def test_only_the_pages_of_what_is_new_or_changed_are_asked_for(site: Site) -> None:
    serve(site, 1, 2, 3)
    found = entries(site, 1, 2, 3)

    done = asked(source(site), found, {found[0].stem, found[2].stem})

    assert site.paths() == ["/story/1", "/story/3"]
    assert [each.full is not None for each in done.found] == [True, False, True]
    assert [each.entry for each in done.found] == [each.entry for each in found]
    assert set(done.reads) == {found[0].stem, found[2].stem}


def test_nothing_wanted_asks_for_nothing(site: Site) -> None:
    found = entries(site, 1)

    assert asked(source(site), found, ()) == EntriesWithPages(found=found)
    assert asked(source(site), []) == EntriesWithPages(found=[])
    assert site.asked == []


@pytest.mark.parametrize(
    ("pages", "content", "is_asked"),
    [
        (Pages.THIN, "", True),
        (Pages.THIN, WHOLE, False),
        (Pages.ALWAYS, "", True),
        (Pages.ALWAYS, WHOLE, True),
    ],
)
def test_a_source_says_whether_the_page_of_a_whole_entry_is_asked_for(
    site: Site, pages: Pages, content: str, is_asked: bool
) -> None:
    serve(site, 1)

    asked(source(site, pages=pages), entries(site, 1, content=content))

    assert site.paths() == ["/story/1"] * is_asked


@pytest.mark.parametrize("link", [None, "", "https://daily.example/"])
def test_an_entry_without_a_page_of_its_own_is_left_as_it_is(site: Site, link: str | None) -> None:
    found = identify([Entry(title="One", guid="one", link=link)])

    assert asked(source(site), found).found == found
    assert site.asked == []


def test_one_poll_asks_for_fifty_pages_and_leaves_the_rest(site: Site) -> None:
    numbers = range(MAX_PAGES + 3)

    done = asked(source(site), entries(site, *numbers))

    assert site.paths() == [f"/story/{number}" for number in range(MAX_PAGES)]
    assert len(done.found) == len(numbers)


def test_a_publisher_has_a_moment_between_two_pages(site: Site) -> None:
    serve(site, 1, 2)
    asking = source(site, gap_s=0.2)
    asked(source(site), entries(site, 1))  # the reading child is warm now

    began = time.monotonic()
    asked(asking, entries(site, 1))
    one_s = time.monotonic() - began
    began = time.monotonic()
    asked(asking, entries(site, 1, 2))
    two_s = time.monotonic() - began

    assert two_s >= 0.2
    assert one_s < two_s


@pytest.mark.parametrize("status", [429, 500, 503])
@pytest.mark.parametrize(
    ("age", "is_asked_again"),
    [(dt.timedelta(0), True), (DAY - SECOND, True), (DAY, False), (None, True)],
)
def test_a_page_that_is_busy_is_asked_for_again_for_a_day(
    site: Site, status: int, age: dt.timedelta | None, is_asked_again: bool
) -> None:
    site.routes["/story/1"] = lambda _: Reply(status)
    found = entries(site, 1, published=None if age is None else NOW - age)

    done = asked(source(site), found)

    assert done.missing == ({found[0].stem} if is_asked_again else frozenset())
    assert (done.found, done.reads) == (found, {})


def test_the_age_of_an_entry_without_a_date_is_that_of_its_last_change(site: Site) -> None:
    site.routes["/story/1"] = lambda _: Reply(503)

    done = asked(source(site), entries(site, 1, published=None, updated=NOW - 2 * DAY))

    assert done.missing == frozenset()


@pytest.mark.parametrize(
    "reply",
    [
        Reply(404),
        Reply(403),
        Reply(204),
        Reply(200, b"%PDF-1.7", {"Content-Type": "application/pdf"}),
        Reply(302, b"", {"Location": "http://127.0.0.2:1/elsewhere"}),
        Reply(200, b"x" * (MAX_PAGE_BYTES + 1), {"Content-Type": "text/html"}),
    ],
    ids=["gone", "forbidden", "empty", "no page", "led away", "too long"],
)
def test_what_is_no_page_costs_its_entry_nothing_and_is_not_asked_for_again(
    site: Site, reply: Reply
) -> None:
    site.routes["/story/1"] = lambda _: reply
    serve(site, 2)
    found = entries(site, 1, 2)

    done = asked(source(site), found)

    assert (done.found[0], done.missing) == (found[0], frozenset())
    assert set(done.reads) == {found[1].stem}


@pytest.mark.parametrize("kind", ["", "text/html; charset=utf-8", "Application/XHTML+XML"])
def test_a_page_is_html_or_says_nothing_of_what_it_is(site: Site, kind: str) -> None:
    headers = {"Content-Type": kind} if kind else {}
    site.routes["/story/1"] = lambda _: Reply(200, page(1).encode(), headers)

    found = read(source(site), site.url("/story/1"))

    assert found is not None
    assert TEXT.strip() in found.page.body


def test_a_profile_says_what_stands_where_and_counts_more_than_the_feed(site: Site) -> None:
    serve(site, 1)
    (plain,) = asked(source(site), entries(site, 1)).found
    (described,) = asked(source(site, profile=PROFILE), entries(site, 1)).found

    assert (plain.whole_entry.title, described.whole_entry.title) == ("Story 1", "Page 1")
    assert plain.entry == described.entry


def test_the_list_of_picks_is_that_of_the_newest_page_that_has_one(site: Site) -> None:
    old = page(1, box="<a href='/a'>A</a>", updated="2026-11-24T06:00:00Z")
    new = page(2, box="<a href='/b'>B</a>", updated="2026-11-24T07:00:00Z")
    newest = page(3, updated="2026-11-24T08:00:00Z")
    for number, body in enumerate((new, newest, old), 1):
        site.serve(f"/story/{number}", body, content_type="text/html")
    profile = PROFILE | {
        "updated": {"select": "meta[property='article:modified_time']", "attribute": "content"}
    }

    done = asked(source(site, profile=profile), entries(site, 1, 2, 3))

    assert done.featured == (("B", site.url("/b")),)


def test_no_page_with_a_box_is_no_list(site: Site) -> None:
    serve(site, 1)

    assert asked(source(site, profile=PROFILE), entries(site, 1)).featured == ()


def test_a_page_knows_who_asks_and_what_was_there_before(site: Site) -> None:
    serve(site, 1)

    found = read(source(site), site.url("/story/1"), If_Modified_Since="Tue")

    assert found is not None
    assert (found.etag, found.last_modified) == (b'"1"', None)
    (request,) = site.asked
    assert request.headers["User-Agent"] == user_agent(settings.load().base_url(), source_id=7)
    assert request.headers["If-Modified-Since"] == "Tue"


def test_a_page_as_it_was_is_no_reading(site: Site) -> None:
    serve(site, 1)

    assert read(source(site), site.url("/story/1"), If_None_Match='"1"') is None


@pytest.mark.parametrize("status", [429, 500, 502])
def test_a_page_that_may_come_later_says_so_with_its_status(site: Site, status: int) -> None:
    site.routes["/story/1"] = lambda _: Reply(status)

    with pytest.raises(TemporaryError, match=f"/story/1 answered {status}.$"):
        read(source(site), site.url("/story/1"))


def test_a_page_may_only_stand_where_the_source_may_be_asked(site: Site) -> None:
    serve(site, 1)

    with pytest.raises(SyndicateError, match="is not one of"):
        read(source(site, allow=()), site.url("/story/1"))

    assert site.asked == []


def test_the_fingerprint_of_a_page_is_of_what_readers_see() -> None:
    plain = PageRead(ParsedPage("u", headline="One", standfirst="S", body="<p>B</p>"), b"e", None)

    def seen(**values: Any) -> bytes:
        return dataclasses.replace(plain, page=dataclasses.replace(plain.page, **values)).seen

    assert seen(section="World", tags=("a",), url="v", featured=()) == plain.seen
    changed = [
        seen(headline="Two"),
        seen(standfirst="T"),
        seen(body="<p>C</p>"),
        seen(authors=("World desk",)),
    ]
    assert len({plain.seen, *changed}) == 5


def rules(site: Site, text: str, status: int = 200) -> Robots:
    site.serve("/robots.txt", text, status=status)
    return Robots()


def test_where_robots_txt_refuses_a_page_its_entry_stays_and_operators_are_told_once(
    site: Site,
) -> None:
    serve(site, 1, 2, 3)
    known = rules(site, "User-agent: *\nDisallow: /story/1\nDisallow: /story/2")
    found = entries(site, 1, 2, 3)

    done = asked(source(site, robots=known), found)

    assert site.paths() == ["/robots.txt", "/story/3"]
    assert [each.full is not None for each in done.found] == [False, False, True]
    assert done.missing == frozenset()
    assert done.refused is not None
    assert done.refused.startswith(
        f"http://{site.origin}/robots.txt does not allow us to read {site.url('/story/1')}; "
    )


def test_the_text_of_a_page_that_is_too_large_stays_as_the_feed_gave_it(site: Site) -> None:
    serve(site, 1)
    many = "<h2>x</h2>" * (MOST_ELEMENTS + 1)
    site.serve("/story/2", f"<h1>Page 2</h1><p>{TEXT}</p>{many}", content_type="text/html")
    found = entries(site, 1, 2, content="<p>As the feed says.</p>")

    done = asked(source(site), found)

    assert [each.whole_entry.content.startswith("<p>As") for each in done.found] == [False, True]
    assert [kind for kind, _ in done.notices] == ["page_size"]
    assert done.notices[0][1].startswith(f"{site.url('/story/2')} has more than 10,000 elements")


@pytest.mark.parametrize(("age", "again"), [(dt.timedelta(0), 1), (2 * DAY, 0)])
def test_where_robots_txt_does_not_answer_the_pages_wait(
    site: Site, age: dt.timedelta, again: int
) -> None:
    serve(site, 1)
    known = rules(site, "", status=503)

    done = asked(source(site, robots=known), entries(site, 1, published=NOW - age))

    assert (len(done.missing), done.refused) == (again, None)
    assert "/story/1" not in site.paths()


def test_refused_pages_take_no_place_among_the_fifty(site: Site) -> None:
    known = rules(site, "User-agent: *\nDisallow: /")

    done = asked(source(site, robots=known), entries(site, *range(MAX_PAGES + 1)))

    assert site.paths() == ["/robots.txt"]
    assert len(done.found) == MAX_PAGES + 1


@pytest.mark.parametrize(
    ("allowed", "obeys", "gap_s", "asks"),
    [
        ([], None, PAGE_GAP_S, True),
        ([], False, PAGE_GAP_S, False),
        (["10.0.0.1:80"], None, 0.0, False),
        (["10.0.0.1:80"], True, 0.0, True),
    ],
)
def test_only_a_stranger_is_given_time_and_asked_for_rules(
    allowed: list[str], obeys: bool | None, gap_s: float, asks: bool
) -> None:
    url, of = "https://daily.example/feed", dict[str, Any](pages=Pages.THIN, profile=PROFILE)
    row = Source(id=7, url=url, allow_origins=allowed, obeys_robots=obeys, **of)

    found = PageSource.of(row)

    asked = robots() if asks else None
    known = PageSource(7, allow=tuple(allowed), gap_s=gap_s, robots=asked, address=url, **of)
    assert found == known


def test_pages_are_asked_for_in_the_order_of_the_document(site: Site) -> None:
    serve(site, 1, 2, 3)

    asked(source(site), entries(site, 3, 1, 2))

    assert site.paths() == ["/story/3", "/story/1", "/story/2"]
