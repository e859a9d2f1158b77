"""Hours in which a publication answered many sign-ups: what rings their alarm, and what not."""

import datetime as dt
from collections.abc import Callable

from syndicate import phrases
from syndicate.alarms.need import Need
from syndicate.breakers.known import SIGN_UPS
from syndicate.store.ground.session import Transaction
from syndicate.store.platform.caps import CapCounter
from tests import rows
from tests.rows import DAY, NOW

HOUR = dt.timedelta(hours=1)


def answered(
    tx: Transaction, key: int, used: int, ago: dt.timedelta, cap: str = SIGN_UPS.name
) -> None:
    rows.added(tx, CapCounter(cap=cap, key=str(key), window_from=NOW - ago, used=used))


def two_hours_of_one_publication_and_one_of_another(tx: Transaction) -> list[Need]:
    daily, courier = (rows.publication(tx, slug).id for slug in ("daily", "courier"))
    answered(tx, daily, 9000, 2 * HOUR)
    answered(tx, daily, SIGN_UPS.most + 1, HOUR)
    answered(tx, courier, 1200, DAY)
    said = "in the hour from {}: somebody may be typing in other people's addresses."
    return [
        Need(f"{name} answered {used} sign-ups {said.format(phrases.moment(NOW - ago))}", PATH)
        for name, used, ago in (("Daily", "301", HOUR), ("Courier", "1,200", DAY))
    ]


def a_flood_of_which_some_waits(tx: Transaction) -> list[Need]:
    daily = rows.publication(tx, "daily").id
    answered(tx, daily, 9000, HOUR)
    said = f"Daily answered 9,000 sign-ups in the hour from {phrases.moment(NOW - HOUR)}"
    for hours in (1, 2):
        made = rows.single(
            tx,
            scope="confirmation",
            publication_id=daily,
            created_at=NOW - HOUR,
            dedupe_key=str(hours),
        )
        rows.batch(tx, made, not_before=NOW + hours * HOUR)
    return [
        Need(
            f"{said}: somebody may be typing in other people's addresses. 2 confirmations wait, "
            f"and leave until {phrases.moment(NOW + 2 * HOUR)}.",
            PATH,
        )
    ]


def hours_that_were_quiet_or_long_ago(tx: Transaction) -> None:
    daily = rows.publication(tx, "daily").id
    answered(tx, daily, SIGN_UPS.most, HOUR)
    answered(tx, daily, 9000, DAY + HOUR)
    answered(tx, daily, 9000, HOUR, cap="confirmation")
    answered(tx, daily + 1, 9000, HOUR)


PATH = "/console/limits"
RINGS: list[Callable[[Transaction], list[Need]]] = [
    two_hours_of_one_publication_and_one_of_another,
    a_flood_of_which_some_waits,
]
SILENT: list[Callable[[Transaction], None]] = [hours_that_were_quiet_or_long_ago]
