"""Subscribers, what they subscribed to, what they chose, and the proof that they asked for it."""

import datetime as dt
import secrets
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import (
    ForeignKey,
    Index,
    LargeBinary,
    ScalarSelect,
    UniqueConstraint,
    delete,
    exists,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, TEXT, aggregate_order_by, insert
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.ground.schema import LANGUAGE, Id, Table, text_enum
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.readers import changes
from syndicate.store.readers.recipients import Recipient, hash_of
from syndicate.vocabulary.newsletters import ChoiceKind, SubscriptionState
from syndicate.vocabulary.readers import ReaderChange


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
    at: Mapped[dt.datetime] = mapped_column(index=True)
    method: Mapped[str]  # form, confirmation, import
    wording: Mapped[str]
    ip: Mapped[str | None]
    user_agent: Mapped[str | None]
    origin: Mapped[str | None]  # file and line of an import, or the form's version


@dataclass(frozen=True)
class Proof:
    """What a consent row keeps of how a reader agreed.

    Attributes:
        method: form, confirmation, preferences or import.
        wording: what the reader agreed to, as shown.
        ip: address of the reader's client, if there was one.
        user_agent: its name.
        origin: file and line of an import, or the form's version.
    """

    method: str
    wording: str
    ip: str | None = None
    user_agent: str | None = None
    origin: str | None = None


def by_address(tx: Transaction, address: str) -> Subscriber | None:
    """The subscriber of a normalised address."""
    return tx.scalar(select(Subscriber).where(Subscriber.address_hash == hash_of(address)))


def upsert(tx: Transaction, address: str, *, language: str, now: dt.datetime) -> Subscriber:
    """The subscriber of a normalised address, made if there is none. Safe to run at once."""
    values = {
        "address": address,
        "address_hash": hash_of(address),
        "language": language,
        "created_at": now,
    }
    statement = insert(Subscriber).values(values)
    # The no-op update makes the row come back, and waits for whoever is inserting it just now.
    returned = statement.on_conflict_do_update(
        index_elements=[Subscriber.address_hash], set_={"address_hash": Subscriber.address_hash}
    ).returning(Subscriber)
    return tx.scalars(returned).one()


def subscribe(
    tx: Transaction, subscriber_id: int, newsletter_id: int, *, language: str, now: dt.datetime
) -> Subscription:
    """The subscription, locked; made as *pending* if there is none. Safe to run at once."""
    values = {
        "subscriber_id": subscriber_id,
        "newsletter_id": newsletter_id,
        "state": SubscriptionState.PENDING,
        "language": language,
        "created_at": now,
    }
    tx.execute(insert(Subscription).values(values).on_conflict_do_nothing())
    query = select(Subscription).where(
        Subscription.subscriber_id == subscriber_id, Subscription.newsletter_id == newsletter_id
    )
    return tx.scalars(query.with_for_update()).one()


def of(tx: Transaction, subscriber_id: int, newsletter_id: int) -> Subscription | None:
    """The subscription of a subscriber to a newsletter, locked until the commit."""
    query = select(Subscription).where(
        Subscription.subscriber_id == subscriber_id, Subscription.newsletter_id == newsletter_id
    )
    return tx.scalar(query.with_for_update())


def lock_subscription(tx: Transaction, subscription_id: int) -> Subscription | None:
    """The subscription of this id, locked until the commit."""
    query = select(Subscription).where(Subscription.id == subscription_id).with_for_update()
    return tx.scalar(query)


def pending(
    tx: Transaction, subscriber_id: int, *, limit: int
) -> list[tuple[Subscription, Newsletter]]:
    """What waits for a subscriber to confirm it, the newest first; nothing that has ended."""
    query = (
        select(Subscription, Newsletter)
        .join(Newsletter, Newsletter.id == Subscription.newsletter_id)
        .where(
            Subscription.subscriber_id == subscriber_id,
            Subscription.state == SubscriptionState.PENDING,
            Newsletter.is_public,
            Newsletter.ended_at.is_(None),
        )
    )
    found = tx.execute(query.order_by(Subscription.id.desc()).limit(limit))
    return [(row[0], row[1]) for row in found]


def ask(tx: Transaction, subscription: Subscription, *, language: str) -> None:
    """─> pending, unless it is active: somebody asked for it, and the address must confirm.

    Who has left and asks again must confirm again. `ended_at` stays till then, so that an import
    in between does not bring them back. What waits already keeps its language: whoever asks again
    may be a stranger, and their own link says what they chose.

    Args:
        tx: the open transaction, which holds the row (`subscribe`).
        subscription: whose.
        language: of the form, and then of the mails' frame.
    """
    if subscription.state is SubscriptionState.ENDED:
        subscription.state = SubscriptionState.PENDING
        subscription.language = language
        tx.flush()


def prefer(
    tx: Transaction,
    subscription: Subscription,
    *,
    language: str,
    paused_until: dt.datetime | None,
) -> None:
    """Keep the language of the frame, and until when nothing is sent (None: at once)."""
    subscription.language = language
    subscription.paused_until = paused_until
    tx.flush()


def activate(subscription: Subscription, *, now: dt.datetime) -> None:
    """The reader confirmed: mail may go out from now on."""
    subscription.state = SubscriptionState.ACTIVE
    subscription.confirmed_at = now
    subscription.ended_at = None
    subscription.paused_until = None


def end(tx: Transaction, subscription: Subscription, *, now: dt.datetime) -> bool:
    """The reader left: whether they were still there."""
    was_there = subscription.ended_at is None
    if was_there:
        subscription.ended_at = now
        changes.note(tx, subscription.id, ReaderChange.LEFT, at=now)
    subscription.state = SubscriptionState.ENDED
    return was_there


def end_all(tx: Transaction, newsletter_id: int, *, now: dt.datetime) -> int:
    """A newsletter ended, and with it every subscription to it. Safe to run twice.

    Returns:
        How many there were.
    """
    ended = (
        update(Subscription)
        .where(
            Subscription.newsletter_id == newsletter_id,
            Subscription.state != SubscriptionState.ENDED,
        )
        .values(state=SubscriptionState.ENDED, ended_at=now)
        .execution_options(synchronize_session=False)
    )
    return len(tx.scalars(ended.returning(Subscription.id)).all())


def choices(tx: Transaction, subscription_id: int, kind: ChoiceKind) -> tuple[str, ...]:
    """What a reader chose of a kind, in alphabetical order; empty means all of it."""
    query = select(SubscriptionChoice.value).where(
        SubscriptionChoice.subscription_id == subscription_id, SubscriptionChoice.kind == kind
    )
    return tuple(tx.scalars(query.order_by(SubscriptionChoice.value)))


def choose(
    tx: Transaction, subscription_id: int, kind: ChoiceKind, values: Collection[str]
) -> None:
    """Replace what a reader chose of a kind; none means all of it. Safe to run twice."""
    tx.execute(
        delete(SubscriptionChoice).where(
            SubscriptionChoice.subscription_id == subscription_id, SubscriptionChoice.kind == kind
        )
    )
    rows = [
        {"subscription_id": subscription_id, "kind": kind, "value": value}
        for value in sorted(set(values))
    ]
    if rows:
        tx.execute(insert(SubscriptionChoice).values(rows))


def add_consent(tx: Transaction, subscription_id: int, proof: Proof, *, at: dt.datetime) -> None:
    """Keep the proof that a reader agreed."""
    tx.add(
        Consent(
            subscription_id=subscription_id,
            at=at,
            method=proof.method,
            wording=proof.wording,
            ip=proof.ip,
            user_agent=proof.user_agent,
            origin=proof.origin,
        )
    )


def counts(tx: Transaction, newsletter_id: int) -> dict[str, int]:
    """How many subscriptions a newsletter has in each state."""
    query = select(Subscription.state, func.count()).where(
        Subscription.newsletter_id == newsletter_id
    )
    found = {row[0]: row[1] for row in tx.execute(query.group_by(Subscription.state))}
    return {state.value: found.get(state, 0) for state in SubscriptionState}


def forget_unconfirmed(tx: Transaction, before: dt.datetime) -> None:
    """Forget sign-ups that nobody confirmed, and whoever has no other. Safe to run twice.

    Whoever had left before is not forgotten: the next file would bring them in.

    Args:
        tx: the open transaction.
        before: sign-ups last asked for before this moment go; aware UTC.
    """
    asked_since = exists().where(Consent.subscription_id == Subscription.id, Consent.at >= before)
    stale = (
        delete(Subscription)
        .where(
            Subscription.state == SubscriptionState.PENDING,
            Subscription.confirmed_at.is_(None),
            Subscription.ended_at.is_(None),
            Subscription.created_at < before,
            ~asked_since,
        )
        .returning(Subscription.subscriber_id)
        .execution_options(synchronize_session=False)
    )
    for subscriber_id in set(tx.scalars(stale)):
        if not tx.scalar(select(exists().where(Subscription.subscriber_id == subscriber_id))):
            erase(tx, subscriber_id)


def erase(tx: Transaction, subscriber_id: int) -> int:
    """Forget a person: subscriptions, choices, consents and address. Safe to run twice.

    The ledger keeps its rows, whose recipient has neither an address nor a hash of one any more.

    Returns:
        How many subscriptions were forgotten.
    """
    query = select(func.count()).where(Subscription.subscriber_id == subscriber_id)
    number = tx.execute(query).scalar_one()
    tx.execute(
        update(Recipient)
        .where(Recipient.subscriber_id == subscriber_id)
        .values(address="", address_hash=secrets.token_bytes(32), subscriber_id=None, purge_at=None)
        .execution_options(synchronize_session=False)
    )
    tx.execute(delete(Subscriber).where(Subscriber.id == subscriber_id))
    return number


def chosen(kind: ChoiceKind) -> ScalarSelect[list[str]]:
    """As a column beside `Subscription`: what was chosen of a kind, NULL where nothing was."""
    values = func.array_agg(
        aggregate_order_by(SubscriptionChoice.value, SubscriptionChoice.value), type_=ARRAY(TEXT)
    )
    query = select(values).where(
        SubscriptionChoice.subscription_id == Subscription.id, SubscriptionChoice.kind == kind
    )
    return query.correlate(Subscription).scalar_subquery()
