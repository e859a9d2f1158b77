"""Who fetches our feeds, and what version they hold: partners by token, everybody else by name.

A consumer that has not come back since a correction, kill or takedown still shows what we took
back: that is what this is kept for. A name is what a program calls itself, never who reads with it.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import (
    ForeignKey,
    Index,
    UniqueConstraint,
    and_,
    case,
    delete,
    func,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from syndicate import signing
from syndicate.master_key import MasterKey
from syndicate.store.content.articles import Article, Revision
from syndicate.store.ground.schema import Id, Table, text_enum
from syndicate.store.ground.session import Transaction
from syndicate.store.syndication.feeds import Feed, stands_in
from syndicate.vocabulary.articles import ArticleState, Change
from syndicate.vocabulary.feeds import FeedFormat

_PURPOSE = "partner"
# A program that has been silent for so long has left; what it holds is its own affair.
KEEP_SILENT = dt.timedelta(days=30)
# A polite reader comes once an hour.
GRACE = dt.timedelta(hours=1)

Key = tuple[int, FeedFormat, str]  # feed, format, client


class FeedPartner(Table):
    """Somebody who republishes us, with a token in their feeds' addresses."""

    __tablename__ = "feed_partner"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]


class FeedConsumer(Table):
    """One program that fetches one feed in one format."""

    __tablename__ = "feed_consumer"
    __table_args__ = (
        UniqueConstraint("feed_id", "format", "client"),
        Index(None, "last_at"),
    )

    id: Mapped[Id]
    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id", ondelete="CASCADE"))
    format: Mapped[FeedFormat] = mapped_column(text_enum(FeedFormat))
    client: Mapped[str]  # "partner:7", or the program's name without its numbers
    partner_id: Mapped[int | None] = mapped_column(
        ForeignKey("feed_partner.id", ondelete="CASCADE")
    )
    first_at: Mapped[dt.datetime]
    last_at: Mapped[dt.datetime]
    status: Mapped[int]
    etag: Mapped[str]  # of the version it holds since
    requests: Mapped[int]
    noticed_at: Mapped[dt.datetime | None]  # of the change that a notice was given of


@dataclass(frozen=True)
class Visit:
    """What one program did to one feed since it was last written down."""

    feed_id: int
    form: FeedFormat
    client: str
    partner_id: int | None
    at: dt.datetime
    status: int
    etag: str
    requests: int


@dataclass(frozen=True)
class Behind:
    """A consumer that has not fetched a feed since something was taken back in it."""

    consumer_id: int
    feed_slug: str
    form: str
    client: str
    partner: str | None
    last_at: dt.datetime
    changed_at: dt.datetime


def note(tx: Transaction, visits: Collection[Visit]) -> None:
    """Write visits down; the newest tells the version held. A revoked partner is not noted."""
    known = set(tx.scalars(select(FeedPartner.id).where(FeedPartner.revoked_at.is_(None))))
    # Always in one order: two web processes that write at once must not wait for each other.
    ordered = sorted(visits, key=lambda each: (each.feed_id, each.form, each.client))
    for visit in ordered:
        if visit.partner_id is not None and visit.partner_id not in known:
            continue
        statement = insert(FeedConsumer).values(
            feed_id=visit.feed_id,
            format=visit.form,
            client=visit.client,
            partner_id=visit.partner_id,
            first_at=visit.at,
            last_at=visit.at,
            status=visit.status,
            etag=visit.etag,
            requests=visit.requests,
        )
        fresh = statement.excluded
        # Of two web processes the one that saw the older visit may write last.
        is_newest = fresh.last_at >= FeedConsumer.last_at
        tx.execute(
            statement.on_conflict_do_update(
                index_elements=["feed_id", "format", "client"],
                set_={
                    "last_at": func.greatest(FeedConsumer.last_at, fresh.last_at),
                    "status": case((is_newest, fresh.status), else_=FeedConsumer.status),
                    "etag": case((is_newest, fresh.etag), else_=FeedConsumer.etag),
                    "requests": FeedConsumer.requests + fresh.requests,
                },
            )
        )


def last_visits(tx: Transaction) -> dict[Key, dt.datetime]:
    """When each program was last seen, by feed, format and name."""
    query = select(
        FeedConsumer.feed_id, FeedConsumer.format, FeedConsumer.client, FeedConsumer.last_at
    )
    return {(feed_id, form, client): at for feed_id, form, client, at in tx.execute(query)}


def consumers(
    tx: Transaction, feed_id: int | None = None, *, limit: int | None = None
) -> list[FeedConsumer]:
    """Who fetches a feed (or any), newest visit first."""
    query = select(FeedConsumer).order_by(FeedConsumer.last_at.desc(), FeedConsumer.id)
    query = query.limit(limit)
    if feed_id is not None:
        query = query.where(FeedConsumer.feed_id == feed_id)
    return list(tx.scalars(query))


