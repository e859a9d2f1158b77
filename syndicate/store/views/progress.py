"""How mailings stand, for screens: counts from batches, errors from the deliveries themselves."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import and_, func, nulls_first, select, text

from syndicate.store.ground.session import Transaction
from syndicate.store.platform.installation import IS_STOPPED
from syndicate.store.readers.recipients import Recipient
from syndicate.store.sending.bars import IS_ABSENT, READERS
from syndicate.store.sending.events import DeliveryEvent
from syndicate.store.sending.holds import MAILING_IS_HELD
from syndicate.store.sending.ledger import Counts
from syndicate.store.sending.mailings import Batch, Delivery, Mailing, MailingRevision
from syndicate.store.sending.results import COUNTED
from syndicate.vocabulary.sending import (
    BatchState,
    DeliveryReason,
    DeliveryState,
    MailingState,
)

MAX_ERROR_GROUPS = 50
COMPLAINED = "complained"  # kind of a delivery_event
HELD = "held"  # what screens say of a mailing that is sending and of which nothing leaves


@dataclass(frozen=True)
class MailingProgress:
    """A mailing and its counts.

    Attributes:
        counts: of the whole mailing.
        groups: the same by receiver group.
        is_held: nothing of it leaves, because it is held, or everything is stopped.
        retry_at: when the first batch that holds something put off is due, aware UTC; None: at
            once, or there is none.
    """

    mailing: Mailing
    counts: Counts
    groups: dict[str, Counts]
    is_held: bool = False
    retry_at: dt.datetime | None = None

    @property
    def standing(self) -> str:
        """Its state as screens show it: *held* instead of *sending* where nothing leaves."""
        is_sending = self.mailing.state is MailingState.SENDING
        return HELD if is_sending and self.is_held else self.mailing.state.value

    @property
    def is_over(self) -> bool:
        """Nothing more will be sent."""
        return self.mailing.state in MailingState.over()

    @property
    def has_problems(self) -> bool:
        """Whether `errors` would find any; it reads many deliveries, so this is asked first."""
        return self.counts.failed + self.counts.deferred + self.counts.ambiguous > 0

    def per_second(self, now: dt.datetime) -> float:
        """Deliveries that got an outcome per second since the start, on average."""
        mailing = self.mailing
        started = mailing.started_at or mailing.created_at
        seconds = ((mailing.done_at or now) - started).total_seconds()
        settled = self.counts.audience - self.counts.remaining
        return settled / seconds if seconds > 0 else 0.0

    def seconds_left(self, per_second: float) -> float | None:
        """How long the rest takes at a rate; None when nobody can tell."""
        is_going = self._is_going and per_second > 0
        # What was put off alone keeps it open: `next_try_at` says when that is tried.
        is_waiting = self.counts.remaining == 0 and self.counts.deferred > 0
        return self.counts.remaining / per_second if is_going and not is_waiting else None

    @property
    def next_try_at(self) -> dt.datetime | None:
        """When what was put off is tried again; None where nothing waits, or nothing leaves."""
        return self.retry_at if self._is_going and self.counts.deferred else None

    @property
    def _is_going(self) -> bool:
        return self.standing == MailingState.SENDING


@dataclass(frozen=True)
class ErrorGroup:
    """Deliveries that the same thing happened to.

    Attributes:
        reason: of one of them; never an address.
    """

    state: str
    receiver_group: str
    code: int | None
    enhanced: str | None
    reason: str | None
    deliveries: int

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


@dataclass(frozen=True)
class VersionCount:
    """How many readers were sent one version of a mailing's content.

    Attributes:
        version: 1 is what was frozen.
        made_at: aware UTC; None for version 1.
        accepted: by the relay.
        other: deferred, failed or ambiguous with it so far.
    """

    version: int
    made_at: dt.datetime | None
    accepted: int
    other: int

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self) | {"made_at": self.made_at.isoformat() if self.made_at else None}


def find(tx: Transaction, mailing_id: int) -> MailingProgress | None:
    """How one mailing stands."""
    found = find_all(tx, [mailing_id])
    return found[0] if found else None


def find_all(tx: Transaction, mailing_ids: Sequence[int]) -> list[MailingProgress]:
    """How several mailings stand, in one query for their counts, the newest first."""
    stands = select(Mailing, text(f"({MAILING_IS_HELD} OR {IS_STOPPED})"))
    rows = tx.execute(stands.where(Mailing.id.in_(mailing_ids)).order_by(Mailing.id.desc())).all()
    mailings = [row[0] for row in rows]
    held = {row[0].id: bool(row[1]) for row in rows}
    columns = [Batch.size, *(getattr(Batch, state.name.lower()) for state in COUNTED)]
    waits = (Batch.state == BatchState.READY, Batch.deferred > 0)
    query = (
        select(
            Batch.mailing_id,
            Batch.receiver_group,
            func.min(Batch.not_before).filter(*waits),
            *(func.sum(column) for column in columns),
        )
        .where(Batch.mailing_id.in_(mailing_ids))
        .group_by(Batch.mailing_id, Batch.receiver_group)
        .order_by(Batch.receiver_group)
    )
    groups: dict[int, dict[str, Counts]] = {mailing.id: {} for mailing in mailings}
    retries: dict[int, list[dt.datetime]] = {mailing.id: [] for mailing in mailings}
    for mailing_id, group, retry_at, *numbers in tx.execute(query):
        groups[mailing_id][group] = Counts(*(int(number) for number in numbers))
        retries[mailing_id] += [retry_at] if retry_at is not None else []
    return [
        MailingProgress(
            mailing,
            total(groups[mailing.id].values()),
            groups[mailing.id],
            held[mailing.id],
            min(retries[mailing.id], default=None),
        )
        for mailing in mailings
    ]


def total(parts: Iterable[Counts]) -> Counts:
    """The sum of counts."""
    rows = [asdict(part) for part in parts]
    names = Counts.__dataclass_fields__
    return Counts(**{name: sum(row[name] for row in rows) for name in names})


@dataclass(frozen=True)
class Health:
    """The numbers by which a mailing is paused."""

    mailing_id: int
    accepted: int
    refused: int
    complaints: int


def healths(tx: Transaction, *, min_answers: int) -> list[Health]:
    """The health of every mailing that is *sending* and had enough answers."""
    complaints = (
        select(func.count())
        .where(DeliveryEvent.mailing_id == Mailing.id, DeliveryEvent.kind == COMPLAINED)
        .scalar_subquery()
    )
    accepted, failed = func.sum(Batch.accepted), func.sum(Batch.failed)
    query = (
        select(Mailing.id, accepted, failed, complaints)
        .join(Batch, Batch.mailing_id == Mailing.id)
        .where(Mailing.state == MailingState.SENDING)
        .group_by(Mailing.id)
        .having(accepted + failed >= min_answers)
    )
    return [Health(*(int(number) for number in row)) for row in tx.execute(query)]


def errors(tx: Transaction, mailing_id: int) -> list[ErrorGroup]:
    """What went wrong, grouped; the biggest group first, of equal ones by state and receiver.

    Reads the batches that hold any.
    """
    kinds = (DeliveryState.FAILED, DeliveryState.DEFERRED, DeliveryState.AMBIGUOUS)
    keys = (Delivery.state, Recipient.receiver_group, Delivery.code, Delivery.enhanced)
    query = (
        select(*keys, func.min(Delivery.reason), func.count())
        .join(Recipient, Recipient.id == Delivery.recipient_id)
        .join(
            Batch,
            and_(Batch.mailing_id == Delivery.mailing_id, Batch.number == Delivery.batch_number),
        )
        .where(
            Batch.mailing_id == mailing_id,
            Batch.failed + Batch.deferred + Batch.ambiguous > 0,
            Delivery.mailing_id == mailing_id,
            Delivery.state.in_(kinds),
        )
        .group_by(*keys)
        .order_by(func.count().desc(), *(nulls_first(each) for each in keys))
        .limit(MAX_ERROR_GROUPS)
    )
    return [
        ErrorGroup(state.name.lower(), group, code, enhanced, reason, number)
        for state, group, code, enhanced, reason, number in tx.execute(query)
    ]


def versions(tx: Transaction, mailing: Mailing) -> list[VersionCount]:
    """How many readers got which version of a mailing, oldest first.

    Reads every delivery of a mailing whose content was renewed; of another, which most are, it
    reads nothing and is empty.
    """
    if mailing.content_version == 1:
        return []
    is_accepted = Delivery.state == DeliveryState.ACCEPTED
    query = (
        select(
            Delivery.content_version,
            func.count().filter(is_accepted),
            func.count().filter(~is_accepted),
        )
        .where(Delivery.mailing_id == mailing.id, Delivery.content_version.is_not(None))
        .group_by(Delivery.content_version)
    )
    sent = {version: (accepted, other) for version, accepted, other in tx.execute(query)}
    times = select(MailingRevision.version, func.min(MailingRevision.made_at)).where(
        MailingRevision.mailing_id == mailing.id
    )
    made_at = {row[0]: row[1] for row in tx.execute(times.group_by(MailingRevision.version))}
    return [
        VersionCount(version, made_at.get(version), *sent.get(version, (0, 0)))
        for version in range(1, mailing.content_version + 1)
    ]


_CAME_LATER = text(
    f"""
    SELECT count(*) FROM ({READERS}) reader
    WHERE NOT {IS_ABSENT} AND NOT EXISTS (SELECT 1 FROM delivery d
        WHERE d.mailing_id = :mailing AND d.recipient_id = reader.recipient_id)
    """  # noqa: S608 - our own words
)


def came_later(tx: Transaction, newsletter_id: int, mailing_id: int, *, now: dt.datetime) -> int:
    """How many active readers of a newsletter a mailing has no delivery for: they came later."""
    values = {"newsletter": newsletter_id, "mailing": mailing_id, "now": now}
    return int(tx.execute(_CAME_LATER, values).scalar_one())


def left_out(
    tx: Transaction, mailing_progress: MailingProgress
) -> dict[DeliveryReason, int] | None:
    """How many readers a mailing left out, by each reason that there may be.

    Reads every delivery of a mailing that left somebody out: a quarter of a second for a million.
    So it is not asked of one that is being sent, whose page is loaded again and again.

    Returns:
        Nothing where nobody was left out; None while the mailing is being sent, if anybody was.
    """
    if mailing_progress.counts.suppressed + mailing_progress.counts.skipped == 0:
        return {}
    if mailing_progress.mailing.state is MailingState.SENDING:
        return None
    kinds = {each.state for each in DeliveryReason.barred()}
    query = (
        select(Delivery.reason, func.count())
        .where(Delivery.mailing_id == mailing_progress.mailing.id, Delivery.state.in_(kinds))
        .group_by(Delivery.reason)
    )
    found = {row[0]: row[1] for row in tx.execute(query)}
    return {each: found.get(each, 0) for each in DeliveryReason.barred()}
