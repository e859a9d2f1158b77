"""Articles that may be the same story as what a source brings for the first time."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import text

from syndicate.store.ground.schema import sql
from syndicate.store.ground.session import Transaction
from syndicate.vocabulary.articles import ArticleState
from syndicate.vocabulary.sources import SourceKind

# Bodies are read of the few that share a headline, never of everything from the same hour. OFFSET 0
# keeps the two conditions apart: a planner that knows nothing of a table yet, as after the first
# connect, would begin with the publication and read all of it for every feed.
_CANDIDATES = text(
    f"""
    SELECT wanted.place, article.id, article.body_html
    FROM unnest(
        CAST(:places AS integer[]), CAST(:headlines AS text[]), CAST(:moments AS timestamptz[])
    ) AS wanted (place, headline, moment)
    CROSS JOIN LATERAL (SELECT * FROM article WHERE headline = wanted.headline OFFSET 0) AS article
    WHERE article.publication_id = :publication
        AND article.published_at BETWEEN wanted.moment - :within AND wanted.moment + :within
        AND article.is_dated AND article.state <> {sql(ArticleState.TAKEN_DOWN)}
        AND NOT EXISTS (
            SELECT FROM article_source
            WHERE article_source.article_id = article.id AND source_id = :source
        )
        AND EXISTS (
            SELECT FROM source WHERE id = :source AND kind <> {sql(SourceKind.PUSH)}
        )
    ORDER BY article.id
    """  # noqa: S608 - our own words
)


def candidates(
    tx: Transaction,
    publication_id: int,
    source_id: int,
    wanted: Sequence[tuple[int, str, dt.datetime]],
    *,
    within: dt.timedelta,
) -> list[tuple[int, int, str]]:
    """Articles of other sources with the same headline, published at about the same time.

    Args:
        tx: the open transaction.
        publication_id: whose articles.
        source_id: who brings the stories; its own articles are none, nor is what a CMS pushes.
        wanted: (place, headline, published) of each story; aware UTC.
        within: how far apart they may have been published.

    Returns:
        (place, article_id, body_html) rows, oldest article first.
    """
    if not wanted:
        return []
    said = {
        "publication": publication_id,
        "source": source_id,
        "within": within,
        "places": [place for place, _, _ in wanted],
        "headlines": [headline for _, headline, _ in wanted],
        "moments": [moment for _, _, moment in wanted],
    }
    return [(place, id_, body) for place, id_, body in tx.execute(_CANDIDATES, said)]
