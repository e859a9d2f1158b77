"""Stories of a source that its document holds no more, which may go on under another identity."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import text

from syndicate.store.ground.schema import sql
from syndicate.store.ground.session import Transaction
from syndicate.vocabulary.articles import ArticleState

# What a source publishes at once by the hundred is no story that was renamed.
_NEAR = 50
_CANDIDATES = text(
    f"""
    SELECT wanted.place, near.id, carried.link, carried.title, near.body_html
    FROM unnest(CAST(:places AS integer[]), CAST(:moments AS timestamptz[]))
        AS wanted (place, moment)
    CROSS JOIN LATERAL (
        SELECT id, body_html FROM article
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


@dataclass(frozen=True)
class Left:
    """A story that a document holds no more; `place` is that of the new entry beside it."""

    place: int
    article_id: int
    link: str
    title: str
    body_html: str


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
