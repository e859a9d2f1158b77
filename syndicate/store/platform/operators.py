"""Operators: people who work here, each a row, and what each of them may do where.

    operator  ── operator_grant:  permission for (everything | a publication | a newsletter)

What somebody may do is read at each request, so that a grant holds, and ends, at once.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    UniqueConstraint,
    delete,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, TEXT, insert
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.ground.schema import SLUG, Id, Table
from syndicate.store.ground.session import Transaction
from syndicate.store.platform.tokens import Actor, Grant, known


class Operator(Table):
    """A person who works here; one who left is retired, and stays known to the audit."""

    __tablename__ = "operator"

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(SLUG, unique=True)
    name: Mapped[str]
    address: Mapped[str]
    languages: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    zone: Mapped[str]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    retired_at: Mapped[dt.datetime | None]


class OperatorGrant(Table):
    """One permission of an operator, for everything, a publication or a newsletter."""

    __tablename__ = "operator_grant"
    __table_args__ = (
        UniqueConstraint(
            "operator_id",
            "permission",
            "publication_id",
            "newsletter_id",
            name="uq_operator_grant",
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("num_nonnulls(publication_id, newsletter_id) < 2", name="scope"),
    )

    id: Mapped[Id]
    operator_id: Mapped[int] = mapped_column(ForeignKey("operator.id", ondelete="CASCADE"))
    permission: Mapped[str]  # one of another version permits nothing
    publication_id: Mapped[int | None] = mapped_column(
        ForeignKey("publication.id", ondelete="CASCADE")
    )
    newsletter_id: Mapped[int | None] = mapped_column(
        ForeignKey("newsletter.id", ondelete="CASCADE")
    )


def every(tx: Transaction) -> list[Operator]:
    """All operators by their slug, those who are retired last."""
    query = select(Operator).order_by(Operator.retired_at.is_not(None), Operator.slug)
    return list(tx.scalars(query))


def names(tx: Transaction) -> dict[str, str]:
    """What people call each operator, by what rows and audit call them: "operator:lina"."""
    rows = tx.execute(select(Operator.slug, Operator.name))
    return {f"operator:{slug}": name for slug, name in rows}


def find(tx: Transaction, operator_id: int | None) -> Operator | None:
    """The operator of this id, retired or not."""
    return tx.get(Operator, operator_id) if operator_id is not None else None


def by_slug(tx: Transaction, slug: str) -> Operator | None:
    """The operator of this slug, retired or not."""
    return tx.scalar(select(Operator).where(Operator.slug == slug))


def add(tx: Transaction, row: Operator) -> None:
    """Write an operator down; the row has its id afterwards."""
    tx.add(row)
    tx.flush()


def change(tx: Transaction, row: Operator, columns: Mapping[str, Any]) -> None:
    """Write other values into an operator's row."""
    for name, value in columns.items():
        setattr(row, name, value)
    tx.flush()


def grants_of(tx: Transaction, operator_ids: Collection[int]) -> dict[int, list[Grant]]:
    """What each operator may do where, by their ids, in the order of the permissions' names."""
    rows = tx.scalars(
        select(OperatorGrant)
        .where(OperatorGrant.operator_id.in_(operator_ids))
        .order_by(OperatorGrant.permission, OperatorGrant.id)
    )
    found: dict[int, list[Grant]] = {each: [] for each in operator_ids}
    for row in rows:
        for permission in known([row.permission]):
            found[row.operator_id].append(Grant(permission, row.publication_id, row.newsletter_id))
    return found


def grant(tx: Transaction, operator_id: int, grants: Sequence[Grant]) -> None:
    """Let an operator do something. Safe to run twice."""
    rows = [vars(each) | {"operator_id": operator_id} for each in grants]
    tx.execute(insert(OperatorGrant).values(rows).on_conflict_do_nothing())


def revoke(tx: Transaction, operator_id: int, grants: Collection[Grant]) -> None:
    """Let an operator do these things no longer. Safe to run twice."""
    for each in grants:
        tx.execute(
            delete(OperatorGrant).where(
                OperatorGrant.operator_id == operator_id,
                OperatorGrant.permission == each.permission,
                OperatorGrant.publication_id.is_not_distinct_from(each.publication_id),
                OperatorGrant.newsletter_id.is_not_distinct_from(each.newsletter_id),
            )
        )


def actor_of(tx: Transaction, operator: Operator) -> Actor | None:
    """The operator as whoever acts, with what they may do now; None when they are retired."""
    if operator.retired_at is not None:
        return None
    held = frozenset(grants_of(tx, [operator.id])[operator.id])
    return Actor(
        f"operator:{operator.slug}",
        frozenset(each.permission for each in held),
        operator_id=operator.id,
        grants=held,
        called=operator.name,
    )
