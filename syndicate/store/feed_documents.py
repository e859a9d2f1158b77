"""Feed documents: exactly the bytes that are served, with everything a server needs beside them."""

import datetime as dt
import enum

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.schema import Table, text_enum


class FeedFormat(enum.StrEnum):
    """The forms that every feed is published in."""

    RSS = "rss"
    ATOM = "atom"
    JSON = "json"


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
