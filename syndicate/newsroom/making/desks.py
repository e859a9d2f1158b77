"""Desks: the teams behind sections, to whom readers' words go."""

import datetime as dt
from collections.abc import Sequence

from syndicate.newsroom.making import acts, within
from syndicate.newsroom.making.acts import Changed, Given, Keeping, Key
from syndicate.newsroom.making.fields import Difference, Field, Kind, Shape, Touched, Values
from syndicate.newsroom.making.problems import Problem, Problems, taken
from syndicate.newsroom.making.shelves import Shelf
from syndicate.newsroom.verbs import verb
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import publications
from syndicate.store.newsroom.publications import Desk
from syndicate.store.platform.tokens import Actor, Permission

KIND = Kind(
    "desk",
    "desks",
    (
        within.PUBLICATION,
        Field(
            "slug",
            "Its short name in commands and files: small letters, digits and hyphens.",
            shape=Shape.SLUG,
            is_required=True,
            is_early=True,
            most=80,
            example="world",
        ),
        Field(
            "name",
            "What its team is called.",
            is_required=True,
            is_early=True,
            example="World desk",
        ),
        Field(
            "address",
            "Where readers' words about its articles go; without one they go to nobody.",
            shape=Shape.MAIL,
            touches=(Touched.READERS,),
            is_early=True,
            example="world@news.example",
        ),
    ),
)


def _found(tx: Transaction, key: Key) -> Desk:
    found = publications.desk_of(tx, within.publication_of(tx, key).id, key.slug)
    if found is None:
        raise acts.unknown(KIND, key)
    return found


def _plain(tx: Transaction, row: Desk) -> Values:
    return {
        "publication": within.slug_of(tx, row.publication_id),
        "slug": row.slug,
        "name": row.name,
        "address": row.address or None,
    }


def _check(tx: Transaction, row: Desk | None, values: Values) -> Problems:
    found: dict[str, Problem] = {}
    owner = within.owner(tx, values, found)
    slug = values.get("slug")
    if owner is not None and isinstance(slug, str):
        twin = publications.desk_of(tx, owner.id, slug)
        if twin is not None and twin is not row:
            found["slug"] = taken(f"{owner.name} has a desk {slug} already; choose another slug.")
    return found


def _make(tx: Transaction, values: Values, _now: dt.datetime) -> Desk:
    owner = within.owner_of(tx, values)
    row = Desk(publication_id=owner.id, **_columns(values))
    publications.add(tx, row)
    return row


def _write(tx: Transaction, row: Desk, values: Values, _change: Changed) -> None:
    publications.change(tx, row, **_columns(values))


def _columns(values: Values) -> dict[str, object]:
    return {name: values[name] for name in ("slug", "name", "address")}


def _every(tx: Transaction, publication: str | None) -> Sequence[Desk]:
    return within.every(tx, publication, publications.desks_of)


_DESKS = Keeping(
    KIND, _found, _plain, _check, _make, _write, Permission.NEWSROOM, lambda row: row.publication_id
)


@verb(Permission.NEWSROOM)
def add(tx: Transaction, given: Given, *, actor: Actor, now: dt.datetime) -> Desk:
    """Make a desk.

    Raises:
        InvalidError, MissingError, TakenError: with a sentence for each field that is at fault.
    """
    return acts.add(tx, _DESKS, given, actor=actor, now=now)


@verb(Permission.NEWSROOM)
def change(
    tx: Transaction, key: Key, given: Given, *, actor: Actor, now: dt.datetime
) -> Sequence[Difference]:
    """Change a desk. Safe to run twice.

    Raises:
        NotFoundError: there is no such desk.
        InvalidError, TakenError: with a sentence for each field that is at fault.
    """
    return acts.change(tx, _DESKS, key, given, actor=actor, now=now)


@verb(Permission.NEWSROOM)
def end(tx: Transaction, key: Key, *, actor: Actor, now: dt.datetime) -> None:
    """Take a desk away; sections that it was behind have none then.

    Raises:
        NotFoundError: there is no such desk.
    """
    row = acts.held(tx, _DESKS, key, actor=actor)
    publications.remove_desk(tx, row)
    acts.record(tx, KIND, "retire", row, actor=actor, now=now, name=row.name)


SHELF = Shelf(
    _DESKS,
    _every,
    within.key_of,
    add,
    change,
    end,
    "The desk is gone; sections that it was behind have none then.",
)
