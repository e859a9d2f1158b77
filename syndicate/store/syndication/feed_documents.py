"""Feed documents: exactly the bytes that are served, with everything a server needs beside them.

A builder takes a feed (its epoch rises, `due_at` becomes a lease), reads, closes the transaction,
builds, and writes in another one. A builder that was overtaken writes nothing: its epoch is old.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ForeignKey, LargeBinary, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.ground import lock_session
from syndicate.store.ground.schema import Table, text_enum
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom.publications import Publication
from syndicate.store.syndication.feeds import Feed, FeedPage
from syndicate.vocabulary.feeds import FeedFormat, FeedKind

# Long enough for 100 pages of 50 entries; a builder that died is followed after it.
LEASE = dt.timedelta(seconds=120)


class FeedDocument(Table):
    """One page of one feed in one format, exactly as it is served."""

    __tablename__ = "feed_document"

    feed_id: Mapped[int] = mapped_column(
        ForeignKey("feed.id", ondelete="CASCADE"), primary_key=True
    )
    format: Mapped[FeedFormat] = mapped_column(text_enum(FeedFormat), primary_key=True)
    page: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    gzip: Mapped[bytes] = mapped_column(LargeBinary)
    brotli: Mapped[bytes] = mapped_column(LargeBinary)
    etag: Mapped[str]
    is_archive: Mapped[bool]  # no new entry will ever come to it
    entries: Mapped[int]
    modified_at: Mapped[dt.datetime]  # newest material change among its entries
    built_at: Mapped[dt.datetime]


@dataclass(frozen=True)
class Taken:
    """A feed in a builder's hands.

    Attributes:
        feed: the row, detached; its epoch is this builder's fence.
        publication: whose feed it is.
        lease_until: what `due_at` was set to; a feed marked due since has an earlier one.
    """

    feed: Feed
    publication: Publication
    lease_until: dt.datetime


@dataclass(frozen=True)
class Done:
    """How a feed stands once all of it is built.

    Attributes:
        last_page: number of its newest page behind page 0; 0 when there is none.
        built_for: by which code and for which address it was built.
        next_moment: when it changes next by itself, or None.
    """

    last_page: int
    built_for: str
    next_moment: dt.datetime | None


@dataclass(frozen=True)
class NewPage:
    """One page as it was built, with its documents that differ from the stored ones."""

    number: int
    article_ids: Sequence[int]
    fingerprint: str
    until: dt.datetime | None
    documents: Sequence[FeedDocument]


def take(tx: Transaction, *, now: dt.datetime) -> Taken | None:
    """Take the feed that has waited longest, everything before single tags; None when none is due.

    Safe to run twice, and at once: each feed goes to one builder.
    """
    wanted = (
        select(Feed.id)
        .where(Feed.gone_at.is_(None), Feed.due_at <= now)
        .order_by(Feed.kind.in_(FeedKind.of_words()), Feed.due_at, Feed.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    taken = (
        update(Feed)
        .where(Feed.id == wanted)
        .values(epoch=Feed.epoch + 1, due_at=now + LEASE, holder=lock_session.holder())
        .returning(Feed)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    feed = tx.scalar(taken)
    if feed is None:
        return None
    publication = tx.get(Publication, feed.publication_id, populate_existing=True)
    if publication is None:
        return None
    return Taken(feed, publication, now + LEASE)


def fingerprints(tx: Transaction, feed_id: int) -> dict[int, str]:
    """What each stored page of a feed was built from."""
    query = select(FeedPage.page, FeedPage.fingerprint).where(FeedPage.feed_id == feed_id)
    return dict(tx.execute(query).all())


@dataclass(frozen=True)
class Stored:
    """What is known of a stored document without reading it."""

    etag: str
    is_archive: bool
    modified_at: dt.datetime


def stored(
    tx: Transaction, feed_id: int, pages: Collection[int]
) -> dict[tuple[int, FeedFormat], Stored]:
    """What is stored of some pages of a feed, by page and format."""
    query = select(
        FeedDocument.page,
        FeedDocument.format,
        FeedDocument.etag,
        FeedDocument.is_archive,
        FeedDocument.modified_at,
    ).where(FeedDocument.feed_id == feed_id, FeedDocument.page.in_(pages))
    return {
        (page, form): Stored(etag, is_archive, modified_at)
        for page, form, etag, is_archive, modified_at in tx.execute(query)
    }


def body(tx: Transaction, feed_id: int, form: FeedFormat) -> bytes | None:
    """The stored bytes of a feed's page 0 in one format."""
    return tx.scalar(
        select(FeedDocument.body).where(
            FeedDocument.feed_id == feed_id, FeedDocument.format == form, FeedDocument.page == 0
        )
    )


def article_ids(tx: Transaction, feed_id: int, pages: Collection[int]) -> dict[int, list[int]]:
    """The articles that stand on some stored pages of a feed."""
    query = select(FeedPage.page, FeedPage.article_ids).where(
        FeedPage.feed_id == feed_id, FeedPage.page.in_(pages)
    )
    return dict(tx.execute(query).all())


def write(tx: Transaction, taken: Taken, pages: Collection[NewPage]) -> bool:
    """Write pages; False when another builder has taken the feed since, and nothing was written."""
    query = select(Feed.id).where(Feed.id == taken.feed.id, Feed.epoch == taken.feed.epoch)
    if tx.scalar(query.with_for_update()) is None:
        return False
    for page in pages:
        values = {
            "feed_id": taken.feed.id,
            "page": page.number,
            "article_ids": list(page.article_ids),
            "fingerprint": page.fingerprint,
            "until": page.until,
        }
        tx.execute(
            insert(FeedPage)
            .values(values)
            .on_conflict_do_update(index_elements=[FeedPage.feed_id, FeedPage.page], set_=values)
        )
        for document in page.documents:
            _write_document(tx, document)
    if any(page.documents for page in pages):
        _raise_generation(tx, taken.feed.id)
    return True


