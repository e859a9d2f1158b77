"""Splitting one article into two: the rows of the second, copied or moved from the first."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import insert, select, update

from syndicate.store.content.articles import (
    LINK,
    WORDS,
    Article,
    ArticleKey,
    ArticleSource,
    ArticleTag,
    Revision,
)
from syndicate.store.content.pictures import Picture
from syndicate.store.editing import outbox
from syndicate.store.ground.session import Transaction
from syndicate.store.intake.sources import FetchState
from syndicate.vocabulary.articles import Change

_OWN = frozenset({"id", "atom_id", "url", "collected_at", "revision", "alert_at"})


def carried_by(tx: Transaction, article_id: int) -> list[ArticleSource]:
    """An article as its sources carry it, the one that speaks for it first."""
    query = select(ArticleSource).where(ArticleSource.article_id == article_id)
    return list(tx.scalars(query.order_by(ArticleSource.id)))


def copy(
    tx: Transaction, article: Article, atom_id: str, url: str | None, *, now: dt.datetime
) -> int:
    """Make an article with another one's text, pictures and tags, and no source; its id."""
    columns = {
        column.name: getattr(article, column.name)
        for column in Article.__table__.columns
        if column.name not in _OWN
    }
    made = Article(**columns, atom_id=atom_id, url=url, collected_at=now)
    tx.add(made)
    tx.flush()
    tx.add(
        Revision(
            article_id=made.id,
            number=1,
            change=Change.FIRST,
            is_material=True,
            created_at=now,
            **{name: columns[name] for name in WORDS},
        )
    )
    for table, own in ((Picture, {"id", "article_id"}), (ArticleTag, {"article_id"})):
        names = [each.name for each in table.__table__.columns if each.name not in own]
        rows = select(*(getattr(table, name) for name in names)).where(
            table.article_id == article.id
        )
        values = [{**row, "article_id": made.id} for row in tx.execute(rows).mappings()]
        if values:
            tx.execute(insert(table), values)
    return made.id


def move(  # noqa: PLR0913 - what moves, from where to where
    tx: Transaction,
    article: Article,
    to_id: int,
    carried_ids: Collection[int],
    *,
    links: Collection[str],
    entry_hash: bytes,
    now: dt.datetime,
) -> None:
    """Give sources' rows and addresses of an article to another one, and have them read again.

    Args:
        tx: the open transaction.
        article: the one that had them.
        to_id: the one that gets them.
        carried_ids: rows of `article_source`.
        links: normalised addresses.
        entry_hash: one that no entry has, so that each looks changed.
        now: aware UTC.
    """
    rows = update(ArticleSource).where(ArticleSource.id.in_(carried_ids))
    moved = rows.values(article_id=to_id, entry_hash=entry_hash).returning(ArticleSource.source_id)
    source_ids = set(tx.scalars(moved))
    keys = [f"{article.publication_id}:{link}" for link in links]
    theirs = update(ArticleKey).where(
        ArticleKey.article_id == article.id, ArticleKey.kind == LINK, ArticleKey.key.in_(keys)
    )
    tx.execute(theirs.values(article_id=to_id))
    again = update(FetchState).where(FetchState.source_id.in_(source_ids))
    tx.execute(again.values(etag=None, last_modified=None, body_hash=None, next_at=now))
    outbox.note(tx, [article.id, to_id], now=now)
