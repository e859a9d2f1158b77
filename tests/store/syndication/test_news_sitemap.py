"""What a news sitemap lists: two days, what may be shown there, newest first."""

import datetime as dt
from typing import Any

import pytest

from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.syndication import news_sitemap
from syndicate.store.syndication.news_sitemap import NewsRow
from syndicate.vocabulary.articles import Access, ArticleState
from tests import rows
from tests.rows import DAY, NOW

pytestmark = pytest.mark.usefixtures("database")

TICK = dt.timedelta(microseconds=1)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def daily(database: str) -> int:  # noqa: ARG001 - the rows go there
    with transaction() as tx:
        return rows.publication(tx).id


def listed(tx: Transaction, offset: int = 0, limit: int = 9) -> list[str]:
    found = news_sitemap.newest(tx, now=NOW, offset=offset, limit=limit)
    return [each.slug for each in found]


def test_nothing_is_listed_of_nothing(daily: int) -> None:
    assert daily
    with transaction() as tx:
        assert (news_sitemap.count(tx, now=NOW), listed(tx)) == (0, [])


@pytest.mark.parametrize(
    ("at", "columns", "is_listed"),
    [
        (NOW, {}, True),
        (NOW + TICK, {}, False),
        (NOW - 2 * DAY + TICK, {}, True),
        (NOW - 2 * DAY, {}, False),
        (NOW - 3 * DAY, {"updated_at": NOW}, False),
        (NOW, {"access": Access.PAID}, True),
        (NOW, {"access": Access.REGISTERED}, True),
        (NOW, {"state": ArticleState.DRAFT}, False),
        (NOW, {"state": ArticleState.KILLED}, False),
        (NOW, {"state": ArticleState.TAKEN_DOWN}, False),
        (NOW, {"state": ArticleState.EMBARGOED}, False),
        (NOW, {"state": ArticleState.EMBARGOED, "embargo_until": NOW}, True),
        (NOW, {"state": ArticleState.EMBARGOED, "embargo_until": NOW + TICK}, False),
    ],
)
def test_what_is_listed_is_of_two_days_and_may_be_shown(
    daily: int, at: dt.datetime, columns: dict[str, Any], *, is_listed: bool
) -> None:
    with transaction() as tx:
        rows.article(tx, daily, "story", at, **columns)

        assert listed(tx) == (["story"] if is_listed else [])
        assert news_sitemap.count(tx, now=NOW) == is_listed


def test_a_row_says_everything_that_a_sitemap_does(daily: int) -> None:
    columns = {"language": "ar", "headline": "عنوان", "updated_at": NOW - HOUR}
    with transaction() as tx:
        made = rows.article(tx, daily, "story", NOW - 2 * HOUR, **columns, url=None)

        [found] = news_sitemap.newest(tx, now=NOW, offset=0, limit=1)

    assert found == NewsRow(
        id=made.id,
        slug="story",
        url=None,
        headline="عنوان",
        language="ar",
        published_at=NOW - 2 * HOUR,
        updated_at=NOW - HOUR,
        publication_id=daily,
    )


def test_the_newest_come_first_and_of_one_moment_the_last_that_came(daily: int) -> None:
    with transaction() as tx:
        other = rows.publication(tx, "yawmi").id
        for name, hours, publication in (
            ("old", 3, daily),
            ("twin-1", 1, daily),
            ("new", 0, other),
            ("twin-2", 1, other),
        ):
            rows.article(tx, publication, name, NOW - hours * HOUR)

        assert listed(tx) == ["new", "twin-2", "twin-1", "old"]
        assert news_sitemap.count(tx, now=NOW) == 4


def test_pages_of_a_sitemap_hold_each_article_once(daily: int) -> None:
    with transaction() as tx:
        for number in range(5):
            rows.article(tx, daily, str(number), NOW - number * HOUR)

        pages = [listed(tx, offset, 2) for offset in (0, 2, 4, 6)]

    assert pages == [["0", "1"], ["2", "3"], ["4"], []]
