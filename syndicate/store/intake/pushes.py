"""What hubs pushed and nobody has read yet: the topic as it came, until a worker stores it.

A delivery is answered before it is read, so that a hub never waits for a parser; the row is deleted
with the commit that stores what it brought. One that cannot be read is dropped: the source is due
then, and the poll brings what it held.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ForeignKey, LargeBinary, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.ground import lock_session
from syndicate.store.ground.leases import lease
from syndicate.store.ground.schema import Id, Table
from syndicate.store.ground.session import Transaction
from syndicate.store.intake.sources import FetchState
from syndicate.store.intake.websub import HubSubscription

# A worker reads a document in 5 s at most, and stores it in a few more.
LEASE = dt.timedelta(seconds=60)
PUT_OFF = dt.timedelta(seconds=2)
MAX_ATTEMPTS = 3


class SourcePush(Table):
    """One body that a hub sent."""

    __tablename__ = "source_push"

    id: Mapped[Id]
    subscription_id: Mapped[int] = mapped_column(
        ForeignKey("hub_subscription.id", ondelete="CASCADE"), index=True
    )
    content_type: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[dt.datetime]
    due_at: Mapped[dt.datetime] = mapped_column(index=True)
    attempts: Mapped[int] = mapped_column(server_default="0")
    holder: Mapped[uuid.UUID | None]  # who reads it (`store.platform.holders`)


@dataclass(frozen=True)
class HubPush:
    """A delivery in a worker's hands."""

    id: int
    source_id: int
    topic: str
    content_type: str
    body: bytes
    at: dt.datetime
    attempts: int


def keep(
    tx: Transaction, found: HubSubscription, content_type: str, body: bytes, now: dt.datetime
) -> None:
    """Keep what a hub sent until a worker reads it."""
    said = content_type[:200]
    row = SourcePush(subscription_id=found.id, content_type=said, body=body, at=now, due_at=now)
    tx.add(row)


def has_due(tx: Transaction, now: dt.datetime) -> bool:
    """Whether a delivery waits to be read."""
    return tx.scalar(select(SourcePush.id).where(SourcePush.due_at <= now).limit(1)) is not None


def take_due(tx: Transaction, now: dt.datetime, *, limit: int) -> Sequence[HubPush]:
    """Take deliveries that wait, oldest first; nobody else gets them for 60 s."""
    due = select(SourcePush.id).where(SourcePush.due_at <= now).order_by(SourcePush.id).limit(limit)
    ours = {
        "due_at": now + LEASE,
        "attempts": SourcePush.attempts + 1,
        "holder": lock_session.holder(),
    }
    rows = sorted(lease(tx, SourcePush, due, ours), key=lambda row: row.id)
    about = {
        row.id: row
        for row in tx.scalars(
            select(HubSubscription).where(
                HubSubscription.id.in_({row.subscription_id for row in rows})
            )
        )
    }
    return [
        HubPush(
            id=row.id,
            source_id=about[row.subscription_id].source_id,
            topic=about[row.subscription_id].topic,
            content_type=row.content_type,
            body=row.body,
            at=row.at,
            attempts=row.attempts,
        )
        for row in rows
    ]


def put_off(tx: Transaction, push_id: int, now: dt.datetime) -> None:
    """Give back a delivery whose source somebody is asking just now; no attempt is counted."""
    row = update(SourcePush).where(SourcePush.id == push_id)
    tx.execute(row.values(due_at=now + PUT_OFF, attempts=SourcePush.attempts - 1, holder=None))


def drop(tx: Transaction, push_id: int) -> None:
    """Forget a delivery. Safe to run twice."""
    tx.execute(delete(SourcePush).where(SourcePush.id == push_id))


def drop_of(tx: Transaction, source_ids: Collection[int], now: dt.datetime) -> None:
    """Forget what waits for sources, and have them asked instead. Safe to run twice."""
    theirs = select(HubSubscription.id).where(HubSubscription.source_id.in_(source_ids))
    gone = delete(SourcePush).where(SourcePush.subscription_id.in_(theirs))
    if list(tx.scalars(gone.returning(SourcePush.id))):
        due = update(FetchState).where(FetchState.source_id.in_(source_ids))
        tx.execute(due.values(next_at=now))
