"""Heartbeats that ring the alarms about processes and relays, and heartbeats beside those."""

import datetime as dt
from collections.abc import Callable, Sequence

from syndicate import jobs, phrases
from syndicate.alarms.need import Need
from syndicate.alarms.processes import SILENT_FOR
from syndicate.store.ground.session import Transaction
from syndicate.store.platform import due, heartbeats
from syndicate.store.platform.heartbeats import HeartKind
from tests.rows import NOW

SECOND = dt.timedelta(seconds=1)
PLACE = "/console/alarms"


def watched(tx: Transaction, since: dt.timedelta = 2 * SILENT_FOR) -> None:
    """Somebody looks since then, every five seconds."""
    for ago in range(round(since.total_seconds()), 4, -5):
        assert heartbeats.watch(tx, NOW - ago * SECOND)


def worker(
    tx: Transaction, name: str, *queues: str, ago: dt.timedelta = SECOND, queue: str = ""
) -> None:
    named: Sequence[str] = queues or ([queue] if queue else jobs.QUEUES)
    heartbeats.hear(tx, HeartKind.WORKER, name, now=NOW - ago, queues=named)


def beat(tx: Transaction, ago: dt.timedelta = SECOND) -> None:
    heartbeats.hear(tx, HeartKind.BEAT, "beat@host", now=NOW - ago)


def a_frozen_worker(tx: Transaction) -> list[Need]:
    watched(tx)
    worker(tx, "all@host", "bulk", "collect", "hub", "urgent")
    worker(tx, "build@host", "build", "tick", ago=SILENT_FOR)
    since = phrases.moment(NOW - SILENT_FOR)
    said = (
        f"No worker serves build and tick: build@host has not been heard since {since}. What waits "
        "for it: feeds and the composing of issues and the tick."
    )
    return [Need(said, PLACE)]


def a_beat_and_a_web_server_that_are_gone(tx: Transaction) -> list[Need]:
    watched(tx)
    worker(tx, "all@host")
    beat(tx, SILENT_FOR)
    heartbeats.hear(tx, HeartKind.WEB, "host", now=NOW - SILENT_FOR)
    since = phrases.moment(NOW - SILENT_FOR)
    return [
        Need(
            f"The beat, the clock that wakes the workers, has not been heard since {since}.", PLACE
        ),
        Need(f"The web server has not been heard since {since}.", PLACE),
    ]


def ticks_that_do_not_come_although_all_are_there(tx: Transaction) -> list[Need]:
    watched(tx)
    worker(tx, "all@host")
    beat(tx)
    due.take(tx, jobs.TICK.name, NOW - 50 * SECOND)
    return [
        Need(
            "The last tick was 50 s ago. The beat and its worker are there: see that the broker "
            "answers (`syndicate doctor --only broker`), and read the worker's log.",
            PLACE,
        )
    ]


def a_house_that_nothing_was_started_in(tx: Transaction) -> None:
    watched(tx)


def a_house_that_was_off_all_night(tx: Transaction) -> None:
    """Whoever looks has done so for a few seconds: the others have the time to start."""
    watched(tx, SILENT_FOR - SECOND)
    worker(tx, "all@host", ago=dt.timedelta(hours=9))
    beat(tx, dt.timedelta(hours=9))


def a_worker_whose_place_another_has_taken(tx: Transaction) -> None:
    watched(tx)
    worker(tx, "all@one", ago=dt.timedelta(hours=1))
    worker(tx, "all@two", ago=SILENT_FOR - SECOND)


def silence_that_nobody_listens_to(tx: Transaction) -> None:
    worker(tx, "all@host", ago=SILENT_FOR)


def a_relay_that_does_not_answer(tx: Transaction) -> list[Need]:
    watched(tx)
    heartbeats.ask(tx, {"mx1:25": True, "mx2:25": True}, now=NOW - SILENT_FOR)
    heartbeats.ask(tx, {"mx1:25": False, "mx2:25": True}, now=NOW - SECOND)
    since = phrases.moment(NOW - SILENT_FOR)
    said = (
        f"The relay mx1:25 has not answered since {since}. Mail for it is safe in the database and "
        "waits."
    )
    return [Need(said, PLACE)]


def a_relay_that_no_longer_encrypts(tx: Transaction) -> list[Need]:
    watched(tx)
    said = "The relay mx1:25 offers no STARTTLS, so no mail goes to it."
    heartbeats.ask(tx, {"mx1:25": True}, now=NOW - SILENT_FOR)
    heartbeats.ask(tx, {"mx1:25": False}, now=NOW - SECOND, faults={"mx1:25": said})
    since = phrases.moment(NOW - SILENT_FOR)
    waits = "Mail for it is safe in the database and waits."
    return [Need(f"No mail has left by mx1:25 since {since}. {said} {waits}", PLACE)]


def a_relay_that_nobody_asks_any_more(tx: Transaction) -> None:
    watched(tx)
    heartbeats.ask(tx, {"old:25": True}, now=NOW - SILENT_FOR)


def a_relay_that_missed_a_few(tx: Transaction) -> None:
    watched(tx)
    heartbeats.ask(tx, {"mx1:25": True}, now=NOW - SILENT_FOR + SECOND)
    heartbeats.ask(tx, {"mx1:25": False}, now=NOW - SECOND)


RINGS: list[Callable[[Transaction], list[Need]]] = [
    a_frozen_worker,
    a_beat_and_a_web_server_that_are_gone,
    ticks_that_do_not_come_although_all_are_there,
]
WELL: list[Callable[[Transaction], None]] = [
    a_house_that_nothing_was_started_in,
    a_house_that_was_off_all_night,
    a_worker_whose_place_another_has_taken,
    silence_that_nobody_listens_to,
]
RELAYS: list[Callable[[Transaction], list[Need]]] = [
    a_relay_that_does_not_answer,
    a_relay_that_no_longer_encrypts,
]
WELL_RELAYS: list[Callable[[Transaction], None]] = [
    a_relay_that_nobody_asks_any_more,
    a_relay_that_missed_a_few,
]
