"""What stands in a feed: its pages, counted from the oldest, and the rows of their entries.

Page 0 is what subscribers read: the newest entries that may be shown. What is older stands in pages
of 50, counted from the oldest (page 1) up, so that a new article touches page 0 and the newest page
and leaves every other one as it is. An article keeps its place when it is withdrawn.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from syndicate.store.articles import (
    Access,
    Article,
    ArticleKind,
    ArticleSource,
    ArticleState,
    ArticleTag,
    Change,
    Revision,
    Tag,
    Tombstone,
)
from syndicate.store.featured import Featured
from syndicate.store.feeds import Feed, FeedKind, belongs_to
from syndicate.store.pictures import Picture
from syndicate.store.publications import Section
from syndicate.store.session import Transaction
from syndicate.store.sources import Source
from syndicate.store.visibility import Channel, may_have_shown, may_show, may_show_picture

PAGE_ENTRIES = 50
# A reader that was away for longer sees withdrawn articles vanish without a word.
TOMBSTONES = 50
# Picks have an order, not a time: they all sort by this one and then by their position.
EPOCH = dt.datetime.fromtimestamp(0, tz=dt.UTC)


@dataclass(frozen=True)
class Place:
    """One entry's place: the article, and for the feed of corrections which revision."""

    article_id: int
    revision: int


@dataclass(frozen=True)
class Page:
    """The places of one page, newest first, and what they were read from.

    Attributes:
        number: 0 for what subscribers read, else counted from the oldest.
        places: newest first.
        fingerprint: differs when a row behind one of its entries has changed.
    """

    number: int
    places: tuple[Place, ...]
    fingerprint: str


@dataclass(frozen=True)
class PictureRow:
    """A picture of an entry, and whether its rights let it into this channel."""

    url: str
    media_type: str | None
    width: int | None
    height: int | None
    size_bytes: int | None
    caption: str
    credit: str
    alt: str
    may_show: bool


@dataclass(frozen=True)
class EntryRow:
    """Everything a feed says of one article.

    Attributes:
        article: the row, detached.
        section: name of its section, or None.
        tags: names, in alphabetical order.
        pictures: in their order, also those that may not be shown.
        source: (name, address) of the feed a wire story came from, or None.
        correction: the revision whose note the feed of corrections shows, or None.
    """

    article: Article
    section: str | None
    tags: tuple[str, ...]
    pictures: tuple[PictureRow, ...]
    source: tuple[str, str] | None
    correction: Revision | None


def newest(
    tx: Transaction, feed: Feed, channel: Channel, *, now: dt.datetime, limit: int = PAGE_ENTRIES
) -> tuple[Page, tuple[dt.datetime, int] | None]:
    """Page 0 of a feed and the sort key of its oldest place (None when it is not full)."""
    members = _members(feed, channel, now).where(may_show(channel, now=now)).subquery()
    query = select(members).order_by(members.c.sort_at.desc(), members.c.sort_id.desc())
    rows = tx.execute(query.limit(limit)).all()
    places = tuple(Place(row.article_id, row.revision) for row in rows)
    page = Page(0, places, ",".join(row.version for row in rows))
    return page, (rows[-1].sort_at, rows[-1].sort_id) if len(rows) == limit else None


def older_pages(
    tx: Transaction,
    feed: Feed,
    channel: Channel,
    before: tuple[dt.datetime, int],
    *,
    now: dt.datetime,
) -> list[Page]:
    """The pages behind page 0, oldest first.

    Args:
        tx: the open transaction.
        feed: whose pages.
        channel: decides what is shown; what was withdrawn keeps its place and is not shown.
        before: sort key of the oldest place on page 0.
        now: aware UTC.
    """
    shown = may_show(channel, now=now)
    members = _members(feed, channel, now).add_columns(shown.label("is_shown"))
    old = members.where(may_have_shown(channel, now=now)).subquery()
    order = (old.c.sort_at, old.c.sort_id)
    place = func.row_number().over(order_by=order) - 1
    ranked = (
        select(old, (func.div(place, PAGE_ENTRIES) + 1).label("page"))
        .where(tuple_(*order) < tuple_(literal(before[0]), literal(before[1])))
        .subquery()
    )

    def in_order(column: ColumnElement[Any]) -> aggregate_order_by[Any]:
        return aggregate_order_by(column, ranked.c.sort_at.desc(), ranked.c.sort_id.desc())

    is_shown = ranked.c.is_shown
    query = select(
        ranked.c.page,
        func.array_agg(in_order(ranked.c.article_id)).filter(is_shown).label("article_ids"),
        func.array_agg(in_order(ranked.c.revision)).filter(is_shown).label("revisions"),
        func.string_agg(ranked.c.version, in_order(literal(",")))
        .filter(is_shown)
        .label("versions"),
    )
    return [
        Page(
            int(row.page),
            tuple(map(Place, row.article_ids or (), row.revisions or ())),
            row.versions or "",
        )
        for row in tx.execute(query.group_by(ranked.c.page).order_by(ranked.c.page))
    ]


