"""/console/incidents: what receivers hold against us, what to do about it, and who does."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from syndicate import clock
from syndicate.bounces.keeping import advice
from syndicate.errors import NotFoundError
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import incidents
from syndicate.store.platform import audit
from syndicate.web.console import pages
from syndicate.web.console.actors import CanRead, CanSteer

_CLOSED_SHOWN = 10

router = APIRouter(include_in_schema=False)
IncidentId = Annotated[int, Path(ge=1, le=2**62)]


@router.get("/console/incidents")
def every(actor: CanRead) -> Response:
    """Open incidents, the newest first, and the last that were closed."""
    with transaction() as tx:
        found = incidents.open_ones(tx)
        closed = incidents.closed_ones(tx, limit=_CLOSED_SHOWN)
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
    now = clock.now()
    with transaction() as tx:
        if incidents.take(tx, incident_id, by=actor.name, now=now):
            subject = f"incident:{incident_id}"
            audit.record(tx, at=now, actor=actor.name, action="taken", subject=subject)
        elif not incidents.is_open(tx, incident_id):
            raise _none(incident_id)
    return pages.see_other("/console/incidents")


@router.post("/console/incidents/{incident_id}/close")
def close(actor: CanSteer, incident_id: IncidentId) -> Response:
    """Close it; the next refusal of its kind opens a new one."""
    now = clock.now()
    with transaction() as tx:
        if not incidents.close(tx, incident_id, now=now):
            raise _none(incident_id)
        subject = f"incident:{incident_id}"
        audit.record(tx, at=now, actor=actor.name, action="closed", subject=subject)
    return pages.see_other("/console/incidents")


def _none(incident_id: int) -> NotFoundError:
    return NotFoundError(
        f"No open incident has the number {incident_id}; it may be closed by now.",
        incident_id=incident_id,
    )
