"""/api/v1/subscribers: one reader, found by address or id; no address stands in a path or a log."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from syndicate import clock
from syndicate.newsletters import reader_copy
from syndicate.store.ground.session import transaction
from syndicate.subscribers import care, erase, own_data, readers, suppressions
from syndicate.subscribers.suppressions import OneReader, of_newsletter
from syndicate.vocabulary.readers import ReaderCode
from syndicate.web.api.actors import CanCareForReaders, CanErase, CanExport, CanFindReaders
from syndicate.web.mail_frame import parsed, part
from syndicate.web.moments import Moment

router = APIRouter(prefix="/api/v1", tags=["readers"])
SubscriberId = Annotated[int, Path(ge=1, le=2**62)]
IssueId = Annotated[int, Path(ge=1, le=2**62)]


class Address(BaseModel):
    """Whom to find."""

    model_config = ConfigDict(extra="forbid")

    address: str = Field(max_length=readers.LONGEST_SOUGHT)


class ConsentView(BaseModel):
    """Proof that a reader agreed."""

    at: dt.datetime
    method: str = Field(description="form, confirmation, or import")
    wording: str
    origin: str | None = Field(description="file and line of an import, or the form's address")


class SubscriptionView(BaseModel):
    """A newsletter that a reader ordered; empty choices mean all there is."""

    id: int
    newsletter: str
    publication: str
    state: str
    language: str
    sections: list[str]
    languages: list[str]
    created_at: dt.datetime
    confirmed_at: dt.datetime | None
    paused_until: dt.datetime | None
    ended_at: dt.datetime | None
    consents: list[ConsentView]


class SuppressionView(BaseModel):
    """Mail that an address no longer gets."""

    scope: str = Field(description="`*` is all mail")
    newsletter: str | None
    reason: str
    words: str
    at: dt.datetime


class EntryView(BaseModel):
    """One line of a timeline."""

    at: dt.datetime
    issue: int | None
    code: ReaderCode
    words: str


class ReaderView(BaseModel):
    """One reader, with the newest entries of the timeline first."""

    id: int
    address: str
    language: str
    since: dt.datetime
    subscriptions: list[SubscriptionView]
    suppressions: list[SuppressionView]
    timeline: list[EntryView]
    next_before: dt.datetime | None = Field(
        description="`before` of the next page; null on the last"
    )


class Suppressing(BaseModel):
    """Of what an address is mailed no longer, or again, and why."""

    model_config = ConfigDict(extra="forbid")

    why: str = Field(
        max_length=readers.LONGEST_SOUGHT, description="for the audit and the reader's timeline"
    )
    newsletter: str | None = Field(
        None,
        max_length=readers.LONGEST_SOUGHT,
        description="slug of the only one; null for all mail",
    )


class Changed(BaseModel):
    """Whether anything changed."""

    changed: bool


class Sent(BaseModel):
    """What is being sent again."""

    issue: int
    mailing: int | None


class Erasure(BaseModel):
    """What was forgotten."""

    subscriptions: int


class CopyView(BaseModel):
    """A reader's copy; its links lead nowhere."""

    subject: str
    html: str | None
    text: str | None


class WhyView(BaseModel):
    """What became of one issue for a reader."""

    issue: int
    number: int | None
    newsletter: str
    code: ReaderCode
    words: str


@router.post("/subscribers/find")
def find_reader(actor: CanFindReaders, said: Address) -> ReaderView:
    """The reader of an address; a line in the audit names them by id."""
    with transaction() as tx:
        found = readers.look(tx, said.address, actor=actor, now=clock.now())
    return ReaderView.model_validate(found.as_dict())


@router.get("/subscribers/{subscriber_id}")
def show_reader(
    actor: CanFindReaders,
    subscriber_id: SubscriberId,
    *,
    limit: Annotated[int, Query(ge=1, le=readers.MOST)] = readers.ON_A_PAGE,
    before: Moment | None = None,
) -> ReaderView:
    """The reader of an id; each look is a line in the audit."""
    now = clock.now()
    with transaction() as tx:
        found = readers.look(tx, subscriber_id, before=before, limit=limit, actor=actor, now=now)
    return ReaderView.model_validate(found.as_dict())


