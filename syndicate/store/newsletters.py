"""Newsletters, their numbered issues, and the stories each issue froze."""

import datetime as dt
import enum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.schema import LANGUAGE, SLUG, Id, Table, text_enum

MAX_STORIES = 63  # bits of delivery.choice that a signed bigint leaves us


class NewsletterKind(enum.StrEnum):
    """digest: on a schedule; alert: at once; letter: an editor's note with placed stories."""

    DIGEST = "digest"
    ALERT = "alert"
    LETTER = "letter"


class EmptyRule(enum.StrEnum):
    """What happens to an issue without stories."""

    SKIP = "skip"
    NOTICE = "notice"
    HOLD = "hold"


class IssueState(enum.StrEnum):
    """due → composing → frozen → sending → done; or empty (nothing new), or held by an editor."""

    DUE = "due"
    COMPOSING = "composing"
    FROZEN = "frozen"
    SENDING = "sending"
    DONE = "done"
    EMPTY = "empty"
    HELD = "held"


class Newsletter(Table):
    """A promise to readers: selection, template, schedule."""

    __tablename__ = "newsletter"

    id: Mapped[Id]
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    slug: Mapped[str] = mapped_column(SLUG, unique=True)
    kind: Mapped[NewsletterKind] = mapped_column(text_enum(NewsletterKind))
    name: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="")
    languages: Mapped[list[str]] = mapped_column(ARRAY(TEXT))  # the first is the fallback
    # {"ar": {"name": …, "description": …, "publication": …}}: how a frame in that language says it.
    translations: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    zone: Mapped[str]
    # {"times": ["08:00"], "days": [1..7]}; local to the zone; read by newsletters.schedule alone.
    schedule: Mapped[dict[str, Any]] = mapped_column(JSONB)
    empty_rule: Mapped[EmptyRule] = mapped_column(text_enum(EmptyRule), server_default="skip")
    max_stories: Mapped[int] = mapped_column(server_default="40")
    is_public: Mapped[bool] = mapped_column(server_default="true")
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class NewsletterSection(Table):
    """The sections (of any publication) that a newsletter draws from and lets readers choose."""

    __tablename__ = "newsletter_section"

    newsletter_id: Mapped[int] = mapped_column(
        ForeignKey("newsletter.id", ondelete="CASCADE"), primary_key=True
    )
    section_id: Mapped[int] = mapped_column(ForeignKey("section.id"), primary_key=True)


class Issue(Table):
    """One numbered, frozen number of a newsletter."""

    __tablename__ = "issue"
    __table_args__ = (
        UniqueConstraint("newsletter_id", "local_date", "slot"),
        UniqueConstraint("newsletter_id", "number"),
    )

    id: Mapped[Id]
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletter.id"))
    number: Mapped[int]
    local_date: Mapped[dt.date]
    slot: Mapped[str]  # "08:00" in the newsletter's zone, or an alert's own name
    window_from: Mapped[dt.datetime]
    window_to: Mapped[dt.datetime]
    state: Mapped[IssueState] = mapped_column(text_enum(IssueState))
    subjects: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")  # by language
    content_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class IssueStory(Table):
    """One story of one issue; its position is its bit in `delivery.choice`."""

    __tablename__ = "issue_story"
    __table_args__ = (
        CheckConstraint(f"position >= 0 AND position < {MAX_STORIES}", name="position"),
        UniqueConstraint("issue_id", "article_id"),
    )

    issue_id: Mapped[int] = mapped_column(
        ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), index=True)
    revision: Mapped[int]
    section_slug: Mapped[str] = mapped_column(SLUG)
    language: Mapped[str] = mapped_column(LANGUAGE)
