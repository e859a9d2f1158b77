"""Making all that a file names, in one transaction: create, rename, change, and leave the rest.

    entry ─┬─ its slug is there ──────> changed, or as it was
           ├─ its `was` is there ─────> renamed, and changed
           └─ neither ────────────────> made
    what no entry names ──────────────> left and listed; retired where that was asked for

Each act is a verb of its kind, with its own line in the audit.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from syndicate.errors import InvalidError, RefusedError, SyndicateError
from syndicate.newsroom.making.acts import Key
from syndicate.newsroom.making.fields import Difference, Shape, plain
from syndicate.newsroom.making.shelves import Shelf
from syndicate.setup import ordering
from syndicate.setup.document import Document, Faults, Named, place_of, refuse
from syndicate.setup.kinds import SHELVES
from syndicate.store.ground.session import Transaction, apart, transaction, twice, undone
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
        InvalidError: values cannot be used; all of them are told, each with its line.
        RefusedError: something that is to be retired is needed still.
    """

    def once() -> Applied:
        with transaction() as tx:
            work = _Work(tx, document, actor, now)
            if not way.is_dry:
                return _applied(work, way)
            with undone(tx):
                return _applied(work, way)

    return twice(once)  # it locks rows of many kinds, in an order that collectors do not know


def faults(
    tx: Transaction, document: Document, known: Faults, *, actor: Actor, now: dt.datetime
) -> Faults:
    """What the verbs refuse besides what is known to be wrong; nothing is made.

    Args:
        tx: the open transaction.
        document: what was read.
        known: faults; a field that is at fault is left out, a thing without a slug is not tried.
        actor: who would apply it.
        now: aware UTC.
    """
    work = _Work(tx, document, actor, now, wrong={place for place, _ in known})
    with undone(tx):
        for shelf in SHELVES:
            work.make(shelf)
    return work.faults


def _applied(work: "_Work", way: Way) -> Applied:
    publications.hold(work.tx)  # what is there stays so until all is done
    left: list[tuple[Shelf, Key]] = []
    for shelf in SHELVES:
        left += work.make(shelf)
    if work.refusal is not None and len(work.faults) == 1:
        raise work.refusal
    refuse(work.faults)
    done = work.done
    for shelf, key in reversed(left):
        pair = (shelf.kind.word, key.slug)
        if way.retires and shelf.end is not None:
            shelf.end(work.tx, key, actor=work.actor, now=work.now)
            done.retire.insert(0, pair)
        else:
            done.missing.insert(0, pair)
    return done


@dataclass
class _Work:
    """A file that is applied.

    Attributes:
        wrong: places of faults that are known.
        done: what was made and changed so far.
        faults: what was refused so far; a thing that leans on such a one is not tried.
        refusal: the first one that is about no field.
        lost: slugs of what was not made.
    """

    tx: Transaction
    document: Document
    actor: Actor
    now: dt.datetime
    wrong: set[str] = field(default_factory=set)
    done: Applied = field(default_factory=Applied)
    faults: list[tuple[str, str]] = field(default_factory=list)
    refusal: SyndicateError | None = None
    lost: set[str] = field(default_factory=set)

    def make(self, shelf: Shelf) -> list[tuple[Shelf, Key]]:
        """Make and change what the file names of a kind; what there is besides."""
        theirs = [each for each in self.document.entries if each.shelf is shelf]
        rows = _rows(self.tx, shelf)
        named: set[int] = set()
        try:
            order = in_order(theirs)
        except InvalidError as error:
            self.faults.append((shelf.kind.plural, str(error)))
            self.lost |= {each.slug for each in theirs}
            order = []
        for entry in order:
            made = self._try(entry, rows)
            if made is not None:
                named.add(made)
        if not theirs and shelf.is_optional:
            return []
        return [(shelf, key) for key, row in rows.items() if row.id not in named]

    def _try(self, entry: Named, rows: dict[Key, Any]) -> int | None:
        """Make or change one thing, unless what it leans on was refused; its id."""
        bad = [name for name in (*entry.given, "slug") if place_of(entry, name) in self.wrong]
        if "slug" in bad or _leans_on(entry, self.lost):
            self.lost.add(entry.slug)
            return None
        given = {name: value for name, value in entry.given.items() if name not in bad}
        try:
            with apart(self.tx):
                return _one(
                    self.tx, replace(entry, given=given), rows, self.done,
                    actor=self.actor, now=self.now,
                )  # fmt: skip
        except SyndicateError as error:
            self.lost.add(entry.slug)
            self._tell(entry, error, bad)
            return None

    def _tell(self, entry: Named, error: SyndicateError, bad: Sequence[str]) -> None:
        """Keep a refusal with the lines of the file that it is about."""
        fields: dict[str, str] = error.ids.get("fields", {})
        kind = entry.shelf.kind
        # One of them may have been meant for what lacks.
        has_strange = any(kind.field(name) is None for name in bad)
        told = [
            (place_of(entry, name), self.document.at(said, entry, name))
            for name, said in fields.items()
            if name not in bad and (name in entry.given or not has_strange)
        ]
        if not fields:
            told = [(place_of(entry, "slug"), self.document.at(str(error), entry))]
            again = type(error)(told[0][1], **error.ids)
            self.refusal = self.refusal or again
        self.faults += told


def _leans_on(entry: Named, lost: Collection[str]) -> bool:
    """Whether a thing names one of these slugs, also where it says what somebody may do."""
    said = [entry.publication or ""]
    for asked in entry.shelf.kind.fields:
        value = entry.given.get(asked.name)
        if asked.shape in {Shape.ROW, Shape.ROWS, Shape.GRANTS}:
            texts = value if isinstance(value, list) else [value]
            said += [word for text in texts for word in str(text).split()]
    return any(each in lost for each in said)


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