def counts(tx: Transaction, feed_ids: Collection[int]) -> dict[int, int]:
    """How many programs fetch each of some feeds, whatever the format; none: not in there."""
    query = (
        select(FeedConsumer.feed_id, func.count(FeedConsumer.client.distinct()))
        .where(FeedConsumer.feed_id.in_(feed_ids))
        .group_by(FeedConsumer.feed_id)
    )
    return dict(tx.execute(query).all())


def behind(
    tx: Transaction,
    *,
    now: dt.datetime,
    grace: dt.timedelta = GRACE,
    feed_id: int | None = None,
) -> list[Behind]:
    """Who has not come back since a correction, kill or takedown in a feed they fetched before.

    Args:
        tx: the open transaction.
        now: aware UTC.
        grace: how long after the change a consumer has time.
        feed_id: the only feed that is asked about.
    """
    changed_at = func.max(Revision.created_at)
    taken_back = or_(
        Revision.change.in_((Change.CORRECTION, Change.KILL)),
        Article.state == ArticleState.TAKEN_DOWN,
    )
    query = (
        select(FeedConsumer, Feed.slug, FeedPartner.name, changed_at)
        .join(Feed, Feed.id == FeedConsumer.feed_id)
        .outerjoin(FeedPartner, FeedPartner.id == FeedConsumer.partner_id)
        .join(Article, and_(stands_in(), Article.updated_at > now - KEEP_SILENT))
        .join(Revision, Revision.article_id == Article.id)
        .where(
            taken_back,
            true() if feed_id is None else Feed.id == feed_id,
            FeedConsumer.last_at > now - KEEP_SILENT,
            Revision.created_at > FeedConsumer.last_at,
            Revision.created_at < now - grace,
            Article.published_at < FeedConsumer.last_at,
        )
        .group_by(FeedConsumer.id, Feed.slug, FeedPartner.name)
        .order_by(FeedConsumer.last_at, FeedConsumer.id)
    )
    return [
        Behind(row.id, slug, row.format.value, row.client, name, row.last_at, at)
        for row, slug, name, at in tx.execute(query)
    ]


def mark_noticed(tx: Transaction, rows: Collection[Behind]) -> list[Behind]:
    """Those of which no notice of this change was given yet; from now on it was."""
    fresh = []
    for row in rows:
        statement = (
            update(FeedConsumer)
            .where(
                FeedConsumer.id == row.consumer_id,
                or_(FeedConsumer.noticed_at.is_(None), FeedConsumer.noticed_at < row.changed_at),
            )
            .values(noticed_at=row.changed_at)
        )
        if tx.scalar(statement.returning(FeedConsumer.id)) is not None:
            fresh.append(row)
    return fresh


def forget_silent(tx: Transaction, now: dt.datetime) -> None:
    """Drop programs that have not come for 30 days; partners stay."""
    tx.execute(
        delete(FeedConsumer).where(
            FeedConsumer.last_at < now - KEEP_SILENT, FeedConsumer.partner_id.is_(None)
        )
    )


def add_partner(tx: Transaction, name: str, *, now: dt.datetime) -> FeedPartner:
    """A partner of this name, made if there is none; one that was revoked works again."""
    statement = insert(FeedPartner).values(name=name, created_at=now)
    added = statement.on_conflict_do_update(
        index_elements=[FeedPartner.name], set_={"revoked_at": None}
    ).returning(FeedPartner)
    return tx.scalars(added, execution_options={"populate_existing": True}).one()


def partners(tx: Transaction) -> list[FeedPartner]:
    """Every partner, also those that were revoked, by name."""
    return list(tx.scalars(select(FeedPartner).order_by(FeedPartner.name)))


def partner_named(tx: Transaction, name: str) -> FeedPartner | None:
    """The partner of this name, also one that was revoked."""
    return tx.scalar(select(FeedPartner).where(FeedPartner.name == name))


def revoke_partner(tx: Transaction, name: str, *, now: dt.datetime) -> bool:
    """Stop knowing a partner by their token; False when there is none of this name."""
    statement = update(FeedPartner).where(FeedPartner.name == name).values(revoked_at=now)
    return tx.scalar(statement.returning(FeedPartner.id)) is not None


def token_of(master_key: MasterKey, partner_id: int) -> str:
    """What stands behind `?for=` in a partner's addresses."""
    return signing.sign(master_key, _PURPOSE, str(partner_id))


def partner_of(master_key: MasterKey, token: str) -> int | None:
    """The partner of a token that we made, revoked or not; None of any other."""
    try:
        return int(signing.verify(master_key, _PURPOSE, token))
    except (signing.BadTokenError, ValueError):
        return None
