"""/api/v1/incidents: what receivers hold against us, and who looks after it."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel

from syndicate import clock
from syndicate.newsroom import incidents as acts
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import incidents
from syndicate.web.api.actors import CanRead, CanSteer

router = APIRouter(prefix="/api/v1", tags=["mailings"])
IncidentId = Annotated[int, Path(ge=1, le=2**62)]


class IncidentView(BaseModel):
    """A receiver that turns our mail away for what we are or do."""

    id: int
    receiver: str
    domain: str
    reason: str
    events: int
    opened_at: dt.datetime
    last_at: dt.datetime
    taken_by: str | None


@router.get("/incidents")
def list_incidents(actor: CanRead) -> list[IncidentView]:
    """Open incidents, the newest first."""
    with transaction() as tx:
        found = acts.readable(tx, incidents.open_ones(tx), actor)
    names = IncidentView.model_fields
    return [IncidentView(**{name: getattr(each, name) for name in names}) for each in found]


@router.post("/incidents/{incident_id}/take")
def take_incident(actor: CanSteer, incident_id: IncidentId) -> list[IncidentView]:
    """Say that one looks after it. Safe to run twice; the first to say so stays."""
    with transaction() as tx:
        acts.take(tx, incident_id, actor=actor, now=clock.now())
    return list_incidents(actor)


@router.post("/incidents/{incident_id}/close")
def close_incident(actor: CanSteer, incident_id: IncidentId) -> list[IncidentView]:
    """Close it; the next refusal of its kind opens a new one."""
    with transaction() as tx:
        acts.close(tx, incident_id, actor=actor, now=clock.now())
    return list_incidents(actor)
