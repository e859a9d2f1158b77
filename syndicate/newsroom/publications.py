"""Which publication is meant: by its slug, or because there is no doubt."""

from collections.abc import Collection

from syndicate.errors import NotFoundError, UsageError
from syndicate.newsroom.verbs import allow
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import publications
from syndicate.store.newsroom.publications import Publication
from syndicate.store.platform.tokens import Actor, Permission

_OF_NONE = 0  # the id of no publication


def named(tx: Transaction, slug: str) -> Publication:
    """The publication of a slug.

    Raises:
        NotFoundError: there is none.
    """
    found = publications.by_slug(tx, slug)
    if found is None:
        raise NotFoundError(unknown(slug), slug=slug)
    return found


def unknown(slug: str) -> str:
    """What is said where there is no publication of a slug; it names none that there are."""
    return f"There is no publication {slug}; the list of publications shows all there are."


def let_into(tx: Transaction, slug: str, permission: Permission, actor: Actor) -> None:
    """Let an actor go on who has a permission in the publication of a slug.

    Whoever has it in some publications alone learns of no other: one that is not there is refused
    in the words in which one that is another's is.

    Raises:
        NotAllowedError: the actor may not act there.
    """
    found = publications.by_slug(tx, slug)
    allow(actor, permission, publication_id=found.id if found is not None else _OF_NONE)


def named_or_first(tx: Transaction, slug: str | None) -> Publication:
    """The publication of a slug; without one, the installation's first.

    Raises:
        NotFoundError: there is none.
    """
    if slug is not None:
        return named(tx, slug)
    every = publications.all_publications(tx)
    if not every:
        raise _none_yet()
    return every[0]


def named_or_only(
    tx: Transaction, slug: str | None, *, among: Collection[int] | None = None
) -> Publication:
    """The publication of a slug; without one, the only one there is.

    Args:
        tx: the open transaction.
        slug: of the one that is meant; None where it was not named.
        among: ids of those that whoever asks has to do with; None: all.

    Raises:
        NotFoundError: there is none of this slug, or none at all yet.
        UsageError: it is not named, and there are several.
    """
    if slug is not None:
        return named(tx, slug)
    every = publications.all_publications(tx)
    if not every:
        raise _none_yet()
    own = [each for each in every if among is None or each.id in among]
    if len(own) != 1:
        raise UsageError(
            "There are several publications; name one by its slug, which the list of publications "
            "shows."
        )
    return own[0]


def only(tx: Transaction) -> str | None:
    """The slug of the only publication there is; None where there are several, or none."""
    every = publications.all_publications(tx)
    return every[0].slug if len(every) == 1 else None


def _none_yet() -> NotFoundError:
    return NotFoundError(
        "There is no publication yet; make one at /console/start, or as `syndicate "
        "publications add --help` says."
    )
