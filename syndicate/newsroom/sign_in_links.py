"""Links that sign somebody in to the console once, soon: made in a shell, or by another operator.

    made ──> used, by whoever has it ──> worth nothing
       └──── a quarter of an hour ─────> worth nothing

A link carries no permissions: its operator may do what is granted to them when it is used. Nobody
makes one for somebody who may do what they may not, for whoever has a link can use it. A shell's
user may do everything, and makes links for a role as well, which name no operator.
"""

import datetime as dt

from syndicate import clock, settings, signing
from syndicate.errors import NotAllowedError, RefusedError
from syndicate.newsroom import operators as acting
from syndicate.newsroom.verbs import allow, verb
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.platform import operators
from syndicate.store.platform.operators import Operator
from syndicate.store.platform.tokens import (
    AS_OPERATOR,
    LINK_PURPOSE,
    Actor,
    Grant,
    Permission,
    link_payload,
)
from syndicate.vocabulary.acts import Act


@verb(Permission.OPERATORS)
def make(tx: Transaction, slug: str, *, actor: Actor, now: dt.datetime) -> str:
    """Make a link that signs another operator in; each time another one.

    Returns:
        It, to be shown this once: it is kept nowhere.

    Raises:
        NotFoundError: there is no such operator.
        NotAllowedError: the operator may do what the actor may not.
        RefusedError: they are retired, or it is whoever asks.
    """
    allow(actor, Permission.OPERATORS)
    found = acting.active(tx, slug)
    if found.id == actor.operator_id:
        raise RefusedError(
            "You are signed in already; make a passkey on the page Your sign-in for the next time.",
            slug=slug,
        )
    if not may_do_all_of(tx, actor, found):
        raise NotAllowedError(
            f"Operator {slug} may do what {actor.spoken} may not; only an operator who may do all "
            "of it can make them a link, or someone in the shell of the server.",
            slug=slug,
        )
    acting.record(tx, Act.OPERATOR_LINK, found, actor, now)
    return sign_in_url(found.slug, AS_OPERATOR, now)


def may_do_all_of(tx: Transaction, actor: Actor, operator: Operator) -> bool:
    """Whether an actor may do, wherever they may do it, all that an operator may do."""
    held = operators.grants_of(tx, [operator.id])[operator.id]
    return all(actor.may(each.permission, **_place(tx, each)) for each in held)


def _place(tx: Transaction, grant: Grant) -> dict[str, int | None]:
    row = newsletters.find(tx, grant.newsletter_id) if grant.newsletter_id is not None else None
    publication_id = row.publication_id if row is not None else grant.publication_id
    return {"publication_id": publication_id, "newsletter_id": grant.newsletter_id}


def sign_in_url(name: str, role: str, now: dt.datetime | None = None) -> str:
    """A link that lets somebody into the console once, soon.

    Args:
        name: who, for the audit; the slug of an operator.
        role: one of `ROLES`, or `AS_OPERATOR`.
        now: when it is made, aware UTC; this moment by default.
    """
    own = settings.load()
    payload = link_payload(name, role, now=now or clock.now())
    return f"{own.console_url()}/console/sign-in/{signing.sign(own.key(), LINK_PURPOSE, payload)}"
