"""Hard bounces of one receiver at once: how many, of how many readers, and what they cost.

A receiver is a group (google) or a domain, as `recipients.receiver_of` says; its hard bounces of
some hours are counted together, whichever mailings they are of.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Text,
    and_,
    cast,
    delete,
    exists,
    func,
    literal,
    select,
    text,
)

from syndicate import bounds
from syndicate.store.ground.session import Transaction
from syndicate.store.readers.recipients import DOMAIN, EVERYWHERE, OTHER, Recipient, Suppression
from syndicate.store.sending.events import DeliveryEvent
from syndicate.store.sending.mailings import Batch, Delivery
from syndicate.vocabulary.sending import SuppressionReason

# A receiver that loses its list of users answers so to whatever we send it that day.
WITHIN = dt.timedelta(hours=24)

_Moment = ColumnElement[dt.datetime]


@dataclass(frozen=True)
class Window:
    """A receiver's hard bounces of a time.

    Attributes:
        receiver: a group, or a domain.
        since: of the first that counts.
        until: of the last.
    """

    receiver: str
    since: dt.datetime
    until: dt.datetime


def around(receiver: str, moment: dt.datetime, until: dt.datetime | None = None) -> Window:
    """The hard bounces around a moment, or from one to another; reports come in any order."""
    # What no clock of ours wrote is counted at the nearest that one could have.
    first, last = bounds.clamped(moment), bounds.clamped(until or moment)
    return Window(receiver, first - WITHIN, last + WITHIN)


@dataclass(frozen=True)
class Lifted:
    """A recipient who is mailed again.

    Attributes:
        address_hash: keyed.
        subscriber_id: None of who is no subscriber.
        noted_at: when the suppression was written down.
    """

    address_hash: bytes
    subscriber_id: int | None
    noted_at: dt.datetime


def wait_for(tx: Transaction, receiver: str) -> None:
    """Reckon with a receiver one after another, until the commit: so that each sees the last."""
    tx.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"burst:{receiver}"))))


def hard(tx: Transaction, window: Window) -> int:
    """How many recipients were said not to exist."""
    query = select(func.count(DeliveryEvent.recipient_id.distinct())).where(_of(window))
    return int(tx.execute(query).scalar_one())


def readers(tx: Transaction, window: Window, *, most: int) -> int:
    """How many readers the receiver has in the mailings that these bounces are of.

    Args:
        tx: the open transaction.
        window: whose bounces, and when.
        most: it is enough to know that there are so many.
    """
    mailing_ids = list(
        tx.scalars(
            select(DeliveryEvent.mailing_id)
            .where(_of(window), DeliveryEvent.mailing_id.is_not(None))
            .distinct()
        )
    )
    of_group = (
        select(func.coalesce(func.sum(Batch.size), 0).label("size"))
        .where(Batch.mailing_id.in_(mailing_ids), Batch.receiver_group == window.receiver)
        .group_by(Batch.mailing_id)
    )
    # Of a group by its batches. Mailings have readers in common: as many as the largest has.
    largest = tx.scalar(select(func.max(of_group.subquery().c.size)))
    if largest is not None:
        return min(int(largest), most)
    mailed = exists().where(
        Delivery.mailing_id.in_(mailing_ids), Delivery.recipient_id == Recipient.id
    )
    some = select(Recipient.id).where(_of_domain(window.receiver), mailed).limit(most)
    return int(tx.execute(select(func.count()).select_from(some.subquery())).scalar_one())


def suppressed(tx: Transaction, windows: Sequence[Window]) -> list[int]:
    """How many are mailed no more because of each; one query for all."""
    time = DateTime(timezone=True)
    asked = (
        func.unnest(
            cast([each.receiver for each in windows], ARRAY(Text)),
            cast([each.since for each in windows], ARRAY(time)),
            cast([each.until for each in windows], ARRAY(time)),
        )
        .table_valued("receiver", "since", "until", with_ordinality="place")
        .render_derived()
    )
    because = _because_of(asked.c.receiver, asked.c.since, asked.c.until)
    cost = select(func.count()).select_from(Suppression).where(because).scalar_subquery()
    return list(tx.scalars(select(cost).select_from(asked).order_by(asked.c.place)))


def lift(tx: Transaction, window: Window) -> list[Lifted]:
    """Mail all of them again; who was suppressed for anything else stays so."""
    whose = (
        select(Recipient.subscriber_id)
        .where(Recipient.address_hash == Suppression.address_hash)
        .scalar_subquery()
    )
    statement = (
        delete(Suppression)
        .where(_because_of(*_bound(window)))
        .returning(Suppression.address_hash, whose, Suppression.noted_at)
        .execution_options(synchronize_session=False)
    )
    return [Lifted(bytes(row[0]), row[1], row[2]) for row in tx.execute(statement)]


def _bound(window: Window) -> tuple[ColumnElement[str], _Moment, _Moment]:
    return literal(window.receiver), literal(window.since), literal(window.until)


def _of(window: Window) -> ColumnElement[bool]:
    return _within(*_bound(window))


def _because_of(
    receiver: ColumnElement[str], since: _Moment, until: _Moment
) -> ColumnElement[bool]:
    hit = (
        select(Recipient.address_hash)
        .join(DeliveryEvent, DeliveryEvent.recipient_id == Recipient.id)
        .where(_within(receiver, since, until))
        .correlate_except(Recipient, DeliveryEvent)
    )
    return and_(
        Suppression.address_hash.in_(hit),
        Suppression.scope == EVERYWHERE,
        Suppression.reason == SuppressionReason.BOUNCE,
        Suppression.at >= since,
    )


def _within(receiver: ColumnElement[str], since: _Moment, until: _Moment) -> ColumnElement[bool]:
    return and_(
        DeliveryEvent.is_hard,
        DeliveryEvent.receiver == receiver,
        DeliveryEvent.at.between(since, until),
    )


def _of_domain(domain: str) -> ColumnElement[bool]:
    # In the words of its index.
    return and_(
        Recipient.receiver_group == OTHER, text(f"{DOMAIN} = :domain").bindparams(domain=domain)
    )
