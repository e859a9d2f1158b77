"""The list of all alarms, in the order in which they are read, and what each finds now."""

import datetime as dt
from dataclasses import replace
from functools import partial

from syndicate import logs
from syndicate.alarms import (
    content,
    halts,
    hearers,
    installation,
    lateness,
    outgoing,
    processes,
    readers,
    silence,
)
from syndicate.alarms.need import Alarm, Need
from syndicate.errors import BAD_ROW, SyndicateError
from syndicate.store.ground.session import BadValueError, Transaction, apart
from syndicate.store.platform.rings import Cause
from syndicate.store.platform.tokens import Actor, Permission

log = logs.get(__name__)

_AT_FAULT: tuple[type[Exception], ...] = (SyndicateError, BadValueError, *BAD_ROW)
ALARMS: tuple[Alarm, ...] = (
    halts.STOPPED,
    processes.GONE,
    processes.RELAYS,
    hearers.WAYS,
    lateness.NOT_BEGUN,
    lateness.NOT_DONE,
    lateness.LATE_ALERTS,
    silence.SILENT,
    halts.PAUSED_MAILINGS,
    outgoing.MAILINGS,
    outgoing.INCIDENTS,
    outgoing.HELD_ISSUES,
    outgoing.HOLDS,
    halts.PAUSED_NEWSLETTERS,
    outgoing.LEFT_OUT_STORIES,
    content.UNREAD_EMBARGOES,
    readers.LATE_SINGLES,
    readers.SIGN_UPS,
    installation.OPERATORS_UNTOLD,
    installation.JOURNAL,
    installation.RESTORED,
    installation.KEYS,
    installation.OPEN_KEY_FILES,
    content.SOURCES,
    content.HELD_DOCUMENTS,
    outgoing.NEWSLETTERS,
    outgoing.SENDERS,
)


def needs(tx: Transaction, now: dt.datetime, actor: Actor | None = None) -> list[Need]:
    """All that waits for a person, in the list's order, each with its path.

    Args:
        tx: the open transaction.
        now: aware UTC.
        actor: who sees only what they may read of; None for all of it.
    """
    return [need for found in by_name(tx, now, actor).values() for need in found]


def by_name(tx: Transaction, now: dt.datetime, actor: Actor | None = None) -> dict[str, list[Need]]:
    """The same by the alarm's name: every alarm, in the list's order, the silent ones too."""
    return {alarm.name: look_into(alarm, tx, now, actor) for alarm in ALARMS}


def causes(tx: Transaction, now: dt.datetime) -> list[Cause]:
    """What every alarm of a bell finds now, each cause once; nothing is left out or folded."""
    found: dict[tuple[str, str], Cause] = {}
    for alarm in ALARMS:
        if alarm.bell is None:
            continue
        for need in map(partial(_whole, alarm), _look(alarm, tx, now)):
            found.setdefault(
                (alarm.name, need.key),
                Cause(
                    alarm=alarm.name,
                    key=need.key,
                    text=need.text,
                    path=need.path,
                    settle=need.settle,
                    publication_id=need.publication_id,
                    newsletter_id=need.newsletter_id,
                ),
            )
    return list(found.values())


def look_into(
    alarm: Alarm, tx: Transaction, now: dt.datetime, actor: Actor | None = None
) -> list[Need]:
    """What one alarm finds, each with its path; that it cannot look is a finding too."""
    found = alarm.fold([need for need in _look(alarm, tx, now) if _may_see(actor, need)])
    return [_whole(alarm, need) for need in found]


def _whole(alarm: Alarm, need: Need) -> Need:
    path = need.path or alarm.path
    return replace(need, path=path, key=need.key or path)


def _look(alarm: Alarm, tx: Transaction, now: dt.datetime) -> list[Need]:
    try:
        with apart(tx):
            return list(alarm.look(tx, now))
    except _AT_FAULT:
        log.exception("alarm_not_read", alarm=alarm.name)
        text = (
            f"The alarm {alarm.name} cannot be read, because one of its rows is unusable: "
            "`syndicate doctor --only rows` can name it, and the log (alarm_not_read) says more."
        )
        return [Need(text, key="unread")]


def _may_see(actor: Actor | None, need: Need) -> bool:
    if actor is None or need.is_everybodys:
        return True
    whose = {"publication_id": need.publication_id, "newsletter_id": need.newsletter_id}
    return actor.may(Permission.READ, **whose)
