"""Ways by which rings are told, and that fail: it is told by the others."""

import datetime as dt
from collections.abc import Iterable

from syndicate import settings
from syndicate.alarms.need import CASES, Alarm, Need, Threshold
from syndicate.alarms.telling import standing
from syndicate.store.ground.session import Transaction
from syndicate.vocabulary.bells import Bell, Owner, Severity

_AGAIN = dt.timedelta(seconds=15)  # `store.platform.tellings` tries a second time by then


def _ways(tx: Transaction, _now: dt.datetime) -> Iterable[Need]:
    for each in standing.every(tx, settings.load()):
        if each.trouble:
            yield Need(each.trouble, key=each.way)


WAYS = Alarm(
    name="bell_ways",
    help="a way by which rings are told fails, or the dead-man's address does not answer",
    path="/console/alarms",
    look=_ways,
    bell=Bell.GONE,
    threshold=Threshold(_AGAIN, "after the first failure"),
    owner=Owner.OPERATORS,
    severity=Severity.PAGE,
    runbook="runbooks/gone",
    test=CASES,
)
