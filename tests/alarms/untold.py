"""Operators whom no mail reached, and those whom one does: what rings their alarm, and what not."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from sqlalchemy import update

from syndicate.alarms.need import Need
from syndicate.store.ground.session import Transaction
from syndicate.store.platform import installation, operators
from syndicate.store.platform.notices import NoticeKind, OperatorNotice
from tests import rows
from tests.rows import DAY, NOW


def notice(tx: Transaction, age: dt.timedelta, **columns: Any) -> None:
    """A mail to an operator about something so long ago."""
    slug = columns.pop("slug", "desk")
    who = operators.by_slug(tx, slug) or rows.operator(tx, slug)
    plain = {"kind": NoticeKind.LINK, "is_own": True, "who": "operator:desk", "what": ""}
    plain |= {"operator_id": who.id, "at": NOW - age, "next_at": NOW}
    rows.added(tx, OperatorNotice(**(plain | columns)))


def operators_whom_no_mail_reached(number: int, said: str) -> Callable[[Transaction], list[Need]]:
    def ring(tx: Transaction) -> list[Need]:
        notice(tx, 3 * DAY, done_at=NOW - 2 * DAY)  # before those were given up
        for _ in range(number):
            notice(tx, 2 * DAY)
        text = (
            f"{said} not delivered: no relay took mail to operators for two days. Read in the "
            "audit what happened, and see that the relay answers (`syndicate doctor --only relay`)"
            "; this ends with the next such mail that is taken."
        )
        return [Need(text, "/console/audit")]

    return ring


def operators_who_are_told_in_time_or_again(tx: Transaction) -> None:
    notice(tx, 2 * DAY - dt.timedelta(seconds=1))
    notice(tx, 3 * DAY)
    notice(tx, DAY, done_at=NOW - DAY)
    notice(tx, 2 * DAY, slug="gone")
    gone = operators.by_slug(tx, "gone")
    assert gone is not None
    gone.retired_at = NOW


def operators_whom_another_environment_does_not_mail(tx: Transaction) -> None:
    tx.execute(update(installation.Installation).values(environment="production"))
    notice(tx, 2 * DAY)


RINGS = [
    operators_whom_no_mail_reached(1, "1 mail to an operator about signing in was"),
    operators_whom_no_mail_reached(2, "2 mails to operators about signing in were"),
]
SILENT: list[Callable[[Transaction], None]] = [
    operators_who_are_told_in_time_or_again,
    operators_whom_another_environment_does_not_mail,
]