@router.get("/subscribers/{subscriber_id}/issues/{issue_id}")
def explain_issue(actor: CanFindReaders, subscriber_id: SubscriberId, issue_id: IssueId) -> WhyView:
    """Why the reader got an issue, or did not get it; each look is a line in the audit."""
    with transaction() as tx:
        issue, fate = readers.why(tx, subscriber_id, issue_id, actor=actor, now=clock.now())
    said = {"issue": issue.id, "number": issue.number, "newsletter": issue.newsletter}
    return WhyView.model_validate(said | {"code": fate.code, "words": fate.words})


@router.get("/subscribers/{subscriber_id}/issues/{issue_id}/copy")
def show_copy(actor: CanFindReaders, subscriber_id: SubscriberId, issue_id: IssueId) -> CopyView:
    """The reader's copy of an issue as it was or will be sent; each look is in the audit."""
    return _copy(care.copy(subscriber_id, issue_id, actor=actor, now=clock.now()))


@router.get("/subscribers/{subscriber_id}/newsletters/{slug}/copy")
def show_coming_copy(
    actor: CanFindReaders, subscriber_id: SubscriberId, slug: Annotated[str, Path(max_length=80)]
) -> CopyView:
    """What the reader would get in a newsletter's next slot, with the news so far."""
    return _copy(reader_copy.coming(subscriber_id, slug, actor=actor, now=clock.now()))


@router.post("/subscribers/{subscriber_id}/issues/{issue_id}/resend", status_code=202)
def resend_copy(actor: CanCareForReaders, subscriber_id: SubscriberId, issue_id: IssueId) -> Sent:
    """Send the reader's copy again with the content that it had; 409 when it cannot be."""
    with transaction() as tx:
        issue = care.resend(tx, subscriber_id, issue_id, actor=actor, now=clock.now())
    return Sent(issue=issue.id, mailing=issue.mailing_id)


@router.post("/subscribers/{subscriber_id}/suppress")
def suppress_reader(
    actor: CanCareForReaders, subscriber_id: SubscriberId, said: Suppressing
) -> Changed:
    """Send the reader no more mail, or none of one newsletter. Safe to run twice."""
    now, of, whose = clock.now(), of_newsletter(said.newsletter), OneReader(subscriber_id)
    with transaction() as tx:
        is_new = suppressions.add(tx, whose, of=of, why=said.why, actor=actor, now=now)
    return Changed(changed=is_new)


@router.post("/subscribers/{subscriber_id}/lift")
def lift_suppression(
    actor: CanCareForReaders, subscriber_id: SubscriberId, said: Suppressing
) -> Changed:
    """Send the reader mail again, or that of one newsletter; 409 when nothing is suppressed."""
    now, of, whose = clock.now(), of_newsletter(said.newsletter), OneReader(subscriber_id)
    with transaction() as tx:
        suppressions.lift(tx, whose, of=of, why=said.why, actor=actor, now=now)
    return Changed(changed=True)


@router.post("/subscribers/{subscriber_id}/export", response_model=None)
def export_reader(
    actor: CanExport,
    subscriber_id: SubscriberId,
    *,
    is_csv: Annotated[bool, Query(alias="csv", description="as CSV; JSON by default")] = False,
) -> Response:
    """All that is kept about the reader, to be given to them."""
    with transaction() as tx:
        given = own_data.give_out(tx, subscriber_id, actor=actor, now=clock.now())
    if is_csv:
        return Response(own_data.as_csv(given), media_type="text/csv; charset=utf-8")
    return JSONResponse(dict(given))


@router.post("/subscribers/{subscriber_id}/erase")
def erase_reader(actor: CanErase, subscriber_id: SubscriberId, said: Address) -> Erasure:
    """Forget the reader, whose address must be given as a confirmation; nothing undoes this."""
    done = erase.erase(said.address, subscriber_id=subscriber_id, actor=actor, now=clock.now())
    return Erasure(subscriptions=done.subscriptions)


def _copy(message: bytes) -> CopyView:
    mail = parsed(message)
    said = str(mail["Subject"])
    return CopyView(subject=said, html=part(mail, "html"), text=part(mail, "plain"))
