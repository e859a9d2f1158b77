"""Who subscribed to our feeds at our own WebSub hub, and what is due to them.

    asked ─ wanted, verify_at ─> verified ─ lease_until ─> deliver_at ─> delivered
                    └─ no, five times ─> forgotten              └─ 410 ─> forgotten
    asked or verified ─ feed retired or moved ─> denied, verify_at ─> told why ─> forgotten

One row per topic and callback. A change only sets `deliver_at`: what is sent is the topic as it
then stands, so a subscriber that was away gets the newest state once, and a killed worker loses
nothing: its lease is `verify_at` or `deliver_at` moved ahead.
Source: WebSub; docs/facts/syndication.md#websub.
"""

import datetime as dt
import enum
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
    Update,
    case,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.ground import lock_session
from syndicate.store.ground.leases import lease
from syndicate.store.ground.schema import Id, Table, text_enum
from syndicate.store.ground.session import Transaction
from syndicate.store.syndication.feed_documents import FeedDocument
from syndicate.store.syndication.feeds import Feed
from syndicate.vocabulary.feeds import FeedFormat

# How long a row may be in a worker's hands before another takes it up: the request ends after 15 s.
LEASE = dt.timedelta(seconds=40)
RETIRED = "This feed is no longer published."  # told to its subscribers
LONGEST_LEASE_S = 10 * 24 * 3600
VERIFY_RETRIES = (dt.timedelta(minutes=1), dt.timedelta(minutes=5), dt.timedelta(minutes=30))
DELIVER_RETRIES = (
    dt.timedelta(minutes=1),
    dt.timedelta(minutes=5),
    dt.timedelta(minutes=30),
    dt.timedelta(hours=2),
    dt.timedelta(hours=6),
)


class Mode(enum.StrEnum):
    """What a subscriber asks for."""

    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"


class FeedCallback(Table):
    """One callback's standing order for one topic."""

    __tablename__ = "feed_callback"
    __table_args__ = (
        UniqueConstraint("feed_id", "format", "callback"),
        Index(None, "verify_at", postgresql_where="verify_at IS NOT NULL"),
        Index(None, "deliver_at", postgresql_where="deliver_at IS NOT NULL"),
        Index("ix_feed_callback_agreed", "host", postgresql_where="lease_until IS NOT NULL"),
    )

    id: Mapped[Id]
    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id", ondelete="CASCADE"))
    format: Mapped[FeedFormat] = mapped_column(text_enum(FeedFormat))
    topic: Mapped[str]  # as the subscriber spelt it, which is how it wants to hear of it
    callback: Mapped[str]
    host: Mapped[str] = mapped_column(index=True)
    # Key of the network that asked last, which its turn is counted by; "" of older code.
    asked_by: Mapped[str] = mapped_column(server_default="")
    secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    lease_until: Mapped[dt.datetime | None]  # None until the first verification
    wanted: Mapped[str | None]  # a Mode that waits to be verified
    wanted_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    wanted_lease_s: Mapped[int | None]
    denied: Mapped[str | None]  # why it ends; told to the callback, then the row is forgotten
    verify_at: Mapped[dt.datetime | None]
    verify_attempts: Mapped[int] = mapped_column(server_default="0")
    deliver_at: Mapped[dt.datetime | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    epoch: Mapped[int] = mapped_column(server_default="0")  # fences a slow worker's word
    delivered_etag: Mapped[str | None]
    last_at: Mapped[dt.datetime | None]
    last_status: Mapped[int | None]
    created_at: Mapped[dt.datetime]
    holder: Mapped[uuid.UUID | None]  # whose hands it is in (`store.platform.holders`)


@dataclass(frozen=True)
class Asked:
    """What a subscriber asked of the hub, checked."""

    feed_id: int
    form: FeedFormat
    topic: str
    callback: str
    host: str
    mode: Mode
    secret: bytes | None
    lease_s: int
    asked_by: str = ""


@dataclass(frozen=True)
class HubDelivery:
    """One topic to one callback, in a worker's hands."""

    id: int
    epoch: int
    topic: str
    form: FeedFormat
    callback: str
    host: str
    secret: bytes | None
    attempts: int
    etag: str
    body: bytes


def ask(tx: Transaction, asked: Asked, *, now: dt.datetime) -> None:
    """Note what a subscriber wants; nothing changes for it before its callback has agreed.

    Asking again before that overrides what was asked before. Safe to run twice.
    """
    wanted = {
        "topic": asked.topic,
        "wanted": asked.mode.value,
        "wanted_secret": asked.secret,
        "wanted_lease_s": asked.lease_s,
        "asked_by": asked.asked_by,
        "denied": None,
        "verify_at": now,
        "verify_attempts": 0,
    }
    key = {"feed_id": asked.feed_id, "format": asked.form, "callback": asked.callback}
    statement = insert(FeedCallback).values(**key, **wanted, host=asked.host, created_at=now)
    # The epoch rises: a verification that is under way was of what was asked before.
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=list(key), set_={**wanted, "epoch": FeedCallback.epoch + 1}
        )
    )


