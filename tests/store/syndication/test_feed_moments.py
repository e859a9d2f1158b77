"""What was withdrawn from a feed, and when it changes next without anybody's doing."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import pytest

from syndicate.store.content.articles import Article, Tombstone
from syndicate.store.ground.session import transaction
from syndicate.store.syndication import feed_entries
from syndicate.store.syndication.feed_entries import Layout
from syndicate.store.syndication.feeds import Feed
from syndicate.vocabulary.articles import Access, ArticleState, Change, Channel
from syndicate.vocabulary.feeds import FeedKind
from tests import matrix, rows
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


def numbers(of: Iterable[int]) -> list[str]:
    return [str(number) for number in of]


@pytest.mark.parametrize(
    ("columns", "leaves"),
    matrix.rows(
        [
            ({"state": ArticleState.KILLED}, True),
            ({"state": ArticleState.TAKEN_DOWN}, True),
            ({"state": ArticleState.LIVE}, False),
            ({"state": ArticleState.DRAFT}, False),
            ({"state": ArticleState.KILLED, "access": Access.PAID}, False),
            ({"state": ArticleState.KILLED, "access": Access.REGISTERED}, False),
            # It was withdrawn at NOW: one whose embargo had not ended was never seen.
            ({"state": ArticleState.KILLED, "embargo_until": NOW}, True),
            ({"state": ArticleState.KILLED, "embargo_until": NOW + TICK}, False),
        ],
        every=3,
    ),
)
def test_what_was_withdrawn_from_everybodys_eyes_leaves_a_tombstone(
    feed: Feed, daily: int, columns: dict[str, Any], *, leaves: bool
) -> None:
    bring(daily, [0], **columns)

    found = layout(feed).tombstones

    assert found == ([("tag:daily.example,2026:0", NOW)] if leaves else [])


def test_a_tombstone_has_the_time_of_the_takedown_else_of_the_kill_else_of_the_change(
    feed: Feed, daily: int
) -> None:
    _, killed, twice, taken = bring(daily, [9, 8, 7, 6], state=ArticleState.KILLED)
    with transaction() as tx:
        for article_id, number, kind, minutes in (
            (killed, 2, Change.UPDATE, 1),
            (killed, 3, Change.KILL, 3),
            (twice, 2, Change.KILL, 5),
            (twice, 3, Change.KILL, 4),
            (taken, 2, Change.KILL, 5),
        ):
            rows.revision(tx, article_id, number, kind, created_at=NOW - minutes * MINUTE)
        left = {"atom_id": "tag:daily.example,2026:6", "reason": "privacy"}
        tx.add(Tombstone(publication_id=daily, at=NOW - 2 * MINUTE, **left))

    found = layout(feed).tombstones

    name = "tag:daily.example,2026:"
    assert [(atom_id.removeprefix(name), at) for atom_id, at in found] == [
        ("6", NOW - 2 * MINUTE),
        ("8", NOW - 3 * MINUTE),
        ("7", NOW - 4 * MINUTE),
        ("9", NOW - 9 * MINUTE),
    ]


def test_the_newest_50_tombstones_are_told_of_one_moment_by_their_ids(
    feed: Feed, daily: int
) -> None:
    bring(daily, range(100, 152), state=ArticleState.KILLED)
    for each in bring(daily, [3, 2], state=ArticleState.KILLED):
        change(each, updated_at=NOW)

    found = [atom_id.rpartition(":")[2] for atom_id, _ in layout(feed).tombstones]

    assert found == ["2", "3", *numbers(range(100, 148))]


@pytest.mark.parametrize(
    ("until", "state", "moment"),
    [
        (NOW + DAY, ArticleState.EMBARGOED, NOW + DAY),
        (NOW + TICK, ArticleState.EMBARGOED, NOW + TICK),
        (NOW, ArticleState.EMBARGOED, None),
        (None, ArticleState.EMBARGOED, None),
        (NOW + DAY, ArticleState.DRAFT, None),
        (NOW + DAY, ArticleState.KILLED, None),
    ],
)
def test_a_feed_changes_by_itself_when_an_embargo_ends(
    feed: Feed,
    daily: int,
    until: dt.datetime | None,
    state: ArticleState,
    moment: dt.datetime | None,
) -> None:
    bring(daily, [1], state=state, embargo_until=until)

    assert layout(feed).next_moment == moment


def test_the_next_moment_is_the_first_of_this_feeds_own(feed: Feed, daily: int) -> None:
    with transaction() as tx:
        other = rows.publication(tx, "yawmi").id
        rows.pick(tx, daily, "a", ends_at=NOW + TICK)
    held = ArticleState.EMBARGOED
    bring(daily, [1], state=held, embargo_until=NOW + 2 * DAY)
    bring(daily, [2], state=held, embargo_until=NOW + DAY)
    bring(other, [3], state=held, embargo_until=NOW + MINUTE)

    assert layout(feed).next_moment == NOW + DAY


@pytest.mark.parametrize(
    ("picks", "moment"),
    [
        ([], None),
        ([(NOW + DAY, None)], NOW + DAY),
        ([(NOW, NOW + DAY)], NOW + DAY),
        ([(NOW - DAY, NOW)], None),
        ([(NOW + 2 * DAY, None), (NOW + DAY, None)], NOW + DAY),
        ([(NOW, NOW + 2 * DAY), (NOW, NOW + DAY)], NOW + DAY),
        ([(NOW + 2 * DAY, None), (NOW, NOW + DAY)], NOW + DAY),
        ([(NOW + DAY, NOW + 3 * DAY), (NOW, NOW + 2 * DAY)], NOW + DAY),
    ],
)
def test_the_list_of_picks_changes_by_itself_when_one_begins_or_ends(
    daily: int, picks: list[tuple[dt.datetime, dt.datetime | None]], moment: dt.datetime | None
) -> None:
    with transaction() as tx:
        feed = published.feed(tx, daily, "featured", FeedKind.FEATURED)
        other = rows.publication(tx, "yawmi").id
        rows.pick(tx, other, "theirs", starts_at=NOW + TICK, ends_at=NOW + MINUTE)
        for number, (starts_at, ends_at) in enumerate(picks):
            rows.pick(tx, daily, str(number), starts_at=starts_at, ends_at=ends_at)

    assert layout(feed).next_moment == moment


def test_the_first_right_to_end_is_that_of_these_articles_from_now_on(daily: int) -> None:
    mine, other = bring(daily, [1, 2])
    with transaction() as tx:
        for url, days in (("1", 3), ("2", 2), ("3", 0), ("4", -1)):
            rows.picture(tx, mine, url=url, rights_until=NOW + days * DAY)
        rows.picture(tx, mine, url="5")
        rows.picture(tx, other, rights_until=NOW + DAY)

        def end(*ids: int, now: dt.datetime = NOW) -> dt.datetime | None:
            return feed_entries.rights_end(tx, ids, now=now)

        assert end(mine) == NOW + 2 * DAY
        assert end(mine, other) == NOW + DAY
        assert end(mine, now=NOW + 2 * DAY) == NOW + 3 * DAY
        assert end(mine, now=NOW + 3 * DAY) is None
        assert end() is None
