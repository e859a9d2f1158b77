"""Articles that the newsroom wants told at once, and the alert issues that they open.

An article is told once in each alert newsletter that draws from it, within an hour of the word:
an alert that comes later is none.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import exists, func, or_, select, true, update
from sqlalchemy.dialects.postgresql import insert

from syndicate import jobs
from syndicate.store.composition.lost_stories import was_told
from syndicate.store.composition.stories import is_drawn_from, is_in_one_of, news_at
from syndicate.store.content.articles import Article
from syndicate.store.content.visibility import may_show
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom.newsletters import Issue, Newsletter
from syndicate.store.platform import installation
from syndicate.vocabulary.articles import Channel
from syndicate.vocabulary.newsletters import IssueState, NewsletterKind

WITHIN = dt.timedelta(hours=1)
# So long before the end of its embargo an article may be asked for.
AHEAD = dt.timedelta(days=30)


@dataclass(frozen=True)
class DueAlert:
    """An article that an alert newsletter has not told yet."""

    newsletter_id: int
    article_id: int


def ask(tx: Transaction, article_ids: Collection[int], *, now: dt.datetime) -> list[int]:
    """Have articles told at once; under an embargo, at its end. Safe to run twice.

    Args:
        tx: the open transaction.
        article_ids: which ones; those that were told already stay told.
        now: aware UTC.

    Returns:
        Those for which this is new: neither told, nor asked for within the hour.
    """
    open_ones = (Article.id.in_(article_ids), ~exists().where(Issue.article_id == Article.id))
    is_new = or_(Article.alert_at.is_(None), Article.alert_at <= now - WITHIN)
    fresh = list(tx.scalars(select(Article.id).where(*open_ones, is_new)))
    tx.execute(
        update(Article)
        .where(*open_ones)
        .values(alert_at=now)
        .execution_options(synchronize_session=False)
    )
    tx.hint(jobs.OPEN_ALERTS)
    return fresh


def due(
    tx: Transaction, *, now: dt.datetime, asked_before: dt.datetime | None = None
) -> list[DueAlert]:
    """What is still to be told, in the order in which it was asked for.

    Args:
        tx: the open transaction.
        now: aware UTC; what may not be shown in mail now is left out.
        asked_before: only what was asked for by then, or whose embargo ended by then.
    """
    asked_at = func.greatest(Article.alert_at, Article.embargo_until)
    earliest = max(now - WITHIN, installation.opens_from(tx) or now - WITHIN)
    rows: list[DueAlert] = []
    for newsletter in tx.scalars(
        select(Newsletter)
        .where(
            Newsletter.kind.in_(NewsletterKind.told_at_once()),
            Newsletter.paused_at.is_(None),
            Newsletter.ended_at.is_(None),
        )
        .order_by(Newsletter.id)
    ).all():
        was_opened = exists().where(
            Issue.newsletter_id == newsletter.id, Issue.article_id == Article.id
        )
        query = (
            select(Article.id)
            .where(
                Article.alert_at > now - AHEAD,
                asked_at > max(earliest, newsletter.opens_from or earliest),
                true() if asked_before is None else asked_at <= asked_before,
                may_show(Channel.MAIL, now=now),
                is_in_one_of(newsletter.languages),
                is_drawn_from(newsletter),
                ~was_opened,
                ~was_told(newsletter.id),
            )
            .order_by(asked_at, Article.id)
        )
        rows += [DueAlert(newsletter.id, article_id) for article_id in tx.scalars(query)]
    return rows


def has_due(tx: Transaction, *, now: dt.datetime) -> bool:
    """Whether anything is still to be told."""
    return bool(due(tx, now=now))


def opened_since(tx: Transaction, newsletter_id: int, since: dt.datetime) -> int:
    """How many alerts of a newsletter were opened after a moment and go to readers."""
    query = select(func.count()).where(
        Issue.newsletter_id == newsletter_id,
        Issue.article_id.is_not(None),
        Issue.created_at > since,
        Issue.state.not_in(IssueState.undelivered()),
    )
    return int(tx.execute(query).scalar_one())


def open_issue(
    tx: Transaction,
    wanted: DueAlert,
    *,
    local_date: dt.date,
    held: str | None,
    now: dt.datetime,
) -> Issue | None:
    """Open the alert of an article in a newsletter, None when there is one. Safe to run at once.

    Args:
        tx: the open transaction, which holds the newsletter's row (`lock_newsletter`).
        wanted: newsletter and article.
        local_date: in the newsletter's zone.
        held: why an editor decides about it; None lets it go.
        now: aware UTC.
    """
    published = tx.scalar(select(news_at()).where(Article.id == wanted.article_id)) or now
    statement = insert(Issue).values(
        newsletter_id=wanted.newsletter_id,
        local_date=local_date,
        slot=f"alert {wanted.article_id}",
        article_id=wanted.article_id,
        window_from=min(published, now) - dt.timedelta(seconds=1),
        window_to=max(published, now),
        state=IssueState.HELD if held else IssueState.DUE,
        note=held,
        created_at=now,
    )
    return tx.scalar(statement.on_conflict_do_nothing().returning(Issue))


def lock_newsletter(tx: Transaction, newsletter_id: int) -> Newsletter:
    """The newsletter, its row held until the commit: caps are counted under it."""
    query = select(Newsletter).where(Newsletter.id == newsletter_id)
    return tx.scalars(query.with_for_update()).one()
