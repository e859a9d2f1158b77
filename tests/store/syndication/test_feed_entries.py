"""What stands where in a feed: page 0, the pages behind it, and what changed since it was built."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import pytest
from sqlalchemy import select

from syndicate.store.content.articles import Article
from syndicate.store.ground.session import transaction
from syndicate.store.syndication import feed_entries
from syndicate.store.syndication.feed_entries import Layout
from syndicate.store.syndication.feed_rows import Place
from syndicate.store.syndication.feeds import Feed
from syndicate.vocabulary.articles import Access, ArticleState, Change, Channel
from syndicate.vocabulary.feeds import FeedKind
from tests import rows
from tests.rows import DAY, NOW
from tests.store.syndication import published

TICK = dt.timedelta(microseconds=1)
MINUTE = dt.timedelta(minutes=1)
OF_PAGE_0 = 50


@pytest.fixture
def daily(database: str) -> int:  # noqa: ARG001 - the rows go there
    with transaction() as tx:
        return rows.publication(tx).id


@pytest.fixture
def feed(daily: int) -> Feed:
    with transaction() as tx:
        return published.feed(tx, daily)


def bring(publication_id: int, numbers: Iterable[int], **columns: Any) -> list[int]:
    """Articles; number n was published n minutes before NOW."""
    with transaction() as tx:
        made = [
            rows.unsaved_article(
                str(number), NOW - number * MINUTE, publication_id=publication_id, **columns
            )
            for number in numbers
        ]
        tx.session.add_all(made)
        tx.flush()
        return [each.id for each in made]


def change(article_id: int, **columns: Any) -> None:
    with transaction() as tx:
        row = tx.session.get_one(Article, article_id)
        for name, value in columns.items():
            setattr(row, name, value)


def layout(feed: Feed, channel: Channel = Channel.PUBLIC_FEED, now: dt.datetime = NOW) -> Layout:
    with transaction() as tx:
        return feed_entries.layout(tx, feed, channel, now=now)


def slugs(found: Layout) -> dict[int, list[str]]:
    """The articles' numbers by page, in their order."""
    with transaction() as tx:
        names = dict(tx.execute(select(Article.id, Article.slug)).all())
    return {page.number: [names[place.article_id] for place in page.places] for page in found.pages}


def numbers(of: Iterable[int]) -> list[str]:
    return [str(number) for number in of]


def test_a_feed_of_nothing_has_an_empty_page_0(feed: Feed) -> None:
    found = layout(feed)

    [page] = found.pages
    assert (page.number, page.places, page.fingerprint, page.article_ids) == (0, (), "", [])
    assert (found.tombstones, found.next_moment) == ([], None)


def test_the_newest_come_first_and_of_one_moment_the_last_that_came(feed: Feed, daily: int) -> None:
    old, twin_1, new = bring(daily, [3, 2, 1])
    (twin_2,) = bring(daily, [9], published_at=NOW - 2 * MINUTE)

    [page] = layout(feed).pages

    assert page.places == tuple(Place(each, 0) for each in (new, twin_2, twin_1, old))
    assert page.article_ids == sorted([old, twin_1, new, twin_2])


@pytest.mark.parametrize(
    ("count", "behind"),
    [
        (49, {}),
        (50, {}),
        (51, {1: range(50, 51)}),
        (100, {1: range(50, 100)}),
        (101, {1: range(51, 101), 2: range(50, 51)}),
    ],
)
def test_what_is_older_stands_in_pages_of_50_counted_from_the_oldest(
    feed: Feed, daily: int, count: int, behind: dict[int, range]
) -> None:
    bring(daily, range(count))

    found = slugs(layout(feed))

    assert found.pop(0) == numbers(range(min(count, OF_PAGE_0)))
    assert found == {page: numbers(of) for page, of in behind.items()}


def test_articles_of_one_moment_stand_on_one_page_each(feed: Feed, daily: int) -> None:
    ids = bring(daily, range(120), published_at=NOW)

    pages = layout(feed).pages

    order = [place.article_id for page in (pages[0], *reversed(pages[1:])) for place in page.places]
    assert [len(page.places) for page in pages] == [50, 50, 20]
    assert order == sorted(ids, reverse=True)


def test_a_new_article_leaves_every_page_but_two_as_it_is(feed: Feed, daily: int) -> None:
    bring(daily, range(1, 153))
    before = layout(feed).pages

    bring(daily, [0])

    after = layout(feed).pages
    assert [page.number for page in after] == [0, 1, 2, 3]
    same = [page.number for page, was in zip(after, before, strict=True) if page == was]
    assert same == [1, 2]
    assert slugs(layout(feed))[3] == numbers(range(50, 53))


