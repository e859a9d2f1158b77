"""/console/newsletters: what comes out when, what came out, and *send it now*."""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Response

from syndicate import clock
from syndicate.newsletters import rehearse, steering, timetable
from syndicate.newsletters.offers import Offer
from syndicate.newsroom.newsletters import numbered, read, readable
from syndicate.store.composition import issues
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.sending import holds
from syndicate.store.views import operations
from syndicate.web.console import pages
from syndicate.web.console.actors import CanRead, CanSend

_RECENT = 30

router = APIRouter(include_in_schema=False)
NewsletterId = Annotated[int, Path(ge=1, le=2**62)]


@router.get("/console/newsletters")
def every(actor: CanRead) -> Response:
    """Every newsletter with its next slot."""
    now = clock.now()
    with transaction() as tx:
        found = readable(newsletters.every(tx), actor)
        readers = operations.active_readers(tx)
        last = operations.last_issues(tx)
    coming = {
        each.id: slot for each in found if (slot := timetable.next_slot(each, now)) is not None
    }
    return pages.render(
        actor,
        "newsletters.html",
        tab="newsletters",
        found=found,
        readers=readers,
        last=last,
        coming=coming,
    )


@router.get("/console/newsletters/{newsletter_id}")
def newsletter(actor: CanRead, newsletter_id: NewsletterId) -> Response:
    """One newsletter with its issues and what became of each."""
    now = clock.now()
    with transaction() as tx:
        found = read(numbered(tx, newsletter_id), actor)
        recent = issues.of_newsletter(tx, newsletter_id, limit=_RECENT)
        mailings = operations.mailings_of_issues(tx, [issue.id for issue in recent])
        readers = operations.active_readers(tx)
        holding = holds.on_newsletter(tx, found)
    return pages.render(
        actor,
        "newsletter.html",
        holding=holding,
        tab="newsletters",
        newsletter=found,
        trouble=timetable.trouble(found),
        when=timetable.when(found),
        recent=recent,
        mailings=mailings,
        readers=readers.get(newsletter_id, 0),
        last=timetable.last_slot(found, now),
        coming=timetable.next_slot(found, now),
    )


@router.get("/console/newsletters/{newsletter_id}/send")
def offers(actor: CanRead, newsletter_id: NewsletterId) -> Response:
    """What can be sent now, with the stories and the readers of each."""
    with transaction() as tx:
        found = read(numbered(tx, newsletter_id), actor)
    return pages.render(
        actor,
        "send.html",
        tab="newsletters",
        newsletter=found,
        offers=rehearse.offered(newsletter_id, clock.now()),
    )


@router.post("/console/newsletters/{newsletter_id}/run")
def run(
    actor: CanSend, newsletter_id: NewsletterId, *, what: Annotated[Offer, Form()] = Offer.SLOT
) -> Response:
    """Compose and send the slot that is now, or what is new; what was sent is left alone."""
    steering.send_now(newsletter_id, what, actor=actor, now=clock.now())
    return pages.see_other(f"/console/newsletters/{newsletter_id}")
