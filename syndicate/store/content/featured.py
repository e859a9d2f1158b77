"""The publication's list of picks at a moment; never a property of an article.

A page's featured box fills it (`replace`), and so do editors (`pick`, `drop`). What an editor said
of an article stands: no page moves such a pick, ends it, or picks again what an editor left out.
"""

import datetime as dt
from collections.abc import Mapping, Sequence

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    UniqueConstraint,
    and_,
    case,
    exists,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.content.articles import LINK, Article, ArticleKey
from syndicate.store.ground.schema import Id, Table
from syndicate.store.ground.session import Transaction

_LOCK = 0x434F4C46  # our own class of advisory locks: writing a publication's list


class Featured(Table):
    """One pick: teaser text, link, order, end time.

    Attributes:
        position: an editor's newest pick has the lowest, below zero.
        teaser: empty where the article's own headline is shown.
        picked_by: the editor whose word it is; None for what a page's featured box says.
    """

    __tablename__ = "featured"
    __table_args__ = (UniqueConstraint("publication_id", "url"),)

    id: Mapped[Id]
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    position: Mapped[int]
    teaser: Mapped[str]
    url: Mapped[str]
    article_id: Mapped[int | None] = mapped_column(ForeignKey("article.id", ondelete="SET NULL"))
    starts_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime | None]
    picked_by: Mapped[str | None]


def replace(
    tx: Transaction, publication_id: int, picks: Sequence[tuple[str, str]], *, now: dt.datetime
) -> bool:
    """Make what a page says of a publication's featured list these picks, in order.

    Args:
        tx: the open transaction.
        publication_id: whose list.
        picks: (teaser, url) pairs; those of which an editor spoke are left out.
        now: aware UTC; what is no longer picked ended now.

    Returns:
        Whether anything changed.
    """
    picks = _without_ruled(tx, publication_id, picks)
    current = select(Featured.teaser, Featured.url).where(_of_pages(publication_id, now))
    if [tuple(row) for row in tx.execute(current.order_by(Featured.position))] == picks:
        return False
    _lock(tx, publication_id)
    # An editor may have spoken while this waited for the lock.
    picks = _without_ruled(tx, publication_id, picks)
    urls = [url for _, url in picks]
    gone = update(Featured).where(_of_pages(publication_id, now), Featured.url.not_in(urls))
    tx.execute(gone.values(ends_at=now))
    fresh = insert(Featured)
    statement = fresh.on_conflict_do_update(
        index_elements=[Featured.publication_id, Featured.url],
        set_={
            "position": fresh.excluded.position,
            "teaser": fresh.excluded.teaser,
            "ends_at": None,
            # Picked again after it had ended: it begins anew.
            "starts_at": case(
                (Featured.ends_at <= now, fresh.excluded.starts_at), else_=Featured.starts_at
            ),
        },
    )
    for position, (teaser, url) in enumerate(picks):
        tx.execute(
            statement,
            {
                "publication_id": publication_id,
                "position": position,
                "teaser": teaser,
                "url": url,
                "starts_at": now,
            },
        )
    return True


def pick(
    tx: Transaction,
    article: Article,
    *,
    teaser: str,
    ends_at: dt.datetime | None,
    by: str,
    now: dt.datetime,
) -> bool:
    """Put an article first in its publication's list, by an editor's word. Safe to run twice.

    Args:
        tx: the open transaction.
        article: which.
        teaser: what the list says; empty for its headline.
        ends_at: when it leaves the list by itself, aware UTC; None for never.
        by: the editor.
        now: aware UTC.

    Returns:
        Whether anything changed.
    """
    _lock(tx, article.publication_id)
    ours = select(Featured).where(_is_of(article), Featured.picked_by.is_not(None), is_current(now))
    stands = tx.scalars(ours).first()
    if stands is not None:
        is_same = (stands.teaser, stands.ends_at) == (teaser, ends_at)
        stands.teaser, stands.ends_at, stands.picked_by = teaser, ends_at, by
        return not is_same
    _rule(tx, article, by=by, now=now)
    first = select(func.min(Featured.position)).where(
        Featured.publication_id == article.publication_id, is_current(now)
    )
    values = {
        "position": min(tx.scalar(first) or 0, 0) - 1,
        "teaser": teaser,
        "article_id": article.id,
        "starts_at": now,
        "ends_at": ends_at,
        "picked_by": by,
    }
    row = insert(Featured).values(
        publication_id=article.publication_id, url=_url_of(article), **values
    )
    on = [Featured.publication_id, Featured.url]
    tx.execute(row.on_conflict_do_update(index_elements=on, set_=values))
    return True


def drop(tx: Transaction, article: Article, *, by: str, now: dt.datetime) -> bool:
    """Take an article out of its publication's list, by an editor's word. Safe to run twice.

    Returns:
        Whether it stood there.
    """
    _lock(tx, article.publication_id)
    return _rule(tx, article, by=by, now=now)


