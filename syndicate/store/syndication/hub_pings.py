"""What an outside WebSub hub must still be told of: one row for each feed and format that changed.

    changed ─ due_at = now ─> taken (due_at = lease) ─> 2xx: the row goes
                                    └─ else again after 1, 5, 30, 120 and 360 minutes, then it goes

A ping only says "fetch it", so one row stands for any number of changes.

Source: docs/facts/syndication.md#websub.
"""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, ForeignKey, and_, delete, exists, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.ground import lock_session
from syndicate.store.ground.schema import Table, text_enum
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom.publications import Publication
from syndicate.store.syndication.feeds import Feed
from syndicate.store.syndication.hub import DELIVER_RETRIES, LEASE
from syndicate.vocabulary.feeds import FeedFormat


class FeedPing(Table):
    """One topic that the outside hub has not heard of since it changed."""

    __tablename__ = "feed_ping"

    feed_id: Mapped[int] = mapped_column(
        ForeignKey("feed.id", ondelete="CASCADE"), primary_key=True
    )
    format: Mapped[FeedFormat] = mapped_column(text_enum(FeedFormat), primary_key=True)
    due_at: Mapped[dt.datetime] = mapped_column(index=True)
    attempts: Mapped[int] = mapped_column(server_default="0")
    epoch: Mapped[int] = mapped_column(server_default="0")  # fences a slow worker's word
    holder: Mapped[uuid.UUID | None]  # whose hands it is in (`store.platform.holders`)


@dataclass(frozen=True)
class Ping:
    """A ping in a worker's hands."""

    feed_id: int
    form: FeedFormat
    slug: str
    publication: Publication
    attempts: int
    epoch: int


def mark(tx: Transaction, feed_id: int, forms: Collection[FeedFormat], *, now: dt.datetime) -> None:
    """Have the outside hub told that these forms of a feed changed. Safe to run twice."""
    rows = [{"feed_id": feed_id, "format": form, "due_at": now} for form in sorted(forms)]
    statement = insert(FeedPing).values(rows)
    # The epoch rises: a ping that is under way was of what the topic said before.
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=[FeedPing.feed_id, FeedPing.format],
            set_={"due_at": now, "attempts": 0, "epoch": FeedPing.epoch + 1, "holder": None},
        )
    )


def has_due(tx: Transaction, now: dt.datetime) -> bool:
    """Whether a ping waits to be sent."""
    return bool(tx.scalar(select(exists().where(FeedPing.due_at <= now))))


def take(tx: Transaction, *, now: dt.datetime, limit: int) -> list[Ping]:
    """Lease pings that are due."""
    due = (
        select(FeedPing.feed_id, FeedPing.format)
        .where(FeedPing.due_at <= now)
        .order_by(FeedPing.due_at, FeedPing.feed_id, FeedPing.format)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    keys = [(feed_id, form) for feed_id, form in tx.execute(due)]
    taken = (
        update(FeedPing)
        .where(tuple_(FeedPing.feed_id, FeedPing.format).in_(keys))
        .values(due_at=now + LEASE, epoch=FeedPing.epoch + 1, holder=lock_session.holder())
        .execution_options(synchronize_session=False)
    )
    tx.execute(taken)
    query = (
        select(FeedPing, Feed.slug, Publication)
        .join(Feed, Feed.id == FeedPing.feed_id)
        .join(Publication, Publication.id == Feed.publication_id)
        .where(tuple_(FeedPing.feed_id, FeedPing.format).in_(keys))
        .order_by(FeedPing.feed_id, FeedPing.format)
    )
    return [
        Ping(row.feed_id, row.format, slug, publication, row.attempts, row.epoch)
        for row, slug, publication in tx.execute(query)
    ]


def sent(tx: Transaction, ping: Ping) -> None:
    """Note that the hub has heard of a topic; one that changed meanwhile stays due."""
    tx.execute(delete(FeedPing).where(_is(ping)))


def not_sent(tx: Transaction, ping: Ping, *, now: dt.datetime) -> bool:
    """Try again later, up to five times; False when it was given up until the next change."""
    if ping.attempts >= len(DELIVER_RETRIES):
        tx.execute(delete(FeedPing).where(_is(ping)))
        return False
    later = now + DELIVER_RETRIES[ping.attempts]
    changed = update(FeedPing).where(_is(ping)).execution_options(synchronize_session=False)
    tx.execute(changed.values(due_at=later, attempts=ping.attempts + 1, holder=None))
    return True


def forget_all(tx: Transaction) -> None:
    """Drop every ping: there is no outside hub any more."""
    tx.execute(delete(FeedPing))


def _is(ping: Ping) -> ColumnElement[bool]:
    return and_(
        FeedPing.feed_id == ping.feed_id, FeedPing.format == ping.form, FeedPing.epoch == ping.epoch
    )
