"""Rotations of the master key that stand still, and those that go on: what rings, and what not."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from sqlalchemy import update

from syndicate import phrases, settings
from syndicate.alarms.need import Need
from syndicate.keys import open_files
from syndicate.store.ground.session import Transaction
from syndicate.store.platform.installation import Installation
from syndicate.store.platform.master_keys import MasterKeyRow
from tests import rows
from tests.rows import DAY, NOW

OLD, NEW = "0" * 16, "1" * 16
MINUTE = dt.timedelta(minutes=1)
PLACE = "/console/alarms"


def key(tx: Transaction, key_id: str, ago: dt.timedelta = 2 * DAY, **columns: Any) -> None:
    rows.added(tx, MasterKeyRow(id=key_id, made_at=NOW - ago, days=400, **columns))


def signing(tx: Transaction, key_id: str = NEW, **columns: Any) -> None:
    key(tx, key_id, held_at=NOW - DAY, signs_at=NOW - DAY, **columns)


def broken_off(tx: Transaction) -> list[Need]:
    key(tx, NEW, 16 * MINUTE)
    said = (
        f"A rotation of the master key was begun {phrases.moment(NOW - 16 * MINUTE)} and broken "
        f"off: no worker holds the new key {NEW}. All that was signed and encrypted stays "
        "readable. Put the line that `syndicate keys rotate master` gave in place and restart "
        "every process, or run it again for a new one."
    )
    return [Need(said, PLACE)]


def half_way(tx: Transaction) -> list[Need]:
    key(tx, NEW, held_at=NOW - 25 * dt.timedelta(hours=1))
    said = (
        f"The workers hold the new master key {NEW} since "
        f"{phrases.moment(NOW - 25 * dt.timedelta(hours=1))}, and the old one still signs: "
        "`syndicate keys rotate master` gives the line that switches."
    )
    return [Need(said, PLACE)]


def over(tx: Transaction) -> list[Need]:
    signing(tx)
    key(tx, OLD, held_at=NOW - DAY, signs_at=NOW - DAY, left_at=NOW - DAY, ends_at=NOW)
    said = (
        f"The master key {OLD} was to be honoured until {phrases.moment(NOW)}: `syndicate keys "
        "end master` takes it out."
    )
    return [Need(said, PLACE)]


def a_host_that_was_not_restarted(tx: Transaction) -> list[Need]:
    signing(tx)
    key(tx, OLD, held_at=NOW - DAY, signs_at=NOW - DAY, left_at=NOW - DAY, used_at=NOW - MINUTE)
    said = (
        f"A worker still signs with the older master key {OLD}: a host has the line of before; put "
        "the new one in place there and restart its processes."
    )
    return [Need(said, PLACE)]


def another_key_than_the_databases(tx: Transaction) -> list[Need]:
    tx.execute(update(Installation).values(addresses_key="f" * 16))
    said = (
        "SYNDICATE_MASTER_KEY is not the one that this database was written with: addresses are "
        "hashed otherwise, so that nobody who left or was suppressed is known again. Put back the "
        "line of before, with its end that begins `addresses:`; a new key comes in by `syndicate "
        "keys rotate master` alone."
    )
    return [Need(said, PLACE)]


def a_rotation_that_goes_on(tx: Transaction) -> None:
    tx.execute(update(Installation).values(addresses_key=settings.load().key().addresses_id))
    signing(tx)
    key(tx, OLD, held_at=NOW - DAY, signs_at=NOW - DAY, left_at=NOW - DAY, ends_at=NOW + DAY)
    key(tx, "2" * 16, 14 * MINUTE)
    key(tx, "3" * 16, held_at=NOW - dt.timedelta(hours=23))


def a_file_that_others_can_read(tx: Transaction) -> list[Need]:
    open_files.note(tx, ["/s/key may be read by others; run `chmod 600 /s/key`."], NOW - MINUTE)
    said = (
        "A file with a secret is not its owner's alone: /s/key may be read by others; run `chmod "
        "600 /s/key`."
    )
    return [Need(said, PLACE)]


def a_file_that_was_mended(tx: Transaction) -> None:
    open_files.note(tx, ["/s/key may be read by others."], NOW - 3 * MINUTE)


RINGS: list[Callable[[Transaction], list[Need]]] = [
    broken_off,
    half_way,
    over,
    a_host_that_was_not_restarted,
    another_key_than_the_databases,
]
SILENT: list[Callable[[Transaction], None]] = [a_rotation_that_goes_on]
