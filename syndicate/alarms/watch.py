"""The watch: looks at the bells, begins and ends rings, and tells them until somebody has heard.

    the tick ─────┐  looks (one at a time) ─> rings ─> a job tells them
    the web server┘                             └────> or the web server's own thread

Two stand watch, so that one dead process silences nothing: whoever comes first looks and tells. A
page is told at once, after one minute more, after five, after fifteen, and then every thirty until
somebody acknowledges it or its cause is gone; a notice is told once a day. Quiet hours and a stop
of everything change nothing of that. Nothing is told while a transaction is open.

Source: docs/decisions/0050-bells-are-rows-and-two-watch.md.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from syndicate import clock, logs, phrases, settings
from syndicate.alarms import ringing
from syndicate.alarms.need import Alarm
from syndicate.alarms.telling import round as rounds
from syndicate.alarms.telling.ring import Outcome, Ring
from syndicate.settings import Settings
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import publications
from syndicate.store.platform import heartbeats, operators, rings
from syndicate.vocabulary.bells import Owner, RingState, Severity

log = logs.get(__name__)

TellAll = Callable[[Sequence[Ring], Settings, dt.datetime], Mapping[int, Sequence[Outcome]]]

# After each telling, the next; the last of them again and again.
_PAGE = tuple(dt.timedelta(minutes=each) for each in (1, 5, 15, 30))
_NOTICE = (dt.timedelta(days=1),)
_ALARMS: Mapping[str, Alarm] = {each.name: each for each in ringing.ALARMS}
TEST = "test"
_RUNBOOKS = {TEST: "runbooks", "database": "runbooks/gone"}


def look(now: dt.datetime) -> bool:
    """Look at the bells, unless another does or just has. Safe to run twice, or at once.

    Returns:
        Whether a way may not have heard yet what happened of late.
    """
    with transaction() as tx:
        if not heartbeats.watch(tx, now):
            return False
        rings.see(tx, ringing.causes(tx, now), now=now)
        rings.rise(tx, now, wait_after)
        return rings.is_lively(tx, now)


def tell(now: dt.datetime, tell_all: TellAll = rounds.tell_all) -> int:
    """Tell every way what it has not heard yet. Safe to run twice, or at once.

    Args:
        now: aware UTC.
        tell_all: tells rings by every way that is owed them.

    Returns:
        How many rings were told by any.
    """
    with transaction() as tx:
        slugs, names = publications.slugs(tx), operators.names(tx)
        due = [as_told(row, slugs, names) for row in rings.to_tell(tx, now)]
    if not due:
        return 0
    outcomes = {each: said for each, said in tell_all(due, settings.load(), now).items() if said}
    if outcomes:
        with transaction() as tx:
            rings.note(tx, {each: told(said) for each, said in outcomes.items()}, now=now)
    for each in due:
        if each.id in outcomes:
            write_down(each)
    return len(outcomes)


def looked_at() -> dt.datetime | None:
    """When anybody last looked at every bell; None where nobody ever did."""
    with transaction() as tx:
        return heartbeats.looked_at(tx)


def write_down(ring: Ring) -> None:
    """A line in the log, by which whoever reads only that hears of it."""
    said = {"alarm": ring.bell, "rung": ring.rung, "state": ring.state.value}
    log.error("bell_rang", ring_id=ring.id, text=ring.text, runbook=ring.runbook, **said)


def told(outcomes: Sequence[Outcome]) -> dict[str, dict[str, str]]:
    """What became of telling a ring, as its row keeps it."""
    return {
        each.way: {"at": clock.iso(each.told_at)} if each.told_at else {"error": each.error}
        for each in outcomes
    }


def wait_after(alarm: str, rung: int) -> dt.timedelta:
    """How long after it was rung so often a ring is rung again, if nobody has heard it."""
    waits = _PAGE if severity_of(alarm) is Severity.PAGE else _NOTICE
    return waits[min(rung, len(waits)) - 1]


def alarm_of(name: str) -> Alarm | None:
    """The alarm of a name; None of one that this version does not know."""
    return _ALARMS.get(name)


def owner_of(alarm: str) -> Owner:
    """Who looks into what an alarm finds."""
    known = _ALARMS.get(alarm)
    return known.owner if known is not None else Owner.OPERATORS


def runbook_of(alarm: str) -> str:
    """The document that says what to do: "runbooks/gone"."""
    known = _ALARMS.get(alarm)
    return known.runbook if known is not None else _RUNBOOKS.get(alarm, "runbooks")


def severity_of(alarm: str) -> Severity:
    """How loud an alarm is; a page, of one that this version does not know."""
    known = _ALARMS.get(alarm)
    return known.severity if known is not None else Severity.PAGE


def as_told(row: rings.Ring, slugs: Mapping[int, str], names: Mapping[str, str]) -> Ring:
    """A row as the ways tell it.

    Args:
        row: which.
        slugs: of the publications, by id.
        names: of the operators, by how rows name them.
    """
    is_over = row.ended_at is not None and not row.is_test
    heard_by = None if row.acknowledged_by is None else phrases.who(row.acknowledged_by, names)
    return ring_of(
        row.alarm,
        row.key,
        row.text,
        began_at=row.began_at,
        rung=max(1, row.rung),
        ring_id=row.id,
        state=RingState.OVER if is_over else RingState.RINGING,
        path=f"/console/alarms/{row.id}",
        publication=slugs.get(row.publication_id or 0),
        acknowledged_by=heard_by,
    )


def ring_of(  # noqa: PLR0913 - a ring is that many facts
    alarm: str,
    key: str,
    text: str,
    *,
    began_at: dt.datetime,
    rung: int,
    ring_id: int = 0,
    state: RingState = RingState.RINGING,
    path: str = "/console",
    publication: str | None = None,
    acknowledged_by: str | None = None,
) -> Ring:
    """A ring with what its alarm says of it; also of one that stands in no row."""
    base = settings.load().console_url()
    return Ring(
        id=ring_id,
        bell=alarm,
        key=key,
        text=text,
        began_at=began_at,
        rung=rung,
        state=state,
        severity=severity_of(alarm),
        owner=owner_of(alarm).value,
        runbook=f"{base}/docs/{runbook_of(alarm)}",
        link=f"{base}{path}",
        publication=publication,
        acknowledged_by=acknowledged_by,
    )
