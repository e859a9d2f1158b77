"""By what names a story is known again when the issue that told it is lost."""

import datetime as dt
import hashlib
from typing import Any

import pytest
from sqlalchemy import select

from syndicate.store.composition import lost_stories
from syndicate.store.composition.lost_stories import NewsletterTold
from syndicate.store.content.articles import LINK, Article, ArticleKey, ArticleSource
from syndicate.store.ground.session import Transaction, transaction
from tests import rows
from tests.rows import DAY, NOW

pytestmark = pytest.mark.usefixtures("database")
ADDRESS = "daily.example/bridge"
HASHED = "sha256:" + hashlib.sha256(ADDRESS.encode()).hexdigest()
MORNING, EVENING = 1, 2  # newsletters


@pytest.fixture(autouse=True)
def _newsroom(database: str) -> None:  # noqa: ARG001 - the database must be there first
    """Two newsletters, and an issue of the first."""
    with transaction() as tx:
        publication = rows.publication(tx)
        for slug in ("morning", "evening"):
            rows.newsletter(tx, publication.id, slug)
        rows.issue(tx, MORNING)
        rows.source(tx, publication.id)


def article(name: str = "bridge", **columns: Any) -> int:
    with transaction() as tx:
        return rows.article(tx, 1, name, **({"atom_id": f"tag:{name}"} | columns)).id


def entry(tx: Transaction, article_id: int, stem: bytes, key: str = "one") -> None:
    rows.added(
        tx,
        ArticleSource(
            article_id=article_id,
            source_id=1,
            entry_key=key,
            stem=stem,
            entry_hash=b"",
            seen_at=NOW,
        ),
    )


def known(article_id: int, *, key: str = ADDRESS, kind: str = LINK, stem: bytes = b"\x0f") -> None:
    """An address of an article, and the entry that brought it."""
    with transaction() as tx:
        rows.added(tx, ArticleKey(kind=kind, key=key, article_id=article_id))
        entry(tx, article_id, stem)


def carry(article_id: int, position: int = 0, **columns: Any) -> None:
    with transaction() as tx:
        rows.story(tx, 1, position, article_id, **columns)


def names(issue_id: int = 1) -> tuple[str, ...]:
    with transaction() as tx:
        return lost_stories.names_of(tx, issue_id)


def remember(*told: str, newsletter_id: int = MORNING, at: dt.datetime = NOW) -> None:
    with transaction() as tx:
        lost_stories.remember(tx, newsletter_id, told, at)


def told(newsletter_id: int = MORNING) -> list[int]:
    with transaction() as tx:
        query = select(Article.id).where(lost_stories.was_told(newsletter_id))
        return list(tx.scalars(query.order_by(Article.id)))


def test_a_story_is_named_by_its_id_its_addresses_and_its_entries() -> None:
    made = article()
    known(made, stem=b"\x0f\xa0")
    carry(made)

    # Not a word of it: the address stands as its hash.
    assert names() == ("entry:1:0fa0", "id:tag:bridge", f"link:{HASHED}")


def test_the_names_of_every_story_are_told_once_in_order() -> None:
    for position, name in enumerate(("market", "bridge")):
        carry(article(name), position)
    with transaction() as tx:
        for key in ("one", "two"):
            entry(tx, 1, b"\x01", key)

    assert names() == ("entry:1:01", "id:tag:bridge", "id:tag:market")


def test_an_address_that_is_hashed_already_stands_as_it_is() -> None:
    made = article()
    known(made, key=HASHED)
    carry(made)

    assert f"link:{HASHED}" in names()


def test_corrections_and_other_issues_name_nothing() -> None:
    carry(article(), is_correction=True)
    article("market")
    with transaction() as tx:
        other = rows.issue(tx, EVENING)
        rows.story(tx, other.id, 0, 2)

    assert names() == ()
    assert names(other.id) == ("id:tag:market",)


@pytest.mark.parametrize(
    ("name", "is_known"),
    [
        ("id:tag:bridge", True),
        (f"link:{HASHED}", True),
        ("entry:1:0f", True),
        ("id:tag:market", False),
        (f"guid:{HASHED}", False),
        (f"link:{ADDRESS}", False),
        ("entry:2:0f", False),
        ("entry:1:f0", False),
    ],
)
def test_an_article_is_known_again_by_any_of_its_names(name: str, is_known: bool) -> None:
    known(article())
    article("other")

    remember(name)

    assert told() == ([1] if is_known else [])


def test_what_one_newsletter_told_is_news_in_another() -> None:
    article()
    remember("id:tag:bridge", newsletter_id=EVENING)

    assert (told(MORNING), told(EVENING)) == ([], [1])


def test_names_are_remembered_once_with_the_first_moment() -> None:
    remember("id:a", "id:b")
    remember("id:b", "id:c", "id:c", at=NOW + DAY)
    remember()

    with transaction() as tx:
        query = select(NewsletterTold.name, NewsletterTold.told_at)
        found = {row[0]: row[1] for row in tx.execute(query)}
    assert found == {"id:a": NOW, "id:b": NOW, "id:c": NOW + DAY}


def test_more_names_than_one_statement_holds_are_remembered() -> None:
    remember(*(f"id:{number}" for number in range(lost_stories._AT_ONCE + 1)))

    with transaction() as tx:
        assert len(list(tx.scalars(select(NewsletterTold.name)))) == lost_stories._AT_ONCE + 1


def test_what_is_too_old_to_be_news_again_is_forgotten() -> None:
    remember("id:old", at=NOW - dt.timedelta(seconds=1))
    remember("id:young", at=NOW)

    with transaction() as tx:
        lost_stories.forget_before(tx, NOW)
        assert list(tx.scalars(select(NewsletterTold.name))) == ["id:young"]
