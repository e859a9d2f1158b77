"""The installation itself: its journal, what a restore left open, its mail to operators."""

import datetime as dt
from collections.abc import Iterable

from syndicate import phrases, settings
from syndicate.alarms.need import CASES, Alarm, Need, Threshold
from syndicate.keys import open_files, sealing, standing
from syndicate.mail.sending import allowed
from syndicate.store.ground.session import Transaction
from syndicate.store.platform import due, installation, notices
from syndicate.vocabulary.bells import Bell, Owner, Severity

_JOURNAL_AGO = dt.timedelta(minutes=3)  # it is tried every two seconds


def _operators_untold(tx: Transaction, now: dt.datetime) -> Iterable[Need]:
    may = allowed.here(tx, settings.load())
    # Of another environment's database only those are mailed whom a list names.
    if lost := sum(may.has(address) for address in notices.given_up(tx, now)):
        what = phrases.counted(
            lost,
            "mail to an operator about signing in was",
            "mails to operators about signing in were",
        )
        yield Need(
            f"{what} not delivered: no relay took mail to operators for two days. Read in the "
            "audit what happened, and see that the relay answers (`syndicate doctor --only relay`)"
            "; this ends with the next such mail that is taken."
        )


OPERATORS_UNTOLD = Alarm(
    name="operators_untold",
    help="no relay took a mail to operators within two days, nor one since",
    path="/console/audit",
    look=_operators_untold,
    threshold=Threshold(notices.WITHIN, "without a mail taken"),
    owner=Owner.OPERATORS,
    runbook="runbooks/notices#operators_untold",
    test=CASES,
)


def _journal(tx: Transaction, now: dt.datetime) -> Iterable[Need]:
    missed = due.newest(tx, due.JOURNAL_MISSED, now)
    if missed is not None and missed > now - _JOURNAL_AGO:
        yield Need(
            "The journal beside the database cannot be read or written: after a restore, what "
            "readers do now would be forgotten. See that its disk is there and has room; the log "
            "of the tick names the file (tick_step_failed).",
            key="journal",
        )


JOURNAL = Alarm(
    name="journal",
    help="the journal beside the database could not be read or written in the last three minutes",
    path="/console/audit",
    look=_journal,
    bell=Bell.GONE,
    owner=Owner.OPERATORS,
    severity=Severity.PAGE,
    runbook="runbooks/gone",
    test=CASES,
)


def _rest(tx: Transaction, _now: dt.datetime) -> Iterable[Need]:
    if (since := installation.rest_held_at(tx)) is not None:
        yield Need(
            f"This database was restored {phrases.moment(since)}. New mail is sent; what was open "
            "then is held: see what would be sent, and release it.",
            key="restored",
        )


RESTORED = Alarm(
    name="restored",
    help="a database was restored, and what was open then is held",
    path="/console/release",
    look=_rest,
    bell=Bell.HELD,
    owner=Owner.OPERATORS,
    severity=Severity.PAGE,
    runbook="runbooks/held",
    test=CASES,
)


def _keys(tx: Transaction, now: dt.datetime) -> Iterable[Need]:
    own = settings.load()
    key = own.key() if own.master_key is not None else None
    older = sealing.held(tx, key).rows if key is not None else 0
    yield from (Need(each) for each in standing.said(tx, key, older, now))


KEYS = Alarm(
    name="keys",
    help="a rotation of the master key stands still, a key's time is over, or this is not the key "
    "that the database was written with",
    path="/console/alarms",
    look=_keys,
    owner=Owner.OPERATORS,
    runbook="runbooks/notices#keys",
    test=CASES,
)


def _open_files(tx: Transaction, now: dt.datetime) -> Iterable[Need]:
    for each in open_files.noted(tx, now):
        yield Need(f"A file with a secret is not its owner's alone: {each}")


OPEN_KEY_FILES = Alarm(
    name="open_key_files",
    help="others on a worker's machine can read, or change, a file with a secret",
    path="/console/alarms",
    look=_open_files,
    owner=Owner.OPERATORS,
    runbook="runbooks/notices#open_key_files",
    test=CASES,
)
