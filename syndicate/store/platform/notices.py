"""What operators are told by mail about the console itself: one row for each mail to one of them.

    noted, in the transaction of what happened ── claimed for five minutes ──> done: told or refused

A row is claimed by moving its next try ahead, so that no transaction is open while mail is sent,
and what was lost on the way comes again. After two days nobody is told of it any more; the audit
knows it for good.
"""

import datetime as dt
import enum
from collections.abc import Collection

from sqlalchemy import (
    ForeignKey,
    Select,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from syndicate import jobs
from syndicate.store.ground.schema import Id, Table
from syndicate.store.ground.session import Transaction
from syndicate.store.platform.operators import Operator, OperatorGrant
from syndicate.store.platform.tokens import Actor, Permission

AGAIN_AFTER = dt.timedelta(minutes=5)
WITHIN = dt.timedelta(days=2)
_AT_ONCE = 20


class NoticeKind(enum.StrEnum):
    """What happened."""

    LINK = "link"  # somebody signed in by a one-time link
    CODE = "code"  # by a recovery code
    PASSKEY = "passkey"  # an operator has a new one


class OperatorNotice(Table):
    """One thing that one operator is told of."""

    __tablename__ = "operator_notice"

    id: Mapped[Id]
    operator_id: Mapped[int] = mapped_column(
        ForeignKey("operator.id", ondelete="CASCADE"), index=True
    )  # who is told
    is_own: Mapped[bool]  # they are told about themselves
    kind: Mapped[str]
    at: Mapped[dt.datetime]
    who: Mapped[str]  # as the audit names them
    what: Mapped[str]  # the name of a passkey
    next_at: Mapped[dt.datetime]
    done_at: Mapped[dt.datetime | None]


def note(
    tx: Transaction, kind: NoticeKind, *, about: Actor, now: dt.datetime, what: str = ""
) -> None:
    """Have operators told, soon after the commit: whom it is about, and who may add operators."""
    may_add = exists().where(
        OperatorGrant.operator_id == Operator.id,
        OperatorGrant.permission == Permission.OPERATORS,
        OperatorGrant.publication_id.is_(None),
        OperatorGrant.newsletter_id.is_(None),
    )
    is_own = Operator.id == literal(about.operator_id or 0)
    said = {"kind": kind, "at": now, "who": about.name, "what": what, "next_at": now}
    told = select(Operator.id, is_own, *map(literal, said.values())).where(
        Operator.retired_at.is_(None), or_(may_add, is_own)
    )
    rows = insert(OperatorNotice).from_select(["operator_id", "is_own", *said], told)
    if tx.scalars(rows.returning(OperatorNotice.id)).all():
        tx.hint(jobs.TELL_OPERATORS)


def has_due(tx: Transaction, now: dt.datetime) -> bool:
    """Whether somebody waits to be told."""
    return tx.scalar(select(_due(now).exists())) is True


def claim(tx: Transaction, now: dt.datetime) -> list[tuple[OperatorNotice, Operator]]:
    """Take those that wait, oldest first, each with who is told, for five minutes."""
    query = _due(now).order_by(OperatorNotice.id).limit(_AT_ONCE)
    rows = tx.execute(query.with_for_update(of=OperatorNotice, skip_locked=True))
    found = [(row[0], row[1]) for row in rows]
    for notice, _operator in found:
        notice.next_at = now + AGAIN_AFTER
    tx.flush()
    return found


def settle(tx: Transaction, notice_ids: Collection[int], *, now: dt.datetime) -> None:
    """Write down that these are over. Safe to run twice."""
    rows = update(OperatorNotice).where(OperatorNotice.id.in_(notice_ids))
    tx.execute(rows.values(done_at=now))


def given_up(tx: Transaction, now: dt.datetime) -> list[str]:
    """The addresses of those whom a mail did not reach within two days, one for each such mail.

    Those are left out after which another mail was over: then there is a way again.
    """
    last_over = select(func.max(OperatorNotice.done_at)).scalar_subquery()
    query = (
        select(Operator.address)
        .join(OperatorNotice, OperatorNotice.operator_id == Operator.id)
        .where(
            OperatorNotice.kind.in_(NoticeKind),
            OperatorNotice.done_at.is_(None),
            OperatorNotice.at <= now - WITHIN,
            or_(last_over.is_(None), last_over < OperatorNotice.at + WITHIN),
            Operator.retired_at.is_(None),
        )
    )
    return list(tx.scalars(query))


def forget_before(tx: Transaction, moment: dt.datetime) -> None:
    """Drop what is long over."""
    tx.execute(delete(OperatorNotice).where(OperatorNotice.at < moment))


def _due(now: dt.datetime) -> Select[OperatorNotice, Operator]:
    return (
        select(OperatorNotice, Operator)
        .join(Operator, OperatorNotice.operator_id == Operator.id)
        .where(
            OperatorNotice.kind.in_(NoticeKind),  # of another version: that one has the words
            OperatorNotice.done_at.is_(None),
            OperatorNotice.next_at <= now,
            OperatorNotice.at > now - WITHIN,
            Operator.retired_at.is_(None),
        )
    )
