"""Whose turn it is at the hub: what is due, as whoever shares it out must know it.

One query each, however much is due: of one asker and of one host only the first few can have a
turn, so more of them are not looked at.
"""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import exists, select, text

from syndicate.store.ground.session import Transaction
from syndicate.store.syndication.hub import FeedCallback

ASKED = "hub:network"  # the cap that counts what a network asks in an hour
_LOOK_BACK = dt.timedelta(hours=2)  # this hour and the one before
# Who asked less than this is like everybody else who did; beyond it the more, the later.
_BAND = 20

_TURNS = """
    WITH due AS (
        SELECT id, host, {due_at} AS due_at, {is_again} AS is_again, {is_proven} AS is_proven,
            CASE asked_by WHEN '' THEN host ELSE asked_by END AS asker,
            row_number() OVER (
                PARTITION BY CASE asked_by WHEN '' THEN host ELSE asked_by END
                ORDER BY {is_again}, {due_at}, id
            ) AS of_asker
        FROM feed_callback mine WHERE {is_due}
    ), loaded AS (
        SELECT due.*, coalesce((
            SELECT sum(used) FROM cap_counter
            WHERE cap = :cap AND key = due.asker AND window_from > :since
        ), 0) AS load
        FROM due WHERE of_asker <= :each
    ), banded AS (
        SELECT loaded.*, {band} AS band FROM loaded
    ), shared AS (
        SELECT banded.*, row_number() OVER (
            PARTITION BY host ORDER BY is_again, band, of_asker, due_at, id
        ) AS of_host
        FROM banded
    )
    SELECT id, asker, host, load, is_proven, is_again FROM shared WHERE of_host <= :each
    ORDER BY is_again, band, greatest(of_asker, of_host), due_at, id LIMIT :limit
"""
_VERIFICATIONS = _TURNS.format(
    due_at="verify_at",
    is_due="verify_at <= :now",
    is_again="verify_attempts > 0",
    is_proven="""EXISTS (
        SELECT FROM feed_callback other WHERE other.host = mine.host AND other.lease_until > :now
    )""",
    band=f"CASE WHEN is_proven THEN 0 ELSE load / {_BAND} END",
)
# What was asked long ago says nothing of a delivery.
_DELIVERIES = _TURNS.format(
    due_at="deliver_at",
    is_due="deliver_at <= :now AND lease_until > :now",
    is_again="(attempts > 0 OR (last_at IS NOT NULL AND last_status IS NULL))",
    is_proven="coalesce(attempts = 0 AND last_status < 500, false)",
    band="0",
)


@dataclass(frozen=True)
class Turn:
    """A row that is due.

    Attributes:
        id: of the callback's row.
        asker: key of the network that asked for it; of older rows its host.
        host: of the callback.
        load: how much the asker asked lately.
        is_proven: whether one of this kind went well before: of a verification whether the host
            agreed to anything, of a delivery whether the last one was answered.
        is_again: whether it was tried before, and failed.
    """

    id: int
    asker: str
    host: str
    load: int = 0
    is_proven: bool = False
    is_again: bool = False


def has_agreed(tx: Transaction, host: str, *, now: dt.datetime) -> bool:
    """Whether a host has a subscription that it agreed to."""
    agreed = (FeedCallback.host == host, FeedCallback.lease_until > now)
    return bool(tx.scalar(select(exists().where(*agreed))))


def verifications(tx: Transaction, *, now: dt.datetime, each: int, limit: int) -> list[Turn]:
    """Requests that are due to be verified, or denied.

    Args:
        tx: the open transaction.
        now: aware UTC.
        each: so many of one asker, and of one host, at most.
        limit: so many at most.

    Returns:
        In the order of turns: one of each asker, then the second of each; who asked much lately,
        for hosts that never agreed, comes after those who asked less.
    """
    return _turns(tx, _VERIFICATIONS, now=now, each=each, limit=limit)


def deliveries(tx: Transaction, *, now: dt.datetime, each: int, limit: int) -> list[Turn]:
    """Deliveries that are due; as of `verifications`, but that all askers are alike."""
    return _turns(tx, _DELIVERIES, now=now, each=each, limit=limit)


def _turns(tx: Transaction, query: str, *, now: dt.datetime, each: int, limit: int) -> list[Turn]:
    values = {"cap": ASKED, "now": now, "since": now - _LOOK_BACK, "each": each, "limit": limit}
    return [
        Turn(row.id, row.asker, row.host, int(row.load), row.is_proven, row.is_again)
        for row in tx.execute(text(query), values)
    ]
