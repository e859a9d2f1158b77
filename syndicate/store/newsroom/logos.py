"""The pictures that stand for publications, as they were brought."""

import datetime as dt

from sqlalchemy import ForeignKey, LargeBinary, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.ground.schema import Table
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom.publications import Publication


class PublicationLogo(Table):
    """A publication's logo: at most a few hundred kilobytes, looked at before it was kept."""

    __tablename__ = "publication_logo"

    publication_id: Mapped[int] = mapped_column(
        ForeignKey("publication.id", ondelete="CASCADE"), primary_key=True
    )
    media_type: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    digest: Mapped[str]  # SHA-256 of the body, in hexadecimal: part of its address
    body: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    at: Mapped[dt.datetime]


def of(tx: Transaction, publication_id: int) -> PublicationLogo | None:
    """A publication's logo without its bytes."""
    return tx.get(PublicationLogo, publication_id)


def every_publication(tx: Transaction) -> list[tuple[Publication, PublicationLogo | None]]:
    """Every publication with its logo, without the bytes; in the order of `all_publications`."""
    query = select(Publication, PublicationLogo).outerjoin(
        PublicationLogo, PublicationLogo.publication_id == Publication.id
    )
    return [(row[0], row[1]) for row in tx.execute(query.order_by(Publication.id))]


def body_of(tx: Transaction, digest: str) -> tuple[str, bytes] | None:
    """Media type and bytes of the logo with this digest."""
    query = select(PublicationLogo.media_type, PublicationLogo.body)
    row = tx.execute(query.where(PublicationLogo.digest == digest).limit(1)).first()
    return None if row is None else (row[0], row[1])


def put(tx: Transaction, logo: PublicationLogo) -> None:
    """Give a publication its logo in place of the one it had."""
    remove(tx, logo.publication_id)
    tx.add(logo)
    tx.flush()


def remove(tx: Transaction, publication_id: int) -> None:
    """Take a publication's logo away. Safe to run twice."""
    gone = delete(PublicationLogo).where(PublicationLogo.publication_id == publication_id)
    tx.execute(gone.execution_options(synchronize_session="fetch"))
