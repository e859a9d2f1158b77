"""Mailings as wholes: made, counted, paused, cancelled; their content in rows.

Counts add up on every screen: accepted + deferred + failed + suppressed + skipped + ambiguous +
remaining = audience.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import func, insert, or_, select, text, update
from sqlalchemy.dialects import postgresql

from syndicate.store.ground.schema import sql
from syndicate.store.ground.session import Transaction
from syndicate.store.platform.installation import IS_STOPPED
from syndicate.store.readers.recipients import CONFIRMATION, Recipient
from syndicate.store.sending.holds import MAILING_IS_ON_HOLD
from syndicate.store.sending.mailings import Batch, Delivery, Mailing, MailingContent
from syndicate.store.sending.results import COUNTED, finish_mailing, has_open_batch
from syndicate.vocabulary.sending import BatchState, DeliveryReason, DeliveryState, MailingState


@dataclass(frozen=True)
class Counts:
    """What became of a mailing so far; the numbers add up to `audience`."""

    audience: int
    accepted: int
    deferred: int
    failed: int
    suppressed: int
    skipped: int
    ambiguous: int

    @property
    def remaining(self) -> int:
        """Deliveries that nothing has become of yet."""
        told = self.accepted + self.deferred + self.failed + self.suppressed
        return self.audience - told - self.skipped - self.ambiguous

    def as_dict(self) -> dict[str, int]:
        """All of them with `remaining`, for JSON."""
        return {**asdict(self), "remaining": self.remaining}


@dataclass(frozen=True)
class ContentRow:
    """One block to store: see `MailingContent`."""

    language: str
    kind: str
    position: int
    mask: int
    html: bytes
    text: bytes
    headers: dict[str, object] | None
    format: int


def counts(tx: Transaction, mailing_id: int) -> Counts:
    """Sum the batches of a mailing."""
    columns = [Batch.size, *(getattr(Batch, state.name.lower()) for state in COUNTED)]
    query = select(*(func.coalesce(func.sum(column), 0) for column in columns))
    row = tx.execute(query.where(Batch.mailing_id == mailing_id)).one()
    return Counts(*(int(number) for number in row))


def counts_by_row(tx: Transaction, mailing_id: int) -> Counts:
    """The same from the deliveries themselves: slow, for tests and doubts."""
    columns = [func.count().filter(Delivery.state == state) for state in COUNTED]
    query = select(func.count(), *columns).where(Delivery.mailing_id == mailing_id)
    return Counts(*(int(number) for number in tx.execute(query).one()))


def add_content(tx: Transaction, mailing_id: int, version: int, rows: Sequence[ContentRow]) -> None:
    """Store one version of a mailing's blocks; they never change afterwards."""
    values = [{"mailing_id": mailing_id, "version": version, **asdict(row)} for row in rows]
    tx.execute(insert(MailingContent), values)


def content(tx: Transaction, mailing_id: int, version: int, language: str) -> list[MailingContent]:
    """The blocks of one version in one language, in no order."""
    query = select(MailingContent).where(
        MailingContent.mailing_id == mailing_id,
        MailingContent.version == version,
        MailingContent.language == language,
    )
    return list(tx.scalars(query))


def whole_content(tx: Transaction, mailing_id: int, version: int) -> list[MailingContent]:
    """The blocks of one version in every language, in no order."""
    query = select(MailingContent).where(
        MailingContent.mailing_id == mailing_id, MailingContent.version == version
    )
    return list(tx.scalars(query))


def add(tx: Transaction, mailing: Mailing) -> None:
    """Write a mailing down; it has its id afterwards."""
    tx.add(mailing)
    tx.flush()


def add_single(
    tx: Transaction,
    mailing: Mailing,
    recipient: Recipient,
    *,
    language: str,
    choice: int = 0,
    not_before: dt.datetime | None = None,
) -> int | None:
    """Write a mailing to one recipient, whole: mailing, batch, delivery.

    Args:
        tx: the open transaction; the caller's own, so that the mail exists when its reason does.
        mailing: of kind *single*, with a `dedupe_key`.
        recipient: who gets it.
        language: of its frame.
        choice: bits of the stories in it, of a mail that has any.
        not_before: when its turn is; None for at once.

    Returns:
        The mailing's id, or None when one with this `dedupe_key` exists. Safe to run twice.
    """
    values = {
        column.key: getattr(mailing, column.key)
        for column in Mailing.__table__.columns
        if getattr(mailing, column.key) is not None
    }
    statement = postgresql.insert(Mailing).values(values)
    mailing_id = tx.scalar(
        statement.on_conflict_do_nothing(index_elements=[Mailing.dedupe_key]).returning(Mailing.id)
    )
    if mailing_id is None:
        return None
    tx.add(
        Batch(
            mailing_id=mailing_id,
            number=0,
            lane=mailing.lane,
            priority=mailing.priority,
            receiver_group=recipient.receiver_group,
            size=1,
            not_before=not_before,
        )
    )
    tx.add(
        Delivery(
            mailing_id=mailing_id,
            batch_number=0,
            ordinal=0,
            recipient_id=recipient.id,
            choice=choice,
            language=language,
        )
    )
    tx.flush()
    return int(mailing_id)


