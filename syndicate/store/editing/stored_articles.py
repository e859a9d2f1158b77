"""Articles as they are stored, read before a transaction decides what a source changes in them."""

import datetime as dt
import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, text

from syndicate.reading.records import Words
from syndicate.store.content.articles import LINK, WORDS
from syndicate.store.ground.schema import sql
from syndicate.store.ground.session import Transaction
from syndicate.vocabulary.articles import Access, ArticleKind, ArticleState, Change


@dataclass(frozen=True)
class CarriedEntry:
    """An entry that a source brought before, as its row says.

    Attributes:
        row_id: of `article_source`.
        article_id: the article that it brought.
        published_at: of the article; aware UTC.
        raw_published: its date as the source wrote it.
        said_hash: fingerprint of what was pushed; None of a feed's, and of what older code stored.
    """

    row_id: int
    article_id: int
    entry_key: str
    stem: bytes
    guid: str | None
    link: str | None
    title: str | None
    entry_hash: bytes
    published_at: dt.datetime
    raw_published: str | None
    said_hash: bytes | None


@dataclass(frozen=True)
class RecentEntry:
    """What a source brought lately.

    Attributes:
        delay: between its date and its coming; None where no date was given, and of what lay there
            when the source was connected.
    """

    link: str | None
    title: str | None
    delay: dt.timedelta | None


@dataclass(frozen=True)
class LinkedArticle:
    """An article that an address leads to.

    Attributes:
        link: the address, normalised.
        article_id: where it leads.
        is_own: whether the source in question carries the article.
        guid: as this source carries it; None when only others do.
        title: likewise.
        is_gone: whether it was taken down.
    """

    link: str
    article_id: int
    is_own: bool
    guid: str | None
    title: str | None
    is_gone: bool


@dataclass(frozen=True)
class StoredPicture:
    """A picture as it stands; its rights end `rights_until` seconds after 1970."""

    url: str
    caption: str
    credit: str
    alt: str
    media_type: str | None
    width: int | None
    height: int | None
    size_bytes: int | None
    channels: tuple[str, ...] | None
    rights_until: float | None


@dataclass(frozen=True)
class StoredArticle:
    """An article as it stands, with what judging a change of it needs.

    Attributes:
        first_source_id: the source that brought it first.
        immaterial: how many of its revisions were not material.
        revised_at: when its newest revision was made.
        notes: of its corrections.
        pictures: the lead picture first.
        tags: (slug, name) pairs.
    """

    id: int
    state: ArticleState
    kind: ArticleKind
    access: Access
    embargo_until: dt.datetime | None
    embargo_said: str | None
    url: str | None
    words: Words
    language: str
    section_id: int | None
    published_at: dt.datetime
    is_dated: bool
    updated_at: dt.datetime
    first_source_id: int | None
    immaterial: int
    revised_at: dt.datetime
    notes: tuple[str, ...]
    pictures: tuple[StoredPicture, ...]
    tags: tuple[tuple[str, str], ...]


_KNOWN_ENTRIES = text(
    """
    SELECT carried.id, article_id, entry_key, stem, guid, link, title, entry_hash, published_at,
        raw_published, said_hash
    FROM article_source AS carried JOIN article ON article.id = article_id
    WHERE source_id = :source AND stem = ANY(:stems)
    ORDER BY carried.id
    """
)


def known_entries(tx: Transaction, source_id: int, stems: Collection[bytes]) -> list[CarriedEntry]:
    """What a source brought before under these stems, oldest first."""
    rows = tx.execute(_KNOWN_ENTRIES, {"source": source_id, "stems": list(stems)})
    return [CarriedEntry(*row) for row in rows]


_RECENT_ENTRIES = text(
    """
    SELECT link, title,
        CASE WHEN is_dated AND collected_at > :connected THEN collected_at - published_at END
    FROM article_source AS carried JOIN article ON article.id = article_id
    WHERE source_id = :source
    ORDER BY carried.id DESC
    LIMIT :most
    """
)


def recent_entries(
    tx: Transaction, source_id: int, *, connected_at: dt.datetime, most: int
) -> list[RecentEntry]:
    """What a source brought last, newest first; `connected_at` is when it was read first."""
    # Storing the first document takes its time as well.
    connected = connected_at + dt.timedelta(minutes=10)
    said = {"source": source_id, "connected": connected, "most": most}
    return [RecentEntry(*row) for row in tx.execute(_RECENT_ENTRIES, said)]


