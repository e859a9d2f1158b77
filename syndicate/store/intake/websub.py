"""Our subscriptions at hubs of others: one per source and callback, renewed before they end."""

import datetime as dt
import enum
from dataclasses import dataclass

from sqlalchemy import ForeignKey, Index, LargeBinary, TextClause, func, select, text
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.ground.schema import Id, Table, text_enum
from syndicate.store.ground.session import Transaction
from syndicate.store.intake.sources import Source, SourceState


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


def pushed(found: HubSubscription, now: dt.datetime) -> None:
    """Note that a hub sent something."""
    found.pushed += 1
    found.pushed_at = now


def score(
    tx: Transaction, source_id: int, how: str, *, now: dt.datetime, grace: dt.timedelta
) -> None:
    """Count the articles that a source has brought just now: who told of them first, how late.

    Args:
        tx: the open transaction that stored them, at `now`.
        source_id: whose.
        how: "push" or "poll".
        now: aware UTC.
        grace: what is younger does not count: a poll may come before the push of the same minute.
    """
    said = {"source": source_id, "now": now, "grace": grace}
    tx.execute(_SCORES[how], said)


def _score(count: str, delay: str) -> TextClause:
    return text(
        f"""
        UPDATE fetch_state SET {count} = {count} + fresh.count, {delay} = {delay} + fresh.delay
        FROM (
            SELECT count(*) AS count, coalesce(sum(least(86400, greatest(0,
                extract(epoch FROM CAST(:now AS timestamptz) - published_at)
            )))::bigint, 0) AS delay
            FROM article_source JOIN article ON article.id = article_id
            WHERE source_id = :source AND collected_at = :now AND is_dated AND NOT is_backlog
                AND published_at <= CAST(:now AS timestamptz) - CAST(:grace AS interval)
                AND published_at > (
                    SELECT min(created_at) FROM hub_subscription WHERE source_id = :source
                )
        ) AS fresh
        WHERE source_id = :source AND fresh.count > 0
        """  # noqa: S608 - names of our own columns
    )


_SCORES = {
    "push": _score("pushed_first", "push_delay_s"),
    "poll": _score("polled_first", "poll_delay_s"),
}

_UNTOLD = text(
    """
    SELECT count(*) FROM article_source JOIN article ON article.id = article_id
    WHERE source_id = :source AND is_dated AND NOT is_backlog
        AND published_at > :since AND published_at <= collected_at - CAST(:grace AS interval)
    """
)


def untold(tx: Transaction, found: HubSubscription, *, grace: dt.timedelta) -> int:
    """How many articles polls have found since a hub last told us of any."""
    since = found.pushed_at or found.created_at
    said = {"source": found.source_id, "since": since, "grace": grace}
    return int(tx.execute(_UNTOLD, said).scalar_one())


@dataclass(frozen=True)
class HubScore:
    """How one hub does: what its pushes were first to tell of, what polls were; mean seconds."""

    hub_url: str
    sources: int
    pushed_first: int
    polled_first: int
    push_delay_s: float | None
    poll_delay_s: float | None
    pushed_at: dt.datetime | None


_BY_HUB = text(
    """
    SELECT hub_url, count(*), sum(pushed_first)::bigint, sum(polled_first)::bigint,
        sum(push_delay_s)::float / nullif(sum(pushed_first), 0),
        sum(poll_delay_s)::float / nullif(sum(polled_first), 0), max(last_push)
    FROM (
        SELECT DISTINCT ON (source_id) source_id, hub_url,
            max(pushed_at) OVER (PARTITION BY source_id, hub_url) AS last_push
        FROM hub_subscription
        ORDER BY source_id, id DESC
    ) AS newest JOIN fetch_state USING (source_id)
    GROUP BY hub_url ORDER BY hub_url
    """
)


def scores(tx: Transaction) -> list[HubScore]:
    """Every hub that a source names now, by address."""
    return [HubScore(*row) for row in tx.execute(_BY_HUB)]
