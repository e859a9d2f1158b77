"""What is done with operators: add, change and retire them, and say what each may do where.

Nobody gives what they do not have: whoever grants a permission holds it there themselves. A shell's
user holds all of them.
"""

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from syndicate import bounds, clock, slugs
from syndicate.errors import BadAddressError, NotFoundError, RefusedError, UsageError
from syndicate.languages import normalised
from syndicate.newsroom import newsletters, publications
from syndicate.newsroom.verbs import allow, verb
from syndicate.store.ground.session import Transaction
from syndicate.store.platform import audit, operators, passkeys, sessions
from syndicate.store.platform.operators import Operator
from syndicate.store.platform.tokens import Actor, Grant, Permission
from syndicate.store.readers import recipients

_MAX_SLUG, _MAX_NAME = 80, 200


@dataclass(frozen=True, kw_only=True)
class Details:
    """What is known of an operator; None says nothing, and leaves what there is.

    Attributes:
        name: as lists show it: a person's, or that of a desk that shares one screen.
        address: where mail to this operator goes.
        languages: that they read, the first one first; tags.
        zone: IANA name.
    """

    name: str | None = None
    address: str | None = None
    languages: Sequence[str] | None = None
    zone: str | None = None


@dataclass(frozen=True, kw_only=True)
class Where:
    """For what a permission holds: everything, a publication or a newsletter, by its slug."""

    publication: str | None = None
    newsletter: str | None = None


EVERYWHERE = Where()


@verb(Permission.OPERATORS)
def add(tx: Transaction, slug: str, said: Details, *, actor: Actor, now: dt.datetime) -> Operator:
    """Add an operator, who may do nothing yet.

    Raises:
        UsageError: slug, name, address, language or zone cannot be used.
        RefusedError: the slug is taken.
    """
    allow(actor, Permission.OPERATORS)
    slugs.check(slug, "operator", most=_MAX_SLUG)
    if operators.by_slug(tx, slug) is not None:
        raise RefusedError(
            f"There is an operator {slug} already; choose another slug.", slug=slug, field="slug"
        )
    given = Details(
        name=said.name or "",
        address=said.address or "",
        languages=["en"] if said.languages is None else said.languages,
        zone=said.zone or "UTC",
    )
    made = Operator(slug=slug, created_at=now, **_columns(given))
    operators.add(tx, made)
    _record(tx, "operator-add", made, actor, now)
    return made


@verb(Permission.OPERATORS)
def change(tx: Transaction, slug: str, said: Details, *, actor: Actor, now: dt.datetime) -> bool:
    """Change what is known of an operator. Safe to run twice.

    Returns:
        Whether anything changed.

    Raises:
        NotFoundError: there is no operator of this slug.
        UsageError: name, address, language or zone cannot be used.
    """
    allow(actor, Permission.OPERATORS)
    found = named(tx, slug)
    new = {key: each for key, each in _columns(said).items() if getattr(found, key) != each}
    if new:
        operators.change(tx, found, new)
        _record(tx, "operator-set", found, actor, now, fields=sorted(new))
    return bool(new)


@verb(Permission.OPERATORS)
def retire(tx: Transaction, slug: str, *, actor: Actor, now: dt.datetime) -> bool:
    """Let an operator in no longer, and end their sessions at once. Safe to run twice.

    Returns:
        Whether anything changed.

    Raises:
        NotFoundError: there is no operator of this slug.
        RefusedError: it is whoever asks.
    """
    allow(actor, Permission.OPERATORS)
    found = named(tx, slug)
    if found.id == actor.operator_id:
        raise RefusedError("You cannot retire yourself; ask another operator.", slug=slug)
    if found.retired_at is not None:
        return False
    operators.change(tx, found, {"retired_at": now})
    sessions.end_all_of(tx, found.id)
    _record(tx, "operator-retire", found, actor, now)
    return True


@verb(Permission.OPERATORS)
def grant(
    tx: Transaction,
    slug: str,
    permissions: Collection[Permission],
    where: Where = EVERYWHERE,
    *,
    actor: Actor,
    now: dt.datetime,
) -> list[Permission]:
    """Let an operator do something from now on. Safe to run twice.

    Returns:
        What is new.

    Raises:
        NotFoundError: there is no such operator, publication or newsletter.
        NotAllowedError: the actor may not do so there themselves.
        RefusedError: the operator is retired.
        UsageError: both a publication and a newsletter are named.
    """
    grants = _grants(tx, permissions, where, actor)
    found = active(tx, slug)
    held = operators.grants_of(tx, [found.id])[found.id]
    new = [each for each in grants if each not in held]
    if new:
        operators.grant(tx, found.id, new)
        _record(tx, "operator-grant", found, actor, now, **_told(new, where))
    return [each.permission for each in new]


@verb(Permission.OPERATORS)
def revoke(
    tx: Transaction,
    slug: str,
    permissions: Collection[Permission],
    where: Where = EVERYWHERE,
    *,
    actor: Actor,
    now: dt.datetime,
) -> list[Permission]:
    """Let an operator do something no longer, at once. Safe to run twice.

    Args:
        tx: the open transaction.
        slug: the operator's.
        permissions: what.
        where: there alone; everywhere takes what holds for a part, too.
        actor: who asks.
        now: aware UTC.

    Returns:
        What was taken away.

    Raises:
        NotFoundError: there is no such operator, publication or newsletter.
        NotAllowedError: the actor may not do so there themselves.
        RefusedError: the operator may do so everywhere; a part of that cannot be taken away.
        UsageError: both a publication and a newsletter are named.
    """
    found = named(tx, slug)
    grants = _grants(tx, permissions, where, actor)
    held = operators.grants_of(tx, [found.id])[found.id]
    lost = [each for each in held if each in grants]
    if where == EVERYWHERE:
        lost = [each for each in held if each.permission in permissions]
    for each in grants:
        if each not in lost and Grant(each.permission) in held:
            raise RefusedError(
                f"Operator {slug} has the permission {each.permission.value} for everything; "
                "revoke it, and grant it again for what is to stay.",
                slug=slug,
            )
    if lost:
        operators.revoke(tx, found.id, lost)
        _record(tx, "operator-revoke", found, actor, now, **_told(lost, where))
    return sorted({each.permission for each in lost})


