"""What receivers object to: one open incident per receiver, sending domain and reason."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Index, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.ground.schema import Id, Table
from syndicate.store.ground.session import Transaction


class DeliveryIncident(Table):
    """A receiver that turns our mail away for what we are or do, not for who the reader is."""

    __tablename__ = "delivery_incident"
    __table_args__ = (
        Index(
            "ix_delivery_incident_open",
            "receiver",
            "domain",
            "reason",
            unique=True,
            postgresql_where="closed_at IS NULL",
        ),
    )

    id: Mapped[Id]
    receiver: Mapped[str]  # receiver group, or the domain where nobody big runs it
    domain: Mapped[str]  # ours, of the sender
    reason: Mapped[str]  # blocked, badreputation, authfailure, …, or burst
    opened_at: Mapped[dt.datetime]
    last_at: Mapped[dt.datetime]
    closed_at: Mapped[dt.datetime | None]
    events: Mapped[int] = mapped_column(server_default="1")
    mailing_id: Mapped[int | None]
    code: Mapped[str | None]
    detail: Mapped[str | None]
    taken_at: Mapped[dt.datetime | None]  # somebody looks after it
    taken_by: Mapped[str | None]


@dataclass(frozen=True)
class Sample:
    """One event of an incident, for whoever looks into it."""

    mailing_id: int | None
    code: str | None
    detail: str | None


def report(
    tx: Transaction,
    receiver: str,
    domain: str,
    reason: str,
    *,
    sample: Sample,
    now: dt.datetime,
) -> bool:
    """Open an incident, or count one more event of the one that is open.

    Returns:
        Whether it is new: then somebody should be told.
    """
    values = {
        "receiver": receiver,
        "domain": domain,
        "reason": reason,
        "opened_at": now,
        "last_at": now,
        "mailing_id": sample.mailing_id,
        "code": sample.code,
        "detail": sample.detail,
    }
    statement = insert(DeliveryIncident).values(values)
    raised = statement.on_conflict_do_update(
        index_elements=[
            DeliveryIncident.receiver,
            DeliveryIncident.domain,
            DeliveryIncident.reason,
        ],
        index_where=DeliveryIncident.closed_at.is_(None),
        set_={
            "events": DeliveryIncident.events + 1,
            "last_at": func.greatest(DeliveryIncident.last_at, now),
        },
    ).returning(DeliveryIncident.events)
    return tx.scalar(raised) == 1


def open_id(tx: Transaction, receiver: str, domain: str, reason: str) -> int:
    """The id of an incident that is open."""
    query = select(DeliveryIncident.id).where(
        DeliveryIncident.receiver == receiver,
        DeliveryIncident.domain == domain,
        DeliveryIncident.reason == reason,
        DeliveryIncident.closed_at.is_(None),
    )
    return tx.scalars(query).one()


def find(tx: Transaction, incident_id: int) -> DeliveryIncident | None:
    """The incident of this id, open or closed."""
    return tx.get(DeliveryIncident, incident_id)


def open_ones(tx: Transaction) -> list[DeliveryIncident]:
    """Incidents that nobody has closed, the newest first."""
    query = select(DeliveryIncident).where(DeliveryIncident.closed_at.is_(None))
    return list(tx.scalars(query.order_by(DeliveryIncident.last_at.desc())))


def closed_ones(tx: Transaction, *, limit: int) -> list[DeliveryIncident]:
    """The incidents that were closed last, the newest first."""
    query = select(DeliveryIncident).where(DeliveryIncident.closed_at.is_not(None))
    return list(tx.scalars(query.order_by(DeliveryIncident.closed_at.desc()).limit(limit)))


def open_by_reason(tx: Transaction) -> dict[str, int]:
    """How many are open, by reason."""
    query = select(DeliveryIncident.reason, func.count()).where(
        DeliveryIncident.closed_at.is_(None)
    )
    rows = tx.execute(query.group_by(DeliveryIncident.reason))
    return {str(row[0]): int(row[1]) for row in rows}


def is_open(tx: Transaction, incident_id: int) -> bool:
    """Whether an incident of this id is open."""
    query = select(DeliveryIncident.id).where(
        DeliveryIncident.id == incident_id, DeliveryIncident.closed_at.is_(None)
    )
    return tx.scalar(query) is not None


def take(tx: Transaction, incident_id: int, *, by: str, now: dt.datetime) -> bool:
    """Note who looks after an open incident; False when somebody does already, or none is open."""
    statement = (
        update(DeliveryIncident)
        .where(
            DeliveryIncident.id == incident_id,
            DeliveryIncident.closed_at.is_(None),
            DeliveryIncident.taken_at.is_(None),
        )
        .values(taken_at=now, taken_by=by)
        .returning(DeliveryIncident.id)
        .execution_options(synchronize_session=False)
    )
    return tx.scalar(statement) is not None


def close(tx: Transaction, incident_id: int, *, now: dt.datetime) -> bool:
    """Close an incident; False when none of this id is open."""
    statement = (
        update(DeliveryIncident)
        .where(DeliveryIncident.id == incident_id, DeliveryIncident.closed_at.is_(None))
        .values(closed_at=now)
        .returning(DeliveryIncident.id)
        .execution_options(synchronize_session=False)
    )
    return tx.scalar(statement) is not None
