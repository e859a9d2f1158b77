"""What DNS said of each publication's sender when it was asked last: a row for each record."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, ForeignKey, SmallInteger, and_, delete, exists, select
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.ground.schema import Table, text_enum
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import publications
from syndicate.store.newsroom.publications import Publication
from syndicate.vocabulary.sending import RecordState, SenderRecord

_EVERY = dt.timedelta(days=1)


class SenderCheck(Table):
    """One record of one publication's sender, as it was found."""

    __tablename__ = "sender_check"

    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"), primary_key=True)
    record: Mapped[SenderRecord] = mapped_column(text_enum(SenderRecord), primary_key=True)
    # Which of several of one record: where a key stands; empty where there is one.
    about: Mapped[str] = mapped_column(primary_key=True, server_default="")
    sender: Mapped[str]  # the address that it was about
    position: Mapped[int] = mapped_column(SmallInteger, server_default="0")  # in the table
    state: Mapped[RecordState] = mapped_column(text_enum(RecordState))
    wanted: Mapped[str]
    found: Mapped[str]
    do: Mapped[str]
    checked_at: Mapped[dt.datetime]


@dataclass(frozen=True)
class Sender:
    """A publication's sender, and what was found of it.

    Attributes:
        slug: of the publication.
        name: of the publication.
        address: of the sender, as it is now.
        checked_at: when DNS was asked about this address; None where it was not yet.
        records: in the order in which they are shown; none where it was not asked yet.
    """

    slug: str
    name: str
    address: str
    checked_at: dt.datetime | None
    records: tuple[SenderCheck, ...]


def keep(
    tx: Transaction,
    publication_id: int,
    sender: str,
    found: Sequence[Mapping[str, object]],
    *,
    now: dt.datetime,
) -> None:
    """Put what was found in the place of what was found before. Safe to run twice.

    Args:
        tx: the open transaction.
        publication_id: whose sender.
        sender: the address that it is about.
        found: `record`, `state`, `wanted`, `found`, `do` and `about` of each line, in its order.
        now: aware UTC.
    """
    tx.scalar(select(Publication.id).where(Publication.id == publication_id).with_for_update())
    tx.execute(delete(SenderCheck).where(SenderCheck.publication_id == publication_id))
    whose = {"publication_id": publication_id, "sender": sender, "checked_at": now}
    for position, each in enumerate(found):
        tx.add(SenderCheck(**whose, position=position, **each))
    tx.flush()


def forget(tx: Transaction, publication_id: int) -> None:
    """Drop what was found, so that it is looked up anew. Safe to run twice."""
    gone = delete(SenderCheck).where(SenderCheck.publication_id == publication_id)
    tx.execute(gone.execution_options(synchronize_session=False))


def every(tx: Transaction) -> list[Sender]:
    """The sender of each publication, oldest first, with what was found of it."""
    query = select(SenderCheck).join(Publication, _is_of_now())
    order = list(SenderRecord)
    rows = sorted(tx.scalars(query), key=lambda row: (order.index(row.record), row.position))
    return [
        Sender(
            each.slug,
            each.name,
            each.sender_address,
            min((row.checked_at for row in held), default=None),
            held,
        )
        for each in publications.all_publications(tx)
        for held in [tuple(row for row in rows if row.publication_id == each.id)]
    ]


def wrong(tx: Transaction) -> list[Sender]:
    """Senders of which something is wrong, with that alone."""
    told = [
        (each, tuple(row for row in each.records if row.state is RecordState.WRONG))
        for each in every(tx)
    ]
    return [
        Sender(each.slug, each.name, each.address, each.checked_at, rows)
        for each, rows in told
        if rows
    ]


def due(tx: Transaction, now: dt.datetime) -> list[tuple[int, str]]:
    """(publication id, sender) of those that were not asked about for a day, oldest first."""
    query = select(Publication.id, Publication.sender_address).where(_is_due(now))
    return [(int(row[0]), str(row[1])) for row in tx.execute(query.order_by(Publication.id))]


def is_due(tx: Transaction, now: dt.datetime) -> bool:
    """Whether any is."""
    return bool(due(tx, now))


def _is_due(now: dt.datetime) -> ColumnElement[bool]:
    is_fresh = SenderCheck.checked_at.between(now - _EVERY, now + _EVERY)
    return ~exists().where(and_(_is_of_now(), is_fresh))


def _is_of_now() -> ColumnElement[bool]:
    return and_(
        SenderCheck.publication_id == Publication.id,
        SenderCheck.sender == Publication.sender_address,
    )
