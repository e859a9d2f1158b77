"""Delivery events as rows: bounces and complaints of each delivery, and what relays accepted."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Date,
    Index,
    LargeBinary,
    Select,
    cast,
    delete,
    exists,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.ground.schema import Id, Table
from syndicate.store.ground.session import Transaction
from syndicate.store.readers.recipients import Recipient
from syndicate.store.readers.subscribers import Consent, Subscription
from syndicate.store.sending.mailings import Batch, Delivery, Mailing
from syndicate.vocabulary.sending import DeliveryState

FORGET_AT_ONCE = 10_000
BOUNCED = "bounced"
DELIVERED = "delivered"
OPTED_OUT = "opted_out"  # and complained of nothing


class DeliveryEvent(Table):
    """What happened to one delivery later: delivered, delayed, bounced, complained, opted out."""

    __tablename__ = "delivery_event"
    __table_args__ = (
        Index(None, "mailing_id", "recipient_id"),
        Index(None, "recipient_id", "at"),
        # Few among what providers tell: each of them asks how many there are at its receiver.
        Index("ix_delivery_event_receiver", "receiver", "at", postgresql_where="is_hard"),
    )

    id: Mapped[Id]
    at: Mapped[dt.datetime]
    mailing_id: Mapped[int | None]
    recipient_id: Mapped[int | None]
    kind: Mapped[str]
    code: Mapped[str | None]
    detail: Mapped[str | None]
    reason: Mapped[str | None]  # in one word: bounces.reading.verdict.Reason
    is_hard: Mapped[bool] = mapped_column(server_default="false")  # counts against the address
    # The same for whoever tells it: what is told twice is stored once.
    key: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    receiver: Mapped[str | None]  # of what is hard: `recipients.receiver_of`


class RelayAccept(Table):
    """One line of a relay's accept log: proof that a message got there."""

    __tablename__ = "relay_accept"

    message_id: Mapped[str] = mapped_column(primary_key=True)
    relay: Mapped[str] = mapped_column(primary_key=True)
    queue_id: Mapped[str | None]
    at: Mapped[dt.datetime]


class RelaySeen(Table):
    """A message that a relay has seen and not taken yet: it may wait, or have been cut off."""

    __tablename__ = "relay_seen"

    relay: Mapped[str] = mapped_column(primary_key=True)
    queue_id: Mapped[str] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(index=True)
    at: Mapped[dt.datetime]


@dataclass(frozen=True)
class Happening:
    """Something that happened to a delivery, told by a mail, a provider or the relay.

    Attributes:
        key: 32 bytes, the same for whoever tells it.
        at: when it happened, aware UTC.
        kind: delivered, delayed, bounced, complained, opted_out, auto_replied.
        mailing_id: None when nobody can tell.
        recipient_id: None when nobody can tell.
        reason: in one word.
        is_hard: whether it counts against the address.
        receiver: who runs the mailbox, as `recipients.receiver_of` calls them.
        code: "550 5.1.1", as far as it is known.
        detail: the other side's words.
    """

    key: bytes
    at: dt.datetime
    kind: str
    mailing_id: int | None
    recipient_id: int | None
    reason: str
    is_hard: bool = False
    receiver: str = ""
    code: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Refused:
    """A delivery that the relay refused for good."""

    mailing_id: int
    recipient_id: int
    at: dt.datetime
    code: int | None
    enhanced: str | None
    reason: str | None


def record(tx: Transaction, happened: Happening) -> bool:
    """Store an event once; False when it was told before."""
    values = {
        "at": happened.at,
        "mailing_id": happened.mailing_id,
        "recipient_id": happened.recipient_id,
        "kind": happened.kind,
        "code": happened.code or None,
        "detail": happened.detail or None,
        "reason": happened.reason,
        "is_hard": happened.is_hard,
        "receiver": (happened.receiver or None) if happened.is_hard else None,
        "key": happened.key,
    }
    statement = insert(DeliveryEvent).values(values).on_conflict_do_nothing()
    return tx.scalar(statement.returning(DeliveryEvent.id)) is not None


def forget_before(tx: Transaction, moment: dt.datetime) -> None:
    """Drop the oldest events, a lot at a time. Safe to run twice.

    Ids grow with time, so the oldest are found by them; there is no index for times alone.
    """
    oldest = select(DeliveryEvent.id).order_by(DeliveryEvent.id).limit(FORGET_AT_ONCE)
    statement = delete(DeliveryEvent).where(DeliveryEvent.id.in_(oldest), DeliveryEvent.at < moment)
    tx.execute(statement.execution_options(synchronize_session=False))


