"""A story that its own feed gives another identity and address is one story."""

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from syndicate.articles import splitting
from syndicate.articles.heirs import is_mended
from syndicate.errors import RefusedError
from syndicate.store.content.articles import ArticleKey, ArticleSource
from syndicate.store.ground.session import transaction
from syndicate.store.platform.audit import Audit
from tests.acting import TESTER
from tests.collect import newsroom
from tests.collect.newsroom import NOW, item, rss
from tests.collect.site import Site

HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)
PIER = "https://pier.example"


@dataclass(frozen=True)
class Told:
    """A story as its feed tells it."""

    title: str
    link: str
    guid: str
    text: str = "d"


CASES = {
    "guid made anew": (
        Told("Ferry timetable changes", f"{PIER}/g/1", "build-1111", "The ferry leaves earlier."),
        Told("Ferry timetable changes", f"{PIER}/g/1", "build-2222", "The ferry leaves earlier."),
    ),
    "slug mended": (
        Told(
            "Build you own boat",
            f"{PIER}/b/build-you-own-boat",
            f"{PIER}/b/build-you-own-boat",
            "A boat in a weekend, with plans and a list of timber.",
        ),
        Told(
            "Build your own boat",
            f"{PIER}/b/build-your-own-boat",
            f"{PIER}/b/build-your-own-boat",
            "A boat in a weekend, with plans and a list of timber.",
        ),
    ),
    "session in the address": (
        Told("Session news", f"{PIER}/v?id=7&amp;sid=aaaa", f"{PIER}/v?id=7&amp;sid=aaaa"),
        Told("Session news", f"{PIER}/v?id=7&amp;sid=bbbb", f"{PIER}/v?id=7&amp;sid=bbbb"),
    ),
    "session in the path": (
        Told("Session news", f"{PIER}/v;jsessionid=1A?id=7", f"{PIER}/v;jsessionid=1A?id=7"),
        Told("Session news", f"{PIER}/v;jsessionid=2B?id=7", f"{PIER}/v;jsessionid=2B?id=7"),
    ),
    "count of comments": (
        Told("Gull of the year (3 comments)", f"{PIER}/gull", "gull", "Vote."),
        Told("Gull of the year (14 comments)", f"{PIER}/gull", "gull", "Vote."),
    ),
    "https": (
        Told("Moved to https", "http://pier.example/h", "http://pier.example/h"),
        Told("Moved to https", f"{PIER}/h", f"{PIER}/h"),
    ),
    "another domain": (
        Told("Moved house", "https://old.pier.example/m/1", "https://old.pier.example/m/1"),
        Told("Moved house", "https://new.pier.example/m/1", "https://new.pier.example/m/1"),
    ),
}
OTHERS = {
    "guid used again": (
        Told("Seven best tools of 2017", f"{PIER}/tools-2017", "tools", "Old list."),
        Told("Ten best tools of 2026", f"{PIER}/tools-2026", "tools", "New list with others."),
    ),
    "another story of a page": (
        Told("Session news", f"{PIER}/v?id=7", f"{PIER}/v?id=7"),
        Told("Session news", f"{PIER}/v?id=8", f"{PIER}/v?id=8"),
    ),
    "the front page": (
        Told("Update", f"{PIER}/", "u-1", "The first."),
        Told("Update", f"{PIER}/", "u-2", "The second."),
    ),
    "another division": (
        Told(
            "Results of the north", f"{PIER}/r/north", "r-north", "All results on our site today."
        ),
        Told(
            "Results of the south", f"{PIER}/r/south", "r-south", "All results on our site today."
        ),
    ),
    "another round": (
        Told("Results of round 1", f"{PIER}/r/1", "r-1", "All results on our site today now."),
        Told("Results of round 2", f"{PIER}/r/2", "r-2", "All results on our site today now."),
    ),
}


def _served(site: Site, told: Told, when: dt.datetime, *more: str) -> None:
    one = item(1, title=told.title, link=told.link, guid=told.guid, text=told.text, when=when)
    site.serve("/feed", rss(one, item(50), *more))


