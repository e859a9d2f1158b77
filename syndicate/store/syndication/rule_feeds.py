"""Feeds by a rule as rows: made, given other values, and listed; what a rule says is `feed_rules`.

make, change ─> due_at = now, for whoever builds
"""

import datetime as dt
from typing import Any

from sqlalchemy import Select, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB, insert

from syndicate.store.ground.session import Transaction
from syndicate.store.syndication.feeds import MADE, Feed, by_slug
from syndicate.vocabulary.feeds import FeedKind


def make(
    tx: Transaction, publication_id: int, slug: str, *, now: dt.datetime, **columns: Any
) -> Feed | None:
    """Add a feed by a rule, due at once; None where another feed has its slug by now.

    A feed that the newsroom itself made in this transaction gives its slug and title up, as it
    takes another where one by a rule was there first.

    Args:
        tx: the open transaction.
        publication_id: whose it is.
        slug: one that no other feed has.
        now: aware UTC.
        **columns: rule, title and what else it has.
    """
    _give_way(tx, publication_id, slug, str(columns["title"]))
    statement = insert(Feed).values(
        publication_id=publication_id, slug=slug, kind=FeedKind.RULE, due_at=now, **columns
    )
    made = tx.scalar(statement.on_conflict_do_nothing().returning(Feed.id))
    return tx.get(Feed, made) if made is not None else None


def _give_way(tx: Transaction, publication_id: int, slug: str, title: str) -> None:
    for own in (by_slug(tx, slug), titled(tx, publication_id, title)):
        if own is not None and is_unseen(tx, own):
            if own.title == title and own.publication_id == publication_id:
                own.title = f"{title} ({own.slug})"
            if own.slug == slug:
                own.slug = _free(tx, f"{slug}-feed")
            tx.flush()


def _free(tx: Transaction, slug: str) -> str:
    number, free = 1, slug
    while by_slug(tx, free) is not None:
        number += 1
        free = f"{slug}-{number}"
    return free


def is_unseen(tx: Transaction, feed: Feed) -> bool:
    """Whether the newsroom itself made a feed in this transaction, so that nobody knows it yet."""
    return feed.kind is not FeedKind.RULE and feed.id in tx.session.info.get(MADE, ())


def of_section_alone(tx: Transaction, publication_id: int, slug: str) -> Feed | None:
    """A feed whose rule names a section and no other one."""
    alone = Feed.rule["sections"] == literal([slug], JSONB)
    own = _by_rule(publication_id).where(alone)
    return tx.scalars(own.order_by(Feed.title, Feed.id)).first()


def leave_section(tx: Transaction, publication_id: int, slug: str, *, now: dt.datetime) -> None:
    """Have no rule name a section any more, beside others. Safe to run twice."""
    named = Feed.rule["sections"].contains(literal([slug], JSONB))
    for feed in tx.scalars(_by_rule(publication_id).where(named)):
        rule = dict(feed.rule or {})
        rule["sections"] = [each for each in rule["sections"] if each != slug]
        change(tx, feed, now=now, rule=rule)


def change(tx: Transaction, feed: Feed, *, now: dt.datetime, **columns: Any) -> None:
    """Give a feed other values and have it built again, also while a builder has it in hand."""
    due = func.least(func.coalesce(Feed.due_at, now), now)
    for name, value in {**columns, "due_at": due}.items():
        setattr(feed, name, value)
    tx.flush()


def by_rule(tx: Transaction, publication_id: int) -> list[Feed]:
    """A publication's feeds by a rule that are not gone, by title; also those that have moved."""
    return list(tx.scalars(_by_rule(publication_id).order_by(Feed.title, Feed.id)))


def _by_rule(publication_id: int) -> Select[Feed]:
    return select(Feed).where(
        Feed.publication_id == publication_id, Feed.kind == FeedKind.RULE, Feed.gone_at.is_(None)
    )


def titled(tx: Transaction, publication_id: int, title: str) -> Feed | None:
    """A feed that a publication offers under this title."""
    query = select(Feed).where(
        Feed.publication_id == publication_id, Feed.title == title, Feed.gone_at.is_(None)
    )
    return tx.scalars(query.order_by(Feed.id)).first()
