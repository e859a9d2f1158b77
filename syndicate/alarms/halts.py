"""What somebody stopped or paused, or a brake of ours did: nothing of it leaves until a word."""

import datetime as dt
from collections.abc import Iterable

from syndicate import phrases
from syndicate.alarms import outgoing
from syndicate.alarms.need import CASES, Alarm, Need, of
from syndicate.newsletters import timetable
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.platform import installation
from syndicate.store.views import operations, progress
from syndicate.vocabulary.bells import Bell, Owner, Severity
from syndicate.vocabulary.sending import MailingState


def _stopped(tx: Transaction, _now: dt.datetime) -> Iterable[Need]:
    row = installation.read(tx)
    if row is None or row.stopped_at is None:
        return
    since = phrases.moment(row.held_at or row.stopped_at)
    why = (row.held_why if row.held_at else row.stopped_why) or "no reason given"
    told = "Mail is held" if row.held_at else "Everything is stopped"
    yield Need(f"{told} since {since}: {why.removesuffix('.')}.", key="stopped", is_everybodys=True)


STOPPED = Alarm(
    name="stopped",
    help="all mail is stopped, or held because the database may be a copy",
    path="/console/release",
    look=_stopped,
    bell=Bell.HELD,
    owner=Owner.OPERATORS,
    severity=Severity.PAGE,
    runbook="runbooks/held",
    test=CASES,
)


def _paused_mailings(tx: Transaction, _now: dt.datetime) -> Iterable[Need]:
    found = progress.find_all(tx, operations.watched(tx))
    for each, named, path in outgoing.called(tx, found):
        if each.mailing.state is MailingState.PAUSED:
            said = f"{named} is paused with {each.counts.remaining} remaining."
            yield outgoing.of_mailing(each, said, path)


PAUSED_MAILINGS = Alarm(
    name="paused_mailings",
    help="a mailing is paused, by somebody or because too many readers were refused or complained",
    path="/console/mailings",
    look=_paused_mailings,
    bell=Bell.HELD,
    owner=Owner.OPERATORS,
    severity=Severity.PAGE,
    runbook="runbooks/held",
    test=CASES,
)


def _paused_newsletters(tx: Transaction, _now: dt.datetime) -> Iterable[Need]:
    for each in newsletters.every(tx):
        if each.paused_at is not None and each.ended_at is None:
            said = f"{each.name} is {timetable.at_rest(each)}."
            yield of(each, said, f"/console/newsletters/{each.id}", key=f"newsletter:{each.id}")


PAUSED_NEWSLETTERS = Alarm(
    name="paused_newsletters",
    help="a newsletter is paused",
    path="/console/newsletters",
    look=_paused_newsletters,
    bell=Bell.HELD,
    owner=Owner.DESK,
    runbook="runbooks/held",
    test=CASES,
)
