"""Feeds that a publication offers, and the documents built for them."""

import datetime as dt
import enum

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.schema import LANGUAGE, SLUG, Id, Table, text_enum


class FeedKind(enum.StrEnum):
    """What a feed lists."""

    EVERYTHING = "everything"
    SECTION = "section"
    TAG = "tag"
    AUTHOR = "author"
    LANGUAGE = "language"
    FEATURED = "featured"


class FeedFormat(enum.StrEnum):
    """The forms that every feed is published in."""

    RSS = "rss"
    ATOM = "atom"
    JSON = "json"


class Feed(Table):
    """A list of articles that readers and partners may follow; the slug is its address."""

    __tablename__ = "feed"
    # A feed with due_at in the past must be built again: a row, never an ETA.
    __table_args__ = (Index(None, "due_at", postgresql_where="due_at IS NOT NULL"),)

    id: Mapped[Id]
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"), index=True)
    slug: Mapped[str] = mapped_column(SLUG, unique=True)
    kind: Mapped[FeedKind] = mapped_column(text_enum(FeedKind))
    section_id: Mapped[int | None] = mapped_column(ForeignKey("section.id"))
    tag_id: Mapped[int | None] = mapped_column(ForeignKey("tag.id"))
    author: Mapped[str | None]
    language: Mapped[str | None] = mapped_column(LANGUAGE)
    title: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="")
    is_full_text: Mapped[bool] = mapped_column(server_default="true")
    due_at: Mapped[dt.datetime | None]
    gone_at: Mapped[dt.datetime | None]
    moved_to: Mapped[str | None]


class FeedDocument(Table):
    """One page of one feed in one format, exactly as it is served."""

    __tablename__ = "feed_document"

    feed_id: Mapped[int] = mapped_column(
        ForeignKey("feed.id", ondelete="CASCADE"), primary_key=True
    )
    format: Mapped[FeedFormat] = mapped_column(text_enum(FeedFormat), primary_key=True)
    page: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    gzip: Mapped[bytes] = mapped_column(LargeBinary)
    brotli: Mapped[bytes] = mapped_column(LargeBinary)
    etag: Mapped[str]
    entries: Mapped[int]
    modified_at: Mapped[dt.datetime]  # newest material change among its entries
    built_at: Mapped[dt.datetime]
