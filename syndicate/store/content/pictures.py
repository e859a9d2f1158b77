"""Pictures with caption, credit, size and rights."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.content.articles import Article
from syndicate.store.ground.schema import Id, Table
from syndicate.store.ground.session import Transaction


class Picture(Table):
    """One picture of one article; position 0 is the lead picture."""

    __tablename__ = "picture"
    __table_args__ = (
        UniqueConstraint("article_id", "url"),
        Index(
            "ix_picture_unmeasured",
            "id",
            postgresql_where="measured_at IS NULL AND size_bytes IS NULL AND position = 0",
        ),
    )

    id: Mapped[Id]
    article_id: Mapped[int] = mapped_column(
        ForeignKey("article.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int] = mapped_column(server_default="0")
    url: Mapped[str]
    media_type: Mapped[str | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    size_bytes: Mapped[int | None]  # as whoever brought it says
    caption: Mapped[str] = mapped_column(server_default="")
    credit: Mapped[str] = mapped_column(server_default="")
    alt: Mapped[str] = mapped_column(server_default="")
    # Channels it may be shown in (vocabulary.articles.Channel); null means every one.
    channels: Mapped[list[str] | None] = mapped_column(ARRAY(TEXT))
    rights_until: Mapped[dt.datetime | None]
    # What it said of its size, and when it was asked; what whoever brought it says stands above.
    measured_bytes: Mapped[int | None]
    measured_at: Mapped[dt.datetime | None]


def lead_of(tx: Transaction, article_id: int) -> str | None:
    """The address of an article's lead picture, whatever its rights; None without one."""
    query = select(Picture.url).where(Picture.article_id == article_id)
    return tx.scalar(query.order_by(Picture.position, Picture.id).limit(1))


def times_of(tx: Transaction, article_ids: Collection[int]) -> dict[int, set[dt.datetime]]:
    """The times of articles that somebody else says: of publication, of change, ends of rights."""
    query = select(Article.id, Article.published_at, Article.updated_at, Picture.rights_until)
    rows = tx.execute(
        query.outerjoin(Picture, Picture.article_id == Article.id).where(
            Article.id.in_(article_ids)
        )
    )
    found: dict[int, set[dt.datetime]] = {}
    for article_id, *times in rows:
        found.setdefault(article_id, set()).update(each for each in times if each is not None)
    return found
