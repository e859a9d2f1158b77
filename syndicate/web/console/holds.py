"""/console/holds: what is held back, and the form that holds more."""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from syndicate import clock
from syndicate.errors import NotAllowedError, NotFoundError, RefusedError, UsageError
from syndicate.mail import holding
from syndicate.newsroom import holds as standing
from syndicate.newsroom.newsletters import readable
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import newsletters, publications
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.vocabulary.newsletters import NewsletterKind
from syndicate.vocabulary.sending import HoldScope
from syndicate.web.console import pages
from syndicate.web.console.actors import CanRead, CanSteer
from syndicate.web.console.done import Done
from syndicate.web.errors import status_of

router = APIRouter(include_in_schema=False)
# "issues", or a scope and which one: "newsletter:morning".
What = Annotated[str, Form(max_length=100)]


@router.get("/console/holds")
def every(actor: CanRead) -> Response:
    """What is held, by whom, since when and why."""
    return _page(actor)


@router.post("/console/holds")
def hold(actor: CanSteer, *, what: What = "", why: Annotated[str, Form()] = "") -> Response:
    """Hold something back; where that is refused the form is shown again as it was filled in."""
    try:
        scope, which = _read(what)
        holding.hold(scope, which, why, actor=actor, now=clock.now())
    except NotAllowedError:
        raise
    except (NotFoundError, RefusedError, UsageError) as error:
        return _page(actor, problem=str(error), what=what, why=why, status=status_of(error))
    return pages.see_other("/console/holds", Done.HELD)


@router.post("/console/holds/lift")
def lift(actor: CanSteer, *, what: What = "") -> Response:
    """Lift a hold."""
    scope, which = _read(what)
    holding.unhold(scope, which, actor=actor, now=clock.now())
    return pages.see_other("/console/holds", Done.LIFTED)


def _read(what: str) -> tuple[HoldScope, str]:
    scope, _, which = what.partition(":")
    if scope not in set(HoldScope):
        raise UsageError("Choose what to hold from the list.")
    return HoldScope(scope), which


def _page(
    actor: Actor, *, problem: str = "", what: str = "", why: str = "", status: int = 200
) -> Response:
    with transaction() as tx:
        found = standing.standing(tx, actor)
        digests = [
            each
            for each in readable(newsletters.every(tx), actor)
            if each.kind in NewsletterKind.holdable()
        ]
        papers = [
            each
            for each in publications.all_publications(tx)
            if actor.may(Permission.READ, publication_id=each.id)
        ]
    return pages.render(
        actor,
        "holds.html",
        status=status,
        tab="holds",
        found=found,
        newsletters=digests,
        publications=papers,
        problem=problem,
        what=what,
        why=why,
    )
