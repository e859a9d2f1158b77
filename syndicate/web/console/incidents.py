"""/console/incidents: what receivers hold against us, what to do about it, and who does."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from fastapi import APIRouter, Form, Path, Response

from syndicate import clock
from syndicate.bounces.keeping import advice
from syndicate.errors import NotAllowedError, RefusedError, UsageError
from syndicate.newsroom import incidents as acts
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import incidents
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.store.sending import bursts
from syndicate.subscribers import readers
from syndicate.web.console import pages
from syndicate.web.console.actors import CanCareForReaders, CanRead, CanSteer
from syndicate.web.console.done import Done
from syndicate.web.errors import status_of

_CLOSED_SHOWN = 10

router = APIRouter(include_in_schema=False)
IncidentId = Annotated[int, Path(ge=1, le=2**62)]


@router.get("/console/incidents")
def every(actor: CanRead) -> Response:
    """Open incidents, the newest first, and the last that were closed."""
    return _page(actor)


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


@router.post("/console/incidents/{incident_id}/lift")
def lift(
    actor: CanCareForReaders,
    incident_id: IncidentId,
    *,
    why: Annotated[str, Form(max_length=readers.LONGEST_SOUGHT)] = "",
) -> Response:
    """Mail those again whom it cost; where that is refused the form is shown as it was."""
    try:
        with transaction() as tx:
            acts.lift(tx, incident_id, why=why, actor=actor, now=clock.now())
    except (RefusedError, UsageError) as error:
        if isinstance(error, NotAllowedError) or Permission.READ not in actor.permissions:
            raise
        refused = {"id": incident_id, "sentence": str(error), "why": why}
        return _page(actor, refused=refused, status=status_of(error))
    return pages.see_other("/console/incidents", Done.MAILED_AGAIN)


def _page(
    actor: Actor, *, refused: Mapping[str, object] = MappingProxyType({}), status: int = 200
) -> Response:
    with transaction() as tx:
        found = acts.readable(tx, incidents.open_ones(tx), actor)
        closed = acts.readable(tx, incidents.closed_ones(tx, limit=_CLOSED_SHOWN), actor)
        shown = [*found, *closed]
        costs = bursts.suppressed(tx, [acts.window_of(each) for each in shown])
        cost = {each.id: many for each, many in zip(shown, costs, strict=True)}
    return pages.render(
        actor,
        "incidents.html",
        status=status,
        tab="incidents",
        found=found,
        closed=closed,
        cost=cost,
        refused=refused,
        about=advice.about,
        named=advice.named,
    )
