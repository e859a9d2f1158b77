"""/api/v1/issues: what came out and what is held, and the verbs that decide about it."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from syndicate import clock
from syndicate.newsletters import deciding, specimen
from syndicate.newsletters.run import known_issue
from syndicate.newsroom.newsletters import named, numbered, read, readable
from syndicate.store.composition import issues
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.newsroom.newsletters import Issue
from syndicate.store.views import operations, reader_pages
from syndicate.vocabulary.newsletters import IssueState
from syndicate.web.api.actors import CanRead, CanSend
from syndicate.web.mail_frame import parsed, part
from syndicate.web.storable import Text

router = APIRouter(prefix="/api/v1", tags=["issues"])
IssueId = Annotated[int, Path(ge=1, le=2**62)]
Language = Annotated[
    str | None, Query(max_length=35, description="of the mail; the newsletter's first if none")
]


class IssueView(BaseModel):
    """One numbered number of a newsletter."""

    id: int = Field(description="what it is named by everywhere")
    newsletter_id: int
    number: int | None = Field(description="what readers know it by; given when it is frozen")
    local_date: dt.date
    slot: str
    window_from: dt.datetime
    window_to: dt.datetime
    state: str
    note: str | None = Field(description="why it is held or empty")
    subjects: dict[str, str]
    mailing_id: int | None


class StoryView(BaseModel):
    """A story of an issue as it stands now."""

    article_id: int
    headline: str
    url: str | None
    language: str
    section: str | None


class IssueWithStories(IssueView):
    """An issue with its stories; one withdrawn since is left out."""

    stories: list[StoryView]


class MailView(BaseModel):
    """An issue's mail with every story; its personal links lead nowhere."""

    subject: str
    html: str
    text: str


class TrialIn(BaseModel):
    """Where a test mail goes."""

    model_config = ConfigDict(extra="forbid")

    to: Text = Field(description="address")
    language: Text | None = Field(None, description="of the mail; the newsletter's first if none")


class TrialSent(BaseModel):
    """A test mail on its way."""

    issue_id: int
    mailing_id: int


@router.get("/issues")
def list_every_issue(
    actor: CanRead,
    *,
    newsletter: Annotated[str | None, Query(max_length=80, description="slug")] = None,
    state: IssueState | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[
        int | None, Query(ge=1, le=2**62, description="id of the oldest one you have")
    ] = None,
) -> list[IssueView]:
    """Issues, the newest first."""
    states = () if state is None else (state,)
    with transaction() as tx:
        whose = newsletters.every(tx) if newsletter is None else [named(tx, newsletter)]
        ids = [each.id for each in readable(whose, actor)]
        found = issues.listed(tx, newsletter_ids=ids, states=states, before=before, limit=limit)
        mailings = operations.mailings_of_issues(tx, [issue.id for issue in found])
    return [issue_view(each, mailings) for each in found]


@router.get("/issues/{issue_id}")
def show_issue(actor: CanRead, issue_id: IssueId) -> IssueWithStories:
    """One issue with its stories."""
    with transaction() as tx:
        row = known_issue(tx, issue_id)
        read(numbered(tx, row.newsletter_id), actor)
        issue = issue_view(row, operations.mailings_of_issues(tx, [issue_id]))
        stories = reader_pages.issue_stories(tx, issue_id, now=clock.now())
    shown = [
        StoryView(
            article_id=each.id,
            headline=each.headline,
            url=each.url,
            language=each.language,
            section=each.section_slug,
        )
        for each in stories
    ]
    return IssueWithStories(**issue.model_dump(), stories=shown)


@router.get("/issues/{issue_id}/preview")
def preview_issue(actor: CanRead, issue_id: IssueId, *, language: Language = None) -> MailView:
    """An issue's mail: as it was frozen, or as it would be. Stores nothing."""
    raw = specimen.preview(issue_id, clock.now(), actor=actor, language=language)
    message = parsed(raw)
    return MailView(
        subject=str(message["Subject"]),
        html=part(message, "html") or "",
        text=part(message, "plain") or "",
    )


@router.post("/issues/{issue_id}/test", status_code=202)
def try_issue(actor: CanSend, issue_id: IssueId, body: TrialIn) -> TrialSent:
    """Send an issue's mail to one address, marked as a test; each time another mail."""
    sent = specimen.send_test(
        issue_id, body.to, language=body.language, actor=actor, now=clock.now()
    )
    return TrialSent(issue_id=issue_id, mailing_id=sent)


@router.post("/issues/{issue_id}/send", status_code=202)
def send_issue(actor: CanSend, issue_id: IssueId) -> IssueView:
    """Send an issue that is held or was empty, whatever it has to say; 409 when it is neither."""
    deciding.send(issue_id, actor=actor, now=clock.now())
    return _now(issue_id)


@router.post("/issues/{issue_id}/merge")
def merge_issue(actor: CanSend, issue_id: IssueId) -> IssueView:
    """Leave the news of an issue that is held to the next one; 409 when it is not held."""
    deciding.merge(issue_id, actor=actor, now=clock.now())
    return _now(issue_id)


@router.post("/issues/{issue_id}/drop")
def drop_issue(actor: CanSend, issue_id: IssueId) -> IssueView:
    """Never send an issue that is held; 409 when it is not held."""
    deciding.drop(issue_id, actor=actor, now=clock.now())
    return _now(issue_id)


def issue_view(row: Issue, mailings: dict[int, int]) -> IssueView:
    """An issue as lists show it, with the mailing that sends it."""
    names = set(IssueView.model_fields) - {"mailing_id"}
    return IssueView(
        **{name: getattr(row, name) for name in names}, mailing_id=mailings.get(row.id)
    )


def _now(issue_id: int) -> IssueView:
    with transaction() as tx:
        found = known_issue(tx, issue_id)
        return issue_view(found, operations.mailings_of_issues(tx, [issue_id]))
