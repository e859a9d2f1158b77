"""Which article stands on which page of a feed; the pages are counted from the oldest.

Page 0 is what subscribers read: the newest entries that may be shown. What is older stands in pages
of 50, counted from the oldest (page 1) up, so that a new article touches page 0 and the newest page
and leaves every other one as it is. An article keeps its place when it is withdrawn.
"""

import datetime as dt
from collections.abc import Collection
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

from syndicate.store.content.articles import Article, ArticleTag, Revision, Tag, Tombstone
from syndicate.store.content.featured import Featured, is_current
from syndicate.store.content.pictures import Picture
from syndicate.store.content.visibility import may_have_shown, may_show, may_show_picture
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom.publications import Section
from syndicate.store.syndication.feed_rows import Place
from syndicate.store.syndication.feeds import Feed, belongs_to
from syndicate.vocabulary.articles import Access, ArticleState, Change, Channel
from syndicate.vocabulary.feeds import FeedKind

PAGE_ENTRIES = 50
# A reader that was away for longer sees withdrawn articles vanish without a word.
TOMBSTONES = 50
# Older articles on page 0 because they changed: a flood of live blogs must not bury what is new.
CHANGED = 25
# Feeds whose entries are not simply articles by their time.
_OF_THEIR_OWN = frozenset({FeedKind.FEATURED, FeedKind.CORRECTIONS})
# Picks have an order, not a time: they all sort by this one and then by their position.
EPOCH = dt.datetime.fromtimestamp(0, tz=dt.UTC)
_Places = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class EntryPage:
    """The places of one page, newest first, and what they were read from.

    Attributes:
        number: 0 for what subscribers read, else counted from the oldest.
        places: newest first.
        fingerprint: differs when a row behind one of its entries has changed.
    """

    number: int
    places: tuple[Place, ...]
    fingerprint: str

    @property
    def article_ids(self) -> list[int]:
        """Of the articles that stand on it, each once."""
        return sorted({place.article_id for place in self.places})


@dataclass(frozen=True)
class Layout:
    """What stands where in a feed at a moment.

    Attributes:
        pages: every page, page 0 first, then from the oldest up.
        tombstones: (atom id, time) of what was withdrawn, newest first.
        next_moment: when it changes next without anybody's doing, or None.
    """

    pages: tuple[EntryPage, ...]
    tombstones: list[tuple[str, dt.datetime]]
    next_moment: dt.datetime | None


def layout(tx: Transaction, feed: Feed, channel: Channel, *, now: dt.datetime) -> Layout:
    """Every page of a feed, what was withdrawn from it, and when it changes next by itself."""
    belongs = belongs_to(feed)
    members = _members(feed, belongs, channel, now)
    first, before = _newest(tx, feed, members.where(may_show(channel, now=now)))
    older = _older_pages(tx, members, channel, before, now=now) if before else []
    return Layout(
        pages=(first, *older),
        tombstones=_tombstones(tx, feed, belongs),
        next_moment=_next_moment(tx, feed, belongs, now=now),
    )


def _newest(
    tx: Transaction, feed: Feed, shown: _Places
) -> tuple[EntryPage, tuple[dt.datetime, int] | None]:
    """Page 0 of a feed and the sort key of its oldest place (None when it is not full).

    Older articles that changed materially within the time page 0 covers stand at its end as well:
    who polls page 0 alone must see a correction of last week's story (RFC 5005 4).
    """
    members = shown.subquery()
    query = select(members).order_by(members.c.sort_at.desc(), members.c.sort_id.desc())
    rows = list(tx.execute(query.limit(PAGE_ENTRIES)))
    before = (rows[-1].sort_at, rows[-1].sort_id) if len(rows) == PAGE_ENTRIES else None
    if before is not None and feed.kind not in _OF_THEIR_OWN:
        changed = query.where(
            members.c.number > 1,
            members.c.updated_at > before[0],
            tuple_(members.c.sort_at, members.c.sort_id) < tuple_(*map(literal, before)),
        )
        rows += tx.execute(changed.limit(CHANGED)).all()
    places = tuple(Place(row.article_id, row.revision) for row in rows)
    return EntryPage(0, places, ",".join(row.version for row in rows)), before


def _older_pages(
    tx: Transaction,
    members: _Places,
    channel: Channel,
    before: tuple[dt.datetime, int],
    *,
    now: dt.datetime,
) -> list[EntryPage]:
    """The pages behind page 0, oldest first.

    Args:
        tx: the open transaction.
        members: every place of the feed.
        channel: decides what is shown; what was withdrawn keeps its place and is not shown.
        before: sort key of the oldest place on page 0.
        now: aware UTC.
    """
    shown = may_show(channel, now=now)
    marked = members.add_columns(shown.label("is_shown"))
    old = marked.where(may_have_shown(channel, now=now)).subquery()
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
        EntryPage(
            int(row.page),
            tuple(map(Place, row.article_ids or (), row.revisions or ())),
            row.versions or "",
        )
        for row in tx.execute(query.group_by(ranked.c.page).order_by(ranked.c.page))
    ]


def _tombstones(
    tx: Transaction, feed: Feed, belongs: ColumnElement[bool]
) -> list[tuple[str, dt.datetime]]:
    """(atom id, time) of what was withdrawn from a feed, newest first."""
    if feed.kind in _OF_THEIR_OWN:
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
            belongs,
            Article.state.in_(ArticleState.gone()),
            Article.access == Access.FREE,
            # What was withdrawn before its embargo ended was never seen, and leaves no trace.
            or_(Article.embargo_until.is_(None), Article.embargo_until <= at),
        )
        .order_by(at.desc(), Article.atom_id)
        .limit(TOMBSTONES)
    )
    return list(tx.execute(query))


def _next_moment(
    tx: Transaction, feed: Feed, belongs: ColumnElement[bool], *, now: dt.datetime
) -> dt.datetime | None:
    """When a feed changes next without anybody's doing: an embargo ends, a pick begins or ends."""
    moments = [
        select(func.min(Article.embargo_until)).where(
            belongs,
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


def _members(
    feed: Feed, belongs: ColumnElement[bool], channel: Channel, now: dt.datetime
) -> _Places:
    """Every place of a feed with its sort key and the version of the rows behind it."""
    version = _version(channel, now).label("version")
    if feed.kind is FeedKind.CORRECTIONS:
        return (
            select(
                Article.id.label("article_id"),
                Revision.number.label("revision"),
                Revision.created_at.label("sort_at"),
                Article.id.label("sort_id"),
                Article.updated_at.label("updated_at"),
                Article.revision.label("number"),
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
        Article.updated_at.label("updated_at"),
        Article.revision.label("number"),
        version,
    )
    if feed.kind is FeedKind.FEATURED:
        return query.join(Featured, Featured.article_id == Article.id).where(
            Featured.publication_id == feed.publication_id, is_current(now)
        )
    return query.where(belongs)


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
