"""Subscribers, what they subscribed to, what they chose, and the proof that they asked for it."""

import datetime as dt
import enum

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.schema import LANGUAGE, Id, Table, text_enum


class SubscriptionState(enum.StrEnum):
    """pending (unconfirmed) → active ⇄ paused → ended."""

    PENDING = "pending"
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class ChoiceKind(enum.StrEnum):
    """What a reader narrows a newsletter down by; no row of a kind means all of it."""

    SECTION = "section"
    LANGUAGE = "language"


class Subscriber(Table):
    """A person with an address."""

    __tablename__ = "subscriber"

    id: Mapped[Id]
    address: Mapped[str]
    address_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    language: Mapped[str] = mapped_column(LANGUAGE)
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class Subscription(Table):
    """One subscriber's standing order for one newsletter."""

    __tablename__ = "subscription"
    __table_args__ = (
        UniqueConstraint("subscriber_id", "newsletter_id"),
        Index(None, "newsletter_id", "state"),
    )

    id: Mapped[Id]
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id", ondelete="CASCADE"))
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletter.id"))
    state: Mapped[SubscriptionState] = mapped_column(text_enum(SubscriptionState))
    language: Mapped[str] = mapped_column(LANGUAGE)  # of the frame around the stories
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    confirmed_at: Mapped[dt.datetime | None]
    paused_until: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]


class SubscriptionChoice(Table):
    """One section (by slug) or language that a reader chose."""

    __tablename__ = "subscription_choice"

    subscription_id: Mapped[int] = mapped_column(
        ForeignKey("subscription.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[ChoiceKind] = mapped_column(text_enum(ChoiceKind), primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)


class Consent(Table):
    """Proof of what a reader agreed to, when and how; never changed."""

    __tablename__ = "consent"

    id: Mapped[Id]
    subscription_id: Mapped[int] = mapped_column(
        ForeignKey("subscription.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[dt.datetime]
    method: Mapped[str]  # form, confirmation, import
    wording: Mapped[str]
    ip: Mapped[str | None]
    user_agent: Mapped[str | None]
    origin: Mapped[str | None]  # file and line of an import, or the form's version
