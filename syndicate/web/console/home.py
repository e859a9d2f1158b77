"""/console: what needs a person, what is under way, what comes next; and *stop everything*."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Response

from syndicate import clock
from syndicate.articles import date_notices
from syndicate.bounces.keeping import advice
from syndicate.mail import steering
from syndicate.mail.recovery import restored
from syndicate.newsletters import timetable
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom import incidents, newsletters
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.views import operations, progress
from syndicate.store.views.operations import Title
from syndicate.store.views.progress import Standing
from syndicate.vocabulary.newsletters import IssueState
from syndicate.vocabulary.sending import MailingState
from syndicate.vocabulary.sources import SourceState
from syndicate.web.console import pages
from syndicate.web.console.actors import CanRead, CanStop

_LOOK_BACK = dt.timedelta(days=2)
_RECENT = 6
_INCIDENTS = 5
_TROUBLED = (SourceState.FAILING, SourceState.DORMANT, SourceState.GONE)

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Need:
    """One thing that waits for a person."""

    text: str
    path: str


@dataclass(frozen=True)
class Coming:
    """A newsletter's next slot."""

    newsletter: Newsletter
    due_at: dt.datetime


@router.get("/console")
def home(actor: CanRead) -> Response:
    """The first look."""
    now = clock.now()
    with transaction() as tx:
        ids = operations.mailing_ids(tx, limit=_RECENT)
        opened = operations.open_mailings(tx)
        found = progress.standings(tx, sorted({*ids, *opened}, reverse=True))
        titles = operations.titles(tx, [standing.mailing.id for standing in found])
        every = newsletters.every(tx)
        needs = [*_needs(tx, found, titles, now), *_unreadable(every)]
        sources = operations.sources_by_state(tx)
        lanes = operations.ready_batches(tx)
    return pages.render(
        actor,
        "home.html",
        tab="home",
        needs=needs,
        current=[standing for standing in found if not standing.is_over],
        recent=[standing for standing in found if standing.is_over][:_RECENT],
        titles=titles,
        coming=_coming(every, now),
        sources=sources,
        lanes=lanes,
    )


@router.get("/console/stop")
def stop_page(actor: CanStop) -> Response:
    """The form that asks why."""
    return pages.render(actor, "stop.html", tab="stop")


@router.post("/console/stop")
def stop(actor: CanStop, *, why: Annotated[str, Form()] = "") -> Response:
    """Stop everything: no mail of any kind leaves until it is released."""
    steering.stop_everything(why, actor=actor, now=clock.now())
    return pages.see_other("/console")


@router.get("/console/release")
def release_page(actor: CanRead) -> Response:
    """What letting mail leave would do, and the question."""
    found = restored.plan(clock.now())
    with transaction() as tx:
        titles = operations.titles(tx, [row.id for row in found.mailings])
    return pages.render(actor, "release.html", tab="release", plan=found, titles=titles)


@router.post("/console/release")
def release(actor: CanStop) -> Response:
    """Release mail; after a restore, settled by the accept logs first."""
    steering.release(actor=actor, now=clock.now())
    return pages.see_other("/console")


def _needs(
    tx: Transaction, found: Sequence[Standing], titles: dict[int, Title], now: dt.datetime
) -> list[Need]:
    needs = [
        Need(f"{_called(each, titles)} {_trouble(each)}.", f"/console/mailings/{each.mailing.id}")
        for each in found
        if _trouble(each)
    ]
    needs += _incidents(tx)
    unwell = operations.issues_in(tx, (IssueState.HELD,), since=now - _LOOK_BACK)
    needs += [
        Need(
            f"Issue {issue.number} of {newsletter.name} is held: {issue.note or 'no reason given'}",
            f"/console/newsletters/{newsletter.id}",
        )
        for issue, newsletter in unwell
    ]
    needs += [
        Need(
            f"Issue {issue.number} of {newsletter.name} was sent without "
            f"{row.subject.replace(':', ' ')}: {row.detail.get('why', 'no reason was recorded')}.",
            f"/articles/{row.subject.removeprefix('article:')}",
        )
        for row, issue, newsletter in operations.left_out(tx, since=now - _LOOK_BACK)
    ]
    held = date_notices.held_now(tx)
    needs += [Need(held, "/console/held")] if held else []
    late = operations.late_singles(tx, now)
    if late:
        text = (
            f"{late} confirmations or emailed articles have been waiting for more than two minutes."
        )
        needs.append(Need(text, "/console/mailings?singles=1"))
    troubled = {
        state: count
        for state, count in operations.sources_by_state(tx).items()
        if state in _TROUBLED
    }
    needs += [
        Need(f"{count} {'source is' if count == 1 else 'sources are'} {state}.", "/console/sources")
        for state, count in troubled.items()
    ]
    return needs


def _unreadable(every: Sequence[Newsletter]) -> list[Need]:
    """Newsletters that come out no more, because their own row cannot be read."""
    return [
        Need(why, f"/console/newsletters/{each.id}")
        for each in every
        if (why := timetable.trouble(each)) is not None
    ]


def _incidents(tx: Transaction) -> list[Need]:
    """Those that nobody looks after yet."""
    found = [each for each in incidents.open_ones(tx) if each.taken_by is None]
    needs = [
        Need(
            advice.told(each.receiver, each.domain, each.reason),
            f"/console/incidents#incident-{each.id}",
        )
        for each in found[:_INCIDENTS]
    ]
    if len(found) > _INCIDENTS:
        text = f"{len(found) - _INCIDENTS} more receivers object to our mail."
        needs.append(Need(text, "/console/incidents"))
    return needs


def _called(standing: Standing, titles: dict[int, Title]) -> str:
    title = titles.get(standing.mailing.id)
    return f"{title.newsletter} {title.number}" if title else f"Mailing {standing.mailing.id}"


def _trouble(standing: Standing) -> str:
    """What is wrong with a mailing, as the end of a sentence; empty if nothing is."""
    counts = standing.counts
    if standing.mailing.state is MailingState.PAUSED:
        return f"is {standing.mailing.state} with {counts.remaining} remaining"
    told = [
        f"{number} {word}"
        for number, word in ((counts.failed, "failed"), (counts.ambiguous, "in doubt"))
        if number
    ]
    return f"has {' and '.join(told)}" if told else ""


def _coming(every: Sequence[Newsletter], now: dt.datetime) -> list[Coming]:
    found = [
        Coming(newsletter, slot.due_at)
        for newsletter in every
        if (slot := timetable.next_slot(newsletter, now)) is not None
    ]
    return sorted(found, key=lambda each: each.due_at)
