"""Numbers that a monitoring system draws: how old what waits is, and what became of recent mail.

Each is one statement of bounded cost, however much mail there was.
"""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, or_, select

from syndicate.store.ground.session import Transaction
from syndicate.store.sending.mailings import Batch, Mailing
from syndicate.store.sending.results import COUNTED
from syndicate.store.syndication.hub import FeedCallback
from syndicate.vocabulary.sending import BatchState, Lane

RECENT = dt.timedelta(days=1)
_MAILINGS = 20_000  # the newest; a day of confirmations and emailed articles, and all issues in it


@dataclass(frozen=True)
class Waiting:
    """What waits somewhere.

    Attributes:
        number: of things.
        oldest_s: seconds for which the first of them has waited; 0 while there is none.
    """

    number: int = 0
    oldest_s: float = 0.0


def ready_batches(tx: Transaction, now: dt.datetime) -> dict[Lane, Waiting]:
    """Batches that a worker may take at once, in each lane."""
    since = func.coalesce(Batch.not_before, Mailing.started_at, Mailing.created_at)
    query = (
        select(Batch.lane, func.count(), func.min(since))
        .join(Mailing, Mailing.id == Batch.mailing_id)
        .where(
            Batch.state == BatchState.READY,
            or_(Batch.not_before.is_(None), Batch.not_before <= now),
        )
        .group_by(Batch.lane)
    )
    found = {row[0]: Waiting(row[1], _age_s(row[2], now)) for row in tx.execute(query)}
    return {lane: found.get(lane, Waiting()) for lane in Lane}


def hub_deliveries(tx: Transaction, now: dt.datetime) -> Waiting:
    """Changes of feeds that a subscriber of the hub is to be told."""
    query = select(func.count(), func.min(FeedCallback.deliver_at))
    number, oldest = tx.execute(query.where(FeedCallback.deliver_at <= now)).one()
    return Waiting(number, _age_s(oldest, now))


def recent_deliveries(tx: Transaction, now: dt.datetime) -> dict[str, int]:
    """What became of the mail of the last day, by the state of each delivery."""
    newest = select(Mailing.id, Mailing.created_at).order_by(Mailing.id.desc()).limit(_MAILINGS)
    recent = newest.subquery()
    names = [state.name.lower() for state in COUNTED]
    columns = [func.coalesce(func.sum(getattr(Batch, name)), 0) for name in names]
    query = select(*columns, func.coalesce(func.sum(Batch.size), 0)).where(
        Batch.mailing_id.in_(select(recent.c.id).where(recent.c.created_at >= now - RECENT))
    )
    *numbers, size = map(int, tx.execute(query).one())
    counted = dict(zip(names, numbers, strict=True))
    return counted | {"remaining": size - sum(numbers)}


def _age_s(since: dt.datetime | None, now: dt.datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())
