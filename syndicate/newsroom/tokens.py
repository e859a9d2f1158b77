"""Tokens that open the HTTP API and the console: with a fresh secret; what words permit."""

import datetime as dt
import re
from collections.abc import Collection, Iterable

from syndicate import bounds
from syndicate.errors import UsageError
from syndicate.newsroom import publications
from syndicate.newsroom.verbs import allow, verb
from syndicate.store.ground.session import Transaction
from syndicate.store.platform import audit, tokens
from syndicate.store.platform.tokens import ROLES, Actor, ApiToken, Permission
from syndicate.vocabulary.acts import Act

_MAX_NAME, _SHOWN = 200, 60
# What a token is called whose name others have too: "cms (7)".
NUMBERED = re.compile(r"(.*) \(([0-9]{1,18})\)", re.DOTALL)


@verb(Permission.TOKENS)
def add(  # noqa: PLR0913 - whose, what, where, until when, who and when
    tx: Transaction,
    name: str,
    permissions: Collection[Permission],
    *,
    days: int | None,
    publication: str | None = None,
    actor: Actor,
    now: dt.datetime,
) -> tuple[ApiToken, str]:
    """Make a token.

    Args:
        tx: the open transaction.
        name: whose it is, for lists and the audit.
        permissions: what its holder may do.
        days: until it expires; None means never.
        publication: slug of the only one that it opens; None means all.
        actor: who asks.
        now: aware UTC.

    Returns:
        The token, and its secret, of which only the hash is kept.

    Raises:
        UsageError: the name is empty, cannot be kept, or reads as the number of another token.
        NotFoundError: there is no such publication.
        NotAllowedError: the actor may not do all that the token would let its holder do.
    """
    if not bounds.text(name, "The name", most=_MAX_NAME).strip():
        raise UsageError("A token needs a name: whose it is.", field="name")
    fault = like_a_number(name)
    if fault is not None:
        raise UsageError(fault, field="name")
    whose = None
    if publication is not None:
        publications.let_into(tx, publication, Permission.TOKENS, actor)
        whose = publications.named(tx, publication).id
    let_give(permissions, whose, actor)
    secret = tokens.new_secret()
    ends_at = now + dt.timedelta(days=days) if days else None
    made = tokens.add_token(
        tx, name, permissions, secret=secret, expires_at=ends_at, now=now, publication_id=whose
    )
    record(tx, Act.TOKEN_ADD, made.id, actor, now, name=made.name)
    return made, secret


def like_a_number(name: str) -> str | None:
    """What is said of a name that reads as another token's with its number; None of any other."""
    numbered = NUMBERED.fullmatch(name.strip())
    if numbered is None:
        return None
    shown = name.strip() if len(name.strip()) <= _SHOWN else "This name"
    return (
        f"{shown} reads as the token with the number {numbered[2]}; leave the number in brackets "
        "out."
    )


def let_give(permissions: Collection[Permission], publication_id: int | None, actor: Actor) -> None:
    """Let an actor go on who may make a token that may do this.

    Args:
        permissions: what its holder may do.
        publication_id: of the only publication that it opens; None: all.
        actor: who asks.

    Raises:
        NotAllowedError: they may not make tokens there, or not do all of this themselves.
    """
    for each in {Permission.TOKENS, *permissions}:
        allow(actor, each, publication_id=publication_id)


def permitted(words: Iterable[str]) -> frozenset[Permission]:
    """What permissions and roles let one do, by their names.

    Raises:
        UsageError: there is none of a name.
    """
    found: set[Permission] = set()
    for each in words:
        if each not in {*ROLES, *Permission}:
            raise UsageError(
                f"There is no permission or role {each[:60]}; the roles are {', '.join(ROLES)}, "
                f"the permissions {', '.join(Permission)}."
            )
        found |= ROLES[each] if each in ROLES else {Permission(each)}
    return frozenset(found)


def of_role(name: str) -> frozenset[Permission]:
    """What a role may do.

    Raises:
        UsageError: there is no such role.
    """
    if name not in ROLES:
        raise UsageError(f"There is no role {name}; it is one of {', '.join(ROLES)}.")
    return ROLES[name]


def permission(name: str) -> Permission:
    """The permission of a name.

    Raises:
        UsageError: there is none.
    """
    if name not in list(Permission):
        raise UsageError(f"There is no permission {name}; it is one of {', '.join(Permission)}.")
    return Permission(name)


def record(
    tx: Transaction, what: Act, token_id: int, actor: Actor, now: dt.datetime, **detail: object
) -> None:
    """Write down what was done with a token."""
    subject = f"token:{token_id}"
    audit.record(tx, at=now, actor=actor.name, action=what, subject=subject, **detail)
