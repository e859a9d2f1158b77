"""/api/v1/limits: how often strangers may do what, who is at a limit now, and lifting one."""

import datetime as dt

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from syndicate import clock
from syndicate.breakers import steering
from syndicate.store.ground.session import transaction
from syndicate.web.api.actors import CanRead, CanSteer
from syndicate.web.storable import Text

router = APIRouter(prefix="/api/v1", tags=["installation"])


class SpentView(BaseModel):
    """Who has used a limit up."""

    key: str = Field(description="a hash of an address or network, a host, a publication's slug …")
    used: int


class LimitView(BaseModel):
    """One limit, and who is at it now."""

    name: str
    what: str = Field(description="what is counted")
    most: int = Field(description="how many in one window")
    hours: int = Field(description="how long a window is")
    counts: str = Field(description="by what it counts: address, network, mailbox, publication …")
    beyond: str = Field(description="what becomes of more: refused, not sent, goes later")
    spent: list[SpentView] = Field(description="the most used first, 20 at most")


class WaitingView(BaseModel):
    """Mail of a publication that waits behind a limit."""

    limit: str
    publication: str
    count: int
    until: dt.datetime = Field(description="when the last of it leaves")


class LimitsView(BaseModel):
    """All limits."""

    limits: list[LimitView]
    waiting: list[WaitingView]


class LiftLimitIn(BaseModel):
    """Whose limit is to be lifted."""

    model_config = ConfigDict(extra="forbid")

    name: Text = Field(max_length=80, description="of the limit")
    key: Text = Field(
        "",
        max_length=400,
        description="as `spent` has it, or an IP address, email address, domain or publication; "
        "empty for all who are at it",
    )


class LiftedView(BaseModel):
    """What lifting did."""

    counters: int = Field(description="counters that begin anew")
    mails: int = Field(description="mails that waited, and leave now")


@router.get("/limits")
def list_limits(actor: CanRead) -> LimitsView:
    """Every limit that counts strangers, who is at it now, and what mail waits behind it."""
    now = clock.now()
    with transaction() as tx:
        limits = [
            LimitView(
                name=each.limit.name,
                what=each.limit.what,
                most=each.limit.most,
                hours=each.limit.hours,
                counts=each.limit.counts.value,
                beyond=each.limit.beyond,
                spent=[
                    SpentView(key=steering.called(tx, each.limit, spent.key), used=spent.used)
                    for spent in each.spent[: steering.SHOWN]
                ],
            )
            for each in steering.every(tx, actor=actor, now=now)
        ]
        waits = [WaitingView(**vars(each)) for each in steering.waiting(tx, now=now)]
    return LimitsView(limits=limits, waiting=waits)


@router.post("/limits/lift")
def lift_limit(actor: CanSteer, body: LiftLimitIn) -> LiftedView:
    """Let those who are at a limit begin anew, and the mail that waits behind it leave."""
    with transaction() as tx:
        done = steering.lift(tx, body.name, body.key, actor=actor, now=clock.now())
    return LiftedView(counters=done.counters, mails=done.mails)
