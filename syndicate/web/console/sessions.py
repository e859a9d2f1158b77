"""/console/sessions: who is signed in to the console, and ending it."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from syndicate import clock
from syndicate.newsroom import sessions as acts
from syndicate.newsroom import verbs
from syndicate.store.ground.session import transaction
from syndicate.store.platform import sessions
from syndicate.store.platform.tokens import Permission
from syndicate.web.console import pages
from syndicate.web.console.actors import CanEditOperators
from syndicate.web.console.done import Done

router = APIRouter(include_in_schema=False)


@router.get("/console/sessions")
def every(actor: CanEditOperators) -> Response:
    """Every session, the newest first."""
    verbs.allow(actor, Permission.OPERATORS)
    with transaction() as tx:
        found = sessions.every(tx, now=clock.now())
    return pages.render(actor, "sessions.html", tab="operators", found=found)


@router.post("/console/sessions/{session_id}/end")
def end(actor: CanEditOperators, session_id: Annotated[int, Path(ge=1, le=2**62)]) -> Response:
    """End somebody's session at once."""
    with transaction() as tx:
        acts.end(tx, session_id, actor=actor, now=clock.now())
    return pages.see_other("/console/sessions", Done.SIGNED_OUT)