_FOR_CHANGE = text(
    f"""
    SELECT id, state, kind, access, embargo_until, embargo_said, url, {", ".join(WORDS)},
        language, section_id, published_at, is_dated, updated_at, (
            SELECT source_id FROM article_source WHERE article_id = article.id ORDER BY id LIMIT 1
        ) AS first_source_id,
        revised.immaterial, coalesce(revised.at, collected_at) AS revised_at,
        ARRAY(
            SELECT note FROM revision
            WHERE article_id = article.id AND change = {sql(Change.CORRECTION)} AND note IS NOT NULL
        ) AS notes,
        ARRAY(
            SELECT json_build_object('url', url, 'caption', caption, 'credit', credit, 'alt', alt,
                'media_type', media_type, 'width', width, 'height', height,
                'size_bytes', size_bytes, 'channels', channels,
                'rights_until', extract(epoch FROM rights_until))
            FROM picture WHERE article_id = article.id ORDER BY position, picture.id
        ) AS pictures,
        ARRAY(
            SELECT json_build_array(tag.slug, name)
            FROM article_tag JOIN tag ON tag.id = tag_id WHERE article_id = article.id
        ) AS tags
    FROM article LEFT JOIN LATERAL (
        SELECT count(*) FILTER (WHERE NOT is_material) AS immaterial, max(created_at) AS at
        FROM revision WHERE article_id = article.id
    ) AS revised ON true
    WHERE id = ANY(:ids)
    ORDER BY id
    FOR UPDATE OF article
    """  # noqa: S608 - our own words
)


def for_change(tx: Transaction, article_ids: Collection[int]) -> list[StoredArticle]:
    """Articles by id, with what judging a change of them needs, locked until the commit."""
    return [_article(row) for row in tx.execute(_FOR_CHANGE, {"ids": list(article_ids)})]


def _article(row: Row[Any]) -> StoredArticle:
    said = {name: value for name, value in row._asdict().items() if name not in WORDS}
    return StoredArticle(
        **{
            **said,
            "state": ArticleState(row.state),
            "kind": ArticleKind(row.kind),
            "access": Access(row.access),
            "words": Words.of(row),
            "notes": tuple(row.notes),
            "pictures": tuple(_picture(each) for each in row.pictures),
            "tags": tuple((slug, name) for slug, name in row.tags),
        }
    )


def _picture(said: Mapping[str, Any]) -> StoredPicture:
    channels = said["channels"]
    named = None if channels is None else tuple(channels)
    return StoredPicture(**{**said, "channels": named})


_BY_LINKS = text(
    f"""
    SELECT key, known.article_id, carried.id IS NOT NULL, guid, title,
        state = {sql(ArticleState.TAKEN_DOWN)}
    FROM article_key AS known
    JOIN article ON article.id = known.article_id
    LEFT JOIN article_source AS carried
        ON carried.article_id = known.article_id AND carried.source_id = :source
    WHERE known.kind = :kind AND key = ANY(:keys)
    """  # noqa: S608 - our own words
)


def by_links(
    tx: Transaction, publication_id: int, source_id: int | None, links: Collection[str]
) -> list[LinkedArticle]:
    """Articles of a publication by normalised address.

    Args:
        tx: the open transaction.
        publication_id: whose articles.
        source_id: the source in question; None when there is none.
        links: normalised addresses.
    """
    if not links:
        return []
    prefix = f"{publication_id}:"
    by_key = {prefix + link: link for link in links}
    by_key |= {buried_key(key): link for key, link in by_key.items()}
    said = {"source": source_id, "kind": LINK, "keys": list(by_key)}
    return [LinkedArticle(by_key[key], *rest) for key, *rest in tx.execute(_BY_LINKS, said)]


def buried_key(key: str) -> str:
    """The key of an article that was taken down: it is recognised and says nothing any more."""
    return f"sha256:{hashlib.sha256(key.encode()).hexdigest()}"


def is_buried(key: str) -> bool:
    """Whether a key is one that `buried_key` made."""
    return key.startswith("sha256:")