def deny_ended(tx: Transaction, *, now: dt.datetime) -> bool:
    """End what was asked of feeds that are retired or have moved; each callback is told why.

    It goes by the rows of the feeds, so whoever ends one need not think of its subscribers.

    Returns:
        Whether there is anybody to tell. Safe to run twice. Source: WebSub 5.2.
    """
    moved = func.concat("This feed has moved to ", Feed.moved_to, "; subscribe there.")
    ended = (
        update(FeedCallback)
        .where(*_ended())
        .values(
            denied=case((Feed.gone_at.is_not(None), RETIRED), else_=moved),
            wanted=None,
            wanted_secret=None,
            wanted_lease_s=None,
            verify_at=now,
            verify_attempts=0,
            deliver_at=None,
            epoch=FeedCallback.epoch + 1,
        )
        .execution_options(synchronize_session=False)
    )
    return bool(tx.scalars(ended.returning(FeedCallback.id)).all())


def count_at_host(tx: Transaction, host: str, *, besides: str = "") -> int:
    """How many subscriptions a host agreed to, besides those of one callback that asks again."""
    query = select(func.count()).select_from(FeedCallback)
    agreed = (FeedCallback.host == host, FeedCallback.lease_until.is_not(None))
    return tx.scalar(query.where(*agreed, FeedCallback.callback != besides)) or 0


def topic_changed(
    tx: Transaction, feed_id: int, forms: Collection[FeedFormat], *, now: dt.datetime
) -> bool:
    """Make a topic due to everybody who holds a lease; False when nobody does."""
    changed = (
        update(FeedCallback)
        .where(
            FeedCallback.feed_id == feed_id,
            FeedCallback.format.in_(forms),
            FeedCallback.lease_until > now,
            FeedCallback.denied.is_(None),
        )
        .values(deliver_at=now, attempts=0, epoch=FeedCallback.epoch + 1)
        .execution_options(synchronize_session=False)
    )
    return bool(tx.scalars(changed.returning(FeedCallback.id)).all())


def has_due(tx: Transaction, now: dt.datetime) -> bool:
    """Whether a verification or a delivery waits, or callbacks of a feed that is no more."""
    due = or_(FeedCallback.verify_at <= now, FeedCallback.deliver_at <= now)
    return bool(tx.scalar(select(or_(exists().where(due), exists().where(*_ended())))))


def take_verifications(
    tx: Transaction, ids: Collection[int], *, now: dt.datetime
) -> list[FeedCallback]:
    """Lease requests whose callbacks must be asked whether they meant it, or told that it ends.

    Args:
        tx: the open transaction.
        ids: whose turn it is (`hub_turns`); those that another worker has since are left out.
        now: aware UTC.
    """
    due = select(FeedCallback.id).where(FeedCallback.id.in_(ids), FeedCallback.verify_at <= now)
    ours = _in_hand("verify_at", now)
    return lease(tx, FeedCallback, due, ours)


def verified(tx: Transaction, row: FeedCallback, *, now: dt.datetime) -> bool:
    """Do what a callback agreed to; False when something else was asked for meanwhile."""
    mine = (FeedCallback.id == row.id, FeedCallback.epoch == row.epoch)
    if row.wanted == Mode.UNSUBSCRIBE:
        gone = delete(FeedCallback).where(*mine).returning(FeedCallback.id)
        return tx.scalar(gone) is not None
    agreed = update(FeedCallback).where(*mine)
    values = {
        "secret": row.wanted_secret,
        "lease_until": now + dt.timedelta(seconds=min(row.wanted_lease_s or 0, LONGEST_LEASE_S)),
        "wanted": None,
        "wanted_secret": None,
        "wanted_lease_s": None,
        "verify_at": None,
        "verify_attempts": 0,
        "holder": None,
    }
    return tx.scalar(agreed.values(**values).returning(FeedCallback.id)) is not None


def not_verified(tx: Transaction, row: FeedCallback, *, is_final: bool, now: dt.datetime) -> None:
    """Ask again later, or forget what was asked for; a lease that runs goes on running.

    Who could not be told that it ends is told again, and forgotten at last.
    """
    mine = (FeedCallback.id == row.id, FeedCallback.epoch == row.epoch)
    if not is_final and row.verify_attempts < len(VERIFY_RETRIES):
        later = now + VERIFY_RETRIES[row.verify_attempts]
        again = update(FeedCallback).where(*mine)
        values = {"verify_at": later, "verify_attempts": row.verify_attempts + 1, "holder": None}
        tx.execute(again.values(values))
        return
    is_over = or_(FeedCallback.lease_until.is_(None), FeedCallback.denied.is_not(None))
    tx.execute(delete(FeedCallback).where(*mine, is_over))
    forgotten = update(FeedCallback).where(*mine)
    tx.execute(
        forgotten.values(
            wanted=None,
            wanted_secret=None,
            wanted_lease_s=None,
            verify_at=None,
            verify_attempts=0,
            holder=None,
        )
    )


