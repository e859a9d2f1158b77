"""/api/v1/keys: every key by name, and another in the place of one; a new secret is shown once."""

import dataclasses
import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from syndicate import clock, settings
from syndicate.keys import listing, rotating
from syndicate.master_key import MOST_HONOURED
from syndicate.store.ground.session import transaction
from syndicate.vocabulary.keys import KeyKind
from syndicate.web.api.actors import CanEditTokens
from syndicate.web.storable import Storable

router = APIRouter(prefix="/api/v1", tags=["keys"])
Name = Annotated[
    str, Path(max_length=300, description="as the list of keys has it: `push:courier`"), Storable
]


class KeyView(BaseModel):
    """A key; its secret is known to its holder alone."""

    name: str = Field(description="what `rotate` and `end` call it")
    kind: KeyKind
    about: str = Field(description="whose it is, or which: an id, a selector, a name")
    state: str = Field(description="empty where it is in use, and nothing is to be said")
    made_at: dt.datetime | None
    used_since: dt.datetime | None
    used_at: dt.datetime | None = Field(description="last, to the hour at most; null where unknown")
    ends_at: dt.datetime | None = Field(description="until when it is honoured")
    protects: str
    rotates: str = Field(description="how another takes its place")
    is_passing: bool = Field(description="whether one before it is still believed; `end` ends that")


class KeyRotation(BaseModel):
    """For how long the key of before is honoured."""

    model_config = ConfigDict(extra="forbid")

    days: int | None = Field(
        None, ge=0, le=MOST_HONOURED, description="7 where nothing is said; 0 ends it now"
    )


class RotatedView(BaseModel):
    """A key that another has taken the place of."""

    name: str
    secret: str = Field(description="the new one, shown this once; empty where nobody needs it")
    until: dt.datetime | None = Field(description="how long the one before it is believed")
    says: str = Field(description="what comes next")


class KeyEnded(BaseModel):
    """That what came before a key is believed no longer."""

    name: str
    ended: bool = Field(description="whether anything was still believed")


@router.get("/keys")
def list_keys(actor: CanEditTokens) -> list[KeyView]:
    """Every key that the caller could rotate, and those of the installation."""
    with transaction() as tx:
        found = listing.every(tx, settings.load(), actor=actor, now=clock.now())
    return [KeyView.model_validate(dataclasses.asdict(each)) for each in found]


@router.post("/keys/{name}/rotate")
def rotate_key(actor: CanEditTokens, name: Name, asked: KeyRotation | None = None) -> RotatedView:
    """Let another key take the place of one; both are believed for a while. Needs no body."""
    days = asked.days if asked else None
    made = rotating.rotate(name, days=days, actor=actor, now=clock.now())
    return RotatedView.model_validate(dataclasses.asdict(made))


@router.post("/keys/{name}/end")
def end_key(actor: CanEditTokens, name: Name) -> KeyEnded:
    """Believe no longer what came before a key. Safe to run twice."""
    return KeyEnded(name=name, ended=rotating.end(name, actor=actor, now=clock.now()))
