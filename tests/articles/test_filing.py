"""The featured box: which articles feeds have to be told of when the list is kept."""

import datetime as dt

import pytest

from syndicate.articles import filing
from syndicate.reading.text import key_of, normal_url
from syndicate.store.content import featured
from syndicate.store.editing import bulk_articles
from syndicate.store.ground.session import Transaction, transaction
from tests import rows
from tests.rows import NOW

pytestmark = pytest.mark.usefixtures("database")
LATER = NOW + dt.timedelta(minutes=5)
ONE, TWO = "https://www.daily.example/1/?utm_source=box", "https://daily.example/2"
LONG = f"https://daily.example/{'x' * 900}"


def article(tx: Transaction, publication_id: int, url: str) -> int:
    """An article that an address leads to, as collecting leaves it."""
    made = rows.article(tx, publication_id, f"of-{publication_id}-{url[-1]}", url=url)
    bulk_articles.add_links(tx, [(made.id, publication_id, [key_of(normal_url(url))])])
    return made.id


def current(tx: Transaction, publication_id: int) -> list[tuple[str, str, int | None]]:
    picks = featured.current(tx, publication_id, now=LATER)
    return [(each.teaser, each.url, each.article_id) for each in picks]


@pytest.mark.parametrize("url", [ONE, LONG])
def test_a_pick_leads_to_the_article_that_its_address_means(url: str) -> None:
    with transaction() as tx:
        publication_id = rows.publication(tx).id
        article_id = article(tx, publication_id, url)

        told = filing.keep(tx, publication_id, [("One", url)], now=NOW)

        assert told == [article_id]
        assert current(tx, publication_id) == [("One", url, article_id)]


def test_the_same_list_again_tells_nobody() -> None:
    with transaction() as tx:
        publication_id = rows.publication(tx).id
        article(tx, publication_id, ONE)
        picks = [("One", ONE)]
        filing.keep(tx, publication_id, picks, now=NOW)

        assert filing.keep(tx, publication_id, picks, now=LATER) == []


def test_a_list_that_changed_tells_of_those_that_left_it_too() -> None:
    with transaction() as tx:
        publication_id = rows.publication(tx).id
        first, second = (article(tx, publication_id, url) for url in (ONE, TWO))
        filing.keep(tx, publication_id, [("One", ONE)], now=NOW)

        told = filing.keep(tx, publication_id, [("Two", TWO)], now=LATER)

        assert set(told) == {first, second}
        assert current(tx, publication_id) == [("Two", TWO, second)]


def test_no_list_that_was_seen_leaves_the_one_that_is_kept() -> None:
    with transaction() as tx:
        publication_id = rows.publication(tx).id
        article_id = article(tx, publication_id, ONE)
        filing.keep(tx, publication_id, [("One", ONE)], now=NOW)

        assert filing.keep(tx, publication_id, [], now=LATER) == []
        assert current(tx, publication_id) == [("One", ONE, article_id)]


def test_a_pick_is_found_when_its_article_comes_later() -> None:
    with transaction() as tx:
        publication_id = rows.publication(tx).id
        assert filing.keep(tx, publication_id, [("One", ONE)], now=NOW) == []
        article_id = article(tx, publication_id, ONE)

        assert filing.keep(tx, publication_id, [], now=LATER) == [article_id]
        assert filing.keep(tx, publication_id, [], now=LATER) == []


def test_an_article_of_another_publication_is_no_pick() -> None:
    with transaction() as tx:
        publication_id, other_id = rows.publication(tx).id, rows.publication(tx, "weekly").id
        article(tx, other_id, ONE)

        assert filing.keep(tx, publication_id, [("One", ONE)], now=NOW) == []
        assert current(tx, publication_id) == [("One", ONE, None)]
        assert current(tx, other_id) == []