def take_deliveries(
    tx: Transaction, ids: Collection[int], *, now: dt.datetime
) -> list[HubDelivery]:
    """Lease deliveries that are due, with the topic as it stands now.

    Args:
        tx: the open transaction.
        ids: whose turn it is (`hub_turns`); those that another worker has since are left out.
        now: aware UTC.
    """
    due = select(FeedCallback.id).where(
        FeedCallback.id.in_(ids), FeedCallback.deliver_at <= now, FeedCallback.lease_until > now
    )
    ours = _in_hand("deliver_at", now)
    rows = lease(tx, FeedCallback, due, ours)
    documents = _documents(tx, rows)
    return [
        HubDelivery(
            id=row.id,
            epoch=row.epoch,
            topic=row.topic,
            form=row.format,
            callback=row.callback,
            host=row.host,
            secret=row.secret,
            attempts=row.attempts,
            etag=documents[row.feed_id, row.format][0],
            body=documents[row.feed_id, row.format][1],
        )
        for row in rows
        if (row.feed_id, row.format) in documents
    ]


def delivered(tx: Transaction, delivery: HubDelivery, status: int, *, now: dt.datetime) -> None:
    """Note that a callback took a topic; one that changed meanwhile stays due."""
    tx.execute(
        _mine(delivery.id, delivery.epoch).values(
            deliver_at=None,
            attempts=0,
            delivered_etag=delivery.etag,
            last_at=now,
            last_status=status,
        )
    )


def not_delivered(
    tx: Transaction, delivery: HubDelivery, status: int | None, *, now: dt.datetime
) -> None:
    """Try again later, up to five times; the next change begins anew, until the lease ends."""
    retries = DELIVER_RETRIES
    later = now + retries[delivery.attempts] if delivery.attempts < len(retries) else None
    tx.execute(
        _mine(delivery.id, delivery.epoch).values(
            deliver_at=later, attempts=delivery.attempts + 1, last_at=now, last_status=status
        )
    )


def forget(tx: Transaction, subscription_id: int, epoch: int) -> None:
    """Drop a subscription whose callback said that it is gone (410)."""
    tx.execute(
        delete(FeedCallback).where(FeedCallback.id == subscription_id, FeedCallback.epoch == epoch)
    )


def forget_expired(tx: Transaction, now: dt.datetime) -> None:
    """Drop subscriptions whose lease ended and that nobody is renewing."""
    tx.execute(
        delete(FeedCallback).where(
            FeedCallback.lease_until <= now,
            FeedCallback.wanted.is_(None),
            FeedCallback.denied.is_(None),
        )
    )


def subscriptions(tx: Transaction, feed_id: int | None = None) -> list[FeedCallback]:
    """Subscriptions of a feed, or all, oldest first."""
    query = select(FeedCallback).order_by(FeedCallback.id)
    if feed_id is not None:
        query = query.where(FeedCallback.feed_id == feed_id)
    return list(tx.scalars(query))


def _ended() -> tuple[ColumnElement[bool], ...]:
    """The conditions under which a callback stands for a feed that is offered no more."""
    is_over = or_(Feed.gone_at.is_not(None), Feed.moved_to.is_not(None))
    return FeedCallback.feed_id == Feed.id, FeedCallback.denied.is_(None), is_over


def _mine(subscription_id: int, epoch: int) -> Update:
    """An update of a leased row, which changes nothing when somebody else has it since."""
    mine = (FeedCallback.id == subscription_id, FeedCallback.epoch == epoch)
    given_back = update(FeedCallback).where(*mine).values(holder=None)
    return given_back.execution_options(synchronize_session=False)


def _in_hand(due: str, now: dt.datetime) -> dict[str, object]:
    """What makes rows this process's own for a while."""
    epoch, holder = FeedCallback.epoch + 1, lock_session.holder()
    return {due: now + LEASE, "epoch": epoch, "holder": holder}


def _documents(
    tx: Transaction, rows: Collection[FeedCallback]
) -> dict[tuple[int, FeedFormat], tuple[str, bytes]]:
    """Etag and body of each topic that these rows are about."""
    found = {}
    for feed_id, form in {(row.feed_id, row.format) for row in rows}:
        query = select(FeedDocument.etag, FeedDocument.body).where(
            FeedDocument.feed_id == feed_id,
            FeedDocument.format == form,
            FeedDocument.page == 0,
        )
        row = tx.execute(query).one_or_none()
        if row is not None:
            found[feed_id, form] = (row.etag, row.body)
    return found
