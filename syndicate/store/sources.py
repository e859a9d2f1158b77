"""Where articles come from, what the last fetch learnt, and what operators should know of it."""

import datetime as dt
import enum
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.schema import Id, Table, text_enum


class SourceKind(enum.StrEnum):
    """How a source is read."""

    FEED = "feed"
    SITEMAP = "sitemap"
    PAGE = "page"
    WEBSUB = "websub"
    PUSH = "push"


class SourceState(enum.StrEnum):
    """active → failing → dormant (probed daily); gone after repeated 410s; paused by someone."""

    ACTIVE = "active"
    FAILING = "failing"
    DORMANT = "dormant"
    GONE = "gone"
    PAUSED = "paused"


class Pages(enum.StrEnum):
    """Whether article pages are fetched: never, for thin entries only, or always."""

    NEVER = "never"
    THIN = "thin"
    ALWAYS = "always"


class Source(Table):
    """A feed, news sitemap, page, WebSub topic or push from a CMS."""

    __tablename__ = "source"
    __table_args__ = (UniqueConstraint("publication_id", "url"),)

    id: Mapped[Id]
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    kind: Mapped[SourceKind] = mapped_column(text_enum(SourceKind))
    url: Mapped[str]
    name: Mapped[str]
    state: Mapped[SourceState] = mapped_column(text_enum(SourceState), server_default="active")
    pages: Mapped[Pages] = mapped_column(text_enum(Pages), server_default="thin")
    # Exact "IP:port" of an in-house server that may be dialled although it is private.
    allow_origins: Mapped[list[str]] = mapped_column(ARRAY(TEXT), server_default="{}")
    # Selectors, date format and zone of the site's own template (design §8).
    profile: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    section_id: Mapped[int | None] = mapped_column(ForeignKey("section.id"))
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class FetchState(Table):
    """What the last fetch of a source learnt; the row that a collecting worker leases."""

    __tablename__ = "fetch_state"
    __table_args__ = (Index(None, "next_at"),)

    source_id: Mapped[int] = mapped_column(
        ForeignKey("source.id", ondelete="CASCADE"), primary_key=True
    )
    etag: Mapped[bytes | None] = mapped_column(LargeBinary)  # byte for byte as the server sent it
    last_modified: Mapped[bytes | None] = mapped_column(LargeBinary)
    body_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    next_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    leased_until: Mapped[dt.datetime | None]
    epoch: Mapped[int] = mapped_column(server_default="0")
    connected_at: Mapped[dt.datetime | None]  # first success: what is older is backlog
    last_at: Mapped[dt.datetime | None]
    last_status: Mapped[int | None]
    failures: Mapped[int] = mapped_column(server_default="0")
    reason: Mapped[str | None]


class SourceNotice(Table):
    """One change of a source's state, in words that operators see."""

    __tablename__ = "source_notice"

    id: Mapped[Id]
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"), index=True)
    at: Mapped[dt.datetime]
    kind: Mapped[str]
    message: Mapped[str]
