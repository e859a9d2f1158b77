"""/console/tokens: what programs may do, and where; a new token's secret is shown once.

A token's own page changes what it opens; its secret is on none, for nobody knows it but its holder.
"""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Path, Response
from starlette.datastructures import FormData

from syndicate import clock
from syndicate.errors import SyndicateError, UsageError
from syndicate.newsroom import tokens as acts
from syndicate.newsroom.making import tokens as making
from syndicate.newsroom.making.acts import Key
from syndicate.newsroom.making.fields import Shape
from syndicate.newsroom.verbs import allow
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import publications
from syndicate.store.platform import tokens
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.web.console import fields, pages
from syndicate.web.console.actors import CanEditTokens
from syndicate.web.console.done import Done
from syndicate.web.console.fields import Options, Sent
from syndicate.web.console.operators import permission_groups

_MOST_DAYS = 3650
router = APIRouter(include_in_schema=False)
TokenId = Annotated[int, Path(ge=1, le=2**62)]
Typed = Annotated[str, Form()]
# A secret comes from a file, which nobody has in a browser.
_KNOWN = tuple(each for each in making.KIND.fields if each.shape is not Shape.SECRET)
_EMPTY = {"name": "", "permission": "viewer", "publication": "", "days": ""}


@router.get("/console/tokens")
def every(actor: CanEditTokens) -> Response:
    """Every token that whoever looks could revoke, and the form for one more."""
    return _list(actor, _EMPTY)


@router.post("/console/tokens")
def add(
    actor: CanEditTokens,
    *,
    name: Typed = "",
    permission: Typed = "",
    publication: Typed = "",
    days: Typed = "",
) -> Response:
    """Make a token and show its secret, this once."""
    said = {"name": name, "permission": permission, "publication": publication, "days": days}
    try:
        with transaction() as tx:
            _, secret = acts.add(
                tx,
                name,
                acts.permitted([permission]),
                days=_days(days),
                publication=publication or None,
                actor=actor,
                now=clock.now(),
            )
    except SyndicateError as error:
        return _list(actor, said, error)
    return _list(actor, _EMPTY, secret=secret)


@router.get("/console/tokens/{token_id}")
def one(actor: CanEditTokens, token_id: TokenId) -> Response:
    """One token: what it opens, and the form that changes that."""
    return _one(actor, token_id)


@router.post("/console/tokens/{token_id}")
def change(actor: CanEditTokens, token_id: TokenId, sent: Sent) -> Response:
    """Change what a token opens, for whom and until when; its secret stays as it is."""
    given = fields.given(_KNOWN, sent)
    try:
        with transaction() as tx:
            making.change(tx, Key(str(token_id)), given, actor=actor, now=clock.now())
    except SyndicateError as error:
        return _one(actor, token_id, sent, error)
    return pages.see_other(f"/console/tokens/{token_id}", Done.SAVED)


@router.post("/console/tokens/{token_id}/revoke")
def revoke(actor: CanEditTokens, token_id: TokenId) -> Response:
    """Revoke a token immediately, and end the console sessions that it opened."""
    with transaction() as tx:
        making.end(tx, Key(str(token_id)), actor=actor, now=clock.now())
    return pages.see_other("/console/tokens", Done.REVOKED)


def _list(
    actor: Actor, said: Mapping[str, str], error: SyndicateError | None = None, secret: str = ""
) -> Response:
    with transaction() as tx:
        every = publications.all_publications(tx)
        found = tokens.all_tokens(tx)
    papers = [each for each in every if actor.may(Permission.TOKENS, publication_id=each.id)]
    mine = [
        each for each in found if actor.may(Permission.TOKENS, publication_id=each.publication_id)
    ]
    return pages.form(
        actor,
        "tokens.html",
        error,
        tab="operators",
        found=mine,
        secret=secret,
        slugs={each.id: each.slug for each in every},
        papers=[("", [("", "All"), *((each.slug, each.name) for each in papers)])],
        permissions=permission_groups(actor),
        said=said,
    )


def _one(
    actor: Actor,
    token_id: int,
    sent: FormData | None = None,
    error: SyndicateError | None = None,
) -> Response:
    """A token's page; after a refusal with the form as it was filled in."""
    with transaction() as tx:
        row = making.SHELF.keeping.found(tx, Key(str(token_id)))
        allow(actor, Permission.TOKENS, publication_id=row.publication_id)
        stored = making.SHELF.plain(tx, row)
        papers: Options = [
            (each.slug, each.name)
            for each in publications.all_publications(tx)
            if actor.may(Permission.TOKENS, publication_id=each.id)
        ]
    form = fields.filled(_KNOWN, sent, error, stored=stored, options={"publication": papers})
    return pages.render(
        actor, "token.html", tab="operators", row=row, called=stored["slug"], **form
    )


def _days(said: str) -> int | None:
    """A number of days as it was typed; None where the field is empty.

    Raises:
        UsageError: it is no number of days.
    """
    text = said.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:5]) <= _MOST_DAYS):
        raise UsageError(
            f"Write a number of days from 1 to {_MOST_DAYS}, or leave it empty.", field="days"
        )
    return int(text)
