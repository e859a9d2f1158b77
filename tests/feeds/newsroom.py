"""Rows of an invented newsroom for tests of feeds: one call, one row."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from sqlalchemy import update

from syndicate.feeds import publish
from syndicate.store.content.articles import Article, ArticleTag, Revision, Tag
from syndicate.store.content.pictures import Picture
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom.publications import Publication, Section
from syndicate.store.syndication import feeds
from syndicate.vocabulary.articles import ArticleState, Change

NOW = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)
BASE = "http://127.0.0.1:8080"


def minutes(count: float) -> dt.timedelta:
    return dt.timedelta(minutes=count)


def publication(slug: str = "daily", **values: Any) -> int:
    row = {
        "slug": slug,
        "name": slug.title(),
        "language": "en",
        "direction": "ltr",
        "zone": "UTC",
        "sender_name": slug.title(),
        "sender_address": "news@example.com",
        "postal_address": "1 Example Street",
        "created_at": NOW - dt.timedelta(days=900),
    }
    with transaction() as tx:
        made = Publication(**(row | values))
        tx.add(made)
        tx.flush()
        feeds.ensure(tx, made.id)
        return made.id


def section(publication_id: int, slug: str, **values: Any) -> int:
    with transaction() as tx:
        row = {"slug": slug, "name": slug.title()}
        made = Section(publication_id=publication_id, **(row | values))
        tx.add(made)
        tx.flush()
        feeds.ensure(tx, publication_id)
        return made.id


def article(publication_id: int, number: int, **values: Any) -> int:
    """An article; number n was published n minutes before NOW."""
    return articles(publication_id, [number], **values)[0]


def articles(publication_id: int, numbers: Iterable[int], **values: Any) -> list[int]:
    """Articles in one commit, with their feeds marked due."""
    with transaction() as tx:
        made = [Article(**(_row(publication_id, number) | values)) for number in numbers]
        tx.session.add_all(made)
        tx.flush()
        ids = [each.id for each in made]
        feeds.mark_due(tx, ids, now=NOW)
        return ids


def _row(publication_id: int, number: int) -> dict[str, Any]:
    at = NOW - minutes(number)
    return {
        "publication_id": publication_id,
        "atom_id": f"tag:daily.example,2026:{number}",
        "state": ArticleState.LIVE,
        "language": "en",
        "direction": "ltr",
        "slug": f"story-{number}",
        "headline": f"Story {number}",
        "standfirst": f"What story {number} says.",
        "body_html": f"<p>Text of story {number}.</p>",
        "authors": ["World desk"],
        "url": f"https://daily.example/{number}",
        "published_at": at,
        "updated_at": at,
        "collected_at": NOW,
        "is_dated": True,
        "is_backlog": False,
        "visible_hash": b"",
    }


def change(article_id: int, *, now: dt.datetime = NOW, **values: Any) -> None:
    """Write to an article's row, as an editor's hand does."""
    with transaction() as tx:
        tx.execute(update(Article).where(Article.id == article_id).values(**values))
        feeds.mark_due(tx, [article_id], now=now)


def revision(article_id: int, number: int, kind: Change, **values: Any) -> None:
    row = {
        "is_material": kind is not Change.FIX,
        "headline": "",
        "standfirst": "",
        "body_html": "",
        "authors": [],
        "visible_hash": b"",
        "created_at": NOW,
    }
    with transaction() as tx:
        tx.add(Revision(article_id=article_id, number=number, change=kind, **(row | values)))
        tx.flush()
        feeds.mark_due(tx, [article_id], now=NOW)


def kill(article_id: int, *, now: dt.datetime = NOW) -> None:
    change(article_id, now=now, state=ArticleState.KILLED)
    revision(article_id, 2, Change.KILL, created_at=now)


def tag(article_id: int, publication_id: int, slug: str, name: str | None = None) -> int:
    with transaction() as tx:
        made = Tag(publication_id=publication_id, slug=slug, name=name or slug.title())
        tx.add(made)
        tx.flush()
        tx.add(ArticleTag(article_id=article_id, tag_id=made.id))
        feeds.mark_due(tx, [article_id], now=NOW)
        return made.id


def picture(article_id: int, **values: Any) -> None:
    row = {
        "url": f"https://daily.example/{article_id}.jpg",
        "media_type": "image/jpeg",
        "width": 800,
        "height": 600,
        "size_bytes": 12345,
        "caption": "A street after rain",
        "credit": "EPA",
        "alt": "A wet street",
    }
    with transaction() as tx:
        tx.add(Picture(article_id=article_id, **(row | values)))
        tx.flush()
        feeds.mark_due(tx, [article_id], now=NOW)


def publish_all(now: dt.datetime = NOW) -> int:
    with transaction() as tx:
        feeds.mark_all_due(tx, now=now)
    return publish.publish_due(now)