def of_article(tx: Transaction, article: Article, *, now: dt.datetime) -> Featured | None:
    """How an article stands in its publication's list at this moment; None where it does not."""
    query = select(Featured).where(_is_of(article), is_current(now)).order_by(Featured.position)
    return tx.scalars(query.limit(1)).first()


def current(tx: Transaction, publication_id: int, *, now: dt.datetime) -> list[Featured]:
    """A publication's featured list at this moment, in order."""
    query = select(Featured).where(Featured.publication_id == publication_id, is_current(now))
    return list(tx.scalars(query.order_by(Featured.position)))


def unlinked(tx: Transaction, publication_id: int) -> list[str]:
    """Addresses of picks whose article is not known yet."""
    return list(tx.scalars(_UNLINKED, {"publication": publication_id}))


# Asked for at every store: as text it costs a tenth of what building the query does.
_UNLINKED = text(
    "SELECT url FROM featured WHERE publication_id = :publication AND article_id IS NULL"
    " ORDER BY position"
)


def link(tx: Transaction, publication_id: int, keys: Mapping[str, str]) -> list[int]:
    """Point picks at the articles that their addresses lead to.

    Args:
        tx: the open transaction.
        publication_id: whose list.
        keys: address as it stands in the list -> normalised address, as article keys have it.

    Returns:
        Ids of the articles that were found. Safe to run twice.
    """
    full = {url: f"{publication_id}:{key}" for url, key in keys.items()}
    query = select(ArticleKey.key, ArticleKey.article_id).where(
        ArticleKey.kind == LINK, ArticleKey.key == func.any(list(full.values()))
    )
    known = dict(tx.execute(query).all())
    found = {url: known[key] for url, key in full.items() if key in known}
    if found:
        _lock(tx, publication_id)
    for url, article_id in found.items():
        tx.execute(
            update(Featured)
            .where(Featured.publication_id == publication_id, Featured.url == url)
            .values(article_id=article_id)
        )
    if found:
        tx.execute(_YIELD, {"publication": publication_id, "articles": list(found.values())})
    return list(found.values())


# A page may know by another address what an editor spoke of: the editor's word stands.
_YIELD = text(
    """
    UPDATE featured SET picked_by = ruled.picked_by, ends_at = featured.starts_at
    FROM featured AS ruled
    WHERE featured.publication_id = :publication AND ruled.publication_id = :publication
    AND featured.picked_by IS NULL AND ruled.picked_by IS NOT NULL
    AND featured.article_id = ruled.article_id
    AND featured.article_id = ANY(CAST(:articles AS bigint[]))
    """
)


def _lock(tx: Transaction, publication_id: int) -> None:
    """Let one transaction at a time write a publication's list: two pages hold two lists of it."""
    tx.execute(select(func.pg_advisory_xact_lock(_LOCK, publication_id)))


def articles_of(tx: Transaction, publication_id: int) -> list[int]:
    """Ids of the articles that are or were picked."""
    query = select(Featured.article_id).where(Featured.publication_id == publication_id)
    return [found for found in tx.scalars(query) if found is not None]


def _of_pages(publication_id: int, now: dt.datetime) -> ColumnElement[bool]:
    return and_(
        Featured.publication_id == publication_id, Featured.picked_by.is_(None), is_current(now)
    )


def _without_ruled(
    tx: Transaction, publication_id: int, picks: Sequence[tuple[str, str]]
) -> list[tuple[str, str]]:
    """The picks of which no editor spoke."""
    ruled = select(Featured.url).where(
        Featured.publication_id == publication_id, Featured.picked_by.is_not(None)
    )
    spoken = set(tx.scalars(ruled))
    return [pick for pick in picks if pick[1] not in spoken]


def _rule(tx: Transaction, article: Article, *, by: str, now: dt.datetime) -> bool:
    """End an article's picks by an editor's word; whether one stood."""
    stood = tx.scalar(select(exists().where(_is_of(article), is_current(now))))
    end = case((is_current(now), now), else_=Featured.ends_at)
    tx.execute(update(Featured).where(_is_of(article)).values(picked_by=by, ends_at=end))
    return bool(stood)


def _is_of(article: Article) -> ColumnElement[bool]:
    return and_(
        Featured.publication_id == article.publication_id,
        or_(Featured.article_id == article.id, Featured.url == _url_of(article)),
    )


def _url_of(article: Article) -> str:
    """Under what a pick is known: the newsroom's page, or a name of ours where it has none."""
    return article.url or f"urn:syndicate:article:{article.id}"


def is_current(now: dt.datetime) -> ColumnElement[bool]:
    """The condition under which a pick stands in the list at a moment."""
    return and_(Featured.starts_at <= now, or_(Featured.ends_at.is_(None), Featured.ends_at > now))
