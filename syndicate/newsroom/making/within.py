"""What belongs to a publication: which one is meant, and the field that names it."""

from collections.abc import Callable, Iterable, MutableMapping, Sequence
from typing import Any, Protocol, TypeVar

from syndicate.newsroom import publications as brands
from syndicate.newsroom.making.acts import Key
from syndicate.newsroom.making.fields import Field, Shape, Values
from syndicate.newsroom.making.problems import Problem, missing
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import publications
from syndicate.store.newsroom.publications import Publication

Row = TypeVar("Row")


class Owned(Protocol):
    """A row that belongs to a publication."""

    slug: Any
    publication_id: Any


PUBLICATION = Field(
    "publication",
    "The publication that it belongs to, by its slug.",
    shape=Shape.ROW,
    of="publication",
    is_required=True,
    is_early=True,
    is_fixed=True,
    example="courier",
)


def publication_of(tx: Transaction, key: Key) -> Publication:
    """The publication that a key names; without a name the only one there is.

    Raises:
        NotFoundError: there is none of this slug, or none at all yet.
        UsageError: it is not named, and there are several.
    """
    return brands.named_or_only(tx, key.publication)


def owner(
    tx: Transaction, values: Values, problems: MutableMapping[str, Problem]
) -> Publication | None:
    """The publication that values name; where there is none of this slug, that is a problem."""
    slug = values.get("publication")
    if not isinstance(slug, str):
        return None
    found = publications.by_slug(tx, slug)
    if found is None:
        problems["publication"] = missing(brands.unknown(slug))
    return found


def lacking(owner: Publication, word: str, slug: str) -> Problem:
    """A field names what its publication does not have: a section, a desk."""
    return missing(has_no(owner.name, word, slug))


def no_section(tx: Transaction, owner: Publication, slug: str) -> Problem:
    """A field names a section that its publication does not have, or calls otherwise now."""
    now = publications.section_once(tx, owner.id, slug)
    if now is None or now.retired_at is not None:
        return lacking(owner, "section", slug)
    return missing(called_otherwise(slug, now.slug))


def called_otherwise(slug: str, now: str) -> str:
    """What is said of a section that is named by its former slug."""
    return f"The section {slug} is called {now} now; name it so."


def has_no(owner: str, word: str, slug: str) -> str:
    """What is said where a publication has no such thing."""
    return f"{owner} has no {word} {slug}; make it first."


def owner_of(tx: Transaction, values: Values) -> Publication:
    """The publication that checked values name."""
    return publication_of(tx, Key("", str(values["publication"])))


def owners(tx: Transaction, publication: str | None) -> Sequence[Publication]:
    """The publication of a slug, or every one.

    Raises:
        NotFoundError: there is none of this slug.
    """
    if publication is None:
        return publications.all_publications(tx)
    return [brands.named(tx, publication)]


def every(
    tx: Transaction, publication: str | None, of: Callable[[Transaction, int], Iterable[Row]]
) -> Sequence[Row]:
    """What belongs to the publication of a slug, or to any, one publication after the other.

    Args:
        tx: the open transaction.
        publication: its slug; None for all.
        of: what belongs to the publication of an id.

    Raises:
        NotFoundError: there is no publication of this slug.
    """
    return [row for owner in owners(tx, publication) for row in of(tx, owner.id)]


def key_of(tx: Transaction, row: Owned) -> Key:
    """By what a thing of a publication is found again."""
    return Key(row.slug, slug_of(tx, row.publication_id))


def slug_of(tx: Transaction, publication_id: int) -> str:
    """The slug of a publication."""
    found = publications.find(tx, publication_id)
    return found.slug if found is not None else ""
