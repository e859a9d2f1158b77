"""Ways of telling rings that fail, for the alarm about them, beside what else is gone."""

from collections.abc import Callable

from syndicate.alarms.need import Need
from syndicate.alarms.telling import ways
from syndicate.store.ground.session import Transaction
from syndicate.store.platform import operators, tellings
from syndicate.store.platform.tokens import Grant, Permission
from tests import rows
from tests.alarms import processes
from tests.rows import NOW

PLACE = "/console/alarms"


def chief(tx: Transaction) -> None:
    """Somebody who is told by mail."""
    operators.grant(tx, rows.operator(tx, "chief").id, [Grant(Permission.OPERATORS)])


def fail(tx: Transaction, way: str, *, times: int, why: str) -> None:
    tellings.claim(tx, [way], NOW)
    for _ in range(times):
        tellings.fail(tx, way, why, NOW)


def mail_that_no_relay_takes(tx: Transaction) -> list[Need]:
    chief(tx)
    fail(tx, ways.MAIL, times=2, why="mx.example:25 does not answer.")
    said = (
        "No mail about rings was taken since 24 Nov 2026 08:00 UTC. mx.example:25 does not answer."
    )
    return [Need(said, PLACE)]


def mail_that_failed_once(tx: Transaction) -> None:
    chief(tx)
    fail(tx, ways.MAIL, times=1, why="mx.example:25 does not answer.")


def mail_that_is_taken_again(tx: Transaction) -> None:
    mail_that_no_relay_takes(tx)
    tellings.succeed(tx, ways.MAIL, NOW)


def a_way_that_is_set_no_longer(tx: Transaction) -> None:
    fail(tx, "webhook:0123456789abcdef", times=9, why="answered 500")


RINGS: dict[str, list[Callable[[Transaction], list[Need]]]] = {
    "gone": processes.RINGS,
    "relays": processes.RELAYS,
    "bell_ways": [mail_that_no_relay_takes],
}
SILENT: dict[str, list[Callable[[Transaction], None]]] = {
    "gone": processes.WELL,
    "relays": processes.WELL_RELAYS,
    "bell_ways": [mail_that_failed_once, mail_that_is_taken_again, a_way_that_is_set_no_longer],
}