def soft_days(
    tx: Transaction, recipient_id: int, *, reasons: Collection[str], since: dt.datetime
) -> list[dt.date]:
    """The days on which mail to a recipient came back, ascending, since some is known to arrive.

    Args:
        tx: the open transaction.
        recipient_id: whose.
        reasons: that count.
        since: what came back before is forgotten.
    """
    day = cast(DeliveryEvent.at, Date)
    query = select(day).where(
        DeliveryEvent.recipient_id == recipient_id,
        DeliveryEvent.kind == BOUNCED,
        DeliveryEvent.reason.in_(reasons),
        DeliveryEvent.at > _arrived_since(recipient_id, since),
    )
    return list(tx.scalars(query.distinct().order_by(day)))


def hard_times(tx: Transaction, recipient_id: int, *, since: dt.datetime) -> list[dt.datetime]:
    """When an address was said not to exist, ascending, since mail is known to arrive there.

    Args:
        tx: the open transaction.
        recipient_id: whose.
        since: what was said before is forgotten.
    """
    query = select(DeliveryEvent.at).where(
        DeliveryEvent.recipient_id == recipient_id,
        DeliveryEvent.is_hard,
        DeliveryEvent.at > _arrived_since(recipient_id, since),
    )
    return list(tx.scalars(query.order_by(DeliveryEvent.at)))


def _arrived_since(recipient_id: int, since: dt.datetime) -> ColumnElement[dt.datetime]:
    """When a mail last arrived, as a receiver or the reader's own click says; else `since`."""
    delivered = select(func.max(DeliveryEvent.at)).where(
        DeliveryEvent.recipient_id == recipient_id, DeliveryEvent.kind == DELIVERED
    )
    clicked = _confirmed(recipient_id).with_only_columns(func.max(Consent.at))
    return func.greatest(delivered.scalar_subquery(), clicked.scalar_subquery(), since)


def has_confirmed(tx: Transaction, recipient_id: int) -> bool:
    """Whether somebody once clicked a link in a mail to this recipient: the address was alive."""
    return bool(tx.scalar(select(_confirmed(recipient_id).exists())))


def _confirmed(recipient_id: int) -> Select[int]:
    return (
        select(Consent.id)
        .join(Subscription, Subscription.id == Consent.subscription_id)
        .join(Recipient, Recipient.subscriber_id == Subscription.subscriber_id)
        .where(Recipient.id == recipient_id, Consent.method == "confirmation")
    )


def unread_refusals(tx: Transaction, *, since: dt.datetime, limit: int) -> list[Refused]:
    """Deliveries that the relay refused for good and that are no event yet.

    Args:
        tx: the open transaction.
        since: mailings made before are left alone.
        limit: at most.
    """
    known = exists().where(
        DeliveryEvent.mailing_id == Delivery.mailing_id,
        DeliveryEvent.recipient_id == Delivery.recipient_id,
        DeliveryEvent.kind == BOUNCED,
    )
    query = (
        select(
            Delivery.mailing_id,
            Delivery.recipient_id,
            func.coalesce(Delivery.done_at, Mailing.created_at),
            Delivery.code,
            Delivery.enhanced,
            Delivery.reason,
        )
        .join(Mailing, Mailing.id == Delivery.mailing_id)
        .join(
            Batch,
            (Batch.mailing_id == Delivery.mailing_id) & (Batch.number == Delivery.batch_number),
        )
        .where(
            Mailing.created_at > since,
            Batch.failed > 0,
            Delivery.state == DeliveryState.FAILED,
            Delivery.code >= 500,  # noqa: PLR2004 - refused for good
            ~known,
        )
        .limit(limit)
    )
    return [Refused(*row) for row in tx.execute(query)]


def counts(tx: Transaction, mailing_id: int) -> Mapping[str, Mapping[str, int]]:
    """What receivers did with a mailing: receiver group → kind → recipients.

    For `mailings show`: "delivered" is what receivers say, and never what the relay says.
    """
    query = (
        select(
            Recipient.receiver_group,
            DeliveryEvent.kind,
            func.count(DeliveryEvent.recipient_id.distinct()),
        )
        .join(Recipient, Recipient.id == DeliveryEvent.recipient_id)
        .where(DeliveryEvent.mailing_id == mailing_id)
        .group_by(Recipient.receiver_group, DeliveryEvent.kind)
    )
    found: dict[str, dict[str, int]] = {}
    for group, kind, number in tx.execute(query):
        found.setdefault(group, {})[kind] = number
    return found
