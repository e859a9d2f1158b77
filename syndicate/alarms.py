"""What needs a person: the one list that the console, /metrics and `syndicate doctor` read.

An alarm looks at the rows of this moment and writes none; what it finds are sentences, each with
the page where a person looks into it. A new alarm is a function and a row of `ALARMS` here, its
cases in tests/test_alarms.py and its row in docs/operations.md; the faces follow by themselves.

A row that nobody can read costs its own alarm and no other: that is then what the alarm says
(docs/decisions/0025-strict-at-the-door-lenient-in-the-house.md). A database that is away is no
such row.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from syndicate import logs, phrases, settings
from syndicate.articles import date_notices
from syndicate.bounces.keeping import advice
from syndicate.errors import BAD_ROW, SyndicateError
from syndicate.mail.sending import allowed
from syndicate.newsletters import timetable
from syndicate.newsroom import holds as standing
from syndicate.store.ground.session import BadValueError, Transaction, apart
from syndicate.store.newsroom import incidents, newsletters, publications, sender_checks
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.platform import caps, due, installation, notices, operators
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.store.sending import holds
from syndicate.store.views import operations, progress, troubles
from syndicate.store.views.troubles import Trouble
from syndicate.subscribers import confirmation
from syndicate.vocabulary.newsletters import IssueState
from syndicate.vocabulary.sending import HoldScope, MailingState
from syndicate.vocabulary.sources import SourceState

log = logs.get(__name__)

_LOOK_BACK = dt.timedelta(days=2)  # what nobody did anything about by then is history
_JOURNAL_AGO = dt.timedelta(minutes=3)  # it is tried every two seconds
_SIGN_UPS_AGO = dt.timedelta(days=1)  # it is seen in the morning
_SOURCES = 5  # by name in each state; an outage of ours brings all at once
_INCIDENTS = 5  # by name; a block of our address brings dozens at once
_AT_FAULT: tuple[type[Exception], ...] = (SyndicateError, BadValueError, *BAD_ROW)


@dataclass(frozen=True)
class Need:
    """One thing that waits for a person.

    Attributes:
        text: what it is, in a sentence.
        path: where it is looked into; empty where its alarm's path is the place.
        tick: where the console posts that somebody has seen it, which is all that it needs; empty
            where it needs more.
        publication_id: whose it is; neither this nor a newsletter: the installation's.
        newsletter_id: whose it is, where it belongs to one.
        is_everybodys: whether it is to be seen by everybody who may read anything.
        kept_with: what others it is shown with, of which many are counted.
    """

    text: str
    path: str = ""
    tick: str = ""
    publication_id: int | None = field(default=None, compare=False)
    newsletter_id: int | None = field(default=None, compare=False)
    is_everybodys: bool = field(default=False, compare=False)
    kept_with: str = field(default="", compare=False)


@dataclass(frozen=True)
class Alarm:
    """One reason why a person is needed.

    Attributes:
        name: what a monitoring system and the documents call it.
        help: when it rings, in one line.
        path: where in the console somebody looks into it.
        look: finds what waits at a moment (aware UTC) in an open transaction.
        fold: shortens what somebody sees of it.
    """

    name: str
    help: str
    path: str
    look: Callable[[Transaction, dt.datetime], Iterable[Need]]
    fold: Callable[[Sequence[Need]], Iterable[Need]] = lambda found: found


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


def look_into(
    alarm: Alarm, tx: Transaction, now: dt.datetime, actor: Actor | None = None
) -> list[Need]:
    """What one alarm finds, each with its path; that it cannot look is a finding too."""
    try:
        with apart(tx):
            seen = [need for need in alarm.look(tx, now) if _may_see(actor, need)]
            found = list(alarm.fold(seen))
    except _AT_FAULT:
        log.exception("alarm_not_read", alarm=alarm.name)
        text = (
            f"The alarm {alarm.name} cannot be read, because one of its rows is unusable: "
            "`syndicate doctor --only rows` can name it, and the log (alarm_not_read) says more."
        )
        found = [need for need in (Need(text),) if _may_see(actor, need)]
    return [replace(need, path=need.path or alarm.path) for need in found]


def _may_see(actor: Actor | None, need: Need) -> bool:
    if actor is None or need.is_everybodys:
        return True
    whose = {"publication_id": need.publication_id, "newsletter_id": need.newsletter_id}
    return actor.may(Permission.READ, **whose)


def _of(newsletter: Newsletter, text: str, path: str) -> Need:
    """What waits of a newsletter."""
    return Need(text, path, publication_id=newsletter.publication_id, newsletter_id=newsletter.id)


def _mailings(tx: Transaction, _now: dt.datetime) -> Iterable[Need]:
    found = progress.find_all(tx, operations.watched(tx))
    titles = operations.titles(tx, [each.mailing.id for each in found])
    waiting = troubles.waiting(tx, found)
    for each in found:
        title, path = titles.get(each.mailing.id), f"/console/mailings/{each.mailing.id}"
        if title is None:  # it was deleted at this moment
            continue
        named = f"{title.called} of {title.newsletter}"
        if each.mailing.state is MailingState.PAUSED:
            said = f"is {each.mailing.state} with {each.counts.remaining} remaining"
            need = Need(f"{named} {said}.", path)
        elif trouble := waiting.get(each.mailing.id):
            need = Need(f"{named} has {_said(trouble)}.", path, f"{path}/tick-off")
        else:
            continue
        publication_id, newsletter_id = each.mailing.publication_id, each.mailing.newsletter_id
        yield replace(need, publication_id=publication_id, newsletter_id=newsletter_id)


def _said(trouble: Trouble) -> str:
    told = ((trouble.failed, "failed"), (trouble.ambiguous, "in doubt"))
    return " and ".join(f"{number} {word}" for number, word in told if number)


def _incidents(tx: Transaction, _now: dt.datetime) -> Iterable[Need]:
    found = [each for each in incidents.open_ones(tx) if each.taken_by is None]
    for each in found[:_INCIDENTS]:
        text = advice.sentence(each.receiver, each.domain, each.reason)
        yield Need(text, f"/console/incidents#incident-{each.id}")
    if more := len(found) - min(len(found), _INCIDENTS):
        who = phrases.counted(more, "more receiver objects", "more receivers object")
        yield Need(f"{who} to our mail.")


def _held_issues(tx: Transaction, now: dt.datetime) -> Iterable[Need]:
    for issue, newsletter in operations.issues_in(tx, (IssueState.HELD,), since=now - _LOOK_BACK):
        why = (issue.note or "no reason given").removesuffix(".")
        text = f"{issue.called} of {newsletter.name} is held: {why}."
        yield _of(newsletter, text, f"/console/issues/{issue.id}")


def _holds(tx: Transaction, _now: dt.datetime) -> Iterable[Need]:
    names = operators.names(tx)
    for each in holds.named(tx, holds.every(tx)):
        by = phrases.who(each.hold.placed_by, names)
        since = phrases.moment(each.hold.placed_at)
        why = each.hold.why.removesuffix(".")
        publication_id, newsletter_id = standing.whose(tx, each.hold)
        yield Need(
            f"{each.name}: held by {by} since {since}: {why}.",
            publication_id=publication_id,
            newsletter_id=newsletter_id,
            is_everybodys=each.hold.scope is HoldScope.ISSUES,
        )


def _unusable_stories(tx: Transaction, now: dt.datetime) -> Iterable[Need]:
    for row, issue, newsletter in operations.unusable_stories(tx, since=now - _LOOK_BACK):
        why = row.detail.get("why", "no reason was recorded")
        text = (
            f"{issue.called} of {newsletter.name} was sent without "
            f"{row.subject.replace(':', ' ')}: {why}."
        )
        yield _of(newsletter, text, f"/articles/{row.subject.removeprefix('article:')}")


def _embargoes(tx: Transaction, _now: dt.datetime) -> Iterable[Need]:
    if held := date_notices.held_now(tx):
        yield Need(held)


def _late_singles(tx: Transaction, now: dt.datetime) -> Iterable[Need]:
    if late := operations.late_singles(tx, now):
        what = phrases.counted(
            late, "confirmation or emailed article has", "confirmations or emailed articles have"
        )
        yield Need(f"{what} been waiting for more than two minutes.")


def _sign_ups(tx: Transaction, now: dt.datetime) -> Iterable[Need]:
    most = confirmation.PUBLICATION_MAILS
    found = caps.beyond(tx, confirmation.PUBLICATION, most, since=now - _SIGN_UPS_AGO)
    newest = {each.key: each for each in found}
    for each in publications.all_publications(tx):
        if (hour := newest.get(str(each.id))) is not None:
            text = (
                f"{each.name} answered {hour.used:,} sign-ups in the hour from "
                f"{phrases.moment(hour.window_from)}: somebody may be typing in strangers."
            )
            yield Need(text, publication_id=each.id)


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


def _journal(tx: Transaction, now: dt.datetime) -> Iterable[Need]:
    missed = due.newest(tx, due.JOURNAL_MISSED, now)
    if missed is not None and missed > now - _JOURNAL_AGO:
        yield Need(
            "The journal beside the database cannot be read or written: after a restore, what "
            "readers do now would be forgotten. See that its disk is there and has room; the log "
            "of the tick names the file (tick_step_failed)."
        )


def _rest(tx: Transaction, _now: dt.datetime) -> Iterable[Need]:
    if (since := installation.rest_held_at(tx)) is not None:
        yield Need(
            f"This database was restored {phrases.moment(since)}. New mail is sent; what was open "
            "then is held: see what would be sent, and release it."
        )


def _sources(tx: Transaction, _now: dt.datetime) -> Iterable[Need]:
    for state in SourceState:
        if state not in SourceState.troubled():
            continue
        for name, publication_id in operations.sources_in(tx, state):
            said = f"The source {name} is {state}."
            yield Need(said, publication_id=publication_id, kept_with=state)


def _held_documents(tx: Transaction, _now: dt.datetime) -> Iterable[Need]:
    for name, publication_id in operations.sources_held(tx):
        yield Need(
            f"The source {name} changes the headlines of all its stories at once; accept that, or "
            "drop it.",
            publication_id=publication_id,
        )


def _few_sources(found: Sequence[Need]) -> Iterable[Need]:
    """The first of each state by name, and how many more there are."""
    for state, alike in groupby(found, key=lambda need: need.kept_with):
        named = list(alike)
        yield from named[:_SOURCES]
        if more := len(named) - min(len(named), _SOURCES):
            yield Need(f"{phrases.counted(more, 'more source is', 'more sources are')} {state}.")


def _newsletters(tx: Transaction, _now: dt.datetime) -> Iterable[Need]:
    for each in newsletters.every(tx):
        if each.ended_at is None and (why := timetable.trouble(each)) is not None:
            yield _of(each, why, f"/console/newsletters/{each.id}")


def _senders(tx: Transaction, _now: dt.datetime) -> Iterable[Need]:
    ids = {slug: publication_id for publication_id, slug in publications.slugs(tx).items()}
    for each in sender_checks.wrong(tx):
        told = ", ".join(dict.fromkeys(row.record.words for row in each.records))
        text = f"DNS is not right for the sender of {each.name}: {told}."
        yield Need(text, f"/console/senders#{each.slug}", publication_id=ids.get(each.slug))


ALARMS: tuple[Alarm, ...] = (
    Alarm(
        "mailings",
        "a recent mailing is paused, or more than 2 % of its mails failed or some are in doubt, "
        "which nobody has ticked off",
        "/console/mailings",
        _mailings,
    ),
    Alarm(
        "incidents",
        "a receiver objects to our mail, and nobody looks after it",
        "/console/incidents",
        _incidents,
    ),
    Alarm(
        "held_issues",
        "an issue of the last two days is held",
        "/console/newsletters",
        _held_issues,
    ),
    Alarm(
        "holds",
        "a mailing, a newsletter, a publication or all issues are on hold",
        "/console/holds",
        _holds,
    ),
    Alarm(
        "left_out_stories",
        "an issue of the last two days was sent without a story that no mail can hold",
        "/console/newsletters",
        _unusable_stories,
    ),
    Alarm(
        "unread_embargoes",
        "articles are held because their embargoes cannot be read",
        "/console/held",
        _embargoes,
    ),
    Alarm(
        "late_singles",
        "a confirmation or an emailed article has waited for more than two minutes",
        "/console/mailings?singles=1",
        _late_singles,
    ),
    Alarm(
        "sign_ups",
        f"a publication answered more than {confirmation.PUBLICATION_MAILS} sign-ups in an hour of "
        "the last day",
        "/console/mailings?singles=1",
        _sign_ups,
    ),
    Alarm(
        "operators_untold",
        "no relay took a mail to operators within two days, nor one since",
        "/console/audit",
        _operators_untold,
    ),
    Alarm(
        "journal",
        "the journal beside the database could not be read or written in the last three minutes",
        "/console/audit",
        _journal,
    ),
    Alarm(
        "restored",
        "a database was restored, and what was open then is held",
        "/console/release",
        _rest,
    ),
    Alarm(
        "sources",
        "a source is failing, dormant or gone",
        "/console/sources",
        _sources,
        _few_sources,
    ),
    Alarm(
        "held_documents",
        "a source changes the headlines of all its stories at once, and nobody has looked at it",
        "/console/sources",
        _held_documents,
    ),
    Alarm(
        "newsletters",
        "a newsletter is not sent, because of what its own row says",
        "/console/newsletters",
        _newsletters,
    ),
    Alarm(
        "senders",
        "what DNS says of a sender lets receivers refuse or doubt its mail",
        "/console/senders",
        _senders,
    ),
)
