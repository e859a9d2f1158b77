"""/api/v1/accepts: what a relay on another machine says it took."""

from typing import Annotated

from fastapi import APIRouter, Body, Query
from pydantic import BaseModel, Field

from syndicate import clock
from syndicate.mail.recovery import reconcile
from syndicate.newsroom.verbs import allow
from syndicate.store.platform.tokens import Permission
from syndicate.web.api.actors import CanTellAccepts

router = APIRouter(prefix="/api/v1", tags=["mailings"])


class AcceptsTaken(BaseModel):
    """What came of a batch."""

    relay: str
    lines: int = Field(description="lines that counted; others are ignored")


@router.post("/accepts")
def take_accepts(
    actor: CanTellAccepts,
    relay: Annotated[str, Query(max_length=300, description="HOST:PORT, as the relay is set")],
    body: Annotated[bytes, Body(media_type="text/plain", description="lines of its log")],
) -> AcceptsTaken:
    """Take a batch of a relay's accept log, whole or not at all. Safe to send twice."""
    allow(actor, Permission.ACCEPTS)
    lines = reconcile.take_pushed(body, relay_name=relay, now=clock.now())
    return AcceptsTaken(relay=relay, lines=lines)
