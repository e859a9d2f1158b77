"""/api/v1/audit: who did what."""

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from syndicate.newsroom import trail
from syndicate.store.ground.session import transaction
from syndicate.web.api.actors import CanRead
from syndicate.web.storable import Text

router = APIRouter(prefix="/api/v1", tags=["operators"])


class LineView(BaseModel):
    """One act of somebody."""

    id: int
    at: dt.datetime
    actor: str = Field(
        description="`token:NAME`, `operator:SLUG`, `cli:ACCOUNT`, or what did it by itself"
    )
    action: str = Field(
        description="a code, `section-change`; those of older versions are told by it too"
    )
    words: str = Field(description="the same for people; they may change")
    subject: str = Field(description="what it was done to, by its kind and id")
    name: str = Field(description="the same for people, with its name")
    slug: str | None = Field(description="of what it was done to, where it has one")
    publication: str | None = Field(description="slug of the one that this belongs to")
    detail: dict[str, Any] = Field(
        description="`fields` of a change: by name what was, and what is"
    )


@router.get("/audit")
def list_audit(
    actor: CanRead,
    *,
    action: Annotated[Text | None, Query(max_length=80, description="this act alone")] = None,
    about: Annotated[
        Text | None,
        Query(max_length=80, description="a subject, `section:3`, or a kind, `section`"),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[
        int | None, Query(ge=1, le=2**62, description="id of the oldest one you have")
    ] = None,
) -> list[LineView]:
    """Who did what, the newest first."""
    act = trail.act_of(action) if action else None
    with transaction() as tx:
        found = trail.lines(
            tx, limit=limit, before=before, act=act, about=about or None, actor=actor
        )
        return [LineView.model_validate(each.as_dict()) for each in found]
