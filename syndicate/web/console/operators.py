"""/console/operators: who works here, what each may do where, and the forms that say so."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Path, Response

from syndicate import clock
from syndicate.errors import SyndicateError
from syndicate.newsroom import operators as acts
from syndicate.newsroom import roster, verbs
from syndicate.newsroom.making import operators as making
from syndicate.newsroom.making.acts import Key
from syndicate.newsroom.operators import Where
from syndicate.newsroom.tokens import permitted
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom import newsletters, publications
from syndicate.store.platform.tokens import ROLES, Actor, Permission
from syndicate.web.console import pages
from syndicate.web.console.actors import CanEditOperators

router = APIRouter(include_in_schema=False)
Slug = Annotated[str, Path(max_length=80)]
Typed = Annotated[str, Form()]
_EMPTY = {"slug": "", "name": "", "address": "", "languages": "en", "zone": "UTC"}
_UNSAID = {"permission": "viewer", "where": ""}


@router.get("/console/operators")
def every(actor: CanEditOperators) -> Response:
    """Every operator with what they may do, and the form for one more."""
    return _list(actor, _EMPTY)


@router.post("/console/operators")
def add(
    actor: CanEditOperators,
    *,
    slug: Typed = "",
    name: Typed = "",
    address: Typed = "",
    languages: Typed = "",
    zone: Typed = "",
) -> Response:
    """Add an operator, who may do nothing yet."""
    said = {"slug": slug, **_said(name, address, languages, zone)}
    try:
        with transaction() as tx:
            made = making.add(tx, dict(said), actor=actor, now=clock.now()).slug
    except SyndicateError as error:
        return _list(actor, said, error)
    return pages.see_other(f"/console/operators/{made}")


@router.get("/console/operators/{slug}")
def one(actor: CanEditOperators, slug: Slug) -> Response:
    """One operator."""
    return _one(actor, slug, {})


@router.post("/console/operators/{slug}")
def change(
    actor: CanEditOperators,
    slug: Slug,
    *,
    name: Typed = "",
    address: Typed = "",
    languages: Typed = "",
    zone: Typed = "",
) -> Response:
    """Change what is known of an operator."""
    said = _said(name, address, languages, zone)
    try:
        with transaction() as tx:
            making.change(tx, Key(slug), dict(said), actor=actor, now=clock.now())
    except SyndicateError as error:
        return _one(actor, slug, said, error)
    return pages.see_other(f"/console/operators/{slug}")


@router.post("/console/operators/{slug}/retire")
def retire(actor: CanEditOperators, slug: Slug) -> Response:
    """Let an operator in no longer."""
    with transaction() as tx:
        making.end(tx, Key(slug), actor=actor, now=clock.now())
    return pages.see_other(f"/console/operators/{slug}")


@router.post("/console/operators/{slug}/reset")
def reset(actor: CanEditOperators, slug: Slug) -> Response:
    """Forget an operator's passkeys and recovery codes, and end their sessions."""
    with transaction() as tx:
        acts.reset(tx, slug, actor=actor, now=clock.now())
    return pages.see_other(f"/console/operators/{slug}")


@router.post("/console/operators/{slug}/grant")
def grant(
    actor: CanEditOperators, slug: Slug, *, permission: Typed = "", where: Typed = ""
) -> Response:
    """Let an operator do something, everywhere or in one place."""
    try:
        with transaction() as tx:
            what = permitted([permission])
            acts.grant(tx, slug, what, _where(where), actor=actor, now=clock.now())
    except SyndicateError as error:
        return _one(actor, slug, {"permission": permission, "where": where}, error)
    return pages.see_other(f"/console/operators/{slug}")


@router.post("/console/operators/{slug}/revoke")
def revoke(
    actor: CanEditOperators, slug: Slug, *, permission: Typed = "", where: Typed = ""
) -> Response:
    """Let an operator do something no longer, everywhere or in one place."""
    with transaction() as tx:
        what = permitted([permission])
        acts.revoke(tx, slug, what, _where(where), actor=actor, now=clock.now())
    return pages.see_other(f"/console/operators/{slug}")


def permission_groups(actor: Actor) -> list[tuple[str, list[tuple[str, str]]]]:
    """Roles and permissions as a form offers them: those that the actor has."""
    own = actor.permissions
    roles = [(name, name) for name, held in ROLES.items() if held <= own]
    return [("Roles", roles), ("Permissions", [(each.value, each.value) for each in sorted(own)])]


def _list(actor: Actor, said: Mapping[str, str], error: SyndicateError | None = None) -> Response:
    verbs.allow(actor, Permission.OPERATORS)
    with transaction() as tx:
        found = roster.every(tx)
    return pages.form(actor, "operators.html", error, tab="operators", found=found, said=said)


def _one(
    actor: Actor, slug: str, said: dict[str, str], error: SyndicateError | None = None
) -> Response:
    verbs.allow(actor, Permission.OPERATORS)
    with transaction() as tx:
        found = roster.one(tx, acts.named(tx, slug))
        places = _places(tx)
    row = found.row
    known = _said(row.name, row.address, " ".join(row.languages), row.zone)
    return pages.form(
        actor,
        "operator.html",
        error,
        tab="operators",
        found=found,
        places=places,
        permissions=permission_groups(actor),
        said=_UNSAID | known | said,
    )


def _places(tx: Transaction) -> list[tuple[str, Sequence[tuple[str, str]]]]:
    """Where a permission may hold, as the form offers it."""
    papers = [(f"publication:{each.slug}", each.name) for each in publications.all_publications(tx)]
    letters = [(f"newsletter:{each.slug}", each.name) for each in newsletters.every(tx)]
    return [("", [("", "Everywhere")]), ("Publications", papers), ("Newsletters", letters)]


def _where(said: str) -> Where:
    """A place of the form: "publication:courier", "newsletter:morning", or "" for everywhere."""
    kind, _, slug = said.partition(":")
    if kind == "newsletter":
        return Where(newsletter=slug)
    return Where(publication=slug if said else None)


def _said(name: str, address: str, languages: str, zone: str) -> dict[str, str]:
    return {"name": name, "address": address, "languages": languages, "zone": zone}
