"""/console/incidents: what receivers hold against us, what to do about it, and who does."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from syndicate import clock
from syndicate.bounces.keeping import advice
from syndicate.newsroom import incidents as acts
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import incidents
from syndicate.web.console import pages
from syndicate.web.console.actors import CanRead, CanSteer
from syndicate.web.console.done import Done

_CLOSED_SHOWN = 10

router = APIRouter(include_in_schema=False)
IncidentId = Annotated[int, Path(ge=1, le=2**62)]


@router.get("/console/incidents")
def every(actor: CanRead) -> Response:
    """Open incidents, the newest first, and the last that were closed."""
    with transaction() as tx:
        found = acts.readable(tx, incidents.open_ones(tx), actor)
        closed = acts.readable(tx, incidents.closed_ones(tx, limit=_CLOSED_SHOWN), actor)
    return pages.render(
        actor,
        "incidents.html",
        tab="incidents",
        found=found,
        closed=closed,
        about=advice.about,
        named=advice.named,
    )


@router.post("/console/incidents/{incident_id}/take")
def take(actor: CanSteer, incident_id: IncidentId) -> Response:
    """Say that one looks after it. Safe to run twice; the first to say so stays."""
    with transaction() as tx:
        acts.take(tx, incident_id, actor=actor, now=clock.now())
    return pages.see_other("/console/incidents", Done.TAKEN)


@router.post("/console/incidents/{incident_id}/close")
def close(actor: CanSteer, incident_id: IncidentId) -> Response:
    """Close it; the next refusal of its kind opens a new one."""
    with transaction() as tx:
        acts.close(tx, incident_id, actor=actor, now=clock.now())
    return pages.see_other("/console/incidents", Done.CLOSED)
