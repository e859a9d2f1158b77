"""/api/v1/subscribers: one reader, found by address or id; no address stands in a path or a log."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from syndicate import clock
from syndicate.store.ground.session import transaction
from syndicate.subscribers import readers
from syndicate.vocabulary.readers import ReaderCode
from syndicate.web.api.actors import CanFindReaders
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


class WhyView(BaseModel):
    """What became of one issue for a reader."""

    issue: int
    number: int
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
