"""An active newsroom of which nothing new comes in, by its own rhythm.

How long it may be silent is learnt from its last four weeks at this time of day: on the same
weekday where that is known, else on any day. A newsroom that sleeps at night is quiet at night, and
one that works through it is missed at three. Half as long again as it ever was is silent, and an
hour at least. A newsroom of less than a week, or of few articles, has no rhythm yet.
"""

import datetime as dt
from collections.abc import Iterable

from syndicate import phrases, settings
from syndicate.alarms.need import CASES, Alarm, Need, Threshold
from syndicate.store.ground.session import Transaction
from syndicate.store.views import silence
from syndicate.store.views.silence import Silence
from syndicate.vocabulary.bells import Bell, Owner, Severity

_TIMES = 1.5
_ACTIVE = 35  # articles in a week
_DAYS = 7  # of which something must be known
_SAME_WEEKDAYS = 3


def _silent(tx: Transaction, now: dt.datetime) -> Iterable[Need]:
    least = dt.timedelta(seconds=settings.load().bell_silent_after_s)
    for each in silence.silences(tx, now, longer_than=least, active=_ACTIVE):
        usual = usual_pause(each)
        if usual is not None and now - each.last_at > max(least, usual * _TIMES):
            last = phrases.moment(each.last_at, each.zone)
            yield Need(
                f"Nothing new has come from {each.name} since {last}; at this time of day it was "
                "not silent for so long in the last weeks.",
                key=f"publication:{each.publication_id}",
                publication_id=each.publication_id,
            )


def usual_pause(of: Silence) -> dt.timedelta | None:
    """The longest pause at this time of day that is usual; None where nobody can know yet."""
    same = [pause for day, pause in of.known if day % 7 == 0]
    if len(same) >= _SAME_WEEKDAYS:
        return max(same)
    every = [pause for _, pause in of.known]
    return max(every) if len(every) >= _DAYS else None


SILENT = Alarm(
    name="silent",
    help="nothing new has come in from a publication for half as long again as it ever paused at "
    "this time of day, and for an hour at least",
    path="/console/sources",
    look=_silent,
    bell=Bell.SILENT,
    threshold=Threshold(
        setting="bell_silent_after_s",
        words="and half as long again as its longest pause at this hour",
    ),
    owner=Owner.DESK,
    severity=Severity.PAGE,
    runbook="runbooks/silent",
    test=CASES,
)
