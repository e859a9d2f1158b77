"""Keys that sign mail, one for each domain and selector; the master key alone opens them.

    waiting ─ DNS shows it ─> in use ─ a newer one is seen ─> leaving ─ nothing waits for it ─> done

A domain has one that waits at most. Of one that is done the private half is deleted.
"""

import datetime as dt

from sqlalchemy import Index, LargeBinary, UniqueConstraint, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.ground.schema import Id, Table, sql
from syndicate.store.ground.session import Transaction
from syndicate.vocabulary.sending import KeyState, MailingState

# A mail that was frozen while a newer key was seen may not be in the ledger yet.
_GRACE = dt.timedelta(hours=1)
_FINISH = text(
    f"""
    UPDATE dkim_key SET done_at = :now, sealed = NULL
    WHERE done_at IS NULL AND left_at < :before AND NOT EXISTS (
        SELECT 1 FROM mailing JOIN mailing_content ON mailing_id = mailing.id
        WHERE state IN ({sql(*MailingState.open())})
            AND headers #>> '{{dkim,domain}}' = dkim_key.domain
            AND headers #>> '{{dkim,selector}}' = dkim_key.selector
    )
    """  # noqa: S608 - our own words
)


class DkimKey(Table):
    """A key of a domain under a selector."""

    __tablename__ = "dkim_key"
    __table_args__ = (
        UniqueConstraint("domain", "selector"),
        Index(
            "uq_dkim_key_waiting",
            "domain",
            unique=True,
            postgresql_where=text("seen_at IS NULL AND done_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    domain: Mapped[str]  # in ASCII
    selector: Mapped[str]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # the private half
    made_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime | None]  # in DNS; what is frozen from then on is signed with it
    left_at: Mapped[dt.datetime | None]  # a newer one is in use
    done_at: Mapped[dt.datetime | None]

    @property
    def state(self) -> KeyState:
        """How far it is."""
        if self.done_at is not None:
            return KeyState.DONE
        if self.left_at is not None:
            return KeyState.LEAVING
        return KeyState.WAITING if self.seen_at is None else KeyState.IN_USE


def add(tx: Transaction, domain: str, selector: str, sealed: bytes, *, now: dt.datetime) -> DkimKey:
    """Keep a new key, which waits until it is seen in DNS."""
    row = DkimKey(domain=domain, selector=selector, sealed=sealed, made_at=now)
    tx.add(row)
    tx.flush()
    return row


def every(tx: Transaction) -> list[DkimKey]:
    """Those that are not done, oldest first."""
    query = select(DkimKey).where(DkimKey.done_at.is_(None)).order_by(DkimKey.id)
    return list(tx.scalars(query))


def put(tx: Transaction, key_id: int, before: bytes, after: bytes) -> bool:
    """Keep the same key sealed anew; False where it was changed meanwhile."""
    statement = update(DkimKey).where(DkimKey.id == key_id, DkimKey.sealed == before)
    return tx.scalar(statement.values(sealed=after).returning(DkimKey.id)) is not None


def waiting(tx: Transaction, domain: str) -> DkimKey | None:
    """The one of a domain that waits to be seen in DNS."""
    query = select(DkimKey).where(
        DkimKey.domain == domain, DkimKey.seen_at.is_(None), DkimKey.done_at.is_(None)
    )
    return tx.scalar(query)


def give_up(tx: Transaction, row: DkimKey, *, now: dt.datetime) -> None:
    """End a key that nothing was signed with, and that nobody can open."""
    row.done_at, row.sealed = now, None
    tx.flush()


def selectors(tx: Transaction, domain: str) -> set[str]:
    """Every selector that a domain had a key under; none is used twice."""
    return set(tx.scalars(select(DkimKey.selector).where(DkimKey.domain == domain)))


def see(tx: Transaction, domain: str, selector: str, *, now: dt.datetime) -> bool:
    """Take a key into use that waited: DNS shows it. The one before it leaves. Safe to run twice.

    Returns:
        Whether it waited.
    """
    taken = update(DkimKey).where(
        DkimKey.domain == domain,
        DkimKey.selector == selector,
        DkimKey.seen_at.is_(None),
        DkimKey.done_at.is_(None),
    )
    found = tx.scalar(taken.values(seen_at=now).returning(DkimKey.id))
    if found is None:
        return False
    older = update(DkimKey).where(
        DkimKey.domain == domain,
        DkimKey.id != found,
        DkimKey.seen_at.is_not(None),
        DkimKey.left_at.is_(None),
    )
    tx.execute(older.values(left_at=now))
    return True


def finish(tx: Transaction, now: dt.datetime) -> None:
    """End those that leave, once no mail that waits is to be signed with them. Safe to run twice.

    Args:
        tx: the open transaction.
        now: aware UTC.
    """
    tx.execute(_FINISH, {"now": now, "before": now - _GRACE})
