"""Rows of an invented newsroom for tests of feeds: one call, one row."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from sqlalchemy import update

from syndicate.store.content.articles import Article
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import logos
from syndicate.store.newsroom.logos import PublicationLogo
from syndicate.store.syndication import feeds
from syndicate.vocabulary.articles import ArticleState, Change
from tests import rows
from tests.feeds import building

NOW = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)
BASE = "http://127.0.0.1:8080"


def minutes(count: float) -> dt.timedelta:
    return dt.timedelta(minutes=count)


def publication(slug: str = "daily", **values: Any) -> int:
    with transaction() as tx:
        row = {"created_at": NOW - dt.timedelta(days=900)} | values
        made = rows.publication(tx, slug, **row)
        feeds.ensure(tx, made.id)
        return made.id


def section(publication_id: int, slug: str, **values: Any) -> int:
    with transaction() as tx:
        made = rows.section(tx, publication_id, slug, **values)
        feeds.ensure(tx, publication_id)
        return made.id


def article(publication_id: int, number: int, **values: Any) -> int:
    """An article; number n was published n minutes before NOW."""
    return articles(publication_id, [number], **values)[0]


def articles(publication_id: int, numbers: Iterable[int], **values: Any) -> list[int]:
    """Articles in one commit, with their feeds marked due."""
    with transaction() as tx:
        ids = [
            rows.article(tx, publication_id, str(number), **(_row(number) | values)).id
            for number in numbers
        ]
        feeds.mark_due(tx, ids, now=NOW)
        return ids


def _row(number: int) -> dict[str, Any]:
    return {
        "at": NOW - minutes(number),
        "slug": f"story-{number}",
        "headline": f"Story {number}",
        "standfirst": f"What story {number} says.",
        "body_html": f"<p>Text of story {number}.</p>",
        "authors": ["World desk"],
        "collected_at": NOW,
        "visible_hash": b"",
    }


def change(article_id: int, *, now: dt.datetime = NOW, **values: Any) -> None:
    """Write to an article's row, as an editor's hand does."""
    with transaction() as tx:
        tx.execute(update(Article).where(Article.id == article_id).values(**values))
        feeds.mark_due(tx, [article_id], now=now)


def revision(article_id: int, number: int, kind: Change, **values: Any) -> None:
    with transaction() as tx:
        rows.revision(tx, article_id, number, kind, **({"created_at": NOW} | values))
        feeds.mark_due(tx, [article_id], now=NOW)


def kill(article_id: int, *, now: dt.datetime = NOW) -> None:
    change(article_id, now=now, state=ArticleState.KILLED)
    revision(article_id, 2, Change.KILL, created_at=now)


def tag(article_id: int, slug: str, name: str | None = None) -> int:
    with transaction() as tx:
        made = rows.tag(tx, tx.session.get_one(Article, article_id), slug, name)
        feeds.mark_due(tx, [article_id], now=NOW)
        return made.id


def picture(article_id: int, **values: Any) -> None:
    with transaction() as tx:
        rows.picture(tx, article_id, **values)
        feeds.mark_due(tx, [article_id], now=NOW)


def logo(publication_id: int, **values: Any) -> str:
    """Give a publication a logo; its digest."""
    row = {"media_type": "image/png", "width": 288, "height": 288} | values
    with transaction() as tx:
        made = PublicationLogo(
            publication_id=publication_id, digest="ab12", body=b"png", at=NOW, **row
        )
        logos.put(tx, made)
        feeds.mark_all_due(tx, now=NOW)
    return "ab12"


def publish_all(now: dt.datetime = NOW) -> int:
    with transaction() as tx:
        feeds.mark_all_due(tx, now=now)
    return building.publish_due(now)
