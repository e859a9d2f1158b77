"""Addresses that mail may go to, and those that it must not."""

import datetime as dt

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.schema import Id, Table

EVERYWHERE = "*"  # suppression scope: no mail of any kind


class Recipient(Table):
    """A subscriber's address, or a friend's (purged by date)."""

    __tablename__ = "recipient"

    id: Mapped[Id]
    address: Mapped[str]
    address_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    receiver_group: Mapped[str]  # who runs the mailbox: google, microsoft, …, other
    subscriber_id: Mapped[int | None] = mapped_column(
        ForeignKey("subscriber.id", ondelete="SET NULL"), unique=True
    )
    purge_at: Mapped[dt.datetime | None]


class Suppression(Table):
    """An address, by keyed hash, that gets no more mail of a scope: *, article, newsletter:7."""

    __tablename__ = "suppression"

    address_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    scope: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]  # complaint, bounce, reader, legal
    at: Mapped[dt.datetime]
