"""/console/issues: what came out, what is held, and what an editor decides about each."""

from html import escape
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Response

from syndicate import clock
from syndicate.errors import BadAddressError, NotFoundError, PermanentError, RefusedError
from syndicate.newsletters import deciding, run, specimen
from syndicate.newsroom.newsletters import numbered, read, readable
from syndicate.store.composition import issues
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.platform.tokens import Actor
from syndicate.store.sending import ledger
from syndicate.store.views import operations
from syndicate.vocabulary.newsletters import IssueState
from syndicate.web.console import pages
from syndicate.web.console.actors import CanRead, CanSend
from syndicate.web.console.done import Done
from syndicate.web.errors import status_of
from syndicate.web.mail_frame import framed, framed_mail

_SHOWN = 50

router = APIRouter(include_in_schema=False)
IssueId = Annotated[int, Path(ge=1, le=2**62)]


@router.get("/console/issues")
def every(
    actor: CanRead,
    *,
    state: IssueState | None = None,
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
) -> Response:
    """The newest issues of every newsletter."""
    states = () if state is None else (state,)
    with transaction() as tx:
        own = readable(newsletters.every(tx), actor)
        names = {each.id: each.name for each in own}
        found = issues.listed(
            tx, newsletter_ids=names, states=states, before=before, limit=_SHOWN + 1
        )
        mailings = operations.mailings_of_issues(tx, [issue.id for issue in found])
    older = f"?before={found[_SHOWN - 1].id}" if len(found) > _SHOWN else None
    return pages.render(
        actor,
        "issues.html",
        tab="newsletters",
        found=found[:_SHOWN],
        names=names,
        zones={each.id: each.zone for each in own},
        mailings=mailings,
        state=state,
        states=list(IssueState),
        older=older + (f"&state={state}" if state else "") if older else None,
    )


@router.get("/console/issues/{issue_id}")
def issue(actor: CanRead, issue_id: IssueId) -> Response:
    """One issue: why it is as it is, its stories, its mail, and what can be done."""
    return _page(actor, issue_id)


@router.get("/console/issues/{issue_id}/preview")
def preview(
    actor: CanRead,
    issue_id: IssueId,
    *,
    language: Annotated[str | None, Query(max_length=35)] = None,
) -> Response:
    """The mail with every story in it, for the frame; its links lead nowhere."""
    try:
        raw = specimen.preview(issue_id, clock.now(), actor=actor, language=language)
    except (NotFoundError, PermanentError) as error:
        # The page around the frame stands, whatever cannot be composed.
        return framed(f"<!DOCTYPE html><p>{escape(str(error))}</p>")
    return framed_mail(raw)


@router.post("/console/issues/{issue_id}/test")
def send_test(
    actor: CanSend,
    issue_id: IssueId,
    *,
    to: Annotated[str, Form()] = "",
    language: Annotated[str, Form()] = "",
) -> Response:
    """Send its mail to one address; an address that cannot be mailed stands in its field again."""
    try:
        specimen.send_test(issue_id, to, language=language or None, actor=actor, now=clock.now())
    except (BadAddressError, RefusedError) as error:
        return _page(actor, issue_id, problem=str(error), to=to, status=status_of(error))
    return _back(issue_id, Done.TESTED)


@router.post("/console/issues/{issue_id}/send")
def send(actor: CanSend, issue_id: IssueId) -> Response:
    """Send one that is held or was empty."""
    deciding.send(issue_id, actor=actor, now=clock.now())
    return _back(issue_id, Done.SENT)


@router.post("/console/issues/{issue_id}/merge")
def merge(actor: CanSend, issue_id: IssueId) -> Response:
    """Leave its news to the next one."""
    deciding.merge(issue_id, actor=actor, now=clock.now())
    return _back(issue_id, Done.MERGED)


@router.post("/console/issues/{issue_id}/drop")
def drop(actor: CanSend, issue_id: IssueId) -> Response:
    """Never send it."""
    deciding.drop(issue_id, actor=actor, now=clock.now())
    return _back(issue_id, Done.DROPPED)


def _page(
    actor: Actor, issue_id: int, *, problem: str = "", to: str = "", status: int = 200
) -> Response:
    with transaction() as tx:
        found = run.known_issue(tx, issue_id)
        newsletter = read(numbered(tx, found.newsletter_id), actor)
        mailing = ledger.of_issue(tx, issue_id)
        carried = issues.carried(tx, issue_id)
        rows = operations.audit_rows(tx, limit=20, about=[f"issue:{issue_id}"])
    return pages.render(
        actor,
        "issue.html",
        status=status,
        tab="newsletters",
        with_frames=True,
        issue=found,
        newsletter=newsletter,
        mailing=mailing,
        carried=carried,
        rows=rows,
        problem=problem,
        to=to,
    )


def _back(issue_id: int, done: Done) -> Response:
    return pages.see_other(f"/console/issues/{issue_id}", done)
