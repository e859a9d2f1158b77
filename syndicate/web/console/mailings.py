"""/console/mailings: every mailing, and the room in which one of them is watched and steered."""

import datetime as dt
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from syndicate import clock, phrases
from syndicate.errors import UsageError
from syndicate.mail import steering
from syndicate.store.ground.session import transaction
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.store.sending import events as told_later
from syndicate.store.sending import holds
from syndicate.store.sending.mailings import Mailing
from syndicate.store.sending.resending import Choice, Resendable
from syndicate.store.sending.results import COUNTED
from syndicate.store.views import operations, progress, troubles
from syndicate.store.views.progress import MailingProgress
from syndicate.vocabulary.sending import DeliveryState, MailingState
from syndicate.web.console import pages
from syndicate.web.console.actors import CanRead, CanSteer
from syndicate.web.console.done import Done
from syndicate.web.live import BEAT_EVERY_S, Poller, as_dict, next_reading

_ON_A_PAGE = 30
_RESENT_FOR = dt.timedelta(hours=12)  # of what is sent again
# Name and words of each count of an audience, as they are shown.
_COUNTED = [
    *((state.name.lower(), state.words) for state in COUNTED),
    ("remaining", DeliveryState.PENDING.words),
]

router = APIRouter(include_in_schema=False)
MailingId = Annotated[int, Path(ge=1, le=2**62)]


@router.get("/console/mailings")
def mailings(
    actor: CanRead,
    *,
    singles: bool = False,
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
) -> Response:
    """The newest mailings."""
    with transaction() as tx:
        ids = operations.mailing_ids(
            tx,
            limit=_ON_A_PAGE + 1,
            before=before,
            with_singles=singles,
            publication_ids=actor.publications(Permission.READ),
        )
        found = progress.find_all(tx, ids[:_ON_A_PAGE])
        titles = operations.titles(tx, ids)
    older = f"?before={ids[_ON_A_PAGE - 1]}" if len(ids) > _ON_A_PAGE else None
    return pages.render(
        actor,
        "mailings.html",
        tab="mailings",
        found=found,
        titles=titles,
        singles=singles,
        older=older + ("&singles=1" if singles else "") if older else None,
    )


@router.get("/console/mailings/{mailing_id}")
def mailing(actor: CanRead, mailing_id: MailingId) -> Response:
    """The send room: one frozen audience, and what has become of it."""
    with transaction() as tx:
        mailing_progress = steering.looked_at(tx, mailing_id, actor=actor)
        errors = progress.errors(tx, mailing_id) if mailing_progress.has_problems else []
        left_out = progress.left_out(tx, mailing_progress)
        versions = progress.versions(tx, mailing_progress.mailing)
        titles = operations.titles(tx, [mailing_id])
        rows = operations.audit_rows(tx, limit=20, about=_subjects(mailing_progress.mailing))
        holding = holds.on_mailing(tx, mailing_progress.mailing)
        told = told_later.counts(tx, mailing_id)
        waiting = troubles.waiting(tx, [mailing_progress])
    now = clock.now()
    rate = mailing_progress.per_second(now)
    return pages.render(
        actor,
        "mailing.html",
        is_live=True,
        tab="mailings",
        progress=mailing_progress,
        mailing=mailing_progress.mailing,
        counts=mailing_progress.counts,
        parts=parts(mailing_progress.counts.as_dict()),
        counted=_COUNTED,
        title=titles.get(mailing_id),
        errors=errors,
        left_out=left_out,
        now=now,
        versions=versions,
        rows=rows,
        rate=rate,
        left=time_left(as_dict(mailing_progress, rate)),
        is_troubled=bool(waiting),
        resendable=[each for each in Resendable if _number(mailing_progress, each)],
        told=told,
        holding=holding if not mailing_progress.is_over else [],
    )


