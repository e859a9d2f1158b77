"""Mailings of issues that were begun, as an installation must remember them beyond its database.

A backup that is older than an issue would open it again and mail it twice. So its slot, its number
and by what its stories are known again are written down elsewhere too (`syndicate.journal.lives`),
and put back into a database that was restored: as an issue that was sent.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, delete, exists, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from syndicate.store.composition import lost_stories
from syndicate.store.composition.issues import next_number
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom.newsletters import Issue, IssueStory, Newsletter, by_slug
from syndicate.store.sending.mailings import Batch, Mailing
from syndicate.vocabulary.newsletters import IssueState
from syndicate.vocabulary.sending import BatchState, MailingState

NOTE = "It was sent before the database was restored; the ledger can no longer say who got it."
MAYBE = (
    "It was possibly sent before the database was restored; "
    "send it anyway, merge it into the next issue, or drop it."
)


@dataclass(frozen=True)
class Begun:
    """The mailing of one issue.

    Attributes:
        mailing_id: in the life in which it was begun.
        newsletter: slug.
        local_date: with `slot`, which issue of the newsletter it is.
        slot: "08:00", or an alert's own name.
        number: of the issue.
        window: (from, to) of the news it covers, aware UTC.
        names: by what its stories are known again (`store.composition.lost_stories`).
        at: when it was begun, aware UTC.
        is_over: whether nothing more was to be sent.
    """

    mailing_id: int
    newsletter: str
    local_date: dt.date
    slot: str
    number: int
    window: tuple[dt.datetime, dt.datetime]
    names: tuple[str, ...]
    at: dt.datetime
    is_over: bool = False


def since(tx: Transaction, moment: dt.datetime) -> list[Begun]:
    """Mailings that were begun, or ended, after a moment; in the order of their ids."""
    is_later = or_(Mailing.started_at > moment, Mailing.done_at > moment)
    query = _rows().where(is_later).order_by(Mailing.id)
    return [_begun(tx, mailing, issue, slug) for mailing, issue, slug in tx.execute(query).all()]


def find(tx: Transaction, mailing_id: int, *, now: dt.datetime) -> Begun | None:
    """A mailing that is about to be begun; None when there is none, or it is no issue's."""
    row = tx.execute(_rows().where(Mailing.id == mailing_id)).one_or_none()
    if row is None:
        return None
    mailing, issue, slug = row
    return _begun(tx, mailing, issue, slug, begun_at=now)


def is_anybody_sending(tx: Transaction) -> bool:
    """Whether a worker has a batch in hand."""
    return bool(tx.scalar(select(exists().where(Batch.state == BatchState.LEASED))))


def missing(tx: Transaction, every: Sequence[Begun]) -> list[Begun]:
    """Those that this database does not know as begun, of newsletters that it knows."""
    slugs = set(tx.scalars(select(Newsletter.slug)))
    query = select(Newsletter.slug, Issue.local_date, Issue.slot).join(
        Newsletter, Newsletter.id == Issue.newsletter_id
    )
    known = {tuple(row) for row in tx.execute(query.where(Issue.state.in_(IssueState.out())))}
    return [
        each
        for each in every
        if each.newsletter in slugs and (each.newsletter, each.local_date, each.slot) not in known
    ]


def frozen(tx: Transaction, mailing_ids: Collection[int]) -> list[Begun]:
    """Those of these mailings that this database has not begun."""
    query = _rows().where(Mailing.id.in_(mailing_ids), Mailing.state == MailingState.MATERIALISING)
    return [_begun(tx, mailing, issue, slug) for mailing, issue, slug in tx.execute(query).all()]


def put_back(tx: Transaction, one: Begun, *, now: dt.datetime) -> None:
    """Note an issue as sent, and its stories as told. Safe to run twice."""
    newsletter = by_slug(tx, one.newsletter)
    if newsletter is None:
        return
    lost_stories.remember(tx, newsletter.id, one.names, one.at)
    issue = _issue(tx, newsletter, one)
    if issue is None:
        _make(tx, newsletter, one, now)
    elif issue.state not in IssueState.out():
        issue.state, issue.note = IssueState.DONE, NOTE
        if issue.number is None:
            issue.number = _free(tx, newsletter.id, one.number)
        _cancel(tx, issue.id)


def hold_waiting(tx: Transaction, *, until: dt.datetime | None = None) -> int:
    """Leave to an editor every issue that waits to be composed or sent.

    Args:
        tx: the open transaction.
        until: of those that were opened by then alone; None means all.

    Returns:
        How many.
    """
    query = select(Issue).where(Issue.state.in_(IssueState.unfinished()))
    if until is not None:
        query = query.where(Issue.created_at <= until)
    waiting = list(tx.scalars(query.with_for_update()))
    for issue in waiting:
        issue.state, issue.note = IssueState.HELD, MAYBE
        # An editor who sends it has it composed anew.
        tx.execute(delete(Mailing).where(Mailing.issue_id == issue.id))
        tx.execute(delete(IssueStory).where(IssueStory.issue_id == issue.id))
    tx.flush()
    return len(waiting)


def _rows() -> Select[Mailing, Issue, str]:
    return (
        select(Mailing, Issue, Newsletter.slug)
        .join(Issue, Issue.id == Mailing.issue_id)
        .join(Newsletter, Newsletter.id == Issue.newsletter_id)
    )


def _begun(
    tx: Transaction,
    mailing: Mailing,
    issue: Issue,
    slug: str,
    *,
    begun_at: dt.datetime | None = None,
) -> Begun:
    return Begun(
        mailing_id=mailing.id,
        newsletter=slug,
        local_date=issue.local_date,
        slot=issue.slot,
        number=issue.number or 0,
        window=(issue.window_from, issue.window_to),
        names=lost_stories.names_of(tx, issue.id),
        at=begun_at or mailing.started_at or mailing.created_at,
        is_over=mailing.done_at is not None,
    )


def _issue(tx: Transaction, newsletter: Newsletter, one: Begun) -> Issue | None:
    return tx.scalar(
        select(Issue).where(
            Issue.newsletter_id == newsletter.id,
            Issue.local_date == one.local_date,
            Issue.slot == one.slot,
        )
    )


def _make(tx: Transaction, newsletter: Newsletter, one: Begun, now: dt.datetime) -> None:
    statement = insert(Issue).values(
        newsletter_id=newsletter.id,
        number=_free(tx, newsletter.id, one.number),
        local_date=one.local_date,
        slot=one.slot,
        window_from=one.window[0],
        window_to=one.window[1],
        state=IssueState.DONE,
        note=NOTE,
        created_at=now,
    )
    tx.execute(statement.on_conflict_do_nothing())


def _free(tx: Transaction, newsletter_id: int, number: int) -> int:
    """The number that an issue had; where that is another's by now, the next one."""
    is_taken = select(exists().where(Issue.newsletter_id == newsletter_id, Issue.number == number))
    return next_number(tx, newsletter_id) if tx.scalar(is_taken) or not number else number


def _cancel(tx: Transaction, issue_id: int) -> None:
    """The mailing of an issue that nobody may materialise any more."""
    tx.execute(
        update(Mailing)
        .where(Mailing.issue_id == issue_id, Mailing.state == MailingState.MATERIALISING)
        .values(state=MailingState.CANCELLED)
        .execution_options(synchronize_session=False)
    )
