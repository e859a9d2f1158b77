"""What became of mail after the relay took it, and what the relay itself says it took."""

import datetime as dt

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.schema import Id, Table


class DeliveryEvent(Table):
    """What happened to one delivery later: delivered, bounced, complained, unsubscribed."""

    __tablename__ = "delivery_event"
    __table_args__ = (Index(None, "mailing_id", "recipient_id"),)

    id: Mapped[Id]
    at: Mapped[dt.datetime]
    mailing_id: Mapped[int | None]
    recipient_id: Mapped[int | None]
    kind: Mapped[str]
    code: Mapped[str | None]
    detail: Mapped[str | None]


class RelayAccept(Table):
    """One line of a relay's accept log: proof that a message got there."""

    __tablename__ = "relay_accept"

    message_id: Mapped[str] = mapped_column(primary_key=True)
    relay: Mapped[str] = mapped_column(primary_key=True)
    queue_id: Mapped[str | None]
    at: Mapped[dt.datetime]
