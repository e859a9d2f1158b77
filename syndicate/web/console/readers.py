"""/console/readers: find one reader, see what became of their mail, and look after them.

An address is typed into a form that is posted, and never stands in a web address or a log; a page
is known by the reader's id.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Response

from syndicate import clock
from syndicate.errors import BadAddressError, NotFoundError
from syndicate.store.ground.session import transaction
from syndicate.subscribers import fates, readers
from syndicate.web.console import pages
from syndicate.web.console.actors import CanFindReaders
from syndicate.web.moments import Moment

router = APIRouter(include_in_schema=False)
SubscriberId = Annotated[int, Path(ge=1, le=2**62)]
IssueId = Annotated[int, Path(ge=1, le=2**62)]


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
    return pages.see_other(f"/console/readers/{found.person.id}")


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
    return pages.render(
        actor,
        "reader.html",
        tab="readers",
        found=found,
        person=found.person,
        choices=fates.choices,
        why=fates.why,
        before=before,
    )


@router.get("/console/readers/{subscriber_id}/issues/{issue_id}")
def why(actor: CanFindReaders, subscriber_id: SubscriberId, issue_id: IssueId) -> Response:
    """One issue as this reader has it."""
    with transaction() as tx:
        issue, fate = readers.why(tx, subscriber_id, issue_id, actor=actor, now=clock.now())
    return pages.render(
        actor,
        "reader_issue.html",
        tab="readers",
        issue=issue,
        fate=fate,
        subscriber_id=subscriber_id,
    )