def find(tx: Transaction, mailing_id: int) -> Mailing | None:
    """The mailing of this id."""
    return tx.get(Mailing, mailing_id)


def newest(tx: Transaction, *, limit: int, with_singles: bool = False) -> list[Mailing]:
    """The newest mailings first."""
    query = select(Mailing).order_by(Mailing.id.desc()).limit(limit)
    if not with_singles:
        query = query.where(Mailing.issue_id.is_not(None))
    return list(tx.scalars(query))


def of_issue(tx: Transaction, issue_id: int) -> Mailing | None:
    """The mailing that sends an issue."""
    return tx.scalar(select(Mailing).where(Mailing.issue_id == issue_id))


def unfinished_of(tx: Transaction, newsletter_id: int) -> Mailing | None:
    """The newest mailing of a newsletter that is not over, None where all are."""
    query = select(Mailing).where(
        Mailing.newsletter_id == newsletter_id, Mailing.state.not_in(MailingState.over())
    )
    return tx.scalar(query.order_by(Mailing.id.desc()).limit(1))


def change_state(
    tx: Transaction, mailing_id: int, *, was: Collection[MailingState], to: MailingState
) -> bool:
    """Move a mailing on, if it is in one of the states it may come from.

    Returns:
        Whether it was; the change bites within one chunk.
    """
    statement = (
        update(Mailing)
        .where(Mailing.id == mailing_id, Mailing.state.in_(was))
        .values(state=to)
        .returning(Mailing.id)
        .execution_options(synchronize_session=False)
    )
    return tx.scalar(statement) is not None


def expire(tx: Transaction, now: dt.datetime) -> int:
    """Fail what still waits in mailings whose time is over, and end their batches.

    What is held waits on: it gets its time back when the hold is lifted. So do mails that answer a
    sign-up while everything is stopped: whoever signs up is told that one will come.

    Returns:
        How many deliveries.
    """
    expired = select(Mailing.id).where(
        Mailing.state == MailingState.SENDING,
        Mailing.expires_at <= now,
        text(f"NOT {MAILING_IS_ON_HOLD}"),
        or_(Mailing.scope != CONFIRMATION, text(f"NOT {IS_STOPPED}")),
    )
    batches = tx.execute(
        select(Batch.mailing_id, Batch.number)
        .where(Batch.mailing_id.in_(expired), Batch.state == BatchState.READY)
        .with_for_update(skip_locked=True)
    ).all()
    failed = sum(_expire_batch(tx, mailing, number, now) for mailing, number in batches)
    for mailing in {mailing for mailing, _ in batches}:
        finish_mailing(tx, mailing, now=now)
    return failed


def give_time_back(tx: Transaction, stopped_at: dt.datetime, *, now: dt.datetime) -> None:
    """Mails that answer a sign-up and waited while everything was stopped last that much longer."""
    lost = now - func.greatest(Mailing.created_at, stopped_at)
    tx.execute(
        update(Mailing)
        .where(Mailing.state == MailingState.SENDING, Mailing.scope == CONFIRMATION)
        .values(expires_at=Mailing.expires_at + lost)
        .execution_options(synchronize_session=False)
    )


def finish_ended(tx: Transaction, now: dt.datetime) -> None:
    """End mailings all of whose batches are done: nobody was left to send to. Safe to run twice."""
    query = select(Mailing.id).where(Mailing.state == MailingState.SENDING, ~has_open_batch(now))
    for mailing_id in tx.scalars(query).all():
        finish_mailing(tx, mailing_id, now=now)


_EXPIRE = text(
    f"""
    WITH gone AS (
        UPDATE delivery SET state = {sql(DeliveryState.FAILED)},
            reason = {sql(DeliveryReason.EXPIRED)}, done_at = :now
        WHERE mailing_id = :mailing AND batch_number = :number
            AND state IN ({sql(*DeliveryState.open())})
        RETURNING old.state AS was
    )
    UPDATE batch SET state = {sql(BatchState.DONE)},
        failed = failed + (SELECT count(*) FROM gone),
        deferred = deferred
            - (SELECT count(*) FROM gone WHERE was = {sql(DeliveryState.DEFERRED)})
    WHERE mailing_id = :mailing AND number = :number
    RETURNING (SELECT count(*) FROM gone)
    """  # noqa: S608 - our own words
)


def _expire_batch(tx: Transaction, mailing: int, number: int, now: dt.datetime) -> int:
    keys = {"mailing": mailing, "number": number, "now": now}
    return int(tx.execute(_EXPIRE, keys).scalar_one())
