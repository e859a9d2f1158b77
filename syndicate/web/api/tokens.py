"""/api/v1/tokens: what programs may do, and where; a secret is shown once."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from syndicate import clock
from syndicate.newsroom import tokens as acts
from syndicate.newsroom.making import tokens as making
from syndicate.newsroom.making.acts import Given, Key
from syndicate.newsroom.verbs import allow
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import publications
from syndicate.store.platform import tokens
from syndicate.store.platform.tokens import ApiToken, Permission
from syndicate.web.api.actors import CanEditTokens
from syndicate.web.storable import Text

router = APIRouter(prefix="/api/v1", tags=["tokens"])
TokenId = Annotated[int, Path(ge=1, le=2**62)]
Word = Annotated[Text, Field(max_length=80)]


class TokenView(BaseModel):
    """A token; its secret is known to its holder alone."""

    id: int
    name: str
    permissions: list[str]
    publication: str | None = Field(description="slug of the only one that it opens")
    created_at: dt.datetime
    expires_at: dt.datetime | None
    used_at: dt.datetime | None = Field(description="to the hour")


class NewToken(TokenView):
    """A token that was just made."""

    token: str = Field(description="shown this once")


class Revoked(BaseModel):
    """That a token opens nothing any more."""

    revoked: int = Field(description="its id")


class TokenIn(BaseModel):
    """A token as it is asked for."""

    model_config = ConfigDict(extra="forbid")

    name: Text = Field(max_length=200, description="whose it is, for lists and the audit")
    permissions: list[Word] = Field(
        min_length=1, max_length=100, description="names of permissions or roles"
    )
    publication: Word | None = Field(None, description="slug of the only one that it opens")
    days: int | None = Field(None, ge=1, le=3650, description="until it expires; null for never")


class TokenChange(BaseModel):
    """What a token is to be; what is left out stays, and null takes a value away."""

    model_config = ConfigDict(extra="forbid")

    name: Text | None = Field(None, max_length=200, description="whose it is")
    permissions: list[Word] | None = Field(
        None, min_length=1, max_length=100, description="names of permissions or roles"
    )
    publication: Word | None = Field(None, description="slug of the only one; null for all")
    expires: Word | None = Field(None, description="its last day, as 2027-12-31; null for never")


@router.get("/tokens")
def list_tokens(actor: CanEditTokens) -> list[TokenView]:
    """Every token that the caller could revoke, oldest first."""
    with transaction() as tx:
        slugs = publications.slugs(tx)
        return [
            TokenView.model_validate(_shown(each, slugs))
            for each in tokens.all_tokens(tx)
            if actor.may(Permission.TOKENS, publication_id=each.publication_id)
        ]


@router.post("/tokens", status_code=201)
def add_token(actor: CanEditTokens, body: TokenIn) -> NewToken:
    """Make a token; it may do no more than the caller."""
    with transaction() as tx:
        made, secret = acts.add(
            tx,
            body.name,
            acts.permitted(body.permissions),
            days=body.days,
            publication=body.publication,
            actor=actor,
            now=clock.now(),
        )
        return NewToken.model_validate(_shown(made, publications.slugs(tx)) | {"token": secret})


@router.get("/tokens/{token_id}")
def show_token(actor: CanEditTokens, token_id: TokenId) -> TokenView:
    """One token; its secret is known to its holder alone."""
    with transaction() as tx:
        found = making.SHELF.keeping.found(tx, Key(str(token_id)))
        allow(actor, Permission.TOKENS, publication_id=found.publication_id)
        return TokenView.model_validate(_shown(found, publications.slugs(tx)))


@router.post("/tokens/{token_id}")
def change_token(actor: CanEditTokens, token_id: TokenId, body: TokenChange) -> TokenView:
    """Change a token; what is left out stays. Safe to run twice."""
    given: Given = body.model_dump(exclude_unset=True)
    if "name" in given:
        given["slug"] = given.pop("name")
    key = Key(str(token_id))
    with transaction() as tx:
        making.change(tx, key, given, actor=actor, now=clock.now())
        found = making.SHELF.keeping.found(tx, key)
        return TokenView.model_validate(_shown(found, publications.slugs(tx)))


@router.post("/tokens/{token_id}/revoke")
def revoke_token(actor: CanEditTokens, token_id: TokenId) -> Revoked:
    """Revoke a token immediately, and end the console sessions that it opened."""
    with transaction() as tx:
        making.end(tx, Key(str(token_id)), actor=actor, now=clock.now())
    return Revoked(revoked=token_id)


def _shown(row: ApiToken, slugs: Mapping[int, str]) -> dict[str, object]:
    return {
        "id": row.id,
        "name": row.name,
        "permissions": row.scopes,
        "publication": slugs[row.publication_id] if row.publication_id is not None else None,
        "created_at": row.created_at,
        "expires_at": row.expires_at,
        "used_at": row.used_at,
    }
