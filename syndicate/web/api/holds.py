"""/api/v1/holds: what is held back by scope, and by whom, since when and why."""

import datetime as dt

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from syndicate import clock
from syndicate.mail import holding
from syndicate.newsroom import holds as readable
from syndicate.store.ground.session import transaction
from syndicate.vocabulary.sending import HoldScope
from syndicate.web.api.actors import CanRead, CanSteer
from syndicate.web.storable import Text

router = APIRouter(prefix="/api/v1", tags=["mailings"])
_WHICH = "the mailing's number, or the slug of newsletter or publication; empty for all issues"


class HoldIn(BaseModel):
    """What is to be held back."""

    model_config = ConfigDict(extra="forbid")

    scope: HoldScope
    which: Text = Field("", max_length=80, description=_WHICH)
    why: str = Field("", description="for the next operator; cut off after 400 characters")


class LiftIn(BaseModel):
    """What is to go on."""

    model_config = ConfigDict(extra="forbid")

    scope: HoldScope
    which: Text = Field("", max_length=80, description=_WHICH)


class HoldView(BaseModel):
    """One hold."""

    scope: HoldScope
    which: str = Field(description=_WHICH)
    name: str = Field(description="what is held")
    since: dt.datetime
    by: str
    why: str


@router.get("/holds")
def list_holds(actor: CanRead) -> list[HoldView]:
    """What is held now, the newest first; `GET /installation` tells whether everything is."""
    with transaction() as tx:
        found = readable.standing(tx, actor)
    return [
        HoldView(
            scope=each.hold.scope,
            which=each.which,
            name=each.name,
            since=each.hold.placed_at,
            by=each.hold.placed_by,
            why=each.hold.why,
        )
        for each in found
    ]


@router.post("/holds")
def hold_back(actor: CanSteer, body: HoldIn) -> list[HoldView]:
    """Hold something back, within one chunk. Alerts and confirmations go on. Safe to run twice."""
    holding.hold(body.scope, body.which, body.why, actor=actor, now=clock.now())
    return list_holds(actor)


@router.post("/holds/lift")
def let_go(actor: CanSteer, body: LiftIn) -> list[HoldView]:
    """Lift a hold. Safe to run twice."""
    holding.unhold(body.scope, body.which, actor=actor, now=clock.now())
    return list_holds(actor)
