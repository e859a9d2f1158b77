"""Mailings whose content must have a new version: a story of theirs was corrected meanwhile.

    correction ─> renew_since ─> nothing leaves ─> new version ─> the rest leaves with it

The correction's own transaction sets `renew_since`; every intent asks for it, so that no mail that
begins afterwards has the old text. `newsletters.renew` makes the version.

Source: docs/decisions/0016-a-correction-holds-the-rest.md.
"""

import datetime as dt
from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, and_, exists, func, insert, select, update

from syndicate import jobs
from syndicate.store.content.articles import Article, Revision
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom.newsletters import IssueStory
from syndicate.store.sending.mailings import Mailing, MailingContent, MailingRevision
from syndicate.vocabulary.articles import Change
from syndicate.vocabulary.sending import BlockKind, MailingState


def mark(tx: Transaction, article_ids: Collection[int], now: dt.datetime) -> list[int]:
    """Hold every open mailing that carries one of these articles until its content is renewed.

    Args:
        tx: the open transaction; the one that corrects them.
        article_ids: the articles corrected.
        now: aware UTC.

    Returns:
        Ids of the mailings.
    """
    carries = exists().where(
        IssueStory.issue_id == Mailing.issue_id, IssueStory.article_id.in_(article_ids)
    )
    return _hold(tx, carries, now)


def mark_overlooked(
    tx: Transaction, now: dt.datetime, *, mailing_id: int | None = None
) -> list[int]:
    """Hold every open mailing with an older text than the last correction. Safe to run twice.

    An issue is composed from what was read; a correction that commits before the issue does is
    found here.

    Args:
        tx: the open transaction.
        now: aware UTC.
        mailing_id: look at this one alone.
    """
    stands = func.greatest(
        IssueStory.revision,
        select(func.max(MailingRevision.revision))
        .where(
            MailingRevision.mailing_id == Mailing.id,
            MailingRevision.position == IssueStory.position,
        )
        # Said, for by itself it looks no further than the query around it, and asks every mailing.
        .correlate(Mailing, IssueStory)
        .scalar_subquery(),
    )
    is_outdated = exists().where(
        IssueStory.issue_id == Mailing.issue_id,
        Revision.article_id == IssueStory.article_id,
        Revision.change == Change.CORRECTION,
        Revision.number > stands,
    )
    which = is_outdated if mailing_id is None else and_(Mailing.id == mailing_id, is_outdated)
    return _hold(tx, and_(Mailing.renew_since.is_(None), which), now)


def waiting(tx: Transaction) -> list[int]:
    """Ids of open mailings whose content must be renewed before they go on."""
    query = select(Mailing.id).where(
        Mailing.renew_since.is_not(None), Mailing.state.in_(MailingState.open())
    )
    return list(tx.scalars(query.order_by(Mailing.priority, Mailing.id)))


def lock_waiting(tx: Transaction, mailing_id: int, *, version: int) -> Mailing | None:
    """The mailing, locked until the commit, if it still waits for what follows this version."""
    query = select(Mailing).where(
        Mailing.id == mailing_id,
        Mailing.content_version == version,
        Mailing.renew_since.is_not(None),
        Mailing.state.in_(MailingState.open()),
    )
    return tx.scalar(query.with_for_update())


def languages(tx: Transaction, mailing_id: int) -> set[str]:
    """The languages that a mailing's frames exist in."""
    query = select(MailingContent.language).where(
        MailingContent.mailing_id == mailing_id, MailingContent.kind == BlockKind.FRAME
    )
    return set(tx.scalars(query.distinct()))


def placed_stories(tx: Transaction, issue_id: int) -> list[tuple[IssueStory, int]]:
    """The stories of an issue by position, with the number of their article's newest revision."""
    query = (
        select(IssueStory, Article.revision)
        .join(Article, Article.id == IssueStory.article_id)
        .where(IssueStory.issue_id == issue_id)
        .order_by(IssueStory.position)
    )
    return [(row[0], row[1]) for row in tx.execute(query)]


def finish(
    tx: Transaction, mailing: Mailing, revisions: Iterable[tuple[int, int]], now: dt.datetime
) -> None:
    """Let a locked mailing go on with the version after its own, whose content is written.

    Args:
        tx: the open transaction.
        mailing: locked by `lock_waiting`.
        revisions: (position, revision) pairs of all that the version was made from.
        now: aware UTC.
    """
    mailing.content_version += 1
    mailing.renew_since = None
    rows = [
        {
            "mailing_id": mailing.id,
            "version": mailing.content_version,
            "position": position,
            "revision": revision,
            "made_at": now,
        }
        for position, revision in revisions
    ]
    tx.execute(insert(MailingRevision), rows)
    tx.flush()
    # What was corrected while this version was rendered is not in it.
    mark_overlooked(tx, now, mailing_id=mailing.id)


def _hold(tx: Transaction, which: ColumnElement[bool], now: dt.datetime) -> list[int]:
    statement = (
        update(Mailing)
        .where(Mailing.state.in_(MailingState.open()), which)
        .values(renew_since=now)
        .returning(Mailing.id)
        .execution_options(synchronize_session=False)
    )
    held = list(tx.scalars(statement))
    for mailing_id in held:
        tx.hint(jobs.RENEW_CONTENT, mailing_id)
    return held
