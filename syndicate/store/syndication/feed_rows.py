"""Everything that a feed says of an article, read for many articles at once."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select, tuple_

from syndicate.store.content.articles import Article, ArticleSource, ArticleTag, Revision, Tag
from syndicate.store.content.pictures import Picture
from syndicate.store.content.visibility import may_show_picture
from syndicate.store.ground.session import Transaction
from syndicate.store.intake.sources import Source
from syndicate.store.newsroom.publications import Section
from syndicate.vocabulary.articles import ArticleKind, Channel


@dataclass(frozen=True)
class Place:
    """One entry's place: the article, and for the feed of corrections which revision."""

    article_id: int
    revision: int


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
        section: name of its section in its language, or None.
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


def read(
    tx: Transaction, places: Collection[Place], channel: Channel, *, now: dt.datetime
) -> dict[Place, EntryRow]:
    """Everything that a feed says of the articles at these places."""
    ids = sorted({place.article_id for place in places})
    query = select(Article, Section).outerjoin(Section, Section.id == Article.section_id)
    found = {
        article.id: (article, _called(section, article.language))
        for article, section in tx.execute(query.where(Article.id.in_(ids)))
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


def _called(section: Section | None, language: str) -> str | None:
    return None if section is None else section.name_in(language)


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
            size_bytes=picture.size_bytes or picture.measured_bytes,
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