def _stories(site: Site, before: Told, after: Told, between: dt.timedelta = MINUTE) -> list[str]:
    """The headlines that stand after one was told, and then the other, published at that time."""
    _served(site, before, NOW - HOUR)
    newsroom.source(newsroom.publication(), site, "/feed")
    newsroom.collect()
    _served(site, after, NOW - HOUR + between)
    newsroom.collect(now=NOW + HOUR)
    # The new identity is known from now on.
    _served(site, after, NOW - HOUR + between, item(60))
    newsroom.collect(now=NOW + 2 * HOUR)
    return sorted(each.headline for each in newsroom.articles() if each.headline[:6] != "Story ")


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("name", CASES)
def test_it_goes_on_as_the_story_that_it_was(site: Site, name: str) -> None:
    before, after = CASES[name]

    assert _stories(site, before, after) == [after.title]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("name", OTHERS)
def test_two_stories_stay_two(site: Site, name: str) -> None:
    before, after = OTHERS[name]

    assert _stories(site, before, after, 5 * MINUTE) == sorted([before.title, after.title])


@pytest.mark.usefixtures("database")
def test_one_that_is_renamed_is_told_and_leads_to_its_new_page(site: Site) -> None:
    before, after = CASES["another domain"]

    _stories(site, before, after)

    [(kind, message)] = newsroom.notices()
    assert kind == "renamed"
    assert "“Moved house” has another identity and address now" in message
    moved = next(each for each in newsroom.articles() if each.headline == "Moved house")
    assert moved.url == "https://new.pier.example/m/1"


@pytest.mark.usefixtures("database")
def test_another_source_that_has_its_new_address_brings_the_same_story(site: Site) -> None:
    before, after = CASES["another domain"]
    _stories(site, before, after)
    again = item(1, title="In other words", link=after.link, guid="w-1", when=NOW - HOUR)
    site.serve("/wire", rss(again))
    [desk] = {each.publication_id for each in newsroom.articles()}
    wire = newsroom.source(desk, site, "/wire")

    assert newsroom.collect(wire, now=NOW + 3 * HOUR).articles == 0


@pytest.mark.usefixtures("database")
def test_an_old_one_that_is_still_there_is_another(site: Site) -> None:
    before, after = CASES["another domain"]
    _served(site, before, NOW - HOUR)
    newsroom.source(newsroom.publication(), site, "/feed")
    newsroom.collect()
    both = [
        item(n, title=each.title, link=each.link, guid=each.guid, text=each.text, when=NOW - HOUR)
        for n, each in enumerate((before, after))
    ]
    site.serve("/feed", rss(*both))

    newsroom.collect(now=NOW + HOUR)

    assert [each.headline for each in newsroom.articles()].count("Moved house") == 2


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ("Build you own boat", "Build your own boat", True),
        ("Teh ferry is out again", "The ferry is out again", False),
        ("Results of the north", "Results of the south", False),
        ("Monday at the pier", "Sunday at the pier", False),
        ("Round 1 is over", "Round 2 is over", False),
        ("Ferry", "Ferrys", False),
        ("The same", "The same", False),
        ("One more word", "One more word here", False),
    ],
)
def test_a_headline_is_mended_by_a_letter_or_two(before: str, now: str, *, expected: bool) -> None:
    assert is_mended(before, now) == expected


@pytest.mark.usefixtures("database")
def test_a_session_is_told_once_and_moves_no_page(site: Site) -> None:
    told = [
        Told("Session news", f"{PIER}/v?id=7&amp;sid={sid}", f"{PIER}/v?id=7&amp;sid={sid}")
        for sid in ("aaaa", "bbbb", "cccc")
    ]
    _served(site, told[0], NOW - HOUR)
    newsroom.source(newsroom.publication(), site, "/feed")
    newsroom.collect()

    for hours, each in enumerate(told[1:], 1):
        _served(site, each, NOW - HOUR)
        newsroom.collect(now=NOW + hours * HOUR)

    assert [kind for kind, _ in newsroom.notices()] == ["renamed"]
    moved = next(each for each in newsroom.articles() if each.headline == "Session news")
    assert moved.url == f"{PIER}/v?id=7&sid=aaaa"


