"""Keys that a publication's CMS signs its pushes with, encrypted; two at once while one is changed.

    made ─ a newer one is made ─> honoured until its end ─> over

A publication without any signs with a key that is derived from the master key, as it always did.
"""

import datetime as dt

from sqlalchemy import ForeignKey, LargeBinary, delete, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.ground.schema import Id, Table
from syndicate.store.ground.session import Transaction

# How exactly it is known when a key was last used.
_HEARD_EVERY = dt.timedelta(hours=1)


class PushKey(Table):
    """A key of a publication's CMS."""

    __tablename__ = "push_key"

    id: Mapped[Id]
    publication_id: Mapped[int] = mapped_column(
        ForeignKey("publication.id", ondelete="CASCADE"), index=True
    )
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime | None]  # a newer one was made; until then both are believed
    used_at: Mapped[dt.datetime | None]  # to the hour


def of(tx: Transaction, publication_id: int) -> list[PushKey]:
    """Every key of a publication, newest first; those that are over too."""
    query = select(PushKey).where(PushKey.publication_id == publication_id)
    return list(tx.scalars(query.order_by(PushKey.id.desc())))


def every(tx: Transaction) -> list[PushKey]:
    """The keys of all publications, newest first."""
    return list(tx.scalars(select(PushKey).order_by(PushKey.publication_id, PushKey.id.desc())))


def add(
    tx: Transaction,
    publication_id: int,
    sealed: bytes,
    *,
    ends_at: dt.datetime | None,
    now: dt.datetime,
) -> PushKey:
    """Keep a key.

    Args:
        tx: the open transaction.
        publication_id: whose.
        sealed: the key, encrypted.
        ends_at: until when it is believed; None while none is newer.
        now: aware UTC.
    """
    row = PushKey(publication_id=publication_id, sealed=sealed, made_at=now, ends_at=ends_at)
    tx.add(row)
    tx.flush()
    return row


def end_others(tx: Transaction, publication_id: int, ends_at: dt.datetime) -> int:
    """Let the keys that a publication has end then, or before where that was said; how many."""
    ending = update(PushKey).where(
        PushKey.publication_id == publication_id,
        or_(PushKey.ends_at.is_(None), PushKey.ends_at > ends_at),
    )
    return len(tx.scalars(ending.values(ends_at=ends_at).returning(PushKey.id)).all())


def end_older(tx: Transaction, publication_id: int, now: dt.datetime) -> None:
    """Let those end now that a newer one has taken the place of."""
    ending = update(PushKey).where(PushKey.publication_id == publication_id, PushKey.ends_at > now)
    tx.execute(ending.values(ends_at=now))


def note_use(tx: Transaction, row: PushKey, now: dt.datetime) -> None:
    """Write down that something was signed with a key."""
    if row.used_at is None or now - row.used_at > _HEARD_EVERY:
        row.used_at = now
        tx.flush()


def put(tx: Transaction, key_id: int, before: bytes, after: bytes) -> bool:
    """Keep the same key encrypted anew; False where it was changed meanwhile."""
    statement = update(PushKey).where(PushKey.id == key_id, PushKey.sealed == before)
    return tx.scalar(statement.values(sealed=after).returning(PushKey.id)) is not None


def forget_over(tx: Transaction, before: dt.datetime) -> None:
    """Forget keys that were over by then, but for the newest of each publication."""
    newer = select(PushKey.publication_id).where(PushKey.ends_at.is_(None))
    tx.execute(delete(PushKey).where(PushKey.ends_at < before, PushKey.publication_id.in_(newer)))
