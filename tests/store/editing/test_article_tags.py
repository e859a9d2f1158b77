"""Tags of articles (`article_rows.tag`, `retag`): given, taken, spelt, and made by two at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text

from syndicate.store.content.articles import Article, ArticleTag, Tag
from syndicate.store.editing import article_rows
from syndicate.store.ground.session import Transaction, transaction
from tests import rows
from tests.store import racing

pytestmark = pytest.mark.usefixtures("database")
WORLD, SPORT = ("world", "World"), ("sport", "Sport")


def two_articles(tx: Transaction, slug: str = "daily") -> tuple[Article, Article]:
    daily = rows.publication(tx, slug).id
    return rows.article(tx, daily, f"{slug}-1"), rows.article(tx, daily, f"{slug}-2")


def tags(tx: Transaction, article: Article) -> list[tuple[str, str]]:
    query = select(Tag.slug, Tag.name).join(ArticleTag, ArticleTag.tag_id == Tag.id)
    found = query.where(ArticleTag.article_id == article.id).order_by(Tag.slug)
    return [(slug, name) for slug, name in tx.execute(found)]


def tag(tx: Transaction, article: Article, *given: tuple[str, str]) -> None:
    article_rows.tag(tx, article.publication_id, {article.id: given})


def retag(tx: Transaction, article: Article, *given: tuple[str, str]) -> None:
    article_rows.retag(tx, article.publication_id, {article.id: given})


def in_its_own(work: Callable[[Transaction], None]) -> None:
    with transaction() as tx:
        work(tx)


def test_tags_are_added_and_none_is_taken_away() -> None:
    with transaction() as tx:
        one, two = two_articles(tx)

        tag(tx, one, WORLD)
        for _ in range(2):
            article_rows.tag(tx, one.publication_id, {one.id: [SPORT], two.id: [SPORT]})

        assert tags(tx, one) == [SPORT, WORLD]
        assert tags(tx, two) == [SPORT]
        assert len(list(tx.scalars(select(Tag.id)))) == 2


def test_a_tag_that_is_known_keeps_its_spelling() -> None:
    with transaction() as tx:
        one, two = two_articles(tx)

        tag(tx, one, WORLD)
        tag(tx, two, ("world", "WORLD"))

        assert tags(tx, two) == [WORLD]


def test_publications_have_tags_of_their_own() -> None:
    with transaction() as tx:
        one, _ = two_articles(tx)
        other, _ = two_articles(tx, "weekly")

        tag(tx, one, WORLD)
        tag(tx, other, ("world", "Monde"))

        assert (tags(tx, one), tags(tx, other)) == ([WORLD], [("world", "Monde")])


def test_articles_without_tags_make_none() -> None:
    with transaction() as tx:
        one, _ = two_articles(tx)

        article_rows.tag(tx, one.publication_id, {})
        tag(tx, one)

        assert list(tx.scalars(select(Tag.id))) == []


def test_a_tag_that_another_makes_at_the_same_moment_is_one_tag() -> None:
    with transaction() as tx:
        one, two = two_articles(tx)

    racing.second(lambda tx: tag(tx, one, WORLD), lambda tx: tag(tx, two, WORLD, SPORT))

    with transaction() as tx:
        assert (tags(tx, one), tags(tx, two)) == ([WORLD], [SPORT, WORLD])
        assert len(list(tx.scalars(select(Tag.id)))) == 2


def test_an_article_is_left_the_tags_it_is_given() -> None:
    with transaction() as tx:
        one, two = two_articles(tx)
        tag(tx, one, WORLD, SPORT)
        tag(tx, two, WORLD, SPORT)

        retag(tx, one, SPORT)
        before = tags(tx, two)
        given = {one.id: [SPORT], two.id: [WORLD]}
        article_rows.retag(tx, one.publication_id, given)

        assert before == [SPORT, WORLD]
        assert (tags(tx, one), tags(tx, two)) == ([SPORT], [WORLD])


def test_an_article_that_is_given_none_is_left_none() -> None:
    with transaction() as tx:
        one, _ = two_articles(tx)
        tag(tx, one, WORLD)

        article_rows.retag(tx, one.publication_id, {})
        before = tags(tx, one)
        retag(tx, one)

        assert (before, tags(tx, one)) == ([WORLD], [])


def test_a_tag_is_spelt_as_it_was_given_last_in_its_publication_alone() -> None:
    with transaction() as tx:
        one, two = two_articles(tx)
        other, _ = two_articles(tx, "weekly")
        for each in (one, two, other):
            tag(tx, each, WORLD)

        retag(tx, one, ("world", "The World"))

        assert tags(tx, two) == [("world", "The World")]
        assert tags(tx, other) == [WORLD]


def test_two_spellings_at_once_are_one() -> None:
    with transaction() as tx:
        one, two = two_articles(tx)
        given = {one.id: [("world", "Aworld")], two.id: [("world", "Bworld")]}
        article_rows.tag(tx, one.publication_id, given)

        article_rows.retag(tx, one.publication_id, given)

        assert tags(tx, one) == tags(tx, two) == [("world", "Bworld")]


def test_who_waits_for_a_tag_that_another_makes_holds_no_later_one() -> None:
    """Tags are made in one order, whatever the order in which they are given."""
    with transaction() as tx:
        one, two = two_articles(tx)
    with ThreadPoolExecutor(1) as pool:
        with transaction() as first:
            tag(first, one, SPORT)
            second = pool.submit(in_its_own, lambda tx: tag(tx, two, WORLD, SPORT))
            racing.wait_until_blocked(first)
            first.execute(text("SET LOCAL lock_timeout = '1s'"))
            tag(first, one, WORLD)
        second.result(30)

    with transaction() as tx:
        assert tags(tx, one) == tags(tx, two) == [SPORT, WORLD]


def test_who_waits_for_a_tag_that_another_spells_holds_no_later_one() -> None:
    with transaction() as tx:
        one, two = two_articles(tx)
        # The later one stands first in the table, and is given first.
        for each in (WORLD, SPORT):
            tag(tx, one, each)
            tag(tx, two, each)
    with ThreadPoolExecutor(1) as pool:
        with transaction() as first:
            retag(first, one, ("sport", "Games"), WORLD)
            new = [("world", "Planet"), ("sport", "Sports")]
            second = pool.submit(in_its_own, lambda tx: retag(tx, two, *new))
            racing.wait_until_blocked(first)
            lock = text("SELECT FROM tag WHERE slug = 'world' FOR UPDATE NOWAIT")
            first.execute(lock)
        second.result(30)

    with transaction() as tx:
        assert tags(tx, one) == [("sport", "Sports"), ("world", "Planet")]


def test_a_tag_that_is_spelt_as_it_was_is_not_locked() -> None:
    with transaction() as tx:
        one, _ = two_articles(tx)
        tag(tx, one, WORLD)

    with transaction() as first:
        first.execute(text("SELECT FROM tag FOR UPDATE"))
        with transaction() as tx:
            tx.execute(text("SET LOCAL lock_timeout = '100ms'"))
            retag(tx, one, WORLD)

    with transaction() as tx:
        assert tags(tx, one) == [WORLD]
