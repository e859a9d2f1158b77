"""/api/v1/alarms: what rings, who has heard it, and a test of the ways by which it is told."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from syndicate import clock
from syndicate.alarms import hearing
from syndicate.alarms.shown import ShownRing, shown
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom import publications
from syndicate.store.platform import rings
from syndicate.store.platform.rings import Ring
from syndicate.web.api.actors import CanRead, CanSteer

router = APIRouter(prefix="/api/v1", tags=["mailings"])
RingId = Annotated[int, Path(ge=1, le=2**62)]
_SHOWN = 50


class RingView(BaseModel):
    """One cause that a bell rings for."""

    id: int
    alarm: str
    bell: str | None = Field(description="which of the six; none of a test")
    key: str = Field(description="the same for as long as its cause is the same")
    text: str
    state: str = Field(description="`ringing` or `over`")
    severity: str = Field(description="`page` or `notice`")
    owner: str = Field(description="`desk` or `operators`")
    began_at: dt.datetime
    ended_at: dt.datetime | None
    rung: int = Field(description="how often it was told")
    last_rung_at: dt.datetime | None
    next_at: dt.datetime | None = Field(description="when it is told again")
    acknowledged_at: dt.datetime | None
    acknowledged_by: str | None
    path: str = Field(description="page of the console where it is looked into")
    runbook: str = Field(description="page that says what to do")
    publication: str | None
    outcomes: dict[str, dict[str, str]] = Field(
        description="of the last telling, by way: `at`, or the sentence of its `error`"
    )
    is_test: bool


class WayView(BaseModel):
    """What became of telling a test by one way."""

    way: str
    told_at: dt.datetime | None
    error: str | None


class TestView(BaseModel):
    """A test that was rung."""

    id: int
    ways: list[WayView]


@router.get("/alarms")
def list_rings(
    actor: CanRead,
    *,
    over: Annotated[bool, Query(description="those that are over instead")] = False,
    before: Annotated[int | None, Query(ge=1, le=2**62, description="only lower ids")] = None,
) -> list[RingView]:
    """What rings now, the newest first; or the last 50 that are over."""
    with transaction() as tx:
        found = rings.past(tx, limit=_SHOWN, before=before) if over else rings.open_ones(tx)
        return _views(tx, hearing.readable(found, actor))


@router.get("/alarms/{ring_id}")
def show_ring(actor: CanRead, ring_id: RingId) -> RingView:
    """One ring."""
    with transaction() as tx:
        return _views(tx, [hearing.found(tx, ring_id, actor=actor)])[0]


@router.post("/alarms/{ring_id}/acknowledge")
def acknowledge_ring(actor: CanSteer, ring_id: RingId) -> RingView:
    """Say that somebody looks into it. Safe to run twice; the first to say so stays."""
    with transaction() as tx:
        hearing.acknowledge(tx, ring_id, actor=actor, now=clock.now())
        found = rings.find(tx, ring_id)
        return _views(tx, [found] if found is not None else [])[0]


@router.post("/alarms/test")
def ring_test(actor: CanSteer) -> TestView:
    """Ring a test by every way that is set, and say what came back."""
    ring_id, outcomes = hearing.ring_test(actor=actor, now=clock.now())
    ways = [
        WayView(way=each.way, told_at=each.told_at, error=each.error or None) for each in outcomes
    ]
    return TestView(id=ring_id, ways=ways)


def _views(tx: Transaction, found: list[Ring]) -> list[RingView]:
    slugs = publications.slugs(tx)
    return [_view(shown(each, slugs)) for each in found]


def _view(each: ShownRing) -> RingView:
    return RingView(**{name: getattr(each, name) for name in RingView.model_fields})
