"""What is known of the installation's master keys: by their ids, never the keys themselves.

    made ─ the workers hold it ─> held ─ it signs ─> signing ─ a newer one signs ─> honoured
                                                                                       │
                                          the workers hold it no longer ─> ended <─────┘

The tick writes down what it holds. One that was made and that nobody holds is a rotation that was
broken off: nothing was signed with it, and the next one takes its place.

Source: docs/decisions/0048-the-master-key-is-a-list.md.
"""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Index, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.ground.schema import Table
from syndicate.store.ground.session import Transaction
from syndicate.store.platform.installation import Installation
from syndicate.vocabulary.keys import MasterKeyState

# How exactly it is known when a key was last used.
_USED_EVERY = dt.timedelta(minutes=1)
# Links of a year go on, and the year's last month besides.
HONOURED_DAYS = 400


class MasterKeyRow(Table):
    """A master key that the installation has, had, or is to have."""

    __tablename__ = "master_key"
    __table_args__ = (
        Index(
            "uq_master_key_made",
            text("(held_at IS NULL)"),
            unique=True,
            postgresql_where=text("held_at IS NULL AND ended_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    made_at: Mapped[dt.datetime]
    held_at: Mapped[dt.datetime | None]  # the workers have it since
    signs_at: Mapped[dt.datetime | None]
    used_at: Mapped[dt.datetime | None]  # a worker signed with it last, to the minute
    left_at: Mapped[dt.datetime | None]  # a newer one signs
    ends_at: Mapped[dt.datetime | None]  # until when it is meant to be honoured
    ended_at: Mapped[dt.datetime | None]
    days: Mapped[int]  # for how long the one before it is honoured
    journal_at: Mapped[dt.datetime | None]  # nothing in the journal is under an older one

    @property
    def state(self) -> MasterKeyState:
        """How far it is."""
        if self.ended_at is not None:
            return MasterKeyState.ENDED
        if self.left_at is not None:
            return MasterKeyState.HONOURED
        if self.signs_at is not None:
            return MasterKeyState.SIGNING
        return MasterKeyState.MADE if self.held_at is None else MasterKeyState.HELD


def every(tx: Transaction) -> list[MasterKeyRow]:
    """All of them that have not ended, newest first."""
    query = select(MasterKeyRow).where(MasterKeyRow.ended_at.is_(None))
    return list(tx.scalars(query.order_by(MasterKeyRow.made_at.desc(), MasterKeyRow.id)))


def hold(tx: Transaction) -> None:
    """Let nobody else rotate until the transaction ends."""
    tx.execute(select(Installation.id).with_for_update())


def make(tx: Transaction, key_id: str, *, days: int, now: dt.datetime) -> None:
    """─> made; one that was made before and that nobody holds is given up.

    Args:
        tx: the open transaction, which has called `hold`.
        key_id: of the new key.
        days: for how long the one before it is to be honoured.
        now: aware UTC.
    """
    forgotten = update(MasterKeyRow).where(
        MasterKeyRow.held_at.is_(None), MasterKeyRow.ended_at.is_(None)
    )
    tx.execute(forgotten.values(ended_at=now))
    tx.add(MasterKeyRow(id=key_id, made_at=now, days=days))
    tx.flush()


def find(tx: Transaction, key_id: str) -> MasterKeyRow | None:
    """The key of an id."""
    return tx.get(MasterKeyRow, key_id)


def journal_is_under(tx: Transaction, key_id: str, now: dt.datetime) -> None:
    """Write down that nothing in the journal is under a key older than this one."""
    tx.execute(update(MasterKeyRow).where(MasterKeyRow.id == key_id).values(journal_at=now))


def note(tx: Transaction, ids: Sequence[str], addresses_id: str, now: dt.datetime) -> None:
    """Write down which keys a worker holds, the one that signs first. Safe to run twice.

    Args:
        tx: the open transaction.
        ids: of the keys.
        addresses_id: of the key that addresses are hashed with.
        now: aware UTC.
    """
    known = {row.id: row for row in tx.scalars(select(MasterKeyRow))}
    own = [known.get(each) or _added(tx, each, now) for each in ids]
    for row in own:
        row.held_at, row.ended_at = row.held_at or now, None
    signing = own[0]
    is_switch = signing.signs_at is None
    signing.signs_at = signing.signs_at or now
    if signing.used_at is None or now - signing.used_at > _USED_EVERY:
        signing.used_at = now
    for row in known.values():
        if is_switch and row is not signing and row.signs_at is not None and row.left_at is None:
            row.left_at, row.ends_at = now, now + dt.timedelta(days=signing.days)
        if row.left_at is not None and row.id not in ids and row.ended_at is None:
            row.ended_at = now
    tx.flush()
    first = update(Installation).where(Installation.addresses_key.is_(None))
    tx.execute(first.values(addresses_key=addresses_id))


def addresses_id(tx: Transaction) -> str | None:
    """Which key addresses are hashed with in this database; None before a worker ran."""
    return tx.scalar(select(Installation.addresses_key))


def _added(tx: Transaction, key_id: str, now: dt.datetime) -> MasterKeyRow:
    row = MasterKeyRow(id=key_id, made_at=now, days=HONOURED_DAYS)
    tx.add(row)
    return row