@pytest.mark.parametrize("state", [ArticleState.KILLED, ArticleState.TAKEN_DOWN])
def test_what_was_withdrawn_keeps_its_place_and_is_not_shown(
    feed: Feed, daily: int, state: ArticleState
) -> None:
    ids = bring(daily, range(151))

    change(ids[120], state=state)

    found = slugs(layout(feed))
    assert found[1] == [each for each in numbers(range(101, 151)) if each != "120"]
    assert found[2] == numbers(range(51, 101))
    assert found[3] == numbers([50])


def test_a_page_whose_every_article_was_withdrawn_is_there_and_empty(
    feed: Feed, daily: int
) -> None:
    bring(daily, range(100, 150), state=ArticleState.KILLED)
    bring(daily, range(60))

    pages = layout(feed).pages

    assert [(page.number, len(page.places)) for page in pages] == [(0, 50), (1, 0), (2, 10)]
    assert pages[1].fingerprint == ""


@pytest.mark.parametrize(
    "columns",
    [
        {"state": ArticleState.DRAFT},
        {"state": ArticleState.EMBARGOED},
        {"access": Access.PAID},
        {"access": Access.PAID, "state": ArticleState.KILLED},
    ],
)
def test_what_never_stood_in_a_feed_has_no_place_in_it(
    feed: Feed, daily: int, columns: dict[str, Any]
) -> None:
    bring(daily, range(200, 250), **columns)
    bring(daily, range(51))

    assert slugs(layout(feed)) == {0: numbers(range(50)), 1: ["50"]}


def test_a_channel_decides_what_a_feed_holds(feed: Feed, daily: int) -> None:
    bring(daily, [1, 60])
    bring(daily, [2], access=Access.PAID)

    assert slugs(layout(feed)) == {0: ["1", "60"]}
    assert slugs(layout(feed, Channel.PRIVATE_FEED)) == {0: ["1", "2", "60"]}


# The oldest place of a full page 0 is number 49.
OLDEST = NOW - 49 * MINUTE


@pytest.mark.parametrize(
    ("columns", "comes_back"),
    [
        ({"revision": 2, "updated_at": OLDEST + TICK}, True),
        ({"revision": 2, "updated_at": OLDEST}, False),
        ({"revision": 1, "updated_at": NOW}, False),  # nobody changed it: it came late
        ({"revision": 2, "updated_at": NOW, "state": ArticleState.KILLED}, False),
    ],
)
def test_an_older_article_that_changed_within_page_0_stands_at_its_end_too(
    feed: Feed, daily: int, columns: dict[str, Any], *, comes_back: bool
) -> None:
    ids = bring(daily, range(60))

    change(ids[55], **columns)

    found = slugs(layout(feed))
    assert found[0] == numbers(range(50)) + (["55"] if comes_back else [])


def test_what_changed_on_page_0_itself_stands_there_once(feed: Feed, daily: int) -> None:
    ids = bring(daily, range(60))
    for each in (ids[0], ids[49]):
        change(each, revision=2, updated_at=NOW)

    assert slugs(layout(feed))[0] == numbers(range(50))


def test_no_flood_of_changes_buries_what_is_new(feed: Feed, daily: int) -> None:
    bring(daily, range(50))
    with transaction() as tx:
        for number in range(100, 130):
            old = rows.unsaved_article(str(number), NOW - number * MINUTE, publication_id=daily)
            old.revision, old.updated_at = 2, NOW
            tx.add(old)

    found = slugs(layout(feed))

    assert found[0] == numbers(range(50)) + numbers(range(100, 125))
    assert found[1] == numbers(range(100, 130))


def test_a_fingerprint_is_the_same_until_a_row_behind_it_changes(feed: Feed, daily: int) -> None:
    with transaction() as tx:
        section = rows.section(tx, daily)
        made = rows.article(tx, daily, section_id=section.id)
        tag = rows.tag(tx, made, "floods")
        picture = rows.picture(tx, made.id, rights_until=NOW + DAY)
        rows.picture(tx, made.id, url="https://p.example/2.jpg")
        other = rows.article(tx, rows.publication(tx, "yawmi").id, "other")
    seen = [layout(feed).pages[0].fingerprint]
    assert layout(feed, now=NOW + DAY - TICK).pages[0].fingerprint == seen[0]

    def look(now: dt.datetime = NOW) -> None:
        seen.append(layout(feed, now=now).pages[0].fingerprint)

    look(NOW + DAY)  # a picture's right has ended
    for row, values in (
        (made, {"headline": "Another"}),
        (picture, {"caption": "Another"}),
        (tag, {"name": "Another"}),
        (section, {"name": "Another"}),
    ):
        with transaction() as tx:
            for name, value in values.items():
                setattr(tx.session.get_one(type(row), row.id), name, value)
        look()
    with transaction() as tx:
        rows.tag(tx, tx.session.get_one(Article, made.id), "rain")
    look()

    assert len(set(seen)) == len(seen) == 7
    change(other.id, headline="Another")
    assert layout(feed).pages[0].fingerprint == seen[-1]


