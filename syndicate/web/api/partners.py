"""/api/v1/partners: who republishes our feeds, each with an address of their own."""

import datetime as dt

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from syndicate import clock, settings
from syndicate.feeds import steering
from syndicate.newsroom.verbs import allow
from syndicate.store.ground.session import transaction
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.store.syndication import consumers
from syndicate.store.syndication.consumers import FeedPartner
from syndicate.web.api.actors import CanEditFeeds, CanRead
from syndicate.web.storable import Text

router = APIRouter(prefix="/api/v1", tags=["feeds"])


class PartnerIn(BaseModel):
    """A partner by name."""

    model_config = ConfigDict(extra="forbid")

    name: Text = Field(description="what the partner is called")


class PartnerView(BaseModel):
    """A partner, and under what address they follow our feeds."""

    name: str
    since: dt.datetime
    revoked_at: dt.datetime | None
    address: str | None = Field(
        description="of the feed of everything; `?for=…` works with every other feed too. Null "
        "without the permission `feeds.edit`"
    )


@router.get("/partners")
def list_partners(actor: CanRead) -> list[PartnerView]:
    """Every partner, also those whose address is no longer valid."""
    allow(actor, Permission.READ)
    with transaction() as tx:
        return [_view(each, actor) for each in consumers.partners(tx)]


@router.post("/partners")
def add_partner(actor: CanEditFeeds, body: PartnerIn) -> PartnerView:
    """Know a partner by an address of their own; it stays the same. Safe to run twice."""
    with transaction() as tx:
        made = steering.add_partner(tx, body.name, actor=actor, now=clock.now())
        return _view(made, actor)


@router.post("/partners/revoke")
def revoke_partner(actor: CanEditFeeds, body: PartnerIn) -> dict[str, str]:
    """Make a partner's address invalid. Safe to run twice."""
    with transaction() as tx:
        steering.revoke_partner(tx, body.name, actor=actor, now=clock.now())
    return {"revoked": body.name}


def _view(row: FeedPartner, actor: Actor) -> PartnerView:
    own = settings.load()
    return PartnerView(
        name=row.name,
        since=row.created_at,
        revoked_at=row.revoked_at,
        address=steering.told_address(own.base_url(), own.key(), row, actor=actor),
    )
