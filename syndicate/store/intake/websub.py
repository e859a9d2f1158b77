"""Our subscriptions at hubs of others: one per source and callback, renewed before they end.

    asked ──hub verifies──> verified ──half the lease──> asked anew, by a row of its own
      │                         ├──its successor is verified──> ended
      │                         └──the hub lets us go, or we leave──> ended
      └──hub refuses──> denied

Each arrow is a function here. The old row of a renewal goes on until its successor is verified, so
that nothing that is pushed in between is lost.
"""

import datetime as dt
import secrets
from dataclasses import dataclass

from sqlalchemy import ForeignKey, Index, LargeBinary, TextClause, func, select, text
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.ground.schema import Id, Table, sql, text_enum
from syndicate.store.ground.session import Transaction
from syndicate.store.intake.sources import Source
from syndicate.vocabulary.sources import HubState, SourceState


class HubSubscription(Table):
    """One subscription of a source at a hub, with a callback that nobody can guess."""

    __tablename__ = "hub_subscription"
    __table_args__ = (
        Index(None, "renew_at", postgresql_where=f"state IN ({sql(*HubState.open())})"),
    )

    id: Mapped[Id]
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"), index=True)
    hub_url: Mapped[str]
    topic: Mapped[str]  # the address that the document itself names, not the one that was typed
    callback: Mapped[str] = mapped_column(unique=True)  # last part of its address
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[HubState] = mapped_column(text_enum(HubState), server_default=HubState.ASKED)
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
        HubSubscription.state.in_(HubState.open()),
    )
    return list(tx.scalars(query.order_by(HubSubscription.id.desc())))


def due_for_renewal(tx: Transaction, now: dt.datetime, *, limit: int) -> list[HubSubscription]:
    """Subscriptions to ask for again, of sources that are still collected from."""
    query = (
        select(HubSubscription)
        .join(Source, Source.id == HubSubscription.source_id)
        .where(
            HubSubscription.state.in_(HubState.open()),
            HubSubscription.renew_at <= now,
            Source.state.not_in(SourceState.resting()),
        )
        .order_by(HubSubscription.renew_at)
        .limit(limit)
        .with_for_update(of=HubSubscription, skip_locked=True)
    )
    return list(tx.scalars(query))


def open_ones(tx: Transaction) -> list[HubSubscription]:
    """Every subscription that is asked for or verified, by source, newest first."""
    query = select(HubSubscription).where(HubSubscription.state.in_(HubState.open()))
    return list(tx.scalars(query.order_by(HubSubscription.source_id, HubSubscription.id.desc())))


def renew_soon(tx: Transaction, source_id: int, now: dt.datetime) -> bool:
    """Let the hub of a source be asked anew at the next round; False where none has verified us."""
    verified = [each for each in current(tx, source_id) if each.state is HubState.VERIFIED]
    for each in verified:
        each.renew_at = now
    tx.flush()
    return bool(verified)


def ask(
    tx: Transaction,
    source_id: int,
    hub: str,
    topic: str,
    *,
    renew_at: dt.datetime,
    now: dt.datetime,
) -> HubSubscription:
    """─> asked: a new subscription with a callback that nobody can guess and a secret of its own.

    Args:
        tx: the open transaction.
        source_id: whose.
        hub: its address.
        topic: the address that the document itself names.
        renew_at: when the hub is asked, if nobody asks before; aware UTC.
        now: aware UTC.
    """
    fresh = HubSubscription(
        source_id=source_id,
        hub_url=hub,
        topic=topic,
        callback=secrets.token_urlsafe(24),
        secret=secrets.token_bytes(32),
        state=HubState.ASKED,
        is_leaving=False,
        renew_at=renew_at,
        pushed=0,
        created_at=now,
    )
    tx.add(fresh)
    tx.flush()
    return fresh


def renew(
    tx: Transaction, found: HubSubscription, *, again_at: dt.datetime, now: dt.datetime
) -> HubSubscription:
    """The subscription to ask for now: this one while it is new, else one with a new callback.

    Args:
        tx: the open transaction, which holds the row (`due_for_renewal`).
        found: the subscription that is due.
        again_at: when to ask once more if the hub stays silent; aware UTC.
        now: aware UTC.
    """
    if found.state is HubState.ASKED:
        found.renew_at = again_at
        return found
    # The old one goes on until its successor is verified.
    found.renew_at = None
    return ask(tx, found.source_id, found.hub_url, found.topic, renew_at=again_at, now=now)


def verify(
    tx: Transaction, found: HubSubscription, *, lease_until: dt.datetime, renew_at: dt.datetime
) -> None:
    """asked, verified ─> verified; those that it follows end.

    Args:
        tx: the open transaction, which holds the row (`by_callback`).
        found: the subscription that the hub asked about.
        lease_until: when the hub forgets it, aware UTC.
        renew_at: when to ask for its successor, aware UTC.
    """
    found.state, found.reason = HubState.VERIFIED, None
    found.lease_until, found.renew_at = lease_until, renew_at
    for other in current(tx, found.source_id):
        if other.id < found.id:
            end(tx, other, "renewed")


def refuse(tx: Transaction, subscription_id: int, reason: str) -> None:
    """Keep why a hub did not take what it was asked; it is asked again, the state stays."""
    row = tx.get(HubSubscription, subscription_id)
    if row is not None:
        row.reason = reason
        tx.flush()


def deny(tx: Transaction, found: HubSubscription, reason: str) -> None:
    """─> denied, on the hub's word."""
    found.state, found.reason = HubState.DENIED, reason
    tx.flush()


def end(tx: Transaction, found: HubSubscription, reason: str | None) -> None:
    """─> ended."""
    found.state, found.reason = HubState.ENDED, reason
    tx.flush()


def leave(tx: Transaction, found: HubSubscription) -> None:
    """─> ended on our own wish: the hub's question whether we meant it is answered with yes."""
    found.is_leaving = True
    end(tx, found, found.reason)


def heard(tx: Transaction, found: HubSubscription, now: dt.datetime) -> None:
    """Note that a hub sent something."""
    found.pushed += 1
    found.pushed_at = now
    tx.flush()


def distrust(tx: Transaction, found: HubSubscription) -> None:
    """Poll its source as any other until the hub speaks again: it has been silent too often."""
    found.pushed_at = None
    tx.flush()


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
