"""Articles whose end rings the alarm about a silent newsroom, and rhythms beside that."""

import datetime as dt
from collections.abc import Callable, Iterable

from sqlalchemy import insert

from syndicate.alarms.need import Need
from syndicate.store.content.articles import Article
from syndicate.store.ground.session import Transaction
from tests import rows
from tests.rows import DAY, NOW

HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)
NIGHT = range(5)  # hours in which a newsroom may sleep


def newsroom(tx: Transaction, times: Iterable[dt.datetime], age: dt.timedelta = 40 * DAY) -> int:
    """A newsroom with a source, whose articles came out at these times."""
    made = rows.publication(tx)
    rows.source(tx, made.id, created_at=NOW - age)
    columns = [
        rows.article_columns(f"story-{place}", at) | {"publication_id": made.id}
        for place, at in enumerate(times)
    ]
    tx.execute(insert(Article), columns)
    return made.id


def every(
    gap: dt.timedelta, until: dt.datetime, days: int = 29, asleep: Iterable[int] = ()
) -> list[dt.datetime]:
    quiet = set(asleep)
    many = round(days * DAY / gap)
    times = (until - place * gap for place in range(many))
    return [at for at in times if at.hour not in quiet]


def an_active_newsroom_that_fell_silent(tx: Transaction) -> list[Need]:
    """It never paused for more than twenty minutes, by day or by night."""
    newsroom(tx, every(20 * MINUTE, NOW - HOUR - MINUTE))
    said = (
        "Nothing new has come from Daily since 24 Nov 2026 06:59 UTC; at this time of day it was "
        "not silent for so long in the last weeks."
    )
    return [Need(said, "/console/sources")]


def a_newsroom_that_sleeps_at_night(tx: Transaction) -> None:
    """It is eight, and it has said nothing since its last hour of yesterday, as it always does."""
    newsroom(tx, every(20 * MINUTE, NOW - 9 * HOUR, asleep=range(9)))


def a_newsroom_that_is_a_little_late(tx: Transaction) -> None:
    newsroom(tx, every(20 * MINUTE, NOW - HOUR + MINUTE))


def a_newsroom_of_a_few_days(tx: Transaction) -> None:
    newsroom(tx, every(20 * MINUTE, NOW - 3 * HOUR, days=5), age=5 * DAY)


def a_newsroom_of_few_articles(tx: Transaction) -> None:
    newsroom(tx, every(6 * HOUR, NOW - DAY))


RINGS: list[Callable[[Transaction], list[Need]]] = [an_active_newsroom_that_fell_silent]
QUIET: list[Callable[[Transaction], None]] = [
    a_newsroom_that_sleeps_at_night,
    a_newsroom_that_is_a_little_late,
    a_newsroom_of_a_few_days,
    a_newsroom_of_few_articles,
]
