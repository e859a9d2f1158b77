"""Newsletters, their numbered issues, and the stories each issue froze."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    LargeBinary,
    UniqueConstraint,
    delete,
    exists,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, aliased, mapped_column

from syndicate import phrases
from syndicate.errors import RefusedError
from syndicate.languages import spoken
from syndicate.store.ground.schema import LANGUAGE, SLUG, Id, Object, Table, text_enum
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import publications
from syndicate.store.newsroom.publications import Publication, Section
from syndicate.vocabulary.newsletters import MAX_STORIES, EmptyRule, IssueState, NewsletterKind


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
    translations: Mapped[dict[str, Any]] = mapped_column(Object(dict), server_default="{}")
    zone: Mapped[str]
    # {"times": ["08:00"], "days": [1..7]}; local to the zone; read by newsletters.schedule
    # alone; {} of an alert.
    schedule: Mapped[dict[str, Any]] = mapped_column(Object())
    empty_rule: Mapped[EmptyRule] = mapped_column(
        text_enum(EmptyRule), server_default=EmptyRule.SKIP
    )
    max_stories: Mapped[int] = mapped_column(server_default="40")
    is_public: Mapped[bool] = mapped_column(server_default="true")
    # Slugs of tags: what carries one is drawn too, in whatever section it stands.
    tags: Mapped[list[str]] = mapped_column(ARRAY(TEXT), server_default="{}")
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    paused_at: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]
    # Slots and alerts up to then are left alone: its times were changed, or a pause ended.
    opens_from: Mapped[dt.datetime | None]

    @property
    def is_running(self) -> bool:
        """Whether its issues come out: it is neither paused nor ended."""
        return self.paused_at is None and self.ended_at is None


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
        UniqueConstraint("newsletter_id", "article_id"),
    )

    id: Mapped[Id]
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletter.id"))
    # What readers know it by: given when it is first frozen, so that theirs has no holes.
    number: Mapped[int | None]
    local_date: Mapped[dt.date]
    slot: Mapped[str]  # "08:00" in the newsletter's zone, or an alert's own name
    # Of an alert: the article that it tells; one alert of it in each newsletter.
    article_id: Mapped[int | None] = mapped_column(ForeignKey("article.id", ondelete="SET NULL"))
    window_from: Mapped[dt.datetime]
    window_to: Mapped[dt.datetime]
    state: Mapped[IssueState] = mapped_column(text_enum(IssueState))
    subjects: Mapped[dict[str, Any]] = mapped_column(
        Object(str), server_default="{}"
    )  # by language
    content_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    note: Mapped[str | None]  # why it is empty or held, in a sentence for editors
    # An editor said: send it, whatever it has to say.
    has_word: Mapped[bool] = mapped_column(server_default="false")
    # Of one that is merged: the issue that covers its news too, once there is one.
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("issue.id", ondelete="SET NULL"))
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())

    @property
    def called(self) -> str:
        """What people call it."""
        return phrases.issue(self.id, self.number)


class IssueStory(Table):
    """One story of one issue; its position is its bit in `delivery.choice`.

    A correction has a bit too: it is shown to whoever got an earlier revision of its article.
    """

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
    is_correction: Mapped[bool] = mapped_column(server_default="false")
    picture_url: Mapped[str | None]  # of the picture that was frozen with it


def add(tx: Transaction, newsletter: Newsletter, *, section_ids: Collection[int]) -> Newsletter:
    """Make a newsletter that draws from these sections (of any publication).

    Args:
        tx: the open transaction.
        newsletter: publication_id, slug, kind, name, languages, zone and schedule at least; the
            caller has read the schedule with `newsletters.schedule.read`.
        section_ids: what it draws from and lets readers choose.

    Returns:
        The same newsletter with its id and defaults.

    Raises:
        RefusedError: a newsletter of this slug exists.
    """
    if by_slug(tx, newsletter.slug) is not None:
        raise RefusedError(
            f"There is a newsletter {newsletter.slug} already; choose another slug.",
            slug=newsletter.slug,
        )
    tx.add(newsletter)
    tx.flush()
    draw_from(tx, newsletter.id, section_ids)
    tx.session.refresh(newsletter)
    return newsletter


def change(tx: Transaction, newsletter: Newsletter, **columns: object) -> None:
    """Give a newsletter's columns other values."""
    for name, value in columns.items():
        setattr(newsletter, name, value)
    tx.flush()


