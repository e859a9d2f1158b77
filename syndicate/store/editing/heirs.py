"""Stories of a source that its document holds no more, which may go on under another identity.

A story keeps some of the identities that it had, for what still names it by one of them. Where each
poll brings another, the row of an old one is turned into the new one: so they stay few.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, text, union

from syndicate.store.content.articles import LINK, Article, ArticleKey, ArticleSource
from syndicate.store.ground.rowsets import as_json, rows_of
from syndicate.store.ground.schema import sql
from syndicate.store.ground.session import Transaction
from syndicate.vocabulary.articles import ArticleState

# What a source publishes at once by the hundred is no story that was renamed.
_NEAR = 50
_CANDIDATES = text(
    f"""
    SELECT wanted.place, near.id, carried.link, carried.title, near.body_html, near.revision
    FROM unnest(CAST(:places AS integer[]), CAST(:moments AS timestamptz[]))
        AS wanted (place, moment)
    CROSS JOIN LATERAL (
        SELECT id, body_html, revision FROM article
        WHERE publication_id = :publication
            AND published_at BETWEEN wanted.moment - :within AND wanted.moment + :within
            AND is_dated AND state NOT IN (
                {sql(ArticleState.TAKEN_DOWN)}, {sql(ArticleState.KILLED)}
            )
        ORDER BY published_at, id
        LIMIT {_NEAR}
    ) AS near
    JOIN article_source AS carried ON carried.article_id = near.id
    WHERE carried.source_id = :source AND carried.title IS NOT NULL AND carried.link IS NOT NULL
        AND carried.stem <> ALL(:stems)
    ORDER BY near.id, carried.id
    """  # noqa: S608 - our own words
)


# Identities that a story has from one source, the first of them for good. More than the servers of
# a site that take turns, and its moves; fewer than sessions in addresses would make in an hour.
KEPT = 4
_SPARE = text(
    f"""
    SELECT DISTINCT ON (article_id) id, article_id, link
    FROM (
        SELECT id, article_id, link, stem, seen_at,
            row_number() OVER (PARTITION BY article_id ORDER BY id) AS place,
            count(*) OVER (PARTITION BY article_id) AS many
        FROM article_source
        WHERE source_id = :source AND article_id = ANY(:article_ids)
    ) AS carried
    WHERE many >= {KEPT} AND place > 1 AND stem <> ALL(:stems)
    ORDER BY article_id, seen_at, id
    """  # noqa: S608 - our own words
)
_IDENTITY = (
    "entry_key",
    "stem",
    "guid",
    "link",
    "title",
    "raw_published",
    "entry_hash",
    "said_hash",
)
_TURN = text(
    f"""
    UPDATE article_source
    SET seen_at = :now, {", ".join(f"{each} = turned.{each}" for each in _IDENTITY)}
    FROM {rows_of("turned", ArticleSource, ["id", *_IDENTITY])}
    WHERE article_source.id = turned.id
    """  # noqa: S608 - names of our own columns
)


@dataclass(frozen=True)
class Left:
    """A story that a document holds no more; `place` is that of the new entry beside it."""

    place: int
    article_id: int
    link: str
    title: str
    body_html: str
    revision: int


@dataclass(frozen=True)
class Spare:
    """An identity that a story had, and whose row can be another one's; `link` is its address."""

    row_id: int
    article_id: int
    link: str | None


def left(
    tx: Transaction,
    publication_id: int,
    source_id: int,
    wanted: Sequence[tuple[int, dt.datetime]],
    *,
    stems: Collection[bytes],
    within: dt.timedelta,
) -> list[Left]:
    """Stories of a source that its document lacks, published when one that is new in it was.

    Args:
        tx: the open transaction.
        publication_id: whose articles.
        source_id: whose document.
        wanted: (place, published) of each new entry; aware UTC.
        stems: of all entries of the document.
        within: how far apart they may have been published.
    """
    if not wanted:
        return []
    said = {
        "publication": publication_id,
        "source": source_id,
        "places": [place for place, _ in wanted],
        "moments": [moment for _, moment in wanted],
        "stems": list(stems),
        "within": within,
    }
    return [Left(*row) for row in tx.execute(_CANDIDATES, said)]


def spare(
    tx: Transaction, source_id: int, article_ids: Collection[int], *, stems: Collection[bytes]
) -> dict[int, Spare]:
    """Of stories with as many identities as are kept, the one that was seen longest ago; by story.

    Args:
        tx: the open transaction.
        source_id: whose identities.
        article_ids: the stories.
        stems: of all entries of the document; none of these is spare.
    """
    said = {"source": source_id, "article_ids": list(article_ids), "stems": list(stems)}
    return {row.article_id: Spare(*row) for row in tx.execute(_SPARE, said)}


def turn(tx: Transaction, turned: Sequence[Mapping[str, Any]], now: dt.datetime) -> None:
    """Make rows those of other identities: `id` and the columns of `_IDENTITY` each."""
    if turned:
        tx.execute(_TURN, {"turned": as_json(turned), "now": now})


def addresses(tx: Transaction, article_ids: Collection[int]) -> list[str]:
    """The addresses at which sources have articles, and their own, as they are written."""
    carried = select(ArticleSource.link).where(ArticleSource.article_id.in_(article_ids))
    own = select(Article.url).where(Article.id.in_(article_ids))
    return [link for link in tx.scalars(union(carried, own)) if link is not None]


def forget(
    tx: Transaction, publication_id: int, article_ids: Collection[int], links: Collection[str]
) -> None:
    """Have normalised addresses lead to these articles no more."""
    tx.execute(
        delete(ArticleKey).where(
            ArticleKey.kind == LINK,
            ArticleKey.key.in_([f"{publication_id}:{each}" for each in links]),
            ArticleKey.article_id.in_(article_ids),
        )
    )
