"""Which publication is meant: by its slug, or because there is no doubt."""

from collections.abc import Collection

from syndicate.errors import NotFoundError, UsageError
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import publications
from syndicate.store.newsroom.publications import Publication


def named(tx: Transaction, slug: str) -> Publication:
    """The publication of a slug.

    Raises:
        NotFoundError: there is none.
    """
    found = publications.by_slug(tx, slug)
    if found is None:
        raise NotFoundError(
            f"There is no publication {slug}; the list of publications shows all there are.",
            slug=slug,
        )
    return found


def named_or_first(tx: Transaction, slug: str | None) -> Publication:
    """The publication of a slug; without one, the installation's first.

    Raises:
        NotFoundError: there is none.
    """
    if slug is not None:
        return named(tx, slug)
    every = publications.all_publications(tx)
    if not every:
        raise NotFoundError(
            "There is no publication yet; make one at /console/start, or as `syndicate "
            "publications add --help` says."
        )
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
        NotFoundError: there is none of this slug.
        UsageError: it is not named, and there are several.
    """
    if slug is not None:
        return named(tx, slug)
    every = [
        each for each in publications.all_publications(tx) if among is None or each.id in among
    ]
    if len(every) != 1:
        raise UsageError("Name the publication: this installation has several, or none yet.")
    return every[0]
