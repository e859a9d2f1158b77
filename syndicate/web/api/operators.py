"""/api/v1/operators: who works here, and what each may do where."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from syndicate import clock
from syndicate.newsroom import operators as acts
from syndicate.newsroom import roster, verbs
from syndicate.newsroom.making import operators as making
from syndicate.newsroom.making.acts import Given, Key
from syndicate.newsroom.operators import Where
from syndicate.newsroom.tokens import permitted
from syndicate.store.ground.session import transaction
from syndicate.store.platform.tokens import Permission
from syndicate.web.api.actors import CanEditOperators
from syndicate.web.storable import Text

router = APIRouter(prefix="/api/v1", tags=["operators"])
Slug = Annotated[str, Path(max_length=80)]
Word = Annotated[Text, Field(max_length=80)]


class GrantView(BaseModel):
    """A permission, and for what it holds."""

    permission: str
    publication: str | None = Field(description="slug; null with no newsletter means everywhere")
    newsletter: str | None = Field(description="slug")


class OperatorView(BaseModel):
    """An operator with what they may do."""

    id: int
    slug: str
    name: str
    address: str
    languages: list[str]
    zone: str
    created_at: dt.datetime
    retired_at: dt.datetime | None
    grants: list[GrantView]


class DetailsIn(BaseModel):
    """What is known of an operator; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: Text | None = Field(None, max_length=200, description="as lists and mails show it")
    address: Text | None = Field(None, max_length=320, description="where mail to them goes")
    languages: list[Word] | None = Field(None, min_length=1, max_length=20)
    zone: Word | None = Field(None, description="IANA name")


class OperatorIn(DetailsIn):
    """A new operator."""

    slug: Word


class GrantIn(BaseModel):
    """What an operator may do, or may do no longer."""

    model_config = ConfigDict(extra="forbid")

    permissions: list[Word] = Field(
        min_length=1, max_length=100, description="names of permissions or roles"
    )
    publication: Word | None = Field(None, description="slug of the only one it holds for")
    newsletter: Word | None = Field(None, description="slug of the only one it holds for")


@router.get("/operators")
def list_operators(actor: CanEditOperators) -> list[OperatorView]:
    """Every operator, those who are retired last."""
    verbs.allow(actor, Permission.OPERATORS)
    with transaction() as tx:
        return [_shown(each) for each in roster.every(tx)]


@router.get("/operators/{slug}")
def show_operator(actor: CanEditOperators, slug: Slug) -> OperatorView:
    """One operator."""
    verbs.allow(actor, Permission.OPERATORS)
    return _one(slug)


@router.post("/operators", status_code=201)
def add_operator(actor: CanEditOperators, body: OperatorIn) -> OperatorView:
    """Add an operator, who may do nothing until something is granted."""
    with transaction() as tx:
        made = making.add(tx, _given(body), actor=actor, now=clock.now())
        return _shown(roster.one(tx, made))


@router.post("/operators/{slug}")
def change_operator(actor: CanEditOperators, slug: Slug, body: DetailsIn) -> OperatorView:
    """Change what is known of an operator. Safe to run twice."""
    with transaction() as tx:
        making.change(tx, Key(slug), _given(body), actor=actor, now=clock.now())
    return _one(slug)


@router.post("/operators/{slug}/retire")
def retire_operator(actor: CanEditOperators, slug: Slug) -> OperatorView:
    """Let an operator in no longer, and end their sessions at once. Safe to run twice."""
    with transaction() as tx:
        making.end(tx, Key(slug), actor=actor, now=clock.now())
    return _one(slug)


@router.post("/operators/{slug}/reset")
def reset_operator(actor: CanEditOperators, slug: Slug) -> OperatorView:
    """Forget an operator's passkeys and recovery codes, and end their sessions, at once."""
    with transaction() as tx:
        acts.reset(tx, slug, actor=actor, now=clock.now())
    return _one(slug)


@router.post("/operators/{slug}/grant")
def grant_permissions(actor: CanEditOperators, slug: Slug, body: GrantIn) -> OperatorView:
    """Let an operator do something, everywhere or in one place. Safe to run twice."""
    with transaction() as tx:
        what = permitted(body.permissions)
        acts.grant(tx, slug, what, _where(body), actor=actor, now=clock.now())
    return _one(slug)


@router.post("/operators/{slug}/revoke")
def revoke_permissions(actor: CanEditOperators, slug: Slug, body: GrantIn) -> OperatorView:
    """Let an operator do something no longer, at once. Safe to run twice."""
    with transaction() as tx:
        what = permitted(body.permissions)
        acts.revoke(tx, slug, what, _where(body), actor=actor, now=clock.now())
    return _one(slug)


def _given(body: DetailsIn) -> Given:
    return body.model_dump(exclude_none=True)


def _where(body: GrantIn) -> Where:
    return Where(publication=body.publication, newsletter=body.newsletter)


def _one(slug: str) -> OperatorView:
    with transaction() as tx:
        return _shown(roster.one(tx, acts.named(tx, slug)))


def _shown(each: roster.Listed) -> OperatorView:
    return OperatorView.model_validate(each.as_dict())
