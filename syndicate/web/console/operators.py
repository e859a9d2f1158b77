"""/console/operators: who works here, what each may do where, and the forms that say so."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Path, Response
from starlette.datastructures import FormData

from syndicate import clock
from syndicate.errors import SyndicateError, UsageError
from syndicate.newsroom import operators as acts
from syndicate.newsroom import roster, sign_in_links, verbs
from syndicate.newsroom.making import granted
from syndicate.newsroom.making import operators as making
from syndicate.newsroom.making.acts import Key
from syndicate.newsroom.operators import Where
from syndicate.newsroom.tokens import permitted
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom import newsletters, publications
from syndicate.store.platform.tokens import LINK_WITHIN, PERMITS, ROLES, Actor, Permission
from syndicate.web.console import fields, pages
from syndicate.web.console.actors import CanEditOperators
from syndicate.web.console.done import Done
from syndicate.web.console.fields import Sent

router = APIRouter(include_in_schema=False)
Slug = Annotated[str, Path(max_length=80)]
Typed = Annotated[str, Form()]
# What they may do has a form of its own, a permission at a time.
_NEW = tuple(each for each in making.KIND.fields if each.name != "grants")
_KNOWN = tuple(each for each in _NEW if not each.is_fixed)
_UNSAID = {"permission": "", "where": ""}
_EVERYWHERE = "everywhere"  # as the form of a grant says it, in which nothing said is no place


@router.get("/console/operators")
def every(actor: CanEditOperators) -> Response:
    """Every operator with what they may do, and the form for one more."""
    return _list(actor)


@router.post("/console/operators")
def add(actor: CanEditOperators, sent: Sent) -> Response:
    """Add an operator, who may do nothing yet."""
    given = fields.given(_NEW, sent)
    try:
        with transaction() as tx:
            made = making.add(tx, given, actor=actor, now=clock.now()).slug
    except SyndicateError as error:
        return _list(actor, sent, error)
    return pages.see_other(f"/console/operators/{made}", Done.ADDED)


@router.get("/console/operators/{slug}")
def one(actor: CanEditOperators, slug: Slug) -> Response:
    """One operator."""
    return _one(actor, slug)


@router.post("/console/operators/{slug}")
def change(actor: CanEditOperators, slug: Slug, sent: Sent) -> Response:
    """Change what is known of an operator."""
    given = fields.given(_KNOWN, sent)
    try:
        with transaction() as tx:
            making.change(tx, Key(slug), given, actor=actor, now=clock.now())
    except SyndicateError as error:
        return _one(actor, slug, sent=sent, error=error)
    return pages.see_other(f"/console/operators/{slug}", Done.SAVED)


@router.post("/console/operators/{slug}/retire")
def retire(actor: CanEditOperators, slug: Slug) -> Response:
    """Let an operator in no longer."""
    with transaction() as tx:
        making.end(tx, Key(slug), actor=actor, now=clock.now())
    return pages.see_other(f"/console/operators/{slug}", Done.RETIRED)


@router.post("/console/operators/{slug}/reset")
def reset(actor: CanEditOperators, slug: Slug) -> Response:
    """Forget an operator's passkeys and recovery codes, and end their sessions."""
    with transaction() as tx:
        acts.reset(tx, slug, actor=actor, now=clock.now())
    return pages.see_other(f"/console/operators/{slug}", Done.RESET)


@router.post("/console/operators/{slug}/link")
def link(actor: CanEditOperators, slug: Slug) -> Response:
    """Make a link that signs an operator in once, and show it, this once."""
    with transaction() as tx:
        made = sign_in_links.make(tx, slug, actor=actor, now=clock.now())
    return _one(actor, slug, link=made)


@router.post("/console/operators/{slug}/grant")
def grant(
    actor: CanEditOperators, slug: Slug, *, permission: Typed = "", where: Typed = ""
) -> Response:
    """Let an operator do something, everywhere or in one place."""
    try:
        with transaction() as tx:
            what, place = _chosen(permission, where)
            acts.grant(tx, slug, what, place, actor=actor, now=clock.now())
    except SyndicateError as error:
        said = {"permission": permission, "where": where}
        return _one(actor, slug, said=said, error=error)
    return pages.see_other(f"/console/operators/{slug}", Done.GRANTED)


