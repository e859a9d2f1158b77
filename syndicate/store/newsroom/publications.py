"""Publications with their sections and desks: the brands that share one installation."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    ARRAY,
    TEXT,
    ForeignKey,
    Index,
    UniqueConstraint,
    delete,
    exists,
    func,
    select,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.languages import spoken
from syndicate.store.ground.schema import LANGUAGE, SLUG, Id, Object, Table
from syndicate.store.ground.session import Transaction

_IS_HELD = "newsroom is held"  # what a transaction knows of itself


class Publication(Table):
    """A brand with its host, language, zone and senders."""

    __tablename__ = "publication"

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(SLUG, unique=True)
    name: Mapped[str]
    host: Mapped[str | None] = mapped_column(unique=True)
    home_url: Mapped[str | None]
    language: Mapped[str] = mapped_column(LANGUAGE)
    direction: Mapped[str]
    zone: Mapped[str]
    sender_name: Mapped[str]
    sender_address: Mapped[str]
    postal_address: Mapped[str]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    reply_to: Mapped[str | None]
    reason: Mapped[str] = mapped_column(server_default="")  # why readers get its mail
    colour: Mapped[str | None]  # of links and rules, on white; "#1a4f8b"
    colour_on_dark: Mapped[str | None]
    # {"names": {"ar": …}, "reasons": …}: what it is called, and says, in other languages.
    translations: Mapped[dict[str, Any]] = mapped_column(Object(dict), server_default="{}")

    @property
    def sender(self) -> str:
        """Who its mail says it is from, in its own language."""
        return self.sender_name or self.name

    def name_in(self, language: str) -> str:
        """What readers of a language call it: its name in it, else its plain one."""
        return str(spoken(self.translations.get("names", {}), language) or self.name)


class Desk(Table):
    """The team behind a section, to which feedback goes."""

    __tablename__ = "desk"
    __table_args__ = (UniqueConstraint("publication_id", "slug"),)

    id: Mapped[Id]
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    slug: Mapped[str] = mapped_column(SLUG)
    name: Mapped[str]
    address: Mapped[str | None]


class Section(Table):
    """What readers see as a part of the paper; the slug is shared by translations of a section."""

    __tablename__ = "section"
    __table_args__ = (UniqueConstraint("publication_id", "slug"),)

    id: Mapped[Id]
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    slug: Mapped[str] = mapped_column(SLUG)
    name: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("section.id"))
    desk_id: Mapped[int | None] = mapped_column(ForeignKey("desk.id"))
    position: Mapped[int] = mapped_column(server_default="0")
    names: Mapped[dict[str, Any]] = mapped_column(Object(str), server_default="{}")  # by language
    retired_at: Mapped[dt.datetime | None]
    # Names that it had: sources go on saying them.
    former_names: Mapped[list[str]] = mapped_column(ARRAY(TEXT), server_default="{}")

    def name_in(self, language: str) -> str:
        """What readers of a language see: its name in it, else its plain one."""
        return str(spoken(self.names, language) or self.name)


class FormerSlug(Table):
    """What a publication, or one of its sections, was called in addresses before."""

    __tablename__ = "publication_former"
    __table_args__ = (
        Index(None, "slug", unique=True, postgresql_where="section_id IS NULL"),
        Index(
            None,
            "publication_id",
            "slug",
            unique=True,
            postgresql_where="section_id IS NOT NULL",
        ),
    )

    id: Mapped[Id]
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    section_id: Mapped[int | None] = mapped_column(ForeignKey("section.id"), index=True)
    slug: Mapped[str] = mapped_column(SLUG)


def all_publications(tx: Transaction) -> list[Publication]:
    """Every publication, oldest first: the first one answers for unknown host names."""
    return list(tx.scalars(select(Publication).order_by(Publication.id)))


def hosts(tx: Transaction) -> set[str]:
    """Host names of publications, in lower case, with a port where they have one."""
    query = select(func.lower(Publication.host)).where(Publication.host.is_not(None))
    return set(tx.scalars(query))


def slugs(tx: Transaction) -> dict[int, str]:
    """The slug of every publication, by its id."""
    return {row[0]: row[1] for row in tx.execute(select(Publication.id, Publication.slug))}


def section_slugs(tx: Transaction) -> dict[int, str]:
    """The slug of every section in use, by its id."""
    query = select(Section.id, Section.slug).where(Section.retired_at.is_(None))
    return {row[0]: row[1] for row in tx.execute(query)}


def find(tx: Transaction, publication_id: int) -> Publication | None:
    """The publication of this id."""
    return tx.get(Publication, publication_id)


def zone_of(tx: Transaction, publication_id: int) -> str:
    """The zone of the publication of this id; UTC where there is none."""
    row = find(tx, publication_id)
    return row.zone if row is not None else "UTC"


def add(tx: Transaction, row: Publication | Desk | Section) -> None:
    """Write a publication, a desk or a section down; it has its id afterwards."""
    tx.add(row)
    tx.flush()


def hold(tx: Transaction) -> None:
    """Wait until nobody else makes or changes what a newsroom is made of; nobody does then.

    The lock is one for all kinds, and ends with the transaction. What the transaction read before
    is read again: whoever held the lock until now may have changed it.
    """
    tx.execute(text("SELECT pg_advisory_xact_lock(hashtext('newsroom'))"))
    if not tx.session.info.get(_IS_HELD):
        tx.flush()
        tx.session.expire_all()
        tx.session.info[_IS_HELD] = True


def change(tx: Transaction, row: Publication | Desk | Section, **values: Any) -> None:
    """Give a publication, a desk or a section other values."""
    for name, value in values.items():
        setattr(row, name, value)
    tx.flush()


def rename(tx: Transaction, row: Publication | Section, slug: str) -> None:
    """Give a publication or a section another slug; what was its address leads there from now on.

    The slug that it takes leads nowhere else any more.
    """
    publication_id, section_id = (
        (row.publication_id, row.id) if isinstance(row, Section) else (row.id, None)
    )
    is_same_sort = (
        FormerSlug.section_id.is_(None)
        if section_id is None
        else FormerSlug.section_id.is_not(None) & (FormerSlug.publication_id == publication_id)
    )
    tx.execute(delete(FormerSlug).where(FormerSlug.slug.in_((slug, row.slug)), is_same_sort))
    tx.add(FormerSlug(publication_id=publication_id, section_id=section_id, slug=row.slug))
    row.slug = slug
    tx.flush()


def remember_name(tx: Transaction, row: Section) -> None:
    """Have a section found by the name that it has now also once it has another one.

    Of two sections that had one name, the last one is found by it.
    """
    word = row.name.lower()
    query = select(Section).where(Section.publication_id == row.publication_id)
    for each in tx.scalars(query):
        kept = [name for name in each.former_names or () if name.lower() != word]
        if each is row:
            kept.append(row.name)
        if kept != each.former_names:
            each.former_names = kept
    tx.flush()


def by_slug(tx: Transaction, slug: str) -> Publication | None:
    """The publication of this slug, or else the one that had it before."""
    found = tx.scalar(select(Publication).where(Publication.slug == slug))
    if found is not None:
        return found
    former = select(FormerSlug.publication_id).where(
        FormerSlug.slug == slug, FormerSlug.section_id.is_(None)
    )
    return tx.scalar(select(Publication).where(Publication.id == former.scalar_subquery()))


def former_slugs(tx: Transaction, publication_id: int) -> list[str]:
    """What a publication was called in addresses before."""
    query = select(FormerSlug.slug).where(
        FormerSlug.publication_id == publication_id, FormerSlug.section_id.is_(None)
    )
    return list(tx.scalars(query.order_by(FormerSlug.id)))


def is_slug_taken(tx: Transaction, slug: str, *, but: int | None) -> bool:
    """Whether another publication has this slug now."""
    query = select(Publication.id).where(Publication.slug == slug, Publication.id != (but or 0))
    return tx.scalar(query) is not None


def of_host(tx: Transaction, host: str) -> Publication | None:
    """The publication whose own host this is."""
    return tx.scalar(select(Publication).where(func.lower(Publication.host) == host).limit(1))


def by_host(tx: Transaction, host: str) -> Publication | None:
    """The publication that answers under a host name, else the first one.

    Args:
        tx: open transaction.
        host: in lower case, with a port that is no default.
    """
    found = tx.scalar(select(Publication).where(func.lower(Publication.host) == host).limit(1))
    return found or tx.scalar(select(Publication).order_by(Publication.id).limit(1))


def sections_of(tx: Transaction, publication_id: int) -> list[Section]:
    """A publication's sections in the order readers see them, without those that are retired."""
    query = select(Section).where(
        Section.publication_id == publication_id, Section.retired_at.is_(None)
    )
    return list(tx.scalars(query.order_by(Section.position, Section.id)))