def draw_from(tx: Transaction, newsletter_id: int, section_ids: Collection[int]) -> None:
    """Have a newsletter draw from these sections and from no other. Safe to run twice."""
    gone = delete(NewsletterSection).where(NewsletterSection.newsletter_id == newsletter_id)
    tx.execute(gone.execution_options(synchronize_session=False))
    for section_id in section_ids:
        tx.add(NewsletterSection(newsletter_id=newsletter_id, section_id=section_id))
    tx.flush()


def find(tx: Transaction, newsletter_id: int) -> Newsletter | None:
    """The newsletter of this id."""
    return tx.get(Newsletter, newsletter_id)


def by_slug(tx: Transaction, slug: str) -> Newsletter | None:
    """The newsletter of this slug."""
    return tx.scalar(select(Newsletter).where(Newsletter.slug == slug))


def every(tx: Transaction, *, public_only: bool = False) -> list[Newsletter]:
    """All newsletters, oldest first; on pages only the public ones."""
    query = select(Newsletter).order_by(Newsletter.id)
    return list(tx.scalars(query.where(Newsletter.is_public) if public_only else query))


def zones(tx: Transaction) -> dict[str, str]:
    """The zone of every newsletter, by its slug."""
    return {row[0]: row[1] for row in tx.execute(select(Newsletter.slug, Newsletter.zone))}


def sections_of(tx: Transaction, newsletter_id: int) -> list[Section]:
    """The sections a newsletter draws from, in the order readers see them.

    Translations of one section stand next to each other: they share a slug and a reader's choice.
    """
    query = (
        select(Section)
        .join(NewsletterSection, NewsletterSection.section_id == Section.id)
        .where(NewsletterSection.newsletter_id == newsletter_id)
    )
    return list(tx.scalars(query.order_by(*_in_order(Section.slug))))


def _in_order(*same: Any) -> tuple[Any, ...]:
    """As a publication has its sections, those that are the same next to each other."""
    first = func.min(Section.id).over(partition_by=same)
    return Section.position, first, Section.id


def sections_to_choose(tx: Transaction, newsletter: Newsletter) -> list[Section]:
    """The sections that a newsletter's readers choose among, in the order they see them.

    They are those that it draws from; of one that names neither sections nor tags, all that its
    publication has by now.
    """
    named = sections_of(tx, newsletter.id)
    if named or newsletter.tags:
        return named
    return publications.sections_of(tx, newsletter.publication_id)


def section_slugs(tx: Transaction) -> dict[int, list[str]]:
    """Slugs of the sections that each newsletter draws from, ordered as in `sections_of`."""
    query = select(NewsletterSection.newsletter_id, Section.slug).join(
        Section, NewsletterSection.section_id == Section.id
    )
    found: dict[int, list[str]] = {}
    order = _in_order(NewsletterSection.newsletter_id, Section.slug)
    for newsletter_id, slug in tx.execute(query.order_by(*order)):
        found.setdefault(newsletter_id, []).append(slug)
    return found


def drawing_from_alone(tx: Transaction, section_id: int) -> list[Newsletter]:
    """The newsletters that draw from a section and from no other."""
    others = aliased(NewsletterSection)
    query = (
        select(Newsletter)
        .join(NewsletterSection, NewsletterSection.newsletter_id == Newsletter.id)
        .where(NewsletterSection.section_id == section_id)
        .where(
            ~exists().where(others.newsletter_id == Newsletter.id, others.section_id != section_id)
        )
    )
    return list(tx.scalars(query.order_by(Newsletter.id)))


def leave_section(tx: Transaction, section_id: int) -> None:
    """Have no newsletter draw from a section any more. Safe to run twice."""
    gone = delete(NewsletterSection).where(NewsletterSection.section_id == section_id)
    tx.execute(gone.execution_options(synchronize_session=False))


def publication_of(tx: Transaction, newsletter: Newsletter) -> Publication:
    """The publication in whose name a newsletter comes."""
    return tx.scalars(select(Publication).where(Publication.id == newsletter.publication_id)).one()


def scope(newsletter_id: int) -> str:
    """The scope of suppressions that bar one newsletter."""
    return f"newsletter:{newsletter_id}"


def in_language(newsletter: Newsletter, language: str) -> dict[str, str]:
    """How a frame in a language says a newsletter's name, description and publication.

    Returns:
        `name`, `description`, and `publication` ("" for the publication's own name).
    """
    known = newsletter.translations
    words = spoken(known, language) or {}
    return {
        "name": str(words.get("name", newsletter.name)),
        "description": str(words.get("description", newsletter.description)),
        "publication": str(words.get("publication", "")),
    }
