"""Streams: mail of a publication that has a sender of its own, and what follows the publication's.

A mail belongs to the stream that is called as its folder under templates/mail.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.languages import spoken
from syndicate.store.ground.schema import Id, Object, Table, text_enum
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import publications
from syndicate.store.newsroom.publications import Publication
from syndicate.vocabulary.sending import Stream


class MailStream(Table):
    """What a publication's alerts, digests, confirmations or emailed articles have of their own."""

    __tablename__ = "mail_stream"
    __table_args__ = (UniqueConstraint("publication_id", "slug"),)

    id: Mapped[Id]
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    slug: Mapped[Stream] = mapped_column(text_enum(Stream))
    sender_name: Mapped[str] = mapped_column(server_default="")
    sender_names: Mapped[dict[str, Any]] = mapped_column(Object(str), server_default="{}")
    sender_address: Mapped[str | None]
    reply_to: Mapped[str | None]
    return_domain: Mapped[str | None]
    pool: Mapped[str | None]  # of relays (SYNDICATE_RELAY_URL, `pool=`)
    pace: Mapped[str | None]  # "20/s 5", as `paces` reads it
    warm_up: Mapped[str | None]  # "2026-11-24 50 100 500"

    def name_in(self, language: str) -> str:
        """Who its mail says it is from; empty where it does not say."""
        return str(spoken(self.sender_names, language) or self.sender_name)


@dataclass(frozen=True)
class Origin:
    """Where mail comes from.

    Attributes:
        address: in From.
        return_domain: that returned mail goes to; empty for that of the address.
        pool: of the relays by which it leaves; empty where any does that is in none.
    """

    address: str
    return_domain: str = ""
    pool: str = ""

    @property
    def domain(self) -> str:
        """That of the address."""
        local, _, domain = self.address.rpartition("@")
        return domain if local else ""


def of(tx: Transaction, publication_id: int) -> list[MailStream]:
    """A publication's streams that have anything of their own, in the order of their kind."""
    query = select(MailStream).where(MailStream.publication_id == publication_id)
    order = list(Stream)
    return sorted(tx.scalars(query), key=lambda row: order.index(row.slug))


def find(tx: Transaction, publication_id: int | None, message: str) -> MailStream | None:
    """The stream of a mail; None where it has nothing of its own.

    Args:
        tx: the open transaction.
        publication_id: in whose name it comes.
        message: its folder under templates/mail, or any word.
    """
    if message not in set(Stream):
        return None
    query = select(MailStream).where(
        MailStream.publication_id == publication_id, MailStream.slug == Stream(message)
    )
    return tx.scalar(query)


def add(tx: Transaction, row: MailStream) -> None:
    """Keep a stream."""
    tx.add(row)
    tx.flush()


def change(tx: Transaction, row: MailStream, **columns: object) -> None:
    """Give a stream other values."""
    for name, value in columns.items():
        setattr(row, name, value)
    tx.flush()


def remove(tx: Transaction, row: MailStream) -> None:
    """Let its mail follow the publication again."""
    gone = delete(MailStream).where(MailStream.id == row.id)
    tx.execute(gone.execution_options(synchronize_session="fetch"))


def origins(tx: Transaction, publication: Publication) -> Sequence[Origin]:
    """Where a publication's mail comes from: its own address first, then those of its streams."""
    own = publication.sender_address
    found = [
        Origin(each.sender_address or own, each.return_domain or "", each.pool or "")
        for each in of(tx, publication.id)
    ]
    return list(dict.fromkeys([Origin(own), *found]))


def sender_domain(tx: Transaction, publication_id: int | None, message: str) -> str:
    """The domain that a mail comes from; "" where none is known.

    Args:
        tx: the open transaction.
        publication_id: in whose name it comes.
        message: its folder under templates/mail.
    """
    stream = find(tx, publication_id, message)
    if stream is not None and stream.sender_address:
        return Origin(stream.sender_address).domain
    found = publications.find(tx, publication_id) if publication_id is not None else None
    return "" if found is None else Origin(found.sender_address).domain