def test_a_change_alters_the_fingerprint_of_its_own_page_alone(feed: Feed, daily: int) -> None:
    ids = bring(daily, range(151))
    before = layout(feed).pages

    change(ids[120], headline="Another")

    after = layout(feed).pages
    other = [page.number for page, was in zip(after, before, strict=True) if page != was]
    assert other == [1]


@pytest.mark.parametrize("kind", [FeedKind.SECTION, FeedKind.LANGUAGE])
def test_a_feed_holds_what_belongs_to_its_subject(daily: int, kind: FeedKind) -> None:
    with transaction() as tx:
        section, other = (rows.section(tx, daily, slug).id for slug in ("a", "b"))
        feed = published.feed(tx, daily, "own", kind, section_id=section, language="ar")
        yawmi = rows.publication(tx, "yawmi").id
    bring(daily, [1], section_id=section, language="ar")
    bring(daily, [2], section_id=other, language="en")
    bring(yawmi, [3], language="ar")
    bring(daily, [4], section_id=section, language="ar", state=ArticleState.KILLED)
    bring(daily, [5], section_id=other, language="en", state=ArticleState.KILLED)

    found = layout(feed)

    assert slugs(found) == {0: ["1"]}
    assert [atom_id for atom_id, _ in found.tombstones] == ["tag:daily.example,2026:4"]


def test_picks_stand_in_their_order_while_they_are_picked_and_may_be_shown(daily: int) -> None:
    with transaction() as tx:
        feed = published.feed(tx, daily, "featured", FeedKind.FEATURED)
        other = rows.publication(tx, "yawmi").id
        for number, position, columns in (
            (1, 2, {}),
            (2, 0, {}),
            (3, 1, {"starts_at": NOW + TICK}),
            (4, 3, {"ends_at": NOW}),
            (5, 4, {"ends_at": NOW + TICK}),
            (6, 5, {}),
        ):
            made = rows.article(tx, daily, str(number), NOW - number * MINUTE)
            made.state = ArticleState.KILLED if number == 6 else ArticleState.LIVE
            pick = rows.pick(tx, daily, str(number), position=position, article_id=made.id)
            for name, value in columns.items():
                setattr(pick, name, value)
        rows.pick(tx, daily, "unknown", position=6)
        theirs = rows.article(tx, other, "7")
        rows.pick(tx, other, "7", article_id=theirs.id)

    found = layout(feed)

    assert slugs(found) == {0: ["2", "1", "5"]}
    assert found.tombstones == []


def test_each_correction_is_an_entry_newest_first(daily: int) -> None:
    with transaction() as tx:
        feed = published.feed(tx, daily, "corrections", FeedKind.CORRECTIONS)
        a, b, gone = (rows.article(tx, daily, name).id for name in ("a", "b", "gone"))
        theirs = rows.article(tx, rows.publication(tx, "yawmi").id, "theirs").id
        tx.session.get_one(Article, gone).state = ArticleState.KILLED
        corrected = Change.CORRECTION
        for article_id, number, kind, minutes in (
            (a, 1, Change.FIRST, 9),
            (a, 2, corrected, 3),
            (a, 3, Change.UPDATE, 2),
            (a, 4, corrected, 0),
            (b, 2, corrected, 1),
            (gone, 2, corrected, 1),
            (theirs, 2, corrected, 1),
        ):
            created_at = NOW - minutes * MINUTE
            rows.revision(tx, article_id, number, kind, created_at=created_at)

    found = layout(feed)

    [page] = found.pages
    assert page.places == (Place(a, 4), Place(b, 2), Place(a, 2))
    assert page.article_ids == [a, b]
    assert found.tombstones == []


def test_an_old_correction_of_an_article_that_changed_stays_in_its_place(daily: int) -> None:
    with transaction() as tx:
        feed = published.feed(tx, daily, "corrections", FeedKind.CORRECTIONS)
        made = rows.article(tx, daily, revision=61, updated_at=NOW + DAY).id
        gone = rows.article(tx, daily, "gone", state=ArticleState.KILLED).id
        for number in range(2, 62):
            at = NOW + number * MINUTE
            article_id = gone if number == 5 else made
            rows.revision(tx, article_id, number, Change.CORRECTION, created_at=at)

    pages = layout(feed).pages

    assert [[place.revision for place in page.places] for page in pages] == [
        list(range(61, 11, -1)),
        [11, 10, 9, 8, 7, 6, 4, 3, 2],
    ]
    assert {place.article_id for page in pages for place in page.places} == {made}