def is_first(tx: Transaction, publication_id: int) -> bool:
    """Whether this is the publication that answers without a prefix, under unknown host names."""
    return tx.scalar(select(func.min(Publication.id))) == publication_id


def names_in(sections: Iterable[Section], language: str, *, publication_id: int) -> dict[str, str]:
    """Slug to name in a language; of translations that share a slug, this publication's."""
    names: dict[str, str] = {}
    for each in sections:
        if each.slug not in names or each.publication_id == publication_id:
            names[each.slug] = each.name_in(language)
    return names


def section(tx: Transaction, section_id: int | None) -> Section | None:
    """The section of this id."""
    return None if section_id is None else tx.get(Section, section_id)


def section_of(tx: Transaction, publication_id: int, slug: str) -> Section | None:
    """A publication's section of this slug, also when it is retired."""
    query = select(Section).where(Section.publication_id == publication_id, Section.slug == slug)
    return tx.scalar(query)


def section_once(tx: Transaction, publication_id: int, slug: str) -> Section | None:
    """A publication's section that had this slug before."""
    former = select(FormerSlug.section_id).where(
        FormerSlug.publication_id == publication_id, FormerSlug.slug == slug
    )
    return tx.scalar(select(Section).where(Section.id.in_(former)).limit(1))


def desks_of(tx: Transaction, publication_id: int) -> list[Desk]:
    """A publication's desks, by slug."""
    query = select(Desk).where(Desk.publication_id == publication_id)
    return list(tx.scalars(query.order_by(Desk.slug)))


def desk_of(tx: Transaction, publication_id: int, slug: str) -> Desk | None:
    """A publication's desk of this slug."""
    query = select(Desk).where(Desk.publication_id == publication_id, Desk.slug == slug)
    return tx.scalar(query)


def desk(tx: Transaction, desk_id: int | None) -> Desk | None:
    """The desk of this id."""
    return None if desk_id is None else tx.get(Desk, desk_id)


def has_children(tx: Transaction, section_id: int) -> bool:
    """Whether sections stand below this one."""
    below = Section.parent_id == section_id
    return bool(tx.scalar(select(exists().where(below, Section.retired_at.is_(None)))))


def remove_desk(tx: Transaction, row: Desk) -> None:
    """Take a desk away; sections that it was behind have none then."""
    for each in tx.scalars(select(Section).where(Section.desk_id == row.id)):
        each.desk_id = None
    tx.flush()
    tx.execute(delete(Desk).where(Desk.id == row.id))
