"""Article pages that are read again for a day, because their feeds do not tell of every edit.

One row for each article that a source brings and whose page it always reads; it goes with the last
reading. What is kept of a page is what a conditional request needs, and a hash of what readers see.
"""

import datetime as dt

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.schema import Table


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