def read(
    tx: Transaction, places: Collection[Place], channel: Channel, *, now: dt.datetime
) -> dict[Place, EntryRow]:
    """Everything that a feed says of the articles at these places."""
    ids = sorted({place.article_id for place in places})
    query = select(Article, Section.name).outerjoin(Section, Section.id == Article.section_id)
    found = {
        article.id: (article, name)
        for article, name in tx.execute(query.where(Article.id.in_(ids)))
    }
    pictures = _pictures(tx, ids, channel, now)
    tags = _tags(tx, ids)
    sources = _sources(tx, ids)
    notes = _notes(tx, places)
    return {
        place: EntryRow(
            article=found[place.article_id][0],
            section=found[place.article_id][1],
            tags=tuple(tags.get(place.article_id, ())),
            pictures=tuple(pictures.get(place.article_id, ())),
            source=sources.get(place.article_id),
            correction=notes.get(place),
        )
        for place in places
    }


def tombstones(tx: Transaction, feed: Feed) -> list[tuple[str, dt.datetime]]:
    """(atom id, time) of what was withdrawn from a feed, newest first."""
    if feed.kind in {FeedKind.FEATURED, FeedKind.CORRECTIONS}:
        return []  # their entries have ids of their own, and vanish with the article
    killed_at = (
        select(func.max(Revision.created_at))
        .where(Revision.article_id == Article.id, Revision.change == Change.KILL)
        .correlate(Article)
        .scalar_subquery()
    )
    at = func.coalesce(Tombstone.at, killed_at, Article.updated_at)
    query = (
        select(Article.atom_id, at)
        .outerjoin(Tombstone, Tombstone.atom_id == Article.atom_id)
        .where(
            belongs_to(feed),
            Article.state.in_((ArticleState.KILLED, ArticleState.TAKEN_DOWN)),
            Article.access == Access.FREE,
            # What was withdrawn before its embargo ended was never seen, and leaves no trace.
            or_(Article.embargo_until.is_(None), Article.embargo_until <= at),
        )
        .order_by(at.desc(), Article.atom_id)
        .limit(TOMBSTONES)
    )
    return list(tx.execute(query))


def next_moment(tx: Transaction, feed: Feed, *, now: dt.datetime) -> dt.datetime | None:
    """When a feed changes next without anybody's doing: an embargo ends, a pick begins or ends."""
    moments = [
        select(func.min(Article.embargo_until)).where(
            belongs_to(feed),
            Article.state == ArticleState.EMBARGOED,
            Article.embargo_until > now,
        )
    ]
    if feed.kind is FeedKind.FEATURED:
        moments += [
            select(func.min(column)).where(
                Featured.publication_id == feed.publication_id, column > now
            )
            for column in (Featured.starts_at, Featured.ends_at)
        ]
    found = [moment for query in moments if (moment := tx.scalar(query)) is not None]
    return min(found, default=None)


def rights_end(
    tx: Transaction, article_ids: Collection[int], *, now: dt.datetime
) -> dt.datetime | None:
    """When the first right ends among the pictures of these articles."""
    query = select(func.min(Picture.rights_until))
    return tx.scalar(query.where(Picture.article_id.in_(article_ids), Picture.rights_until > now))


