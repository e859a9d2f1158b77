"""/api/v1/mailings: how mailings stand, and the verbs that steer them."""

import datetime as dt
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from syndicate import clock
from syndicate.errors import NotFoundError
from syndicate.mail import steering
from syndicate.mail.recovery import restored
from syndicate.newsroom.verbs import allow
from syndicate.store.ground.session import transaction
from syndicate.store.platform import installation
from syndicate.store.platform.tokens import Permission
from syndicate.store.sending import events
from syndicate.store.sending.resending import Choice, Resendable
from syndicate.store.views import operations, progress
from syndicate.store.views.progress import MailingProgress
from syndicate.web.api.actors import CanRead, CanSteer, CanStop
from syndicate.web.live import as_dict
from syndicate.web.storable import Text

router = APIRouter(prefix="/api/v1", tags=["mailings"])
MailingId = Annotated[int, Path(ge=1, le=2**62)]


class CountsView(BaseModel):
    """What became of an audience; accepted to remaining add up to it."""

    audience: int
    accepted: int = Field(description="handed to the relay")
    deferred: int
    failed: int
    suppressed: int
    skipped: int = Field(
        description="unsubscribed or paused since, had every story, or matched none"
    )
    ambiguous: int = Field(description="the relay's reply was lost")
    remaining: int


class MailingView(CountsView):
    """A mailing and how it stands."""

    id: int
    kind: str
    message: str
    issue_id: int | None
    state: str
    standing: str = Field(
        description="the state, or `held` where it is sending and nothing leaves, because it is on "
        "hold or everything is stopped"
    )
    is_over: bool
    lane: str
    policy: str
    started_at: dt.datetime | None
    done_at: dt.datetime | None
    expires_at: dt.datetime
    per_second: float
    seconds_left: int | None
    next_try_at: dt.datetime | None = Field(
        description="when what was put off is tried again; null where nothing waits for that"
    )
    groups: dict[str, CountsView]


class Problem(BaseModel):
    """Deliveries that the same thing happened to."""

    state: str
    receiver_group: str
    code: int | None
    enhanced: str | None
    reason: str | None
    deliveries: int


class Version(BaseModel):
    """How many readers were sent one version of the content."""

    version: int = Field(description="1 is what was frozen; each correction makes another")
    made_at: dt.datetime | None
    accepted: int
    other: int = Field(description="deferred, failed or ambiguous with it so far")


class MailingWithProblems(MailingView):
    """A mailing with what went wrong, grouped, and who got which text."""

    problems: list[Problem]
    left_out: dict[str, int] | None = Field(
        description="suppressed and skipped readers by reason; empty where there are none, "
        "null while the mailing is sending and has some"
    )
    versions: list[Version] = Field(description="empty where nothing was corrected meanwhile")
    receivers: dict[str, dict[str, int]] = Field(
        description="what receivers told later, by receiver group: how many readers' copies were "
        "`delivered`, `delayed`, `bounced` or `complained` about, or whose reader `opted_out` by "
        "mail; `accepted` is the relay's word"
    )


class Mailings(BaseModel):
    """Mailings, the newest first."""

    mailings: list[MailingView]
    next_before: int | None = Field(description="`before` of the next page; null on the last")


class Why(BaseModel):
    """Why everything is stopped."""

    model_config = ConfigDict(extra="forbid")

    why: str = Field(
        "",
        description="for the next operator; optional; cut off after 400 characters",
    )


class ResendIn(BaseModel):
    """Which deliveries are sent again."""

    model_config = ConfigDict(extra="forbid")

    what: list[Resendable] = Field(min_length=1, max_length=4)
    group: Text | None = Field(None, max_length=200, description="only this receiver group")
    error: Text | None = Field(None, max_length=20, description='only codes like "5.1" or "450"')
    hours: int = Field(12, ge=1, le=720, description="how much longer the mailing lasts")


class Resent(BaseModel):
    """How many deliveries are sent again."""

    deliveries: int


class InstallationView(BaseModel):
    """Whether mail may leave at all."""

    environment: str
    stopped_at: dt.datetime | None
    stopped_why: str | None
    held_at: dt.datetime | None = Field(
        description="when mail was held because the database may be a copy"
    )
    held_why: str | None


class Waiting(BaseModel):
    """One mailing, and what a release would do with it."""

    id: int
    would_send: int = Field(description="deliveries that would be sent")
    settled: int = Field(description="deliveries that an accept log says were accepted")
    left: int = Field(
        description="deliveries that were possibly sent already; they are not sent again"
    )


class SentBefore(BaseModel):
    """An issue that the journal knows as begun and this database does not."""

    newsletter: str
    number: int
    local_date: dt.date
    slot: str
    is_over: bool = Field(
        description="false where it was being sent; readers it had not reached will not get it"
    )


class Release(BaseModel):
    """What releasing mail would do."""

    held_why: str | None
    mailings: list[Waiting]
    sent_before: list[SentBefore] = Field(description="noted as sent, and not opened again")
    opens_from: dt.datetime | None = Field(
        description="issues that were due by then do not open automatically"
    )


