"""The publication's list of picks at a moment; never a property of an article."""

import datetime as dt

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.schema import Id, Table


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
