"""By what lateness is known: slots that were opened, issues that wait, how fast mailings go."""

import datetime as dt
from statistics import median

from sqlalchemy import func, select, text

from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom.newsletters import Issue, Newsletter
from syndicate.store.sending.holds import NEWSLETTER_IS_HELD
from syndicate.store.sending.mailings import Batch, Mailing
from syndicate.vocabulary.newsletters import IssueState
from syndicate.vocabulary.sending import MailingState

_LAST = 7  # mailings by which a newsletter's speed is known
_FEW = 20  # of fewer mails nobody can tell a speed


def slots_opened(tx: Transaction, *, since: dt.datetime) -> set[tuple[int, dt.date, str]]:
    """The slots of which there is an issue: (newsletter, date, slot), of news since a moment."""
    query = select(Issue.newsletter_id, Issue.local_date, Issue.slot)
    return {(row[0], row[1], row[2]) for row in tx.execute(query.where(Issue.window_to >= since))}


def last_windows(tx: Transaction, now: dt.datetime) -> dict[int, dt.datetime]:
    """Where the news of each newsletter's newest issue ends, by newsletter; none of the future."""
    query = select(Issue.newsletter_id, func.max(Issue.window_to)).where(Issue.window_to <= now)
    rows = tx.execute(query.group_by(Issue.newsletter_id))
    return {row[0]: row[1] for row in rows}


def unfinished(tx: Transaction) -> list[tuple[Issue, Newsletter]]:
    """Issues that are not being sent yet and go on by themselves, the oldest first."""
    query = (
        select(Issue, Newsletter)
        .join(Newsletter, Newsletter.id == Issue.newsletter_id)
        .where(Issue.state.in_(IssueState.unfinished()), text(f"NOT {NEWSLETTER_IS_HELD}"))
    )
    return [(row[0], row[1]) for row in tx.execute(query.order_by(Issue.id))]


def usual_per_second(tx: Transaction, newsletter_id: int) -> float | None:
    """How many mails a second left in a newsletter's last mailings; None where nobody knows."""
    size = func.sum(Batch.accepted + Batch.failed)
    query = (
        select(Mailing.started_at, Mailing.done_at, size)
        .join(Batch, Batch.mailing_id == Mailing.id)
        .where(
            Mailing.newsletter_id == newsletter_id,
            Mailing.state == MailingState.DONE,
            Mailing.started_at.is_not(None),
            Mailing.done_at > Mailing.started_at,
        )
        .group_by(Mailing.id)
        .having(size >= _FEW)
        .order_by(Mailing.id.desc())
        .limit(_LAST)
    )
    speeds = [
        int(row[2]) / (row[1] - row[0]).total_seconds()
        for row in tx.execute(query)
        if row[0] is not None and row[1] is not None
    ]
    return median(speeds) if speeds else None
