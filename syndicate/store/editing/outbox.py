"""Articles that changed and that feeds have not been told of yet.

Telling feeds costs more than storing an article, because the whole list of a tag or an author is
looked at. So a collecting transaction only notes the ids, lost with it or kept with it, and one
call passes on what many of them noted: the collector several times a second, the tick if it died.
"""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from syndicate import jobs
from syndicate.store.ground.schema import Table
from syndicate.store.ground.session import Transaction
from syndicate.store.syndication import feeds

BATCH = 5_000


class ChangedArticle(Table):
    """An article that feeds have to be told of."""

    __tablename__ = "changed_article"

    article_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime]


_NOTE = text(
    """
    INSERT INTO changed_article (article_id, at)
    SELECT id, :now FROM unnest(CAST(:ids AS bigint[])) AS id
    ON CONFLICT DO NOTHING
    """
)


# What locks is chosen once: as the inner side of a nested loop it would begin again for each row,
# pass over what it had locked and take more than it may.
_TAKE = text(
    """
    WITH chosen AS MATERIALIZED (
        SELECT article_id FROM changed_article LIMIT :most FOR UPDATE SKIP LOCKED
    )
    DELETE FROM changed_article USING chosen
    WHERE changed_article.article_id = chosen.article_id
    RETURNING changed_article.article_id
    """
)


def note(tx: Transaction, article_ids: Collection[int], *, now: dt.datetime) -> None:
    """Note articles that changed, in the transaction that changes them."""
    if article_ids:
        tx.execute(_NOTE, {"ids": sorted(set(article_ids)), "now": now})


def pass_on(tx: Transaction, now: dt.datetime) -> int:
    """Tell feeds of what was noted. Safe to run twice, and at once.

    Returns:
        How many articles that were.
    """
    ids = list(tx.scalars(_TAKE, {"most": BATCH}))
    if ids:
        feeds.mark_due(tx, ids, now=now)
        tx.hint(jobs.PUBLISH_FEEDS)
    return len(ids)
