"""Embargoed articles whose second has come: turns their rows and has their feeds built again.

`store.visibility` lets them out at that second by itself; this makes it lasting and seen.
"""

import datetime as dt

from sqlalchemy import select, update

from syndicate.store import feeds
from syndicate.store.articles import Article, ArticleState
from syndicate.store.session import Transaction


def release(tx: Transaction, now: dt.datetime) -> list[int]:
    """Make articles live whose embargo has ended, and mark their feeds due. Safe to run twice.

    Returns:
        Ids of the articles that went live.
    """
    over = update(Article).where(
        Article.state == ArticleState.EMBARGOED, Article.embargo_until <= now
    )
    # First publication is the second at which readers could first see it.
    live = over.values(
        state=ArticleState.LIVE,
        published_at=Article.embargo_until,
        updated_at=Article.embargo_until,
    )
    released = list(tx.scalars(live.returning(Article.id)))
    if released:
        feeds.mark_due(tx, released, now=now)
    return released


def next_ends(
    tx: Transaction, *, after: dt.datetime, until: dt.datetime, limit: int
) -> list[dt.datetime]:
    """The moments at which embargoes end soon, soonest first.

    Args:
        tx: the open transaction.
        after: aware UTC; what ended by then is for `release`.
        until: aware UTC, included.
        limit: moments at most.
    """
    query = (
        select(Article.embargo_until)
        .where(
            Article.state == ArticleState.EMBARGOED,
            Article.embargo_until > after,
            Article.embargo_until <= until,
        )
        .distinct()
        .order_by(Article.embargo_until)
        .limit(limit)
    )
    return [each for each in tx.scalars(query) if each is not None]
