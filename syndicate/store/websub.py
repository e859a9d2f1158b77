"""Our subscriptions at hubs of others: one per source and callback, renewed before they end."""

import datetime as dt
import enum

from sqlalchemy import ForeignKey, Index, LargeBinary, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.schema import Id, Table, text_enum
from syndicate.store.session import Transaction
from syndicate.store.sources import FetchState, Source, SourceState


class HubState(enum.StrEnum):
    """asked → verified → ended; or denied by the hub."""

    ASKED = "asked"
    VERIFIED = "verified"
    DENIED = "denied"
    ENDED = "ended"


class HubSubscription(Table):
    """One subscription of a source at a hub, with a callback that nobody can guess."""

    __tablename__ = "hub_subscription"
    __table_args__ = (Index(None, "renew_at", postgresql_where="state IN ('asked', 'verified')"),)

    id: Mapped[Id]
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"), index=True)
    hub_url: Mapped[str]
    topic: Mapped[str]  # the address that the document itself names, not the one that was typed
    callback: Mapped[str] = mapped_column(unique=True)  # last part of its address
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[HubState] = mapped_column(text_enum(HubState), server_default="asked")
    is_leaving: Mapped[bool] = mapped_column(server_default="false")
    lease_until: Mapped[dt.datetime | None]
    renew_at: Mapped[dt.datetime | None]
    pushed: Mapped[int] = mapped_column(server_default="0")
    pushed_at: Mapped[dt.datetime | None]
    reason: Mapped[str | None]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


def by_callback(tx: Transaction, callback: str) -> HubSubscription | None:
    """The subscription that a callback belongs to, locked until the transaction ends."""
    query = select(HubSubscription).where(HubSubscription.callback == callback)
    return tx.scalar(query.with_for_update())


def current(tx: Transaction, source_id: int) -> list[HubSubscription]:
    """A source's subscriptions that are asked for or verified, newest first."""
    query = select(HubSubscription).where(
        HubSubscription.source_id == source_id,
        HubSubscription.state.in_((HubState.ASKED, HubState.VERIFIED)),
    )
    return list(tx.scalars(query.order_by(HubSubscription.id.desc())))


def due_for_renewal(tx: Transaction, now: dt.datetime, *, limit: int) -> list[HubSubscription]:
    """Subscriptions to ask for again, of sources that are still collected from."""
    query = (
        select(HubSubscription)
        .join(Source, Source.id == HubSubscription.source_id)
        .where(
            HubSubscription.state.in_((HubState.ASKED, HubState.VERIFIED)),
            HubSubscription.renew_at <= now,
            Source.state.not_in((SourceState.GONE, SourceState.PAUSED)),
        )
        .order_by(HubSubscription.renew_at)
        .limit(limit)
        .with_for_update(of=HubSubscription, skip_locked=True)
    )
    return list(tx.scalars(query))


def pushed(tx: Transaction, found: HubSubscription, now: dt.datetime) -> None:
    """Note that a hub sent something, and make its source due: a push is a hint."""
    found.pushed += 1
    found.pushed_at = now
    tx.execute(
        update(FetchState).where(FetchState.source_id == found.source_id).values(next_at=now)
    )
