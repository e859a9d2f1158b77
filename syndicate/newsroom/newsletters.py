"""Which newsletter is meant: by its slug or its number."""

from collections.abc import Iterable

from syndicate.errors import NotFoundError
from syndicate.newsroom.verbs import allow
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.platform.tokens import Actor, Permission


def named(tx: Transaction, slug: str) -> Newsletter:
    """The newsletter of a slug.

    Raises:
        NotFoundError: there is none.
    """
    found = newsletters.by_slug(tx, slug)
    if found is None:
        raise NotFoundError(
            f"There is no newsletter {slug}; the list of newsletters shows all there are.",
            slug=slug,
        )
    return found


def readable(found: Iterable[Newsletter], actor: Actor) -> list[Newsletter]:
    """Those that an actor may read of."""
    return [
        each
        for each in found
        if actor.may(Permission.READ, publication_id=each.publication_id, newsletter_id=each.id)
    ]


def read(found: Newsletter, actor: Actor) -> Newsletter:
    """The same newsletter, for somebody who may read of it.

    Raises:
        NotAllowedError: they may not.
    """
    whose = {"publication_id": found.publication_id, "newsletter_id": found.id}
    allow(actor, Permission.READ, **whose)
    return found


def to_run(found: Newsletter, actor: Actor) -> Newsletter:
    """The same newsletter, for somebody who may send its issues.

    Raises:
        NotAllowedError: they may not.
    """
    allow(actor, Permission.RUN, publication_id=found.publication_id, newsletter_id=found.id)
    return found


def numbered(tx: Transaction, newsletter_id: int) -> Newsletter:
    """The newsletter of an id.

    Raises:
        NotFoundError: there is none.
    """
    found = newsletters.find(tx, newsletter_id)
    if found is None:
        raise NotFoundError(
            f"There is no newsletter {newsletter_id}; the list of newsletters shows all there are.",
            newsletter_id=newsletter_id,
        )
    return found
