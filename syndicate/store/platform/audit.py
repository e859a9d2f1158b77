"""Who did what: every action of a person that changes what readers get."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from sqlalchemy import Index, exists, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.redaction import without_addresses_in
from syndicate.store.ground.schema import Id, Object, Table
from syndicate.store.ground.session import Transaction
from syndicate.vocabulary.acts import Act


class Audit(Table):
    """One action, by ids alone; of who is no subscriber by the keyed hash of the address."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_subject_id", "subject", "id"),
        Index(None, "action", "at"),
    )

    id: Mapped[Id]
    at: Mapped[dt.datetime]
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(Object(), server_default="{}")

    @property
    def act(self) -> Act | None:
        """What was done; None where a version yet to come wrote it."""
        return Act.of(self.action, self.subject)

    @property
    def words(self) -> str:
        """The same as people read it."""
        return self.action if self.act is None else self.act.words


def subject_of(address_hash: bytes, subscriber_id: int | None) -> str:
    """What the audit calls somebody, who may be no subscriber."""
    if subscriber_id is not None:
        return f"subscriber:{subscriber_id}"
    return f"address:{address_hash.hex()}"


def has(tx: Transaction, *, actor: str, subject: str) -> bool:
    """Whether an actor ever did something to a subject."""
    query = select(exists().where(Audit.actor == actor, Audit.subject == subject))
    return bool(tx.scalar(query))


def of(tx: Transaction, *, subject: str, action: Act) -> list[Audit]:
    """Everything of one kind that was done to a subject, oldest first."""
    return about(tx, subject, [action])


def about(tx: Transaction, subject: str, actions: Collection[Act]) -> list[Audit]:
    """Some kinds of what was done to a subject, oldest first."""
    query = select(Audit).where(Audit.subject == subject, Audit.action.in_(codes(*actions)))
    return list(tx.scalars(query.order_by(Audit.id)))


def at_moments(tx: Transaction, action: Act, moments: Collection[dt.datetime]) -> list[Audit]:
    """What was done of one kind at some moments exactly, to whatever it was."""
    query = select(Audit).where(Audit.action.in_(codes(action)), Audit.at.in_(moments))
    return list(tx.scalars(query.order_by(Audit.id)))


def first(tx: Transaction, actions: Collection[Act], *, since: dt.datetime) -> Audit | None:
    """The first act of some kinds since a moment."""
    query = select(Audit).where(Audit.action.in_(codes(*actions)), Audit.at >= since)
    return tx.scalar(query.order_by(Audit.at, Audit.id).limit(1))


def last(tx: Transaction, actions: Collection[Act], *, until: dt.datetime) -> Audit | None:
    """The last act of some kinds until a moment."""
    query = select(Audit).where(Audit.action.in_(codes(*actions)), Audit.at <= until)
    return tx.scalar(query.order_by(Audit.at.desc(), Audit.id.desc()).limit(1))


def codes(*actions: Act) -> list[str]:
    """What rows can hold for some acts, of whichever version, where their subjects are known."""
    return sorted(frozenset[str]().union(*(each.codes for each in actions)))


def record(
    tx: Transaction, *, at: dt.datetime, actor: str, action: Act, subject: str, **detail: Any
) -> None:
    """Write down that `actor` did `action` to `subject` ("mailing:7"); no address in its words."""
    said = without_addresses_in(detail)
    tx.add(Audit(at=at, actor=actor, action=action, subject=subject, detail=said))


def record_each(
    tx: Transaction,
    *,
    at: dt.datetime,
    actor: str,
    action: Act,
    subjects: Collection[str],
    **detail: Any,
) -> None:
    """Write down the same act to many subjects, a line each."""
    said = without_addresses_in(detail)
    same = {"at": at, "actor": actor, "action": action, "detail": said}
    if subjects:
        tx.execute(insert(Audit), [same | {"subject": each} for each in subjects])


def begin(tx: Transaction, *, at: dt.datetime, actor: str, action: Act, subject: str) -> int:
    """Write down an act that goes on over several transactions; its line's id, for `amend`."""
    row = Audit(at=at, actor=actor, action=action, subject=subject)
    tx.add(row)
    tx.flush()
    return row.id


def amend(tx: Transaction, audit_id: int, **numbers: int) -> None:
    """Say what has come of an act by now."""
    tx.execute(update(Audit).where(Audit.id == audit_id).values(detail=numbers))
