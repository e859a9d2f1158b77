"""/console/limits: how often strangers may do what, who is at a limit now, and lifting one."""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from syndicate import clock
from syndicate.breakers import steering
from syndicate.breakers.known import LIMITS
from syndicate.errors import NotFoundError
from syndicate.store.ground.session import transaction
from syndicate.store.platform.tokens import Actor
from syndicate.web.console import pages
from syndicate.web.console.actors import CanRead, CanSteer
from syndicate.web.console.done import Done
from syndicate.web.errors import status_of

router = APIRouter(include_in_schema=False)


@router.get("/console/limits")
def every(actor: CanRead) -> Response:
    """Who is at a limit now, what waits behind one, and all limits there are."""
    return _page(actor)


@router.post("/console/limits/lift")
def lift(
    actor: CanSteer,
    *,
    name: Annotated[str, Form(max_length=80)] = "",
    key: Annotated[str, Form(max_length=400)] = "",
) -> Response:
    """Lift one; where there is no such limit the form is shown again as it was filled in."""
    try:
        with transaction() as tx:
            done = steering.lift(tx, name, key, actor=actor, now=clock.now())
    except NotFoundError as error:
        return _page(actor, problem=str(error), key=key, status=status_of(error))
    said = Done.LIMIT_LIFTED if done.counters or done.mails else Done.NO_LIMIT
    return pages.see_other("/console/limits", said)


def _page(actor: Actor, *, problem: str = "", key: str = "", status: int = 200) -> Response:
    now = clock.now()
    with transaction() as tx:
        found = steering.every(tx, actor=actor, now=now)
        spent = [
            (each.limit, steering.called(tx, each.limit, one.key), one.used)
            for each in found
            for one in each.spent[: steering.SHOWN]
        ]
        waits = steering.waiting(tx, now=now)
    return pages.render(
        actor,
        "limits.html",
        status=status,
        tab="holds",
        spent=spent,
        waits=waits,
        limits=LIMITS,
        problem=problem,
        key=key,
    )
