"""A mailing of rows alone, for tests of the SQL that reads and writes the ledger.

Reader n is reader00n@example.com, and the delivery to reader n has the ordinal n - 1.
"""

import datetime as dt
from typing import Any

from sqlalchemy import func, select, update

from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom.newsletters import Issue
from syndicate.store.readers.recipients import OTHER, Recipient
from syndicate.store.readers.subscribers import Subscriber
from syndicate.store.sending.mailings import Batch, Delivery, Mailing
from syndicate.store.sending.results import COUNTED
from syndicate.vocabulary.sending import DeliveryState
from tests import rows

MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
_COUNTERS = {
    state.name.lower(): select(func.count())
    .where(
        Delivery.mailing_id == Batch.mailing_id,
        Delivery.batch_number == Batch.number,
        Delivery.state == state,
    )
    .scalar_subquery()
    for state in COUNTED
}


def digest(readers: int = 3, *, name: str = "morning", choice: int = 0b11, **columns: Any) -> int:
    """A mailing *sending* whose only batch holds readers 1, 2, … as pending.

    Args:
        readers: how many.
        name: tells it from others: the slug of its newsletter.
        choice: of every reader.
        columns: of the mailing.

    Returns:
        Its id.
    """
    with transaction() as tx:
        publication = rows.publication(tx, f"{name}-paper")
        newsletter = rows.newsletter(tx, publication.id, name)
        made = rows.mailing(tx, rows.issue(tx, newsletter.id), **columns)
        if readers:
            add_batch(tx, made, range(1, readers + 1), choice=choice)
        return made.id


def add_batch(
    tx: Transaction,
    made: Mailing,
    numbers: range,
    *,
    number: int = 0,
    choice: int = 0b11,
    group: str = OTHER,
) -> Batch:
    """One batch more, for these readers."""
    batch = rows.batch(tx, made, number, len(numbers), receiver_group=group)
    for ordinal, each in enumerate(numbers):
        recipient_id = _reader(tx, each, made.newsletter_id, group)
        rows.delivery(tx, batch, ordinal, recipient_id, choice=choice)
    return batch


def _reader(tx: Transaction, number: int, newsletter_id: int | None, group: str) -> int:
    query = select(Recipient).join(Subscriber, Subscriber.id == Recipient.subscriber_id)
    known = tx.scalar(query.where(Recipient.address == f"reader{number:03}@example.com"))
    if known is None:
        who = rows.subscriber(tx, number)
        known = rows.recipient(tx, number, subscriber_id=who.id, receiver_group=group)
    if newsletter_id is not None:
        rows.subscription(tx, known.subscriber_id or 0, newsletter_id)
    return known.id


def put(
    mailing_id: int, state: DeliveryState, *ordinals: int, number: int = 0, **columns: Any
) -> None:
    """Let deliveries of a batch be in a state, and the batch's counters agree."""
    with transaction() as tx:
        tx.execute(
            update(Delivery)
            .where(
                Delivery.mailing_id == mailing_id,
                Delivery.batch_number == number,
                Delivery.ordinal.in_(ordinals),
            )
            .values(state=state, **columns)
        )
        tx.execute(update(Batch).where(Batch.mailing_id == mailing_id).values(**_COUNTERS))


def put_batch(mailing_id: int, number: int = 0, **columns: Any) -> None:
    with transaction() as tx:
        tx.execute(
            update(Batch)
            .where(Batch.mailing_id == mailing_id, Batch.number == number)
            .values(**columns)
        )


def put_mailing(mailing_id: int, **columns: Any) -> None:
    with transaction() as tx:
        tx.execute(update(Mailing).where(Mailing.id == mailing_id).values(**columns))


def mailing(mailing_id: int) -> Mailing:
    with transaction() as tx:
        return tx.scalars(select(Mailing).where(Mailing.id == mailing_id)).one()


def issue(mailing_id: int) -> Issue:
    with transaction() as tx:
        query = select(Issue).join(Mailing, Mailing.issue_id == Issue.id)
        return tx.scalars(query.where(Mailing.id == mailing_id)).one()


def batch(mailing_id: int, number: int = 0) -> Batch:
    with transaction() as tx:
        row = tx.get(Batch, (mailing_id, number))
        assert row is not None
        return row


def delivery(mailing_id: int, ordinal: int = 0, number: int = 0) -> Delivery:
    with transaction() as tx:
        row = tx.get(Delivery, (mailing_id, number, ordinal))
        assert row is not None
        return row


def counters(mailing_id: int, number: int = 0) -> dict[str, int]:
    """The counters of a batch that are not 0."""
    row = batch(mailing_id, number)
    every = {state.name.lower(): getattr(row, state.name.lower()) for state in COUNTED}
    return {name: count for name, count in every.items() if count}
