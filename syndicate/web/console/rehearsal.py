"""/console/newsletters/<id>/rehearsal: what would go to whom, and its look. Stores nothing."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from syndicate import clock
from syndicate.newsletters import rehearse, timetable
from syndicate.newsletters.offers import Offer
from syndicate.newsroom.newsletters import numbered, read
from syndicate.render.email import MAX_HTML_BYTES
from syndicate.store.ground.session import transaction
from syndicate.web.console import pages
from syndicate.web.console.actors import CanRead
from syndicate.web.mail_frame import framed_mail

router = APIRouter(include_in_schema=False)
NewsletterId = Annotated[int, Path(ge=1, le=2**62)]
IsNext = Annotated[bool, Query(alias="next")]


@router.get("/console/newsletters/{newsletter_id}/rehearsal")
def rehearsal(
    actor: CanRead,
    newsletter_id: NewsletterId,
    *,
    what: Offer = Offer.SLOT,
    is_next: IsNext = False,
) -> Response:
    """The check list before a send: audience, stories, subjects, size, and the mail itself."""
    with transaction() as tx:
        newsletter = read(numbered(tx, newsletter_id), actor)
    found = rehearse.dry_run(newsletter_id, clock.now(), offer=what, is_next=is_next)
    return pages.render(
        actor,
        "rehearsal.html",
        tab="newsletters",
        with_frames=True,
        newsletter=newsletter,
        still=timetable.standstill(newsletter),
        found=found,
        is_next=is_next,
        what=what,
        stories=[story for _, story in found.chosen],
        audience=sorted(found.audience.items()),
        limit=MAX_HTML_BYTES,
    )


@router.get("/console/newsletters/{newsletter_id}/preview")
def preview(
    actor: CanRead,
    newsletter_id: NewsletterId,
    *,
    language: Annotated[str | None, Query(max_length=35)] = None,
    what: Offer = Offer.SLOT,
    is_next: IsNext = False,
) -> Response:
    """The mail with every story in it, for the frame; its links lead nowhere."""
    with transaction() as tx:
        read(numbered(tx, newsletter_id), actor)
    raw = rehearse.preview(
        newsletter_id, clock.now(), language=language, offer=what, is_next=is_next
    )
    return framed_mail(raw)
