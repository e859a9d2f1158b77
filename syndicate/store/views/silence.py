"""How long each publication has had no new article, and how long that takes at this hour."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import text

from syndicate.store.ground.schema import sql
from syndicate.store.ground.session import Transaction
from syndicate.vocabulary.sources import SourceState


@dataclass(frozen=True)
class Silence:
    """A publication whose sources are asked, and the pauses of its own past at this hour.

    Attributes:
        publication_id: whose.
        name: of the publication.
        zone: likewise.
        last_at: when its newest article came out, aware UTC.
        known: of each day that is known, how long ago it is in days, and the longest pause that
            anybody saw then who looked within an hour and a half of this time of day.
    """

    publication_id: int
    name: str
    zone: str
    last_at: dt.datetime
    known: tuple[tuple[int, dt.timedelta], ...]


# An index by publication and time answers each of these at once: 29 days, seven looks a day.
_SILENCES = text(
    f"""
    SELECT p.id, p.name, p.zone, newest.at, array_agg(seen.day), array_agg(seen.pause)
    FROM publication p
    JOIN LATERAL (
        SELECT min(s.created_at) AS since FROM source s
        WHERE s.publication_id = p.id AND s.retired_at IS NULL
            AND s.state <> {sql(SourceState.PAUSED)}
    ) asked ON asked.since IS NOT NULL
    JOIN LATERAL (
        SELECT max(published_at) AS at FROM article
        WHERE publication_id = p.id AND published_at <= :now
    ) newest ON newest.at < :quiet_since
    JOIN LATERAL (
        SELECT day, max(looked.at - before.at) AS pause
        FROM generate_series(1, 28) AS day
        CROSS JOIN LATERAL (
            SELECT CAST(:now AS timestamptz) - make_interval(days => day)
                + make_interval(mins => shift) AS at
            FROM generate_series(-90, 90, 30) AS shift
        ) looked
        CROSS JOIN LATERAL (
            SELECT max(published_at) AS at FROM article
            WHERE publication_id = p.id AND published_at <= looked.at
        ) before
        WHERE CAST(:now AS timestamptz) - make_interval(days => day) > asked.since
        GROUP BY day
    ) seen ON seen.pause IS NOT NULL
    WHERE (
        SELECT count(*) FROM article
        WHERE publication_id = p.id AND published_at <= newest.at
            AND published_at > newest.at - make_interval(days => 7)
    ) >= :active
    GROUP BY p.id, newest.at
    ORDER BY p.id
    """  # noqa: S608 - our own words
)


def silences(
    tx: Transaction, now: dt.datetime, *, longer_than: dt.timedelta, active: int
) -> list[Silence]:
    """Publications without a new article for a while, the oldest first.

    Args:
        tx: the open transaction.
        now: aware UTC.
        longer_than: what is shorter is no silence.
        active: articles in its last seven days that had any, below which one is not active.
    """
    values = {"now": now, "quiet_since": now - longer_than, "active": active}
    return [
        Silence(row[0], row[1], row[2], row[3], tuple(zip(row[4], row[5], strict=True)))
        for row in tx.execute(_SILENCES, values)
    ]
