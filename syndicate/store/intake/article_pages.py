"""Article pages that are read again for a day, because their feeds do not tell of every edit.

One row for each article that a source brings and whose page it always reads; it goes with the last
reading. What is kept of a page is what a conditional request needs, and a hash of what readers see.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    LargeBinary,
    and_,
    delete,
    exists,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.content.articles import ArticleSource
from syndicate.store.ground.schema import Table
from syndicate.store.ground.session import Transaction
from syndicate.store.intake.sources import FetchHost, FetchState, Source, is_free, is_pollable


class ArticlePage(Table):
    """When an article's page is read next, and what it showed last."""

    __tablename__ = "article_page"

    carried_id: Mapped[int] = mapped_column(
        ForeignKey("article_source.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"), index=True)
    url: Mapped[str]
    since: Mapped[dt.datetime]  # first reading
    next_at: Mapped[dt.datetime] = mapped_column(index=True)
    etag: Mapped[bytes | None] = mapped_column(LargeBinary)  # byte for byte
    last_modified: Mapped[bytes | None] = mapped_column(LargeBinary)
    seen: Mapped[bytes] = mapped_column(LargeBinary)  # hash of what readers see


def watch(tx: Transaction, source_id: int, read: Mapping[bytes, Mapping[str, Any]]) -> None:
    """Note pages that were read just now; one that is watched already keeps its schedule.

    Args:
        tx: the open transaction.
        source_id: whose.
        read: by stem of their entries: url, since, next_at, etag, last_modified, seen.
    """
    rows = select(ArticleSource.id, ArticleSource.stem).where(
        ArticleSource.source_id == source_id, ArticleSource.stem.in_(read)
    )
    values = [
        {"carried_id": carried_id, "source_id": source_id, **read[stem]}
        for carried_id, stem in tx.execute(rows)
    ]
    if not values:
        return
    statement = insert(ArticlePage)
    new = statement.excluded
    kept = {name: new[name] for name in ("url", "etag", "last_modified", "seen")}
    tx.execute(statement.on_conflict_do_update(index_elements=["carried_id"], set_=kept), values)


def has_due(tx: Transaction, now: dt.datetime) -> bool:
    """Whether a page is due whose host may be asked."""
    due = select(ArticlePage.carried_id).where(_is_due(now), _may_ask(now))
    return tx.scalar(due.limit(1)) is not None


def due_sources(tx: Transaction, now: dt.datetime, *, limit: int) -> list[int]:
    """Sources of which pages are due and whose hosts may be asked, longest waiting first."""
    query = (
        select(ArticlePage.source_id, ArticlePage.next_at)
        .where(_is_due(now), _may_ask(now))
        .order_by(ArticlePage.next_at)
        .limit(limit)
    )
    return list(dict.fromkeys(source_id for source_id, _ in tx.execute(query)))


def due_of(
    tx: Transaction, source_id: int, now: dt.datetime, *, limit: int
) -> Sequence[ArticlePage]:
    """Pages of a source that are due, longest waiting first."""
    query = select(ArticlePage).where(ArticlePage.source_id == source_id, _is_due(now))
    return list(tx.scalars(query.order_by(ArticlePage.next_at).limit(limit)))


def put(tx: Transaction, pages: Sequence[Mapping[str, Any]]) -> None:
    """Write what readings learnt: carried_id, next_at, etag, last_modified, seen each."""
    for each in pages:
        row = update(ArticlePage).where(ArticlePage.carried_id == each["carried_id"])
        tx.execute(row.values({name: each[name] for name in each if name != "carried_id"}))


def forget(tx: Transaction, carried_ids: Collection[int]) -> None:
    """Read these pages no more. Safe to run twice."""
    tx.execute(delete(ArticlePage).where(ArticlePage.carried_id.in_(carried_ids)))


def mark_changed(tx: Transaction, carried_ids: Collection[int], entry_hash: bytes) -> None:
    """Have the entries of pages look changed, so that the next poll reads them whole."""
    rows = update(ArticleSource).where(ArticleSource.id.in_(carried_ids))
    tx.execute(rows.values(entry_hash=entry_hash))


def _is_due(now: dt.datetime) -> ColumnElement[bool]:
    return ArticlePage.next_at <= now


def _may_ask(now: dt.datetime) -> ColumnElement[bool]:
    return exists().where(
        and_(
            Source.id == ArticlePage.source_id,
            FetchState.source_id == Source.id,
            FetchHost.domain == Source.domain,
            is_pollable(),
            is_free(now),
        )
    )
