"""/api/v1/sessions: who is signed in to the console, and ending it."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from syndicate import clock
from syndicate.newsroom import sessions as acts
from syndicate.newsroom import verbs
from syndicate.store.ground.session import transaction
from syndicate.store.platform import sessions
from syndicate.store.platform.tokens import Permission
from syndicate.web.api.actors import CanEditOperators

router = APIRouter(prefix="/api/v1", tags=["operators"])


class SessionView(BaseModel):
    """Somebody who is signed in to the console."""

    id: int
    who: str = Field(description="as the audit names them")
    by: str = Field(description="passkey, code, link or token")
    since: dt.datetime
    ends_at: dt.datetime


class Ended(BaseModel):
    """That a session is over."""

    ended: int = Field(description="its id")


@router.get("/sessions")
def list_sessions(actor: CanEditOperators) -> list[SessionView]:
    """Every session, the newest first."""
    verbs.allow(actor, Permission.OPERATORS)
    with transaction() as tx:
        return [
            SessionView(
                id=each.id,
                who=each.actor,
                by=each.opened_by,
                since=each.created_at,
                ends_at=each.expires_at,
            )
            for each in sessions.every(tx, now=clock.now())
        ]


@router.post("/sessions/{session_id}/end")
def end_session(actor: CanEditOperators, session_id: Annotated[int, Path(ge=1, le=2**62)]) -> Ended:
    """End somebody's session at once."""
    with transaction() as tx:
        acts.end(tx, session_id, actor=actor, now=clock.now())
    return Ended(ended=session_id)
