"""What a news sitemap lists: the articles of the last two days that may be shown there."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select

from syndicate.store.content.articles import Article
from syndicate.store.content.visibility import may_show
from syndicate.store.ground.session import Transaction
from syndicate.vocabulary.articles import Channel

# Older news is taken out of the index by aggregators that read such sitemaps.
WINDOW = dt.timedelta(days=2)


@dataclass(frozen=True)
class NewsRow:
    """One article of a news sitemap."""

    id: int
    slug: str
    url: str | None
    headline: str
    language: str
    published_at: dt.datetime
    updated_at: dt.datetime
    publication_id: int


def count(tx: Transaction, *, now: dt.datetime) -> int:
    """How many articles of the last two days may be shown in a sitemap."""
    query = select(func.count()).select_from(Article).where(*_conditions(now))
    return tx.scalar(query) or 0


def newest(tx: Transaction, *, now: dt.datetime, offset: int, limit: int) -> list[NewsRow]:
    """The articles of the last two days, newest first."""
    query = (
        select(
            Article.id,
            Article.slug,
            Article.url,
            Article.headline,
            Article.language,
            Article.published_at,
            Article.updated_at,
            Article.publication_id,
        )
        .where(*_conditions(now))
        .order_by(Article.published_at.desc(), Article.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return [NewsRow(*row) for row in tx.execute(query)]


def _conditions(now: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        may_show(Channel.SITEMAP, now=now),
        Article.published_at > now - WINDOW,
        Article.published_at <= now,
    )
