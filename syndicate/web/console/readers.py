"""/console/readers: find one reader, see what became of their mail, and look after them.

An address is typed into a form that is posted, and never stands in a web address or a log; a page
is known by the reader's id.
"""

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path, Query, Response
from fastapi.responses import JSONResponse

from syndicate import clock
from syndicate.errors import BadAddressError, NotFoundError, SyndicateError
from syndicate.newsletters import reader_copy
from syndicate.newsroom.readers import seen, visible_to
from syndicate.store.ground.session import transaction
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.subscribers import care, erase, fates, own_data, readers, suppressions
from syndicate.subscribers.suppressions import OneReader, of_newsletter
from syndicate.web.console import pages
from syndicate.web.console.actors import CanCareForReaders, CanErase, CanExport, CanFindReaders
from syndicate.web.console.done import Done
from syndicate.web.errors import status_of
from syndicate.web.mail_frame import framed_mail
from syndicate.web.moments import Moment
from syndicate.web.pages import PRIVATE

router = APIRouter(include_in_schema=False)
SubscriberId = Annotated[int, Path(ge=1, le=2**62)]
IssueId = Annotated[int, Path(ge=1, le=2**62)]
Reason = Annotated[str, Form(max_length=readers.LONGEST_SOUGHT)]
Slug = Annotated[str, Form(max_length=readers.LONGEST_SOUGHT)]


@router.get("/console/readers")
def search(actor: CanFindReaders) -> Response:
    """The form."""
    return pages.render(actor, "readers.html", tab="readers", typed="", trouble="")


@router.post("/console/readers")
def find(
    actor: CanFindReaders, *, address: Annotated[str, Form(max_length=readers.LONGEST_SOUGHT)] = ""
) -> Response:
    """The reader's page; or the form again with what was typed, and why nobody was found."""
    try:
        with transaction() as tx:
            found = readers.look(tx, address, actor=actor, now=clock.now())
    except (BadAddressError, NotFoundError) as error:
        status = 404 if isinstance(error, NotFoundError) else 422
        said = str(error)
        return pages.render(
            actor, "readers.html", status=status, tab="readers", typed=address, trouble=said
        )
    return pages.see_other(f"/console/readers/{found.person.id}", None)


@router.get("/console/readers/{subscriber_id}")
def reader(
    actor: CanFindReaders,
    subscriber_id: SubscriberId,
    *,
    before: Annotated[Moment | None, Query()] = None,
) -> Response:
    """One reader with the newest entries of their timeline."""
    with transaction() as tx:
        found = readers.look(tx, subscriber_id, before=before, actor=actor, now=clock.now())
    return _page(actor, found, before=before)


@router.get("/console/readers/{subscriber_id}/issues/{issue_id}")
def why(actor: CanFindReaders, subscriber_id: SubscriberId, issue_id: IssueId) -> Response:
    """One issue as this reader has it."""
    with transaction() as tx:
        issue, fate = readers.why(tx, subscriber_id, issue_id, actor=actor, now=clock.now())
    return pages.render(
        actor,
        "reader_issue.html",
        tab="readers",
        with_frames=True,
        issue=issue,
        fate=fate,
        has_copy=care.has_copy(issue),
        subscriber_id=subscriber_id,
    )


@router.get("/console/readers/{subscriber_id}/issues/{issue_id}/copy")
def copy(actor: CanFindReaders, subscriber_id: SubscriberId, issue_id: IssueId) -> Response:
    """The reader's copy for the frame; its links lead nowhere."""
    return framed_mail(care.copy(subscriber_id, issue_id, actor=actor, now=clock.now()))


@router.get("/console/readers/{subscriber_id}/newsletters/{slug}/copy")
def coming(
    actor: CanFindReaders, subscriber_id: SubscriberId, slug: Annotated[str, Path(max_length=80)]
) -> Response:
    """What the reader would get in a newsletter's next slot; its links lead nowhere."""
    return framed_mail(reader_copy.coming(subscriber_id, slug, actor=actor, now=clock.now()))


