"""/console: what needs a person, what is under way, what comes next; and *stop everything*."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Response

from syndicate import clock
from syndicate.alarms import hearing, ringing
from syndicate.alarms.need import Need
from syndicate.alarms.shown import ShownRing, shown
from syndicate.mail import steering
from syndicate.mail.recovery import restored
from syndicate.newsletters import timetable
from syndicate.newsroom.newsletters import readable
from syndicate.newsroom.verbs import allow
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom import newsletters, publications
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.platform import rings
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.store.views import first_steps, operations, progress
from syndicate.web.console import pages, start
from syndicate.web.console.actors import CanRead, CanStop
from syndicate.web.console.done import Done

# For so long everybody sees who used a link of the shell, or a recovery code.
_TOLD_FOR = dt.timedelta(days=7)

router = APIRouter(include_in_schema=False)


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
        needs = _needs(tx, actor, now)
        found = [
            each
            for each in progress.find_all(tx, operations.watched(tx))
            if actor.may(
                Permission.READ,
                publication_id=each.mailing.publication_id,
                newsletter_id=each.mailing.newsletter_id,
            )
        ]
        titles = operations.titles(tx, [each.mailing.id for each in found])
        every = readable(newsletters.every(tx), actor)
        sources = operations.sources_by_state(tx, actor.publications(Permission.READ))
        lanes = operations.ready_batches(tx)
        # As the audit itself, it is for those who may read all of the installation.
        is_whole = actor.may(Permission.READ)
        unusual = operations.unusual_sign_ins(tx, since=now - _TOLD_FOR) if is_whole else []
        first = None if first_steps.has_issue(tx) else first_steps.read(tx)
    return pages.render(
        actor,
        "home.html",
        tab="home",
        needs=needs,
        current=[each for each in found if not each.is_over],
        recent=[each for each in found if each.is_over][: operations.RECENT],
        titles=titles,
        coming=_coming(every, now),
        sources=sources,
        lanes=lanes,
        unusual=unusual,
        is_empty=first is not None and first.publication is None,
        steps=start.steps_for(actor, first) if first is not None else [],
    )


@router.get("/console/stop")
def stop_page(actor: CanStop) -> Response:
    """The form that asks why."""
    return pages.render(actor, "stop.html", tab="stop")


@router.post("/console/stop")
def stop(actor: CanStop, *, why: Annotated[str, Form()] = "") -> Response:
    """Stop everything: no mail of any kind leaves until it is released."""
    steering.stop_everything(why, actor=actor, now=clock.now())
    return pages.see_other("/console", Done.STOPPED)


@router.get("/console/release")
def release_page(actor: CanRead) -> Response:
    """What releasing mail would do, and the question; it is about every publication."""
    allow(actor, Permission.READ)
    found = restored.plan(clock.now())
    with transaction() as tx:
        titles = operations.titles(tx, [row.id for row in found.mailings])
        zones = newsletters.zones(tx)
    return pages.render(
        actor, "release.html", tab="release", plan=found, titles=titles, zones=zones
    )


@router.post("/console/release")
def release(actor: CanStop) -> Response:
    """Release mail; after a restore, settled by the accept logs first."""
    steering.release(actor=actor, now=clock.now())
    return pages.see_other("/console", Done.RELEASED)


def _needs(
    tx: Transaction, actor: Actor, now: dt.datetime
) -> list[tuple[Need, ShownRing | None, bool]]:
    """What waits for a person, what rings first: each with its ring, and whether they may hear it.

    What somebody has acknowledged comes after what nobody has.
    """
    slugs = publications.slugs(tx)
    standing = {(each.alarm, each.key): each for each in rings.open_ones(tx)}
    found: list[tuple[Need, ShownRing | None, bool]] = []
    for name, needs in ringing.by_name(tx, now, actor).items():
        for need in needs:
            row = standing.get((name, need.key))
            ring = shown(row, slugs) if row is not None else None
            found.append((need, ring, row is not None and hearing.may_acknowledge(actor, row)))
    return sorted(found, key=lambda each: each[1] is None or each[1].acknowledged_at is not None)


def _coming(every: Sequence[Newsletter], now: dt.datetime) -> list[Coming]:
    found = [
        Coming(newsletter, slot.due_at)
        for newsletter in every
        if (slot := timetable.next_slot(newsletter, now)) is not None
    ]
    return sorted(found, key=lambda each: each.due_at)
