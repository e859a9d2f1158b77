"""Readers who ask for something: what they wait for, and whether they are who asks."""

import datetime as dt
from collections.abc import Iterable

from syndicate import phrases
from syndicate.alarms.need import CASES, Alarm, Need, Threshold
from syndicate.breakers import doors, known
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import publications
from syndicate.store.platform import caps
from syndicate.store.sending import waiting_singles
from syndicate.store.views import operations
from syndicate.vocabulary.bells import Owner

_SIGN_UPS_AGO = dt.timedelta(days=1)  # it is seen in the morning


def _late_singles(tx: Transaction, now: dt.datetime) -> Iterable[Need]:
    if late := operations.late_singles(tx, now):
        what = phrases.counted(
            late, "confirmation or emailed article has", "confirmations or emailed articles have"
        )
        yield Need(f"{what} been waiting for more than two minutes.")


LATE_SINGLES = Alarm(
    name="late_singles",
    help="a confirmation or an emailed article has waited for more than two minutes",
    path="/console/mailings?singles=1",
    look=_late_singles,
    threshold=Threshold(operations.LATE_SINGLE, "of waiting"),
    owner=Owner.OPERATORS,
    runbook="runbooks/notices#late_singles",
    test=CASES,
)


def _sign_ups(tx: Transaction, now: dt.datetime) -> Iterable[Need]:
    found = caps.beyond(tx, known.SIGN_UPS.name, known.SIGN_UPS.most, since=now - _SIGN_UPS_AGO)
    waiting = waiting_singles.counts(tx, now=now)
    newest = {each.key: each for each in found}
    for each in publications.all_publications(tx):
        if (hour := newest.get(str(each.id))) is not None:
            text = (
                f"{each.name} answered {hour.used:,} sign-ups in the hour from "
                f"{phrases.moment(hour.window_from)}: somebody may be typing in other "
                "people's addresses."
            )
            if (waits := waiting.get((each.id, doors.SIGN_UP.scope))) is not None:
                count = phrases.counted(waits[0], "confirmation waits", "confirmations wait")
                text += f" {count}, and leave until {phrases.moment(waits[1])}."
            yield Need(text, publication_id=each.id)


SIGN_UPS = Alarm(
    name="sign_ups",
    help=f"a publication answered more than {known.SIGN_UPS.most} sign-ups in an hour of the last "
    "day",
    path="/console/limits",
    look=_sign_ups,
    owner=Owner.OPERATORS,
    runbook="runbooks/notices#sign_ups",
    test=CASES,
)