@verb(Permission.OPERATORS)
def reset(tx: Transaction, slug: str, *, actor: Actor, now: dt.datetime) -> bool:
    """Forget an operator's passkeys and recovery codes, and end their sessions at once.

    For a device that was lost: they sign in again by a link. Safe to run twice.

    Returns:
        Whether there was anything.

    Raises:
        NotFoundError: there is no operator of this slug.
    """
    allow(actor, Permission.OPERATORS)
    found = named(tx, slug)
    gone = passkeys.forget_all(tx, found.id) + sessions.end_all_of(tx, found.id)
    if gone:
        _record(tx, "operator-reset", found, actor, now)
    return bool(gone)


def numbered(tx: Transaction, operator_id: int) -> Operator:
    """The operator of an id that a session or a token names.

    Raises:
        NotFoundError: there is none.
    """
    found = operators.find(tx, operator_id)
    if found is None:
        raise NotFoundError(f"There is no operator {operator_id}.", operator_id=operator_id)
    return found


def named(tx: Transaction, slug: str) -> Operator:
    """The operator of a slug.

    Raises:
        NotFoundError: there is none.
    """
    found = operators.by_slug(tx, slug)
    if found is None:
        raise NotFoundError(
            f"There is no operator {slug}; the list of operators shows all there are.", slug=slug
        )
    return found


def active(tx: Transaction, slug: str) -> Operator:
    """The operator of a slug, who still works here.

    Raises:
        NotFoundError: there is none.
        RefusedError: they are retired.
    """
    found = named(tx, slug)
    if found.retired_at is not None:
        raise RefusedError(f"Operator {slug} is retired; add a new one.", slug=slug)
    return found


def _columns(said: Details) -> dict[str, object]:
    """What was said, as a row keeps it.

    Raises:
        UsageError: it cannot be kept; the error names the field.
    """
    given = {name: each for name, each in vars(said).items() if each is not None}
    return {name: _KEPT[name](each) for name, each in given.items()}


def _name(said: str) -> str:
    if not bounds.text(said, "The name", most=_MAX_NAME).strip():
        raise UsageError("An operator needs a name: as lists and mails show it.", field="name")
    return said.strip()


def _address(said: str) -> str:
    if not bounds.text(said, "The address").strip():
        raise UsageError(
            "An operator needs an email address, for mail about this installation.",
            field="address",
        )
    try:
        return recipients.normalise(said)
    except BadAddressError as error:
        raise UsageError(str(error), field="address") from error


def _languages(said: Sequence[str]) -> list[str]:
    if not said:
        raise UsageError("An operator reads one language at least.", field="languages")
    return list(dict.fromkeys(_language(each) for each in said))


def _language(said: str) -> str:
    tag = normalised(said)
    if tag is None:
        raise UsageError(
            f"{said[:40]} is not a language; write its tag, such as en or ar.", field="languages"
        )
    return tag


def _zone(said: str) -> str:
    if clock.zone(said) is None:
        raise UsageError(
            f"{said[:40]} is not a time zone; write one such as Europe/London.", field="zone"
        )
    return said


# How each field of `Details` is kept, or refused.
_KEPT: dict[str, Callable[[Any], object]] = {
    "name": _name,
    "address": _address,
    "languages": _languages,
    "zone": _zone,
}


def _grants(
    tx: Transaction, permissions: Collection[Permission], where: Where, actor: Actor
) -> list[Grant]:
    """What is given or taken, for an actor who may do both that and all of it.

    Raises:
        NotAllowedError, NotFoundError, UsageError: as `grant` says.
    """
    if where.publication is not None and where.newsletter is not None:
        raise UsageError("Name a publication or a newsletter, not both.", field="where")
    if not permissions:
        raise UsageError("Say what: a permission such as articles.write, or a role.")
    kept: dict[str, int] = {}
    whose: dict[str, int | None] = {}
    if where.newsletter is not None:
        newsletter = newsletters.named(tx, where.newsletter)
        kept = {"newsletter_id": newsletter.id}
        whose = {**kept, "publication_id": newsletter.publication_id}
    elif where.publication is not None:
        kept = {"publication_id": publications.named(tx, where.publication).id}
        whose = {**kept}
    for each in {Permission.OPERATORS, *permissions}:
        allow(actor, each, **whose)
    return [Grant(each, **kept) for each in sorted(permissions)]


def _told(grants: Sequence[Grant], where: Where) -> dict[str, object]:
    said = {"permissions": sorted({each.permission.value for each in grants})}
    place = {key: each for key, each in vars(where).items() if each is not None}
    return {**said, **place}


def _record(
    tx: Transaction, what: str, operator: Operator, actor: Actor, now: dt.datetime, **detail: object
) -> None:
    subject = f"operator:{operator.id}"
    audit.record(tx, at=now, actor=actor.name, action=what, subject=subject, **detail)
