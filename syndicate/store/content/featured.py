"""The publication's list of picks at a moment; never a property of an article."""

import datetime as dt
from collections.abc import Mapping, Sequence

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    UniqueConstraint,
    and_,
    case,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.content.articles import LINK, ArticleKey
from syndicate.store.ground.schema import Id, Table
from syndicate.store.ground.session import Transaction

_LOCK = 0x434F4C46  # our own class of advisory locks: writing a publication's list


class Featured(Table):
    """One pick: teaser text, link, order, end time."""

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


def replace(
    tx: Transaction, publication_id: int, picks: Sequence[tuple[str, str]], *, now: dt.datetime
) -> bool:
    """Make a publication's featured list these picks, in order.

    Args:
        tx: the open transaction.
        publication_id: whose list.
        picks: (teaser, url) pairs.
        now: aware UTC; what is no longer picked ended now.

    Returns:
        Whether anything changed.
    """
    current = select(Featured.teaser, Featured.url).where(
        Featured.publication_id == publication_id, is_current(now)
    )
    if [tuple(row) for row in tx.execute(current.order_by(Featured.position))] == list(picks):
        return False
    _lock(tx, publication_id)
    urls = [url for _, url in picks]
    tx.execute(
        update(Featured)
        .where(
            Featured.publication_id == publication_id, is_current(now), Featured.url.not_in(urls)
        )
        .values(ends_at=now)
    )
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
    return list(found.values())


def _lock(tx: Transaction, publication_id: int) -> None:
    """Let one transaction at a time write a publication's list: two pages hold two lists of it."""
    tx.execute(select(func.pg_advisory_xact_lock(_LOCK, publication_id)))


def articles_of(tx: Transaction, publication_id: int) -> list[int]:
    """Ids of the articles that are or were picked."""
    query = select(Featured.article_id).where(Featured.publication_id == publication_id)
    return [found for found in tx.scalars(query) if found is not None]


def is_current(now: dt.datetime) -> ColumnElement[bool]:
    """The condition under which a pick stands in the list at a moment."""
    return and_(Featured.starts_at <= now, or_(Featured.ends_at.is_(None), Featured.ends_at > now))