@router.get("/console/mailings/{mailing_id}/events")
async def events(request: Request, actor: CanRead, mailing_id: MailingId) -> Response:
    """The mailing's counts as they change, at most twice a second (server-sent events)."""
    await run_in_threadpool(_look_at, mailing_id, actor)
    poller: Poller = request.app.state.poller
    poller.need_room(actor.name)
    return StreamingResponse(
        _stream(poller, mailing_id, actor.name),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


@router.post("/console/mailings/{mailing_id}/pause")
def pause(actor: CanSteer, mailing_id: MailingId) -> Response:
    """Send no more until it is resumed; takes effect within one chunk."""
    steering.pause(mailing_id, actor=actor, now=clock.now())
    return _back(mailing_id, Done.PAUSED)


@router.post("/console/mailings/{mailing_id}/resume")
def resume(actor: CanSteer, mailing_id: MailingId) -> Response:
    """Go on."""
    steering.resume(mailing_id, actor=actor, now=clock.now())
    return _back(mailing_id, Done.RESUMED)


@router.post("/console/mailings/{mailing_id}/cancel")
def cancel(
    actor: CanSteer, mailing_id: MailingId, *, number: Annotated[str, Form(max_length=20)] = ""
) -> Response:
    """Never send the rest; the mailing's number must be typed, because nothing undoes this."""
    if number.strip() != str(mailing_id):
        raise UsageError(
            f"Nothing was cancelled. To cancel what is left, type its number, {mailing_id}."
        )
    steering.cancel(mailing_id, actor=actor, now=clock.now())
    return _back(mailing_id, Done.CANCELLED)


@router.post("/console/mailings/{mailing_id}/tick-off")
def tick_off(actor: CanSteer, mailing_id: MailingId) -> Response:
    """Say that one has seen what failed or is in doubt."""
    steering.tick_off(mailing_id, actor=actor, now=clock.now())
    return pages.see_other("/console", Done.TICKED)


@router.post("/console/mailings/{mailing_id}/resend")
def resend(
    actor: CanSteer,
    mailing_id: MailingId,
    *,
    what: Annotated[list[Resendable], Form()] = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """Send again what is ticked; what was accepted never is."""
    if not what:
        raise UsageError("Nothing was sent again. Tick what to send again.")
    choice = Choice({each.state for each in what})
    steering.resend(mailing_id, choice, expires_in=_RESENT_FOR, actor=actor, now=clock.now())
    return _back(mailing_id, Done.RESENT)


def parts(counts: dict[str, int]) -> list[dict[str, Any]]:
    """The bar of an audience: each state's share in thousandths, and where its piece begins."""
    audience = counts["audience"] or 1
    begin, found = 0.0, []
    for name, number in counts.items():
        if name != "audience":
            width = 1000 * number / audience
            found.append({"name": name, "x": round(begin, 2), "width": round(width, 2)})
            begin += width
    return found


def time_left(reading: dict[str, Any]) -> str:
    """How long a mailing takes yet, in words, from a reading of `web.live`."""
    if reading["is_over"]:
        return "finished"
    told = []
    if reading["seconds_left"] is not None:
        minutes, seconds = divmod(reading["seconds_left"], 60)
        told.append(f"{minutes} min {seconds} s")
    if reading["next_try_at"] is not None:
        again = phrases.moment(dt.datetime.fromisoformat(reading["next_try_at"]))
        put_off = phrases.counted(reading["deferred"], "put off is", "put off are")
        told.append(f"{put_off} tried again {again}")
    return "; ".join(told) or "unknown"


def _subjects(mailing: Mailing) -> list[str]:
    """What the audit calls a mailing, and the issue that it sends: *send now* is done to that."""
    own = [f"mailing:{mailing.id}"]
    return own if mailing.issue_id is None else [*own, f"issue:{mailing.issue_id}"]


def _look_at(mailing_id: int, actor: Actor) -> None:
    with transaction() as tx:
        steering.looked_at(tx, mailing_id, actor=actor)


async def _stream(poller: Poller, mailing_id: int, who: str) -> AsyncIterator[str]:
    yield "retry: 2000\n\n"
    last = None
    async with poller.watch(mailing_id, who) as queue:
        while True:
            reading = await next_reading(queue, within_s=BEAT_EVERY_S)
            if reading is None:
                return
            if reading == last or not reading:
                yield ": still here\n\n"
                continue
            last = reading
            shown = {"parts": parts(_counts(reading)), "left": time_left(reading)}
            yield f"data: {json.dumps(reading | shown)}\n\n"
            if reading["is_over"]:
                return


def _number(mailing_progress: MailingProgress, what: Resendable) -> int:
    """How many deliveries could be sent again; what is under way is sent by itself."""
    is_under_way = mailing_progress.mailing.state in MailingState.under_way()
    if is_under_way and what in {Resendable.REMAINING, Resendable.DEFERRED}:
        return 0
    return mailing_progress.counts.as_dict()[what.value]


def _counts(reading: dict[str, Any]) -> dict[str, int]:
    return {name: reading[name] for name in ("audience", *(name for name, _ in _COUNTED))}


def _back(mailing_id: int, done: Done) -> Response:
    return pages.see_other(f"/console/mailings/{mailing_id}", done)
