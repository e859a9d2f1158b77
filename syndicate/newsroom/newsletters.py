"""Which newsletter is meant: by its slug or its number."""

from syndicate.errors import NotFoundError
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.newsroom.newsletters import Newsletter


def named(tx: Transaction, slug: str) -> Newsletter:
    """The newsletter of a slug.

    Raises:
        NotFoundError: there is none; the sentence names those that there are.
    """
    found = newsletters.by_slug(tx, slug)
    if found is None:
        known = ", ".join(each.slug for each in newsletters.every(tx)) or "none yet"
        raise NotFoundError(f"There is no newsletter {slug}; there are: {known}.", slug=slug)
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
