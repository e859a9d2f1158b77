"""What each operator may do where: given, taken, and forgotten; and which operator is meant.

Nobody gives what they do not have: whoever grants a permission holds it there themselves. A shell's
user holds all of them.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from syndicate.errors import NotFoundError, RefusedError, UsageError
from syndicate.newsroom import newsletters, publications, roster
from syndicate.newsroom.roster import Held
from syndicate.newsroom.verbs import allow, verb
from syndicate.store.ground.session import Transaction
from syndicate.store.platform import audit, operators, passkeys, sessions
from syndicate.store.platform.operators import Operator
from syndicate.store.platform.tokens import Actor, Grant, Permission
from syndicate.vocabulary.acts import Act


@dataclass(frozen=True, kw_only=True)
class Where:
    """For what a permission holds: everything, a publication or a newsletter, by its slug."""

    publication: str | None = None
    newsletter: str | None = None


EVERYWHERE = Where()


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
    _give(tx, found, new, where, actor=actor, now=now)
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
    _take(tx, found, lost, where, actor=actor, now=now)
    return sorted({each.permission for each in lost})


def hold_to(
    tx: Transaction, operator: Operator, wanted: Collection[Held], *, actor: Actor, now: dt.datetime
) -> None:
    """Let an operator do all of this and nothing else. Safe to run twice.

    Raises:
        NotFoundError: there is no such publication or newsletter.
        NotAllowedError: the actor may not do there themselves what is given or taken.
        RefusedError: something is given to an operator who is retired.
    """
    held = roster.one(tx, operator).grants
    if set(wanted) - set(held):
        active(tx, operator.slug)
    for where in dict.fromkeys(map(_where, [*wanted, *held])):
        asked, has = (
            {Permission(each.permission) for each in some if _where(each) == where}
            for some in (wanted, held)
        )
        if asked - has:
            new = _grants(tx, asked - has, where, actor)
            _give(tx, operator, new, where, actor=actor, now=now)
        if has - asked:
            lost = _grants(tx, has - asked, where, actor)
            _take(tx, operator, lost, where, actor=actor, now=now)


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
        record(tx, Act.OPERATOR_RESET, found, actor, now)
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


def record(
    tx: Transaction, what: Act, operator: Operator, actor: Actor, now: dt.datetime, **detail: object
) -> None:
    """Write down what was done with an operator."""
    subject = f"operator:{operator.id}"
    audit.record(tx, at=now, actor=actor.name, action=what, subject=subject, **detail)


def _where(held: Held) -> Where:
    return Where(publication=held.publication, newsletter=held.newsletter)


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


def _give(
    tx: Transaction,
    operator: Operator,
    new: Sequence[Grant],
    where: Where,
    *,
    actor: Actor,
    now: dt.datetime,
) -> None:
    if new:
        operators.grant(tx, operator.id, new)
        record(tx, Act.OPERATOR_GRANT, operator, actor, now, **_told(new, where))


def _take(
    tx: Transaction,
    operator: Operator,
    lost: Sequence[Grant],
    where: Where,
    *,
    actor: Actor,
    now: dt.datetime,
) -> None:
    if lost:
        operators.revoke(tx, operator.id, lost)
        record(tx, Act.OPERATOR_REVOKE, operator, actor, now, **_told(lost, where))


def _told(grants: Sequence[Grant], where: Where) -> dict[str, object]:
    said = {"permissions": sorted({each.permission.value for each in grants})}
    place = {key: each for key, each in vars(where).items() if each is not None}
    return {**said, **place}
