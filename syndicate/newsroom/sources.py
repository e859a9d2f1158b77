"""Which source is meant: by its number."""

from syndicate.errors import NotFoundError
from syndicate.store.ground.session import Transaction
from syndicate.store.intake import sources
from syndicate.store.intake.sources import Source


def numbered(tx: Transaction, source_id: int) -> Source:
    """The source of an id.

    Raises:
        NotFoundError: there is none.
    """
    found = sources.find(tx, source_id)
    if found is None:
        raise unknown(source_id)
    return found


def unknown(source_id: int) -> NotFoundError:
    """What is said where there is no source of an id."""
    return NotFoundError(
        f"There is no source {source_id}; the list of sources shows all there are.",
        source_id=source_id,
    )
