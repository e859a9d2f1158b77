"""Making all that a file names, in one transaction: create, rename, change, and leave the rest.

    entry ─┬─ its slug is there ──────> changed, or as it was
           ├─ its `was` is there ─────> renamed, and changed
           └─ neither ────────────────> made
    what no entry names ──────────────> left and listed; retired where that was asked for

Each act is a verb of its kind, with its own line in the audit.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from syndicate.errors import InvalidError, MissingError, RefusedError, SyndicateError, TakenError
from syndicate.newsroom.making.acts import Key
from syndicate.newsroom.making.fields import Difference, Shape, plain
from syndicate.newsroom.making.shelves import Shelf
from syndicate.setup import ordering
from syndicate.setup.document import Document, Named
from syndicate.setup.kinds import SHELVES
from syndicate.store.ground.session import Transaction, transaction, undone
from syndicate.store.newsroom import publications
from syndicate.store.platform.tokens import Actor


@dataclass
class Applied:
    """What a file did, or would do.

    Attributes:
        create: (kind, slug) pairs; retire and missing likewise.
        changed: kind and slug with what differs.
        unchanged: how many things are as the file says.
    """

    create: list[tuple[str, str]] = field(default_factory=list)
    changed: list[tuple[str, str, Difference]] = field(default_factory=list)
    retire: list[tuple[str, str]] = field(default_factory=list)
    missing: list[tuple[str, str]] = field(default_factory=list)
    unchanged: int = 0

    def as_json(self) -> dict[str, Any]:
        """As `--json` prints it."""

        def named(pairs: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
            return [{"kind": kind, "slug": slug} for kind, slug in pairs]

        change = [
            {
                "kind": kind,
                "slug": slug,
                "field": each.field.name,
                "from": plain(each.before),
                "to": plain(each.after),
            }
            for kind, slug, each in self.changed
        ]
        return {
            "create": named(self.create),
            "change": change,
            "retire": named(self.retire),
            "missing": named(self.missing),
            "unchanged": self.unchanged,
        }


@dataclass(frozen=True)
class Way:
    """How a file is applied.

    Attributes:
        is_dry: do all of it, tell, and take it back.
        retires: retire what the file does not name.
    """

    is_dry: bool = False
    retires: bool = False


def apply(document: Document, way: Way, *, actor: Actor, now: dt.datetime) -> Applied:
    """Make what a file names; all of it, or nothing. Safe to run twice.

    Raises:
        InvalidError, MissingError, TakenError: a value cannot be used; told with its line.
        RefusedError: something that is to be retired is needed still.
    """
    with transaction() as tx:
        if not way.is_dry:
            return _applied(tx, document, way, actor=actor, now=now)
        with undone(tx):
            return _applied(tx, document, way, actor=actor, now=now)


def _applied(
    tx: Transaction, document: Document, way: Way, *, actor: Actor, now: dt.datetime
) -> Applied:
    publications.hold(tx)  # what is there stays so until all is done
    done = Applied()
    left: list[tuple[Shelf, Key]] = []
    for shelf in SHELVES:
        theirs = [each for each in document.entries if each.shelf is shelf]
        rows = _rows(tx, shelf)
        named = set()
        for entry in in_order(theirs):
            try:
                named.add(_one(tx, entry, rows, done, actor=actor, now=now))
            except SyndicateError as error:
                raise _told(document, entry, error) from error
        if theirs or not shelf.is_optional:
            left += [(shelf, key) for key, row in rows.items() if row.id not in named]
    for shelf, key in reversed(left):
        pair = (shelf.kind.word, key.slug)
        if way.retires and shelf.end is not None:
            shelf.end(tx, key, actor=actor, now=now)
            done.retire.insert(0, pair)
        else:
            done.missing.insert(0, pair)
    return done


def _rows(tx: Transaction, shelf: Shelf) -> dict[Key, Any]:
    return {shelf.key(tx, each): each for each in shelf.every(tx, None)}


def _one(
    tx: Transaction,
    entry: Named,
    rows: dict[Key, Any],
    done: Applied,
    *,
    actor: Actor,
    now: dt.datetime,
) -> int:
    """Make or change one thing; its id."""
    shelf = entry.shelf
    word = shelf.kind.word
    key = _known(entry, entry.slug, rows) or _known(entry, entry.was, rows)
    if key is not None:
        found = shelf.change(tx, key, dict(entry.given), actor=actor, now=now)
        row = rows.pop(key)  # its slug is free from now on, if it has another one
        rows[shelf.key(tx, row)] = row
        done.changed += [(word, entry.slug, each) for each in found]
        done.unchanged += not found
        return int(row.id)
    if shelf.add is None:
        raise RefusedError(f"There is no {word} {entry.slug}, and a file makes none.")
    made = shelf.add(tx, dict(entry.given), actor=actor, now=now)
    done.create.append((word, entry.slug))
    return int(made.id)


def _known(entry: Named, slug: object, rows: Mapping[Key, Any]) -> Key | None:
    """The key of the thing that an entry means by a slug, if it is there."""
    key = Key(str(slug), entry.publication)
    if slug is None or key in rows:
        return key if slug is not None else None
    if entry.publication is not None:
        return None
    return next((each for each in rows if each.slug == slug), None)


def in_order(entries: Sequence[Named]) -> list[Named]:
    """Entries of one kind as they stand, each after those of its kind that it names.

    Raises:
        InvalidError: some name each other in a circle.
    """
    heirs = {(each.publication, each.was): each for each in entries if each.was is not None}
    known = {(each.publication, each.slug): each for each in entries}
    needs = {place: _needs(each, heirs) for place, each in known.items()}

    def circle(places: Sequence[tuple[str | None, str]]) -> InvalidError:
        named = ", ".join(sorted({slug for _, slug in places}))
        return InvalidError(
            f"These {entries[0].shelf.kind.plural} stand below each other in a circle: "
            f"{named}. Give one of them another parent."
        )

    return [known[place] for place in ordering.in_order(needs, circle)]


def _needs(
    entry: Named, heirs: Mapping[tuple[str | None, object], Named]
) -> set[tuple[str | None, str]]:
    """What of its own kind an entry names, and what is to leave its slug; without itself."""
    kind = entry.shelf.kind
    found: set[tuple[str | None, str]] = set()
    for each in kind.fields:
        if each.of != kind.word or each.shape not in {Shape.ROW, Shape.ROWS}:
            continue
        said = entry.given.get(each.name)
        named = said if isinstance(said, list) else [said]
        found |= {(entry.publication, str(slug)) for slug in named if slug}
    heir = heirs.get((entry.publication, entry.slug))
    if heir is not None:
        found.add((heir.publication, heir.slug))
    return found - {(entry.publication, entry.slug)}


def _told(document: Document, entry: Named, error: SyndicateError) -> SyndicateError:
    """A refusal with the lines of the file that it is about."""
    fields: dict[str, str] = error.ids.get("fields", {})
    if not fields:
        return type(error)(document.at(str(error), entry), **error.ids)
    lines = {name: document.at(said, entry, name) for name, said in fields.items()}
    kind = (
        type(error) if isinstance(error, InvalidError | MissingError | TakenError) else InvalidError
    )
    return kind("\n".join(lines.values()), fields=lines)
