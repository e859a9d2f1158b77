"""Feeds by a rule as rows: made, given other values, and listed; what a rule says is `feed_rules`.

make, change ─> due_at = now, for whoever builds
"""

import datetime as dt
from typing import Any

from sqlalchemy import func, select

from syndicate.store.ground.session import Transaction
from syndicate.store.syndication.feeds import Feed
from syndicate.vocabulary.feeds import FeedKind


def make(
    tx: Transaction, publication_id: int, slug: str, *, now: dt.datetime, **columns: Any
) -> Feed:
    """Add a feed by a rule, due at once.

    Args:
        tx: the open transaction.
        publication_id: whose it is.
        slug: one that no other feed has.
        now: aware UTC.
        **columns: rule, title and what else it has.
    """
    made = Feed(publication_id=publication_id, slug=slug, kind=FeedKind.RULE, due_at=now, **columns)
    tx.add(made)
    tx.flush()
    return made


def change(tx: Transaction, feed: Feed, *, now: dt.datetime, **columns: Any) -> None:
    """Give a feed other values and have it built again, also while a builder has it in hand."""
    due = func.least(func.coalesce(Feed.due_at, now), now)
    for name, value in {**columns, "due_at": due}.items():
        setattr(feed, name, value)
    tx.flush()


def by_rule(tx: Transaction, publication_id: int) -> list[Feed]:
    """A publication's feeds by a rule that are not gone, by title; also those that have moved."""
    query = select(Feed).where(
        Feed.publication_id == publication_id, Feed.kind == FeedKind.RULE, Feed.gone_at.is_(None)
    )
    return list(tx.scalars(query.order_by(Feed.title, Feed.id)))


def titled(tx: Transaction, publication_id: int, title: str) -> Feed | None:
    """A feed that a publication offers under this title."""
    query = select(Feed).where(
        Feed.publication_id == publication_id, Feed.title == title, Feed.gone_at.is_(None)
    )
    return tx.scalars(query.order_by(Feed.id)).first()
