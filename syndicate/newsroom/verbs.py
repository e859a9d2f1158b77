"""Verbs: what a person or program does to a thing, one function each, whichever face it came by.

    @verb(Permission.ARTICLES)
    def kill(tx: Transaction, article_id: int, *, actor: Actor, now: dt.datetime) -> bool:
        article = lock(tx, article_id)
        allow(actor, Permission.ARTICLES, publication_id=article.publication_id)

A verb stands in the room of its thing. It knows the permission that it needs, asks whether it holds
for the thing's publication and newsletter, says in one sentence why it cannot be done, and leaves
one line in the audit, in the transaction of what it changes; none where nothing changed. Command
line, HTTP API and console read what was asked, call it, and show what came of it.
"""

import functools
from collections.abc import Callable
from typing import Generic, ParamSpec, TypeVar

from syndicate.errors import NotAllowedError
from syndicate.store.platform.tokens import Actor, Permission

P = ParamSpec("P")
R = TypeVar("R")


class Verb(Generic[P, R]):
    """A function that only whoever has a permission may call; who it is comes as `actor`.

    Attributes:
        permission: which.
    """

    def __init__(self, run: Callable[P, R], permission: Permission) -> None:
        self.permission = permission
        self._run = run
        functools.update_wrapper(self, run)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Do it.

        Raises:
            NotAllowedError: the actor may not.
        """
        actor = kwargs["actor"]
        assert isinstance(actor, Actor)  # noqa: S101 - every verb's signature says so
        let_in(actor, self.permission)
        return self._run(*args, **kwargs)


def verb(permission: Permission) -> Callable[[Callable[P, R]], Verb[P, R]]:
    """Make a function with a keyword `actor` a verb that needs a permission."""

    def made(run: Callable[P, R]) -> Verb[P, R]:
        return Verb(run, permission)

    return made


def let_in(actor: Actor, permission: Permission) -> None:
    """Let an actor go on who has a permission, wherever it holds: what doors ask.

    Raises:
        NotAllowedError: the actor does not.
    """
    if permission not in actor.permissions:
        raise NotAllowedError(
            f"{actor.spoken} does not have the permission {permission.value}, which this needs.",
            permission=permission.value,
        )


def allow(
    actor: Actor,
    permission: Permission,
    *,
    publication_id: int | None = None,
    newsletter_id: int | None = None,
) -> None:
    """Let an actor go on who has a permission for a thing: what verbs ask once they know it.

    Args:
        actor: who asks.
        permission: which.
        publication_id: of what is touched; neither this nor a newsletter: the installation.
        newsletter_id: of what is touched, where it belongs to one.

    Raises:
        NotAllowedError: the actor does not have it, or only for something else.
    """
    let_in(actor, permission)
    if not actor.may(permission, publication_id=publication_id, newsletter_id=newsletter_id):
        is_whole = publication_id is None and newsletter_id is None
        raise NotAllowedError(
            f"{actor.spoken} has the permission {permission.value} for a part of this "
            f"installation; this concerns {'all of it' if is_whole else 'another part'}.",
            permission=permission.value,
        )


def in_shell(user: str) -> Actor:
    """Whoever works in this installation's shell: all doors are open there.

    Args:
        user: the account.
    """
    return Actor(f"cli:{user}", frozenset(Permission))
