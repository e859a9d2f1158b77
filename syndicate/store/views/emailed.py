"""Articles that visitors sent to one reader's address, for whoever looks after that reader."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import BigInteger, and_, cast, func, literal_column, select

from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom.publications import Publication
from syndicate.store.sending.mailings import EMAILED, Delivery, Mailing, emailed_to
from syndicate.store.views.readers import COPY, Person, Single, Visible, single


@dataclass(frozen=True)
class Emailed:
    """An article that a visitor sent to a reader's address.

    Attributes:
        at: when its copy was settled; else when it was asked for.
        zone: of the publication.
    """

    article_id: int
    at: dt.datetime
    zone: str
    single: Single


def newest(
    tx: Transaction, who: Person, visible: Visible, *, before: dt.datetime | None, limit: int
) -> list[Emailed]:
    """The newest articles of some publications that visitors sent to a reader, newest first.

    Args:
        tx: the open transaction.
        who: whose.
        visible: of which publications.
        before: only what is older; None for the newest.
        limit: at most.
    """
    tail = emailed_to(who.address_hash)
    at = func.coalesce(Delivery.done_at, Mailing.created_at)
    article_id = cast(func.split_part(Mailing.dedupe_key, ":", 2), BigInteger)
    query = (
        select(article_id, at, Publication.zone, Mailing.id, Mailing.state, *COPY)
        .join(Publication, Publication.id == Mailing.publication_id)
        .join(
            Delivery,
            and_(Delivery.mailing_id == Mailing.id, Delivery.recipient_id == who.recipient_id),
        )
        .where(
            Mailing.message == literal_column(f"'{EMAILED}'"),  # as the index says it
            func.right(Mailing.dedupe_key, literal_column(str(len(tail)))) == tail,
        )
    )
    if visible is not None:
        query = query.where(Mailing.publication_id.in_(visible.publications))
    if before is not None:
        query = query.where(at < before)
    rows = tx.execute(query.order_by(at.desc(), Mailing.id.desc()).limit(limit))
    return [Emailed(*row[:3], single(row[3:])) for row in rows]
