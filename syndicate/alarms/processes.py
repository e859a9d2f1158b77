"""Workers, the beat, the web server and relays that nobody hears any more; ticks that do not come.

What counts is whether a queue has anybody: a worker whose place another has taken is missed by
nobody. A process that the supervisor starts again is back before its bell rings. Silence counts
from when somebody began to listen: what was off all night has its time to start.
"""

import datetime as dt
from collections.abc import Iterable

from syndicate import jobs, phrases
from syndicate.alarms.need import PROCESSES, Alarm, Need, Threshold
from syndicate.store.ground.session import Transaction
from syndicate.store.platform import due, heartbeats
from syndicate.store.platform.heartbeats import Beat, HeartKind
from syndicate.vocabulary.bells import Bell, Owner, Severity

# Nine heartbeats missed: a start on a busy machine takes less.
SILENT_FOR = dt.timedelta(seconds=45)
_WAITS = {
    jobs.SEND_URGENT.queue: "alerts, confirmations and emailed articles",
    jobs.SEND_BULK.queue: "digests and letters",
    jobs.COLLECT_DUE.queue: "collecting from sources",
    jobs.PUBLISH_FEEDS.queue: "feeds and the composing of issues",
    jobs.TICK.queue: "the tick",
    jobs.HUB.queue: "the hub, returned mail and mail to operators",
}
_PROCESSES = {
    HeartKind.BEAT: "The beat, the clock that wakes the workers,",
    HeartKind.WEB: "The web server",
}


def _gone(tx: Transaction, now: dt.datetime) -> Iterable[Need]:
    since = heartbeats.watched_since(tx, now)
    if since is None or since > now - SILENT_FOR:
        return
    yield from _workers(tx, now)
    for kind, called in _PROCESSES.items():
        newest = next(iter(heartbeats.known(tx, kind, now)), None)
        if newest is not None and _is_silent(newest, now):
            said = f"{called} has not been heard since {_at(newest)}."
            yield Need(said, key=kind.value)
    yield from _tick(tx, now)


def _workers(tx: Transaction, now: dt.datetime) -> Iterable[Need]:
    """Queues that nobody serves; those of one lost worker in one sentence."""
    known = heartbeats.known(tx, HeartKind.WORKER, now)
    lost: dict[str, list[str]] = {}
    last: dict[str, Beat] = {}
    for queue in jobs.QUEUES:
        newest = next((each for each in known if queue in each.queues), None)
        if newest is not None and _is_silent(newest, now):
            lost.setdefault(newest.name, []).append(queue)
            last[newest.name] = newest
    for name, queues in lost.items():
        what = phrases.listed([_WAITS.get(queue, queue) for queue in queues])
        yield Need(
            f"No worker serves {phrases.listed(queues)}: {name} has not been heard since "
            f"{_at(last[name])}. What waits for it: {what}.",
            key=f"worker:{','.join(queues)}",
        )


def _tick(tx: Transaction, now: dt.datetime) -> Iterable[Need]:
    """Ticks that do not come although the beat and a worker for them are there."""
    tick = due.tick(tx, now)
    is_missed = tick.at is not None and tick.age_s > SILENT_FOR.total_seconds()
    beats = heartbeats.known(tx, HeartKind.BEAT, now)
    workers = [
        each
        for each in heartbeats.known(tx, HeartKind.WORKER, now)
        if jobs.TICK.queue in each.queues
    ]
    is_explained = any(not each or _is_silent(each[0], now) for each in (beats, workers))
    if is_missed and not is_explained:
        yield Need(
            f"{tick.says} The beat and its worker are there: see that the broker answers "
            "(`syndicate doctor --only broker`), and read the worker's log.",
            key="tick",
        )


def _is_silent(beat: Beat, now: dt.datetime) -> bool:
    return beat.heard_at <= now - SILENT_FOR


def _at(beat: Beat) -> str:
    return phrases.moment(beat.heard_at)


GONE = Alarm(
    name="gone",
    help="a queue has no worker, or the beat, the web server or the tick has not been heard",
    path="/console/alarms",
    look=_gone,
    bell=Bell.GONE,
    threshold=Threshold(SILENT_FOR, "of silence"),
    owner=Owner.OPERATORS,
    severity=Severity.PAGE,
    runbook="runbooks/gone",
    test=PROCESSES,
)


def _relays(tx: Transaction, now: dt.datetime) -> Iterable[Need]:
    since = heartbeats.watched_since(tx, now)
    if since is None or since > now - SILENT_FOR:
        return
    for each in heartbeats.known(tx, HeartKind.RELAY, now):
        # One that nobody asks any more is in no setting, or its asker is gone, which rings itself.
        is_asked = each.asked_at is not None and each.asked_at > now - SILENT_FOR
        if is_asked and _is_silent(each, now):
            said = f"The relay {each.name} has not answered since {_at(each)}."
            if each.said is not None:
                said = f"No mail has left by {each.name} since {_at(each)}. {each.said}"
            text = f"{said} Mail for it is safe in the database and waits."
            yield Need(text, key=f"relay:{each.name}")


RELAYS = Alarm(
    name="relays",
    help="a relay does not answer, or does not encrypt as it must",
    path="/console/alarms",
    look=_relays,
    bell=Bell.GONE,
    threshold=Threshold(SILENT_FOR, "of silence"),
    owner=Owner.OPERATORS,
    severity=Severity.PAGE,
    runbook="runbooks/gone",
    test=PROCESSES,
)