def finish(tx: Transaction, taken: Taken, done: Done, *, now: dt.datetime) -> None:
    """Drop pages past the last one and set when the feed is due next.

    A feed that was marked due while it was built stays due.
    """
    feed_id = taken.feed.id
    query = select(Feed.id).where(Feed.id == feed_id, Feed.epoch == taken.feed.epoch)
    if tx.scalar(query.with_for_update()) is None:
        return
    tx.execute(delete(FeedPage).where(FeedPage.feed_id == feed_id, FeedPage.page > done.last_page))
    past = delete(FeedDocument).where(
        FeedDocument.feed_id == feed_id, FeedDocument.page > done.last_page
    )
    if tx.scalars(past.returning(FeedDocument.page)).all():
        _raise_generation(tx, feed_id)
    ends = select(FeedPage.until).where(FeedPage.feed_id == feed_id, FeedPage.until > now)
    moments = [moment for moment in (*tx.scalars(ends), done.next_moment) if moment is not None]
    built = {"built_for": done.built_for, "holder": None}
    tx.execute(update(Feed).where(Feed.id == feed_id).values(built))
    tx.execute(
        update(Feed)
        .where(Feed.id == feed_id, Feed.due_at == taken.lease_until)
        .values(due_at=min(moments, default=None))
    )


def drop_retired(tx: Transaction, article_id: int) -> None:
    """Drop the pages of retired feeds that hold an article: nobody builds them again."""
    held = (
        select(FeedPage.feed_id, FeedPage.page)
        .join(Feed, Feed.id == FeedPage.feed_id)
        .where(Feed.gone_at.is_not(None), FeedPage.article_ids.contains([article_id]))
    )
    for feed_id, page in tx.execute(held).all():
        for table in (FeedDocument, FeedPage):
            tx.execute(delete(table).where(table.feed_id == feed_id, table.page == page))


def mark_outdated(tx: Transaction, built_for: str, *, now: dt.datetime) -> None:
    """Have every feed built again that was built by other code or for another public address."""
    outdated = or_(Feed.built_for.is_(None), Feed.built_for != built_for)
    # A due_at within the lease is being built just now, or is due soon by itself.
    tx.execute(
        update(Feed)
        .where(
            Feed.gone_at.is_(None), outdated, or_(Feed.due_at.is_(None), Feed.due_at > now + LEASE)
        )
        .values(due_at=now)
        .execution_options(synchronize_session=False)
    )


def find(
    tx: Transaction, slug: str, form: FeedFormat, page: int
) -> tuple[Feed, FeedDocument | None] | None:
    """A feed and one of its documents; None when there is no such feed."""
    query = (
        select(Feed, FeedDocument)
        .outerjoin(
            FeedDocument,
            (FeedDocument.feed_id == Feed.id)
            & (FeedDocument.format == form)
            & (FeedDocument.page == page),
        )
        .where(Feed.slug == slug)
    )
    row = tx.execute(query).one_or_none()
    return None if row is None else (row[0], row[1])


def generations(tx: Transaction, feed_ids: Collection[int]) -> dict[int, int]:
    """The generation of each of these feeds: a server that holds an older one must load again."""
    query = select(Feed.id, Feed.generation).where(Feed.id.in_(feed_ids))
    return dict(tx.execute(query).all())


def entry_counts(tx: Transaction, feed_ids: Collection[int]) -> Mapping[int, int]:
    """How many entries each feed's pages hold together."""
    query = select(FeedDocument.feed_id, FeedDocument.entries).where(
        FeedDocument.feed_id.in_(feed_ids), FeedDocument.format == FeedFormat.JSON
    )
    counts: dict[int, int] = {}
    for feed_id, entries in tx.execute(query):
        counts[feed_id] = counts.get(feed_id, 0) + entries
    return counts


def described(tx: Transaction, feed_id: int) -> list[dict[str, str | int]]:
    """What operators want to know of each stored document of a feed, without its bytes."""
    query = (
        select(
            FeedDocument.format,
            FeedDocument.page,
            FeedDocument.entries,
            func.length(FeedDocument.body),
            FeedDocument.modified_at,
            FeedDocument.etag,
        )
        .where(FeedDocument.feed_id == feed_id)
        .order_by(FeedDocument.format, FeedDocument.page)
    )
    return [
        {
            "format": form.value,
            "page": page,
            "entries": entries,
            "bytes": size,
            "modified_at": modified_at.isoformat(),
            "etag": etag,
        }
        for form, page, entries, size, modified_at, etag in tx.execute(query)
    ]


def _raise_generation(tx: Transaction, feed_id: int) -> None:
    tx.execute(update(Feed).where(Feed.id == feed_id).values(generation=Feed.generation + 1))


def _write_document(tx: Transaction, document: FeedDocument) -> None:
    columns = FeedDocument.__table__.columns
    values = {column.name: getattr(document, column.name) for column in columns}
    key = [FeedDocument.feed_id, FeedDocument.format, FeedDocument.page]
    statement = insert(FeedDocument).values(values)
    tx.execute(statement.on_conflict_do_update(index_elements=key, set_=values))
