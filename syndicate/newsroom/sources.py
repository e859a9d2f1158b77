"""Which source is meant: by its number or its slug, which is never only digits."""

from syndicate.errors import NotFoundError, UsageError
from syndicate.newsroom.making.problems import quoted
from syndicate.store.ground.schema import ID_DIGITS
from syndicate.store.ground.session import Transaction
from syndicate.store.intake import sources
from syndicate.store.intake.sources import Source
from syndicate.store.newsroom import publications


def named(tx: Transaction, said: int | str, publication: str | None = None) -> Source:
    """The source of an id or a slug, also one that was retired.

    Args:
        tx: the open transaction.
        said: its id, as a number or in digits, or its slug.
        publication: slug of the one that it belongs to; None where there is no doubt.

    Raises:
        NotFoundError: there is none.
        UsageError: several publications have a source of this slug.
    """
    text = str(said)
    if text.isascii() and text.isdigit():
        one = sources.find(tx, int(text)) if len(text) <= ID_DIGITS else None
        found = [one] if one is not None else []
    else:
        found = sources.called(tx, text)
    if publication is not None:
        slugs = publications.slugs(tx)
        found = [each for each in found if slugs[each.publication_id] == publication]
    if len(found) > 1:
        raise UsageError(
            f"Several publications have a source {text}; name it by its id, which the list of "
            "sources shows."
        )
    if not found:
        raise unknown(said, publication)
    return found[0]


def in_use(tx: Transaction, said: int | str, publication: str | None = None) -> Source:
    """The source of an id or a slug that is collected from, or rests for a while.

    Raises:
        NotFoundError: there is none, or it was retired.
        UsageError: several publications have a source of this slug.
    """
    found = named(tx, said, publication)
    if found.retired_at is not None:
        raise unknown(said, publication)
    return found


def unknown(said: int | str, publication: str | None = None) -> NotFoundError:
    """What is said where there is no such source."""
    within = f" in {publication}" if publication else ""
    return NotFoundError(
        f"There is no source {quoted(said)}{within}; the list of sources shows all there are.",
        source=said,
    )