@router.post("/console/operators/{slug}/revoke")
def revoke(
    actor: CanEditOperators, slug: Slug, *, permission: Typed = "", where: Typed = ""
) -> Response:
    """Let an operator do something no longer, everywhere or in one place."""
    with transaction() as tx:
        what = permitted([permission])
        acts.revoke(tx, slug, what, _where(where), actor=actor, now=clock.now())
    return pages.see_other(f"/console/operators/{slug}", Done.REVOKED)


def permission_groups(actor: Actor) -> list[tuple[str, list[tuple[str, str]]]]:
    """Roles and permissions as a form offers them: those that the actor has."""
    own = actor.permissions
    roles = [(name, name) for name, held in ROLES.items() if held <= own]
    single = [(each.value, f"{each.value}: {PERMITS[each]}") for each in sorted(own)]
    return [("Roles", roles), ("Permissions", single)]


def _list(
    actor: Actor, sent: FormData | None = None, error: SyndicateError | None = None
) -> Response:
    verbs.allow(actor, Permission.OPERATORS)
    with transaction() as tx:
        found = roster.every(tx)
    form = fields.filled(_NEW, sent, error)
    return pages.render(
        actor, "operators.html", tab="operators", found=found, folded=granted.folded, **form
    )


def _one(
    actor: Actor,
    slug: str,
    *,
    sent: FormData | None = None,
    said: Mapping[str, str] = _UNSAID,
    error: SyndicateError | None = None,
    link: str = "",
) -> Response:
    """An operator's page; after a refusal with the form that was refused: of fields, or of a grant.

    Args:
        actor: who looks.
        slug: the operator's.
        sent: the form of fields.
        said: what the form of a grant holds.
        error: the refusal.
        link: what was just made for them, and is shown this once.
    """
    verbs.allow(actor, Permission.OPERATORS)
    with transaction() as tx:
        row = acts.named(tx, slug)
        found, stored, places = roster.one(tx, row), making.SHELF.plain(tx, row), _places(tx)
        is_other = row.id != actor.operator_id
        can_link = is_other and sign_in_links.may_do_all_of(tx, actor, row)
    form = fields.filled(_KNOWN, sent, error, stored=stored)
    return pages.render(
        actor,
        "operator.html",
        tab="operators",
        found=found,
        places=places,
        held=granted.as_roles(found.grants),
        permissions=permission_groups(actor),
        roles={name: [PERMITS[each] for each in sorted(held)] for name, held in ROLES.items()},
        said=said,
        problem=None if sent is not None else pages.problem_of(error),
        is_of_fields=sent is not None,
        link=link,
        is_other=is_other,
        can_link=can_link,
        minutes=int(LINK_WITHIN.total_seconds() // 60),
        **form,
    )


def _places(tx: Transaction) -> list[tuple[str, Sequence[tuple[str, str]]]]:
    """Where a permission may hold, as the form offers it."""
    papers = [(f"publication:{each.slug}", each.name) for each in publications.all_publications(tx)]
    letters = [(f"newsletter:{each.slug}", each.name) for each in newsletters.every(tx)]
    return [("", [(_EVERYWHERE, "Everywhere")]), ("Publications", papers), ("Newsletters", letters)]


def _chosen(permission: str, where: str) -> tuple[frozenset[Permission], Where]:
    """What the form of a grant says, in which nothing is chosen beforehand."""
    if not permission:
        raise UsageError("Choose what they may do.", field="permission")
    if not where:
        raise UsageError("Choose where they may do it.", field="where")
    return permitted([permission]), _where("" if where == _EVERYWHERE else where)


def _where(said: str) -> Where:
    """A place of the form: "publication:courier", "newsletter:morning", or "" for everywhere."""
    kind, _, slug = said.partition(":")
    if kind == "newsletter":
        return Where(newsletter=slug)
    return Where(publication=slug if said else None)
