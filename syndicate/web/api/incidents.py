"""/api/v1/incidents: what receivers hold against us, and who looks after it."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from syndicate import clock
from syndicate.newsroom import incidents as acts
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import incidents
from syndicate.web.api.actors import CanCareForReaders, CanRead, CanSteer
from syndicate.web.storable import Text

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


class LiftIn(BaseModel):
    """Why those are mailed again whom an incident has cost."""

    model_config = ConfigDict(extra="forbid")

    why: Text = Field(max_length=400, description="for the audit and the readers' timelines")


class LiftedView(BaseModel):
    """How many addresses are mailed again."""

    lifted: int


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


@router.post("/incidents/{incident_id}/lift")
def lift_of_incident(actor: CanCareForReaders, incident_id: IncidentId, said: LiftIn) -> LiftedView:
    """Lift what mail that came back in its time has caused; 409 when nobody is suppressed by it."""
    with transaction() as tx:
        lifted = acts.lift(tx, incident_id, why=said.why, actor=actor, now=clock.now())
    return LiftedView(lifted=lifted)
