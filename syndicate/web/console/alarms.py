"""/console/alarms: what rings, who has heard it, what rang before, and what there is to ring."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from syndicate import clock
from syndicate.alarms import hearing
from syndicate.alarms.ringing import ALARMS
from syndicate.alarms.shown import shown
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import publications
from syndicate.store.platform import rings
from syndicate.store.platform.tokens import Permission
from syndicate.vocabulary.bells import Bell
from syndicate.web.console import pages
from syndicate.web.console.actors import CanRead, CanSteer
from syndicate.web.console.done import Done

router = APIRouter(include_in_schema=False)
RingId = Annotated[int, Path(ge=1, le=2**62)]
_PAGE = 20


@router.get("/console/alarms")
def every(
    actor: CanRead, *, before: Annotated[int | None, Query(ge=1, le=2**62)] = None
) -> Response:
    """What rings, the newest first, and what rang before."""
    with transaction() as tx:
        slugs = publications.slugs(tx)
        standing = hearing.readable(rings.open_ones(tx), actor)
        past = rings.past(tx, limit=_PAGE, before=before)
        told = [shown(each, slugs) for each in hearing.readable(past, actor)]
        mine = {each.id for each in standing if hearing.may_acknowledge(actor, each)}
    return pages.render(
        actor,
        "alarms.html",
        tab="alarms",
        rings=[shown(each, slugs) for each in standing],
        mine=mine,
        past=told,
        more=past[-1].id if len(past) == _PAGE else None,
        bells={bell: [each for each in ALARMS if each.bell is bell] for bell in Bell},
        notices=[each for each in ALARMS if each.bell is None],
        may_test=actor.may(Permission.STEER),
    )


@router.post("/console/alarms/test")
def ring_test(actor: CanSteer) -> Response:
    """Ring a test by every way, and show what came back."""
    ring_id, _ = hearing.ring_test(actor=actor, now=clock.now())
    return pages.see_other(f"/console/alarms/{ring_id}", Done.RUNG)


@router.get("/console/alarms/{ring_id}")
def one(actor: CanRead, ring_id: RingId) -> Response:
    """One ring, and by which ways it was told."""
    with transaction() as tx:
        row = hearing.found(tx, ring_id, actor=actor)
        ring = shown(row, publications.slugs(tx))
    may_acknowledge = hearing.may_acknowledge(actor, row)
    return pages.render(actor, "ring.html", tab="alarms", ring=ring, mine=may_acknowledge)


@router.post("/console/alarms/{ring_id}/acknowledge")
def acknowledge(actor: CanSteer, ring_id: RingId) -> Response:
    """Say that one looks into it. Safe to run twice; the first to say so stays."""
    with transaction() as tx:
        hearing.acknowledge(tx, ring_id, actor=actor, now=clock.now())
    return pages.see_other("/console/alarms", Done.HEARD)