def _sessions(site: Site, names: Sequence[str]) -> int:
    """Collect one story whose address has another session at each poll; its source."""
    source_id = 0
    for hours, sid in enumerate(names):
        each = f"{PIER}/v?id=7&amp;sid={sid}"
        _served(site, Told("Session news", each, each), NOW - HOUR)
        source_id = source_id or newsroom.source(newsroom.publication(), site, "/feed")
        newsroom.collect(now=NOW + hours * HOUR)
    return source_id


def _kept(pattern: str) -> list[str]:
    """Addresses of entries, and those that lead to articles, where they are like one."""
    carried = select(ArticleSource.link).where(ArticleSource.link.like(pattern))
    leading = select(ArticleKey.key).where(ArticleKey.key.like(pattern))
    with transaction() as tx:
        found = [*tx.scalars(carried), *tx.scalars(leading)]
        return sorted(each.rpartition("sid=")[2] for each in found)


@pytest.mark.usefixtures("database")
def test_sessions_in_addresses_leave_few_rows_however_often_they_change(site: Site) -> None:
    _sessions(site, [f"{number:04}" for number in range(12)])

    kept = ["0000", "0009", "0010", "0011"]
    assert _kept("%sid=%") == sorted(kept * 2)
    assert [each.headline for each in newsroom.articles()].count("Session news") == 1
    with transaction() as tx:
        told = [(each.actor, each.detail["revision"]) for each in tx.scalars(select(Audit))]
    assert told == [("source:1", 1)] * 3


@pytest.mark.usefixtures("database")
def test_servers_that_take_turns_change_nothing_that_is_known(site: Site) -> None:
    _sessions(site, ["a", "b", "c"] * 4)

    assert _kept("%sid=%") == sorted(["a", "b", "c"] * 2)
    assert [each.headline for each in newsroom.articles()].count("Session news") == 1


@pytest.mark.usefixtures("database")
def test_an_address_that_another_source_has_stays_when_its_identity_goes(site: Site) -> None:
    _sessions(site, ["a", "b"])
    again = item(1, title="In other words", link=f"{PIER}/v?id=7&amp;sid=b", guid="w-1", when=NOW)
    site.serve("/wire", rss(again))
    [desk] = {each.publication_id for each in newsroom.articles()}
    newsroom.collect(newsroom.source(desk, site, "/wire"))
    for hours, sid in enumerate("cdefgh", 2):
        each = f"{PIER}/v?id=7&amp;sid={sid}"
        _served(site, Told("Session news", each, each), NOW - HOUR)
        newsroom.collect(1, now=NOW + hours * HOUR)

    with transaction() as tx:
        leading = select(ArticleKey.key).where(ArticleKey.key.like("%sid=%"))
        assert sorted(key[-1] for key in tx.scalars(leading)) == ["a", "b", "f", "g", "h"]


@pytest.mark.usefixtures("database")
def test_one_that_was_another_story_is_split_off_and_both_have_their_words(site: Site) -> None:
    before = Told("Morning briefing", f"{PIER}/briefing?sid=mo", "mo", "The ferry is late again.")
    after = Told("Morning briefing", f"{PIER}/briefing?sid=tu", "tu", "The ferry is sold today.")
    _stories(site, before, after)
    [held] = [each for each in newsroom.articles() if each.headline == "Morning briefing"]
    with transaction() as tx:
        [line] = tx.scalars(select(Audit))
        assert line.subject == f"article:{held.id}"
        with pytest.raises(RefusedError, match="name one of its later entries"):
            splitting.split(tx, held.id, 1, actor=TESTER, now=NOW + 3 * HOUR)
        entry = line.detail["entry"]
        splitting.split(tx, held.id, 1, entry=entry, actor=TESTER, now=NOW + 3 * HOUR)

    newsroom.collect(now=NOW + 4 * HOUR)

    told = [each for each in newsroom.articles() if each.headline == "Morning briefing"]
    assert [(each.url, each.body_html) for each in told] == [
        (before.link, f"<p>{before.text}</p>"),
        (after.link, f"<p>{after.text}</p>"),
    ]


def test_words_beyond_any_length_are_not_compared_letter_by_letter() -> None:
    begun = time.process_time()

    assert not is_mended(f"{'a' * 5_000} of the year", f"{'a' * 4_999}b of the year")
    assert time.process_time() - begun < 0.5