@router.get("/mailings")
def list_mailings(
    actor: CanRead,
    *,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    singles: Annotated[bool, Query(description="confirmations and emailed articles too")] = False,
) -> Mailings:
    """The newest mailings."""
    with transaction() as tx:
        ids = operations.mailing_ids(
            tx,
            limit=limit + 1,
            before=before,
            with_singles=singles,
            publication_ids=actor.publications(Permission.READ),
        )
        found = progress.find_all(tx, ids[:limit])
    return Mailings(
        mailings=[_mailing(each) for each in found],
        next_before=ids[limit - 1] if len(ids) > limit else None,
    )


@router.get("/mailings/{mailing_id}")
def show_mailing(actor: CanRead, mailing_id: MailingId) -> MailingWithProblems:
    """One mailing with what went wrong."""
    with transaction() as tx:
        mailing_progress = steering.looked_at(tx, mailing_id, actor=actor)
        problems = progress.errors(tx, mailing_id) if mailing_progress.has_problems else []
        left_out = progress.left_out(tx, mailing_progress)
        versions = progress.versions(tx, mailing_progress.mailing)
        receivers = events.counts(tx, mailing_id)
    shown = _mailing(mailing_progress).model_dump()
    found = [Problem.model_validate(each.as_dict()) for each in problems]
    told = [Version.model_validate(each.as_dict()) for each in versions]
    why = None if left_out is None else {each.value: count for each, count in left_out.items()}
    return MailingWithProblems(
        **shown, problems=found, left_out=why, versions=told, receivers=receivers
    )


@router.post("/mailings/{mailing_id}/pause")
def pause_mailing(actor: CanSteer, mailing_id: MailingId) -> MailingView:
    """Send no more until it is resumed; 409 when it is not being sent."""
    steering.pause(mailing_id, actor=actor, now=clock.now())
    return _read(mailing_id)


@router.post("/mailings/{mailing_id}/resume")
def resume_mailing(actor: CanSteer, mailing_id: MailingId) -> MailingView:
    """Go on with a mailing that is paused; 409 when it is not."""
    steering.resume(mailing_id, actor=actor, now=clock.now())
    return _read(mailing_id)


@router.post("/mailings/{mailing_id}/cancel")
def cancel_mailing(actor: CanSteer, mailing_id: MailingId) -> MailingView:
    """Never send the rest; 409 when it is over."""
    steering.cancel(mailing_id, actor=actor, now=clock.now())
    return _read(mailing_id)


@router.post("/mailings/{mailing_id}/resend")
def resend_mailing(actor: CanSteer, mailing_id: MailingId, body: ResendIn) -> Resent:
    """Send again what failed, waits, is ambiguous, or was left of a cancelled mailing."""
    taken = steering.resend(
        mailing_id,
        Choice({each.state for each in body.what}, body.group, body.error),
        expires_in=dt.timedelta(hours=body.hours),
        actor=actor,
        now=clock.now(),
    )
    return Resent(deliveries=taken)


@router.post("/mailings/{mailing_id}/tick-off")
def tick_off_mailing(actor: CanSteer, mailing_id: MailingId) -> MailingView:
    """Say that one has seen what failed or is in doubt; 409 when nothing did. Safe to run twice."""
    steering.tick_off(mailing_id, actor=actor, now=clock.now())
    return _read(mailing_id)


@router.get("/installation")
def show_installation(_actor: CanRead) -> InstallationView:
    """Whether mail may leave at all."""
    with transaction() as tx:
        row = installation.read(tx)
    if row is None:
        raise NotFoundError("This installation has no row yet; run `syndicate migrate`.")
    return InstallationView(
        environment=row.environment,
        stopped_at=row.stopped_at,
        stopped_why=row.stopped_why,
        held_at=row.held_at,
        held_why=row.held_why,
    )


@router.post("/installation/stop")
def stop_everything(actor: CanStop, why: Why | None = None) -> InstallationView:
    """Let no mail of any kind leave, within one chunk; needs no body. Safe to run twice."""
    steering.stop_everything(why.why if why else "", actor=actor, now=clock.now())
    return show_installation(actor)


@router.get("/installation/release")
def show_release(actor: CanRead) -> Release:
    """What releasing all mail would do; 409 where journal or accept log cannot be read here."""
    allow(actor, Permission.READ)
    found = restored.plan(clock.now())
    return Release(
        held_why=found.held_why,
        mailings=[Waiting(**asdict(row)) for row in found.mailings],
        sent_before=[
            SentBefore.model_validate(one, from_attributes=True) for one in found.put_back
        ],
        opens_from=found.opens_from,
    )


@router.post("/installation/release")
def release(actor: CanStop) -> InstallationView:
    """Release mail; after a restore, settled by the accept logs first."""
    steering.release(actor=actor, now=clock.now())
    return show_installation(actor)


def _read(mailing_id: int) -> MailingView:
    with transaction() as tx:
        return _mailing(steering.progress_of(tx, mailing_id))


def _mailing(mailing_progress: MailingProgress) -> MailingView:
    row = mailing_progress.mailing
    fields: dict[str, Any] = as_dict(mailing_progress, mailing_progress.per_second(clock.now()))
    return MailingView(
        **fields,
        kind=row.kind,
        message=row.message,
        issue_id=row.issue_id,
        lane=row.lane,
        policy=row.policy,
        started_at=row.started_at,
        done_at=row.done_at,
        expires_at=row.expires_at,
    )
