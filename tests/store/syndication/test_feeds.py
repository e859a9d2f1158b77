"""Which feeds there are, and which of them an article makes due."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import event, select, text, update

from syndicate.store.content.articles import ArticleTag, Tag
from syndicate.store.ground import session
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.syndication import feeds
from syndicate.store.syndication.feeds import Feed, FeedPage
from syndicate.vocabulary.articles import Change
from syndicate.vocabulary.feeds import FeedKind
from tests import rows
from tests.store import racing

pytestmark = pytest.mark.usefixtures("database")

NOW = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)


def test_ensure_makes_bare_slugs_for_the_first_publication_and_long_ones_for_a_later() -> None:
    with transaction() as tx:
        first, second = _publication(tx, "daily"), _publication(tx, "yawmi", language="ar")
        _section(tx, first, "europe")
        _section(tx, second, "europe")

        for publication in (first, second, first):
            feeds.ensure(tx, publication)

        assert {feed.slug for feed in feeds.offered(tx, first)} == {
            "everything",
            "featured",
            "europe",
            "language-en",
            "corrections",
        }
        assert {feed.slug for feed in feeds.offered(tx, second)} == {
            "yawmi-everything",
            "yawmi-featured",
            "yawmi-europe",
            "yawmi-language-ar",
            "yawmi-corrections",
        }
        assert feeds.offered(tx, first)[0].kind is FeedKind.EVERYTHING


def test_the_list_shows_what_has_moved_but_not_what_is_gone_and_single_tags_last() -> None:
    with transaction() as tx:
        first, second = _publication(tx, "daily"), _publication(tx, "yawmi")
        tag = rows.added(tx, Tag(publication_id=first, slug="water", name="water")).id
        feeds.add(tx, first, slug="water", kind=FeedKind.TAG, tag_id=tag, title="A tag")
        for slug in ("moved", "gone", "rivers"):
            rule = {"words": [slug]}
            feeds.add(tx, first, slug=slug, kind=FeedKind.RULE, title=slug, rule=rule)
        feeds.move(tx, "moved", "rivers")
        feeds.retire(tx, "gone", now=NOW)
        feeds.add(tx, second, slug="other", kind=FeedKind.EVERYTHING, title="Other")

        found = feeds.standing(tx, [first], limit=9)
        assert [each.slug for each in found] == ["moved", "rivers", "water"]
        assert feeds.standing(tx, [first], limit=1, offset=1) == found[1:2]
        assert len(feeds.standing(tx, [first, second], limit=9)) == len(found) + 1


def test_ensure_gives_a_section_named_like_another_feed_a_slug_of_its_own() -> None:
    with transaction() as tx:
        publication = _publication(tx, "daily")
        section = _section(tx, publication, "featured")

        feeds.ensure(tx, publication)

        found = feeds.by_slug(tx, "featured-feed")
        assert found is not None
        assert found.section_id == section


def test_mark_due_names_exactly_the_feeds_that_an_article_stands_in() -> None:
    with transaction() as tx:
        publication = _publication(tx, "daily")
        world = _section(tx, publication, "world")
        europe = _section(tx, publication, "europe", parent_id=world)
        _section(tx, publication, "sport")
        tag = Tag(publication_id=publication, slug="floods", name="Floods")
        other = Tag(publication_id=publication, slug="chess", name="Chess")
        tx.session.add_all([tag, other])
        tx.flush()
        feeds.ensure(tx, publication)
        feeds.add(
            tx, publication, slug="tag-floods", kind=FeedKind.TAG, tag_id=tag.id, title="Floods"
        )
        feeds.add(
            tx, publication, slug="tag-chess", kind=FeedKind.TAG, tag_id=other.id, title="Chess"
        )
        feeds.add(
            tx, publication, slug="desk", kind=FeedKind.AUTHOR, author="World desk", title="Desk"
        )
        article = _article(tx, publication, section_id=europe, authors=["World desk"])
        tx.add(ArticleTag(article_id=article, tag_id=tag.id))
        _nothing_is_due(tx)

        feeds.mark_due(tx, [article], now=NOW)

        assert _due(tx, publication) == {
            "everything",
            "world",
            "europe",
            "language-en",
            "tag-floods",
            "desk",
        }
        assert feeds.has_due(tx, NOW)
        assert not feeds.has_due(tx, NOW - dt.timedelta(seconds=1))


def test_mark_due_locks_feeds_in_one_order() -> None:
    with transaction() as tx:
        publication = _publication(tx, "daily")
        feeds.ensure(tx, publication)
        article = _article(tx, publication)
    with transaction() as tx:
        ids = sorted(tx.scalars(select(Feed.id)))
        # Its row stands behind all others now: a scan of the table would come to it last.
        tx.execute(update(Feed).where(Feed.id == ids[0]).values(title="Moved"))

    def mark() -> None:
        with transaction() as second:
            feeds.mark_due(second, [article], now=NOW)

    with ThreadPoolExecutor(1) as pool:
        with transaction() as first:
            lock = text("SELECT id FROM feed WHERE id = :id FOR UPDATE NOWAIT")
            first.execute(lock, {"id": ids[0]})
            marking = pool.submit(mark)
            racing.wait_until_blocked(first)
            # Who waits for the first holds none of the others.
            for id_ in ids[1:]:
                first.execute(lock, {"id": id_})
        marking.result(30)


def test_mark_due_names_the_feed_that_an_article_left_and_the_one_of_corrections() -> None:
    with transaction() as tx:
        publication = _publication(tx, "daily")
        europe = _section(tx, publication, "europe")
        feeds.ensure(tx, publication)
        article = _article(tx, publication)
        left = feeds.by_slug(tx, "europe")
        assert left is not None
        assert left.section_id == europe
        tx.add(FeedPage(feed_id=left.id, page=0, article_ids=[7, article], fingerprint=""))
        rows.revision(tx, article, 2, Change.CORRECTION)
        _nothing_is_due(tx)

        feeds.mark_due(tx, [article], now=NOW)

        assert _due(tx, publication) == {"everything", "europe", "language-en", "corrections"}


def test_mark_due_never_moves_a_due_feed_to_a_later_time() -> None:
    earlier = NOW - dt.timedelta(minutes=1)
    with transaction() as tx:
        publication = _publication(tx, "daily")
        feeds.ensure(tx, publication)
        article = _article(tx, publication)
        tx.execute(update(Feed).values(due_at=earlier))

        feeds.mark_due(tx, [article], now=NOW)

        assert {feed.due_at for feed in feeds.offered(tx, publication)} == {earlier}


def _publication(tx: Transaction, slug: str, language: str = "en") -> int:
    direction = "rtl" if language == "ar" else "ltr"
    return rows.publication(tx, slug, language=language, direction=direction).id


def _section(tx: Transaction, publication: int, slug: str, **values: Any) -> int:
    return rows.section(tx, publication, slug, **values).id


def _article(tx: Transaction, publication: int, **values: Any) -> int:
    return rows.article(tx, publication, at=NOW, **values).id


def _nothing_is_due(tx: Transaction) -> None:
    tx.execute(update(Feed).values(due_at=None))


def _due(tx: Transaction, publication: int) -> set[str]:
    query = select(Feed.slug).where(Feed.publication_id == publication, Feed.due_at.is_not(None))
    return set(tx.scalars(query))


def test_ensure_asks_no_more_of_a_publication_with_many_sections() -> None:
    asked: list[str] = []

    def note(*arguments: object) -> None:
        asked.append(str(arguments[2]))

    with transaction() as tx:
        publication = _publication(tx, "daily")
        for number in range(12):
            _section(tx, publication, f"section-{number}")
        feeds.ensure(tx, publication)
        event.listen(session.engine(), "before_cursor_execute", note)
        try:
            feeds.ensure(tx, publication)
        finally:
            event.remove(session.engine(), "before_cursor_execute", note)

    assert len(asked) <= 5