@router.post("/console/readers/{subscriber_id}/issues/{issue_id}/resend")
def resend(actor: CanCareForReaders, subscriber_id: SubscriberId, issue_id: IssueId) -> Response:
    """Send the reader's copy again."""
    with transaction() as tx:
        care.resend(tx, subscriber_id, issue_id, actor=actor, now=clock.now())
    return _back(subscriber_id, Done.RESENT)


@router.post("/console/readers/{subscriber_id}/suppress")
def suppress(
    actor: CanCareForReaders,
    subscriber_id: SubscriberId,
    *,
    why: Reason = "",
    newsletter: Slug = "",
) -> Response:
    """Send the reader no more mail, or none of one newsletter."""
    now, of, whose = clock.now(), of_newsletter(newsletter or None), OneReader(subscriber_id)
    try:
        with transaction() as tx:
            suppressions.add(tx, whose, of=of, why=why, actor=actor, now=now)
    except SyndicateError as error:
        return _again(actor, subscriber_id, "suppress", error, newsletter=newsletter, why=why)
    return _back(subscriber_id, Done.SUPPRESSED)


@router.post("/console/readers/{subscriber_id}/lift")
def lift(
    actor: CanCareForReaders,
    subscriber_id: SubscriberId,
    *,
    why: Reason = "",
    newsletter: Slug = "",
) -> Response:
    """Send the reader mail again, or that of one newsletter."""
    now, of, whose = clock.now(), of_newsletter(newsletter or None), OneReader(subscriber_id)
    try:
        with transaction() as tx:
            suppressions.lift(tx, whose, of=of, why=why, actor=actor, now=now)
    except SyndicateError as error:
        return _again(actor, subscriber_id, "lift", error, newsletter=newsletter, why=why)
    return _back(subscriber_id, Done.MAILED)


@router.post("/console/readers/{subscriber_id}/export")
def export(
    actor: CanExport,
    subscriber_id: SubscriberId,
    *,
    form: Annotated[Literal["json", "csv"], Form()] = "json",
) -> Response:
    """All that is kept about the reader, as a file to be given to them."""
    with transaction() as tx:
        given = own_data.give_out(tx, subscriber_id, actor=actor, now=clock.now())
    name = f'attachment; filename="reader-{subscriber_id}.{form}"'
    headers = {**PRIVATE, "Content-Disposition": name}
    if form == "csv":
        return Response(own_data.as_csv(given), headers=headers, media_type="text/csv")
    return JSONResponse(dict(given), headers=headers)


@router.post("/console/readers/{subscriber_id}/erase")
def erase_reader(
    actor: CanErase,
    subscriber_id: SubscriberId,
    *,
    address: Annotated[str, Form(max_length=readers.LONGEST_SOUGHT)] = "",
) -> Response:
    """Forget the reader; their address must be typed, because nothing undoes this."""
    try:
        erase.erase(address, subscriber_id=subscriber_id, actor=actor, now=clock.now())
    except SyndicateError as error:
        return _again(actor, subscriber_id, "erase", error, address=address)
    return pages.see_other("/console/readers", None)


def _again(
    actor: Actor, subscriber_id: int, form: str, error: SyndicateError, **typed: str
) -> Response:
    """The page with a form as it was filled in, and why it was refused."""
    if Permission.READERS not in actor.permissions:
        raise error
    with transaction() as tx:
        person = seen(tx, subscriber_id, actor)
        seen_of, limit = visible_to(actor), readers.ON_A_PAGE
        found = readers.read(tx, person, seen_of, before=None, limit=limit)
    refused = {"form": form, "sentence": str(error), **typed}
    return _page(actor, found, status=status_of(error), refused=refused)


def _page(
    actor: Actor,
    found: readers.Reader,
    *,
    before: dt.datetime | None = None,
    status: int = 200,
    refused: Mapping[str, str] = MappingProxyType({}),
) -> Response:
    return pages.render(
        actor,
        "reader.html",
        status=status,
        tab="readers",
        found=found,
        person=found.person,
        choices=fates.choices,
        why=fates.why,
        before=before,
        refused=refused,
    )


def _back(subscriber_id: int, done: Done) -> Response:
    return pages.see_other(f"/console/readers/{subscriber_id}", done)
