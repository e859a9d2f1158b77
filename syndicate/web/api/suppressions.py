"""/api/v1/suppressions: who gets no more mail; no address stands in a path or a query."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from syndicate import clock
from syndicate.store.ground.session import transaction
from syndicate.subscribers import readers, suppressions
from syndicate.vocabulary.sending import SuppressionReason
from syndicate.web.api.actors import CanCareForReaders, CanFindReaders
from syndicate.web.api.readers import Changed
from syndicate.web.storable import Text

router = APIRouter(prefix="/api/v1", tags=["readers"])
_OF = "`*` for all mail, `article`, `confirmation`, …, or `newsletter:SLUG`"
_KEY = "the address, or the `key` of one that nobody has now"


class SuppressionIn(BaseModel):
    """Of what an address is mailed no longer, or again, and why."""

    model_config = ConfigDict(extra="forbid")

    address: Text = Field(max_length=readers.LONGEST_SOUGHT, description=_KEY)
    of: Text = Field("*", max_length=readers.LONGEST_SOUGHT, description=_OF)
    why: Text = Field(max_length=readers.LONGEST_SOUGHT, description="for the list and the audit")


class Sought(BaseModel):
    """Whose suppressions to find."""

    model_config = ConfigDict(extra="forbid")

    address: Text = Field(max_length=readers.LONGEST_SOUGHT, description=_KEY)


class ListedView(BaseModel):
    """Mail that an address no longer gets."""

    key: str = Field(description="keyed hash of the address")
    address: str | None = Field(description="null where nobody has it now")
    subscriber: int | None
    of: str = Field(description=_OF)
    words: str
    reason: str
    reason_words: str
    at: dt.datetime
    by: str | None = Field(description="the operator who placed it")
    why: str | None


class ListView(BaseModel):
    """A page of them, the newest first."""

    suppressions: list[ListedView]
    after: str | None = Field(description="`after` of the next page; null on the last")


@router.get("/suppressions")
def list_suppressions(
    actor: CanFindReaders,
    *,
    of: Annotated[Text | None, Query(max_length=200, description=_OF)] = None,
    reason: SuppressionReason | None = None,
    after: Annotated[Text | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=readers.MOST)] = suppressions.SHOWN_AT_ONCE,
) -> ListView:
    """Who gets no more mail, the newest first; each look is a line in the audit."""
    now = clock.now()
    with transaction() as tx:
        page = suppressions.listed(
            tx, of=of, reason=reason, after=after, limit=limit, actor=actor, now=now
        )
    return ListView.model_validate(page.as_dict())


@router.post("/suppressions/find")
def find_suppressions(actor: CanFindReaders, said: Sought) -> ListView:
    """What an address no longer gets; it need be no subscriber's."""
    limit, now = readers.MOST, clock.now()
    with transaction() as tx:
        page = suppressions.listed(tx, address=said.address, limit=limit, actor=actor, now=now)
    return ListView.model_validate(page.as_dict())


@router.post("/suppressions")
def add_suppression(actor: CanCareForReaders, said: SuppressionIn) -> Changed:
    """Send no more mail to an address, whoever has it. Safe to run twice."""
    now = clock.now()
    with transaction() as tx:
        is_new = suppressions.add(tx, said.address, of=said.of, why=said.why, actor=actor, now=now)
    return Changed(changed=is_new)


@router.post("/suppressions/lift")
def lift_one(actor: CanCareForReaders, said: SuppressionIn) -> Changed:
    """Send mail to an address again; 409 when nothing is suppressed."""
    now = clock.now()
    with transaction() as tx:
        suppressions.lift(tx, said.address, of=said.of, why=said.why, actor=actor, now=now)
    return Changed(changed=True)
