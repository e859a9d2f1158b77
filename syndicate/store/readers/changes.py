"""What readers changed of their subscriptions themselves: written as they do it, for whoever asks.

The subscription's row says how it stands today; here stands since when, and how it stood before.
"""

import datetime as dt
from collections.abc import Collection
from typing import Any

from sqlalchemy import ForeignKey, func, select
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.ground.schema import Id, Object, Table, text_enum
from syndicate.store.ground.session import Transaction
from syndicate.vocabulary.readers import ReaderChange


class SubscriptionChange(Table):
    """One thing that a reader changed; never changed afterwards, and forgotten with its reader."""

    __tablename__ = "subscription_change"

    id: Mapped[Id]
    subscription_id: Mapped[int] = mapped_column(
        ForeignKey("subscription.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[dt.datetime]
    # When it was written: a provider may tell of it long after it was done.
    noted_at: Mapped[dt.datetime] = mapped_column(server_default=func.now(), index=True)
    kind: Mapped[ReaderChange] = mapped_column(text_enum(ReaderChange))
    # chose: "sections" and "languages", empty for all; language: "language"; paused: "until";
    # left: "by", where a file said so.
    detail: Mapped[dict[str, Any]] = mapped_column(Object(), server_default="{}")


def note(
    tx: Transaction, subscription_id: int, kind: ReaderChange, *, at: dt.datetime, **detail: object
) -> None:
    """Write down that a reader changed something, in the transaction that changes it."""
    tx.add(SubscriptionChange(subscription_id=subscription_id, at=at, kind=kind, detail=detail))


def of(tx: Transaction, subscription_ids: Collection[int]) -> list[SubscriptionChange]:
    """What was changed of some subscriptions, oldest first."""
    query = select(SubscriptionChange).where(
        SubscriptionChange.subscription_id.in_(subscription_ids)
    )
    return list(tx.scalars(query.order_by(SubscriptionChange.at, SubscriptionChange.id)))
