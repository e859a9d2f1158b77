"""Lead pictures whose size nobody told us: each is asked once, while its story is new."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, select, update

from syndicate.store.content.articles import Article, ArticleSource
from syndicate.store.content.pictures import Picture
from syndicate.store.ground.session import Transaction
from syndicate.store.intake.sources import Source
from syndicate.store.syndication import feeds
from syndicate.vocabulary.articles import ArticleState

# Older stories stand at no reader's head of the list: their pictures are not asked for.
RECENT = dt.timedelta(days=2)
# For a size alone a feed is built again after this; whatever else is new takes it along.
FEEDS_AFTER = dt.timedelta(minutes=5)


@dataclass(frozen=True)
class Unmeasured:
    """A picture to ask for.

    Attributes:
        sources: that bring its article: where they may be asked, and whether robots.txt counts.
    """

    id: int
    article_id: int
    url: str
    sources: tuple[Source, ...]


def has_due(tx: Transaction) -> bool:
    """Whether a picture waits to be asked for; for the tick."""
    return bool(tx.scalar(select(exists().where(*_is_unmeasured()))))


def take(
    tx: Transaction, now: dt.datetime, *, limit: int, but: Collection[int] = ()
) -> tuple[int, Sequence[Unmeasured]]:
    """Take pictures whose size nobody told; nobody gets them again, unless they are put back.

    Args:
        tx: the open transaction.
        now: aware UTC.
        limit: of those that are taken.
        but: ids that are left for another time.

    Returns:
        (how many were taken, those to ask for, newest first); a picture of an older story, or of
        one that was withdrawn, is not asked for.
    """
    wanted = select(Picture.id).where(*_is_unmeasured(), Picture.id.not_in(list(but)))
    wanted = wanted.order_by(Picture.id.desc()).limit(limit)
    ids = list(tx.scalars(wanted.with_for_update(skip_locked=True)))
    tx.execute(update(Picture).where(Picture.id.in_(ids)).values(measured_at=now))
    query = (
        select(Picture.id, Picture.article_id, Picture.url)
        .join(Article, Article.id == Picture.article_id)
        .where(
            Picture.id.in_(ids),
            Article.published_at > now - RECENT,
            Article.state.in_(ArticleState.coming()),
        )
        .order_by(Picture.id.desc())
    )
    rows = tx.execute(query).all()
    known = _sources(tx, {row.article_id for row in rows})
    asked = [Unmeasured(*row, sources=tuple(known.get(row.article_id, ()))) for row in rows]
    return len(ids), asked


def put_back(tx: Transaction, picture_ids: Collection[int]) -> None:
    """Leave pictures that were taken, and could not be asked for yet, for another time."""
    again = update(Picture).where(Picture.id.in_(picture_ids), Picture.size_bytes.is_(None))
    tx.execute(again.values(measured_at=None))


def put(
    tx: Transaction, sizes: Mapping[int, int], article_ids: Collection[int], now: dt.datetime
) -> None:
    """Write sizes down, by picture in bytes, and have the feeds of their articles built again."""
    for picture_id, size_bytes in sorted(sizes.items()):
        of_it = update(Picture).where(Picture.id == picture_id, Picture.size_bytes.is_(None))
        tx.execute(of_it.values(measured_bytes=size_bytes))
    if sizes:
        feeds.mark_due(tx, article_ids, now=now + FEEDS_AFTER)


def _is_unmeasured() -> tuple[ColumnElement[bool], ...]:
    return (Picture.measured_at.is_(None), Picture.size_bytes.is_(None), Picture.position == 0)


def _sources(tx: Transaction, article_ids: Collection[int]) -> dict[int, list[Source]]:
    query = select(ArticleSource.article_id, Source).join(
        Source, Source.id == ArticleSource.source_id
    )
    found: dict[int, list[Source]] = {}
    for article_id, source in tx.execute(query.where(ArticleSource.article_id.in_(article_ids))):
        found.setdefault(article_id, []).append(source)
    return found
