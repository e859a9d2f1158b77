"""Embargoes: articles whose second has come, and those that wait for a person to decide.

    embargoed, with an end     let out at that second
    embargoed, without one     nobody could read it: held until `set_end`

`store.content.visibility` lets them out at their second by itself; this makes it lasting and seen.
"""

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import func, select, text, update

from syndicate import jobs
from syndicate.store.content import articles
from syndicate.store.content.articles import Article
from syndicate.store.editing import outbox
from syndicate.store.ground.rowsets import as_json, rows_of
from syndicate.store.ground.session import Transaction
from syndicate.store.syndication import feeds
from syndicate.vocabulary.articles import ArticleState


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


_NOTE = text(
    f"""
    UPDATE article SET embargo_said = said.embargo_said
    FROM {rows_of("said", Article, ["id", "embargo_said"])}
    WHERE article.id = said.id
    """  # noqa: S608 - names of our own columns
)


def note(tx: Transaction, said: Mapping[int, str]) -> None:
    """Write down what sources say of the embargoes of articles, which changes nothing now."""
    if said:
        rows = [{"id": article_id, "embargo_said": words} for article_id, words in said.items()]
        tx.execute(_NOTE, {"said": as_json(rows)})


def held(tx: Transaction, *, limit: int, publication_id: int | None = None) -> list[Article]:
    """Articles whose embargo nobody could read, newest first: a person has to decide."""
    return articles.listed(tx, publication_id=publication_id, only_held=True, limit=limit)


def set_end(tx: Transaction, article_id: int, until: dt.datetime, *, now: dt.datetime) -> bool:
    """Hold an article back until a moment by a person's word, or let it out. Safe to run twice.

    The word stands until the article's source says something else of its embargo.

    Args:
        tx: the open transaction.
        article_id: live or embargoed; of any other nothing changes.
        until: aware UTC; one that has come lets the article out.
        now: aware UTC.

    Returns:
        Whether anything changed.
    """
    query = select(Article).where(
        Article.id == article_id,
        Article.state.in_(ArticleState.coming()),
    )
    article = tx.scalar(query.with_for_update().execution_options(populate_existing=True))
    if article is None:
        return False
    state = ArticleState.EMBARGOED if until > now else ArticleState.LIVE
    if article.state is state and (state is ArticleState.LIVE or article.embargo_until == until):
        return False
    changes = {"state": state, "embargo_until": max(until, now)}
    if state is ArticleState.LIVE:
        # First publication is the second at which readers could first see it.
        changes |= {"published_at": now, "updated_at": now}
    said = func.coalesce(Article.embargo_said, "")
    tx.execute(update(Article).where(Article.id == article_id).values(**changes, embargo_said=said))
    tx.session.refresh(article)
    outbox.note(tx, [article_id], now=now)
    tx.hint(jobs.PUBLISH_FEEDS)
    tx.hint(jobs.OPEN_ALERTS)
    return True


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
