"""Rows that ring the alarms about what stands beside the database, and rows beside those."""

import datetime as dt
from collections.abc import Callable

from sqlalchemy import update

from syndicate import phrases
from syndicate.alarms.need import Need
from syndicate.store.ground.session import Transaction
from syndicate.store.platform import due
from syndicate.store.platform.installation import Installation
from tests import rows
from tests.rows import DAY, NOW

THREE_MINUTES = dt.timedelta(minutes=3)
SECOND = dt.timedelta(seconds=1)


def a_journal_that_was_missed(tx: Transaction) -> list[Need]:
    due.take(tx, due.JOURNAL_MISSED, NOW - THREE_MINUTES + SECOND)
    said = (
        "The journal beside the database cannot be read or written: after a restore, what readers "
        "do now would be forgotten. See that its disk is there and has room; the log of the tick "
        "names the file (tick_step_failed)."
    )
    return [Need(said, "/console/audit")]


def a_journal_that_is_there_again(tx: Transaction) -> None:
    due.take(tx, due.JOURNAL_MISSED, NOW - THREE_MINUTES)


def what_was_open_at_a_restore(tx: Transaction) -> list[Need]:
    tx.execute(update(Installation).values(rest_held_at=NOW))
    said = (
        f"This database was restored {phrases.moment(NOW)}. New mail is sent; what was open then "
        "is held: see what would be sent, and release it."
    )
    return [Need(said, "/console/release")]


def a_restore_of_which_all_is_held(tx: Transaction) -> list[Need]:
    why = "the journal is of another life"
    tx.execute(update(Installation).values(held_at=NOW, held_why=why, stopped_at=NOW))
    return [Need(f"Mail is held since {phrases.moment(NOW)}: {why}.", "/console/release")]


def a_stop_by_hand(tx: Transaction) -> list[Need]:
    tx.execute(update(Installation).values(stopped_at=NOW, stopped_why="The wrong list."))
    said = f"Everything is stopped since {phrases.moment(NOW)}: The wrong list."
    return [Need(said, "/console/release")]


def a_restore_that_was_released(tx: Transaction) -> None:
    tx.execute(update(Installation).values(opens_from=NOW))


def a_paused_newsletter(tx: Transaction) -> list[Need]:
    made = rows.newsletter(tx, rows.publication(tx).id, paused_at=NOW - DAY)
    return [Need("Morning is paused since 23 Nov 2026.", f"/console/newsletters/{made.id}")]


def a_paused_newsletter_that_has_ended(tx: Transaction) -> None:
    rows.newsletter(tx, rows.publication(tx).id, paused_at=NOW - DAY, ended_at=NOW)


STOPS: list[Callable[[Transaction], list[Need]]] = [a_stop_by_hand, a_restore_of_which_all_is_held]
RINGS: dict[str, list[Callable[[Transaction], list[Need]]]] = {
    "journal": [a_journal_that_was_missed],
    "restored": [what_was_open_at_a_restore],
}
SILENT: dict[str, list[Callable[[Transaction], None]]] = {
    "journal": [a_journal_that_is_there_again],
    "restored": [a_restore_that_was_released],
}