def _members(feed: Feed, channel: Channel, now: dt.datetime) -> Select[*tuple[Any, ...]]:
    """Every place of a feed with its sort key and the version of the rows behind it."""
    version = _version(channel, now).label("version")
    if feed.kind is FeedKind.CORRECTIONS:
        return (
            select(
                Article.id.label("article_id"),
                Revision.number.label("revision"),
                Revision.created_at.label("sort_at"),
                Article.id.label("sort_id"),
                version,
            )
            .join(Revision, Revision.article_id == Article.id)
            .where(
                Article.publication_id == feed.publication_id,
                Revision.change == Change.CORRECTION,
            )
        )
    query = select(
        Article.id.label("article_id"),
        literal(0).label("revision"),
        (literal(EPOCH) if feed.kind is FeedKind.FEATURED else Article.published_at).label(
            "sort_at"
        ),
        (-Featured.position if feed.kind is FeedKind.FEATURED else Article.id).label("sort_id"),
        version,
    )
    if feed.kind is FeedKind.FEATURED:
        return query.join(Featured, Featured.article_id == Article.id).where(
            Featured.publication_id == feed.publication_id,
            Featured.starts_at <= now,
            or_(Featured.ends_at.is_(None), Featured.ends_at > now),
        )
    return query.where(belongs_to(feed))


def _version(channel: Channel, now: dt.datetime) -> ColumnElement[str]:
    """A text that differs whenever a row behind an entry was written since.

    `xmin` is the transaction that wrote a row: no column to keep, nothing to forget to raise.
    """
    allowed = may_show_picture(channel, now=now)
    pictures = (
        select(
            func.string_agg(
                func.concat(_written("picture"), cast(allowed, String)),
                aggregate_order_by(literal("+"), Picture.id),
            )
        )
        .where(Picture.article_id == Article.id)
        .correlate(Article)
        .scalar_subquery()
    )
    tags = (
        select(
            func.string_agg(
                func.concat(_written("tag"), "/", _written("article_tag")),
                aggregate_order_by(literal("+"), Tag.id),
            )
        )
        .join(ArticleTag, ArticleTag.tag_id == Tag.id)
        .where(ArticleTag.article_id == Article.id)
        .correlate(Article)
        .scalar_subquery()
    )
    section = (
        select(_written("section"))
        .where(Section.id == Article.section_id)
        .correlate(Article)
        .scalar_subquery()
    )
    return func.concat_ws(":", Article.id, _written("article"), section, pictures, tags)


def _written(table: str) -> ColumnElement[str]:
    return literal_column(f"{table}.xmin::text", String)


def _pictures(
    tx: Transaction, ids: Sequence[int], channel: Channel, now: dt.datetime
) -> dict[int, list[PictureRow]]:
    query = (
        select(Picture, may_show_picture(channel, now=now))
        .where(Picture.article_id.in_(ids))
        .order_by(Picture.article_id, Picture.position, Picture.id)
    )
    found: dict[int, list[PictureRow]] = {}
    for picture, is_allowed in tx.execute(query):
        row = PictureRow(
            url=picture.url,
            media_type=picture.media_type,
            width=picture.width,
            height=picture.height,
            size_bytes=picture.size_bytes,
            caption=picture.caption,
            credit=picture.credit,
            alt=picture.alt,
            may_show=is_allowed,
        )
        found.setdefault(picture.article_id, []).append(row)
    return found


def _tags(tx: Transaction, ids: Sequence[int]) -> dict[int, list[str]]:
    query = (
        select(ArticleTag.article_id, Tag.name)
        .join(Tag, Tag.id == ArticleTag.tag_id)
        .where(ArticleTag.article_id.in_(ids))
        .order_by(ArticleTag.article_id, Tag.name, Tag.id)
    )
    found: dict[int, list[str]] = {}
    for article_id, name in tx.execute(query):
        found.setdefault(article_id, []).append(name)
    return found


def _sources(tx: Transaction, ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Where wire stories came from; a newsroom's own stories are nobody else's."""
    query = (
        select(ArticleSource.article_id, Source.name, Source.url)
        .join(Source, Source.id == ArticleSource.source_id)
        .join(Article, Article.id == ArticleSource.article_id)
        .where(Article.id.in_(ids), Article.kind == ArticleKind.WIRE)
        .order_by(ArticleSource.id.desc())
    )
    return {row.article_id: (row.name, row.url) for row in tx.execute(query)}


def _notes(tx: Transaction, places: Collection[Place]) -> dict[Place, Revision]:
    pairs = [(place.article_id, place.revision) for place in places if place.revision]
    query = select(Revision).where(tuple_(Revision.article_id, Revision.number).in_(pairs))
    return {Place(row.article_id, row.number): row for row in tx.scalars(query)} if pairs else {}
