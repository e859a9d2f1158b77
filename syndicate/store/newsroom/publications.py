"""Publications with their sections and desks: the brands that share one installation."""

import datetime as dt

from sqlalchemy import ForeignKey, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.ground.schema import LANGUAGE, SLUG, Id, Table
from syndicate.store.ground.session import Transaction


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


def all_publications(tx: Transaction) -> list[Publication]:
    """Every publication, oldest first: the first one answers for unknown host names."""
    return list(tx.scalars(select(Publication).order_by(Publication.id)))


def slugs(tx: Transaction) -> dict[int, str]:
    """The slug of every publication, by its id."""
    return {row[0]: row[1] for row in tx.execute(select(Publication.id, Publication.slug))}


def find(tx: Transaction, publication_id: int) -> Publication | None:
    """The publication of this id."""
    return tx.get(Publication, publication_id)


def add(tx: Transaction, row: Publication | Desk | Section) -> None:
    """Write a publication, a desk or a section down; it has its id afterwards."""
    tx.add(row)
    tx.flush()


def by_slug(tx: Transaction, slug: str) -> Publication | None:
    """The publication of this slug."""
    return tx.scalar(select(Publication).where(Publication.slug == slug))


def by_host(tx: Transaction, host: str) -> Publication | None:
    """The publication that answers under a host name, else the first one.

    Args:
        tx: open transaction.
        host: in lower case, with a port that is no default.
    """
    found = tx.scalar(select(Publication).where(func.lower(Publication.host) == host).limit(1))
    return found or tx.scalar(select(Publication).order_by(Publication.id).limit(1))


def sections_of(tx: Transaction, publication_id: int) -> list[Section]:
    """A publication's sections in the order readers see them."""
    query = select(Section).where(Section.publication_id == publication_id)
    return list(tx.scalars(query.order_by(Section.position, Section.id)))


def is_first(tx: Transaction, publication_id: int) -> bool:
    """Whether this is the publication that answers without a prefix, under unknown host names."""
    return tx.scalar(select(func.min(Publication.id))) == publication_id
