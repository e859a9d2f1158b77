"""Decisions about articles as rows of the store, and its rows as deciding sees them. Pure."""

import dataclasses
import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from syndicate import bounds
from syndicate.articles.changes import Alter, KnownArticle
from syndicate.articles.decide import ByLink, Create
from syndicate.articles.identity import KnownEntry
from syndicate.articles.story import ArticleText
from syndicate.languages import Direction, direction_of
from syndicate.reading.records import PictureIn, Words
from syndicate.slugs import slug_of, tags_of
from syndicate.store.editing.bulk_articles import AlteredArticle, NewArticle
from syndicate.store.editing.stored_articles import (
    CarriedEntry,
    LinkedArticle,
    StoredArticle,
    StoredPicture,
)
from syndicate.vocabulary.articles import ArticleState

Tags = Sequence[tuple[str, str]]
_Row = CarriedEntry | LinkedArticle | StoredArticle | StoredPicture


def known_entry(row: CarriedEntry) -> KnownEntry:
    """An entry that a source brought before, as deciding sees it."""
    return KnownEntry(**_fields(row))


def by_link(row: LinkedArticle) -> ByLink:
    """An article that an address leads to, as deciding sees it."""
    said = _fields(row)
    del said["link"]
    return ByLink(**said)


def known_article(row: StoredArticle) -> KnownArticle:
    """An article as it stands, as deciding sees it."""
    said = _fields(row) | {
        "notes": frozenset(row.notes),
        "pictures": tuple(_picture(each) for each in row.pictures),
        "tags": frozenset(row.tags),
    }
    return KnownArticle(**said)


def _picture(row: StoredPicture) -> PictureIn:
    ends = row.rights_until
    until = None if ends is None else _moment(ends)
    return PictureIn(**_fields(row) | {"rights_until": until})


def _fields(row: _Row) -> dict[str, Any]:
    return {each.name: getattr(row, each.name) for each in dataclasses.fields(row)}


def _moment(seconds: float) -> dt.datetime:
    within = min(max(seconds, bounds.EARLIEST.timestamp()), bounds.LATEST.timestamp())
    return dt.datetime.fromtimestamp(within, dt.UTC)


def _direction(language: str, words: Words) -> Direction:
    return direction_of(language, words.headline, words.standfirst)


def new_article(
    publication_id: int, authority: str, create: Create, carried: Mapping[str, Any]
) -> NewArticle:
    """The rows of an article to make.

    Args:
        publication_id: whose article it is.
        authority: who mints tag: URIs for the publication (RFC 4151).
        create: what was decided.
        carried: its row of `article_source`.
    """
    story, said = create.story, create.found.whole_entry
    columns: dict[str, Any] = {
        "publication_id": publication_id,
        "section_id": create.section_id,
        "atom_id": f"tag:{authority},{create.published_at:%Y-%m-%d}:{uuid.uuid4()}",
        "kind": create.kind,
        "state": create.hold.state,
        "embargo_until": create.hold.until,
        "embargo_said": create.hold.said,
        "access": create.access,
        "language": create.language,
        "direction": _direction(create.language, story.words),
        "url": said.link,
        "slug": slug_of(story.words.headline),
        "published_at": create.published_at,
        "updated_at": create.updated_at,
        "is_dated": create.is_dated,
        "is_backlog": create.is_backlog,
        **story_row(story),
    }
    return NewArticle(
        columns=columns,
        carried=carried,
        links=create.found.links,
        tags=tags_of(said.tags),
        pictures=[picture_row(each) for each in story.pictures],
    )


def altered_article(each: Alter) -> AlteredArticle:
    """The rows of an article to change."""
    columns: dict[str, Any] = {
        "state": each.hold.state,
        "kind": each.kind,
        "access": each.access,
        "updated_at": each.updated_at,
        "embargo_until": _until(each),
        "embargo_said": each.hold.said,
        "url": each.url,
    }
    if each.placed is not None:
        columns |= {
            "section_id": each.placed.section_id,
            "language": each.placed.language,
            "direction": _direction(each.placed.language, (each.story or each.article).words),
        }
        if each.placed.published_at is not None:
            columns |= {"published_at": each.placed.published_at, "is_dated": True}
    if each.published_at is not None:
        columns["published_at"] = each.published_at
    if each.story is not None:
        columns |= story_row(each.story)
    return AlteredArticle(
        article_id=each.article.id,
        columns=columns,
        change=each.change,
        is_material=each.is_material,
        is_gathered=each.is_gathered,
        note=each.note,
        pictures=[picture_row(one) for one in each.pictures] if each.pictures is not None else None,
        has_rights=each.is_spoken,
        is_withdrawn=_takes_pictures(each),
        readdressed=each.readdressed,
        tags=_tags(each),
    )


def _tags(each: Alter) -> Tags:
    """The tags that are given; whatever somebody spoke of has no others from then on."""
    if each.tags is not None:
        return tags_of(each.tags)
    if each.is_spoken:
        return sorted(each.article.tags)
    return tags_of(each.found.whole_entry.tags) if each.found and each.story else ()


def _takes_pictures(each: Alter) -> bool:
    """Whether somebody takes a picture away, or some of where and how long it may be shown."""
    if not each.is_spoken or each.pictures is None:
        return False
    after = {one.url: one for one in each.pictures}
    moved = {was for was, _ in each.readdressed}
    before = [one for one in each.article.pictures if one.url not in moved]
    return any(one.url not in after or _is_less(one, after[one.url]) for one in before)


def _is_less(before: PictureIn, after: PictureIn) -> bool:
    """Whether a picture may be shown in fewer places, or not as long."""
    lost = after.channels is not None and (
        before.channels is None or bool(set(before.channels) - set(after.channels))
    )
    ends, ended = after.rights_until, before.rights_until
    return lost or (ends is not None and (ended is None or ends < ended))


def _until(each: Alter) -> dt.datetime | None:
    """The end of its embargo; of one that is over as long as it stays so."""
    was_and_is_live = each.article.state is each.hold.state is ArticleState.LIVE
    return each.article.embargo_until if was_and_is_live else each.hold.until


def story_row(story: ArticleText) -> dict[str, Any]:
    """An article's text as columns of its row: its words and their fingerprint."""
    return {**vars(story.words), "visible_hash": story.hash}


def picture_row(picture: PictureIn) -> dict[str, Any]:
    """A picture as a row of the store."""
    row = dataclasses.asdict(picture)
    del row["keeps"]
    row["channels"] = list(picture.channels) if picture.channels is not None else None
    return row
