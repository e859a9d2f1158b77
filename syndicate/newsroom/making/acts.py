"""Adding and changing a thing, in one place: hold, read, compare, check, write, and one audit line.

    given ─ read ─> values ─ compare ─> differences ─ check ─> written ─> one line in the audit
                                            │ none
                                            └> nothing is written, and nothing audited

Acts on a newsroom are rare, and one slug may be asked for twice at once: so one waits for another.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from syndicate.errors import NotFoundError, UsageError
from syndicate.newsroom import publications as brands
from syndicate.newsroom.making import reading
from syndicate.newsroom.making.fields import Difference, Field, Kind, Value, Values, plain
from syndicate.newsroom.making.problems import Problem, Problems, quoted, refuse
from syndicate.newsroom.making.secret_files import Secret
from syndicate.newsroom.verbs import allow
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import publications
from syndicate.store.platform import audit
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.vocabulary.acts import Act

Given = dict[str, object]


class HasId(Protocol):
    """A row."""

    id: Any


Row = TypeVar("Row", bound=HasId)


@dataclass(frozen=True)
class Key:
    """Which thing is meant.

    Attributes:
        slug: its slug, or what its kind has instead.
        publication: slug of the one that it belongs to; None where there is no doubt.
    """

    slug: str
    publication: str | None = None


@dataclass(frozen=True)
class Keeping(Generic[Row]):
    """How the rows of a kind are found, read and written.

    Attributes:
        kind: what they are.
        found: the row of a key. Raises NotFoundError.
        plain: a row's values by its fields' names.
        check: what is wrong with values besides their form; the row is None for a new one.
        make: write a new row.
        write: give a row other values; the differences say which are new.
        permission: what its verbs need, for the publication that a row belongs to.
        whose: the id of that publication; None where it belongs to the installation.
        newsletter: the id of the newsletter that a row is, for grants of one newsletter.
        barred: what is wrong with values for this actor alone; the row is None for a new one.
    """

    kind: Kind
    found: Callable[[Transaction, Key], Row]
    plain: Callable[[Transaction, Row], Values]
    check: Callable[[Transaction, Row | None, Values], Problems]
    make: Callable[[Transaction, Values, dt.datetime], Row]
    write: Callable[[Transaction, Row, Values, "Changed"], None]
    permission: Permission
    whose: Callable[[Row], int | None]
    newsletter: Callable[[Row], int | None] = lambda _row: None
    barred: Callable[[Transaction, Row | None, Values, Actor], Problems] = lambda *_: {}

    def place(self, row: Row) -> dict[str, int | None]:
        """Where a row stands, as `allow` and `Actor.may` ask."""
        return {"publication_id": self.whose(row), "newsletter_id": self.newsletter(row)}

    def problems(self, tx: Transaction, row: Row | None, values: Values, actor: Actor) -> Problems:
        """What is wrong with values besides their form; for anybody, and for this actor."""
        return {**self.barred(tx, row, values, actor), **self.check(tx, row, values)}


@dataclass(frozen=True)
class Changed:
    """What a change changes, and when."""

    differences: tuple[Difference, ...]
    now: dt.datetime

    def of(self, name: str) -> Difference | None:
        """The difference of a field, if it has another value."""
        return next((each for each in self.differences if each.field.name == name), None)


def add(
    tx: Transaction, keeping: Keeping[Row], given: Given, *, actor: Actor, now: dt.datetime
) -> Row:
    """Make a thing of what was given.

    Raises:
        InvalidError, MissingError, TakenError: with a sentence for each field that is at fault.
        NotAllowedError: the actor may make none there.
    """
    row = keeping.make(tx, new_values(tx, keeping, given, actor=actor), now)
    allow(actor, keeping.permission, publication_id=keeping.whose(row))
    record(tx, keeping.kind, "add", row, actor=actor, now=now)
    return row


def change(
    tx: Transaction,
    keeping: Keeping[Row],
    key: Key,
    given: Given,
    *,
    actor: Actor,
    now: dt.datetime,
) -> tuple[Difference, ...]:
    """Give a thing other values; what is not given stays. Safe to run twice.

    Returns:
        What has another value now.

    Raises:
        NotFoundError: there is no such thing.
        InvalidError, MissingError, TakenError: with a sentence for each field that is at fault.
    """
    row = held(tx, keeping, key, actor=actor)
    values, differences = other_values(tx, keeping, row, given, actor=actor)
    if differences:
        keeping.write(tx, row, values, Changed(differences, now))
        fields = told(differences)
        record(tx, keeping.kind, "change", row, actor=actor, now=now, fields=fields)
    return differences


def new_values(tx: Transaction, keeping: Keeping[Row], given: Given, *, actor: Actor) -> Values:
    """The values of a thing that is to be made, while nobody else makes one.

    Raises:
        InvalidError, MissingError, TakenError: with a sentence for each field that is at fault.
        NotAllowedError: the actor may make none in the publication that they name.
    """
    publications.hold(tx)
    read = reading.read(keeping.kind, given, is_new=True)
    let_into(tx, keeping, read.values, actor)
    refuse({**keeping.problems(tx, None, read.values, actor), **read.problems})
    return read.values


def other_values(
    tx: Transaction, keeping: Keeping[Row], row: Row, given: Given, *, actor: Actor
) -> tuple[Values, tuple[Difference, ...]]:
    """The values that a row is to have, and which of them are other ones.

    Raises:
        InvalidError, MissingError, TakenError: with a sentence for each field that is at fault.
        NotAllowedError: they bring it into a publication in which the actor may change nothing.
    """
    before = keeping.plain(tx, row)
    read = reading.read(keeping.kind, given, is_new=False, before=before)
    differences = compare(keeping.kind, before, read.values)
    fixed = _fixed(keeping.kind, differences)
    wanted = {**before, **read.values, **{name: before[name] for name in fixed}}
    problems = {**fixed, **read.problems}
    if "publication" in read.values:
        let_into(tx, keeping, wanted, actor)
    if differences or problems:
        refuse({**keeping.problems(tx, row, wanted, actor), **problems})
    return wanted, differences


def let_into(tx: Transaction, keeping: Keeping[Row], values: Values, actor: Actor) -> None:
    """Let an actor go on who has a kind's permission where values say that a thing belongs.

    Raises:
        NotAllowedError: the actor has it elsewhere alone.
    """
    slug = values.get("publication")
    if isinstance(slug, str):
        brands.let_into(tx, slug, keeping.permission, actor)
    elif "publication" in values:
        allow(actor, keeping.permission)


def held(tx: Transaction, keeping: Keeping[Row], key: Key, *, actor: Actor) -> Row:
    """The row of a key, for somebody who may change it, while nobody else does.

    Raises:
        NotFoundError: there is no such thing.
        NotAllowedError: the actor may change others alone.
    """
    publications.hold(tx)
    row = found(tx, keeping, key, actor=actor)
    allow(actor, keeping.permission, **keeping.place(row))
    return row


def found(tx: Transaction, keeping: Keeping[Row], key: Key, *, actor: Actor) -> Row:
    """The row of a key; whoever has to do with one publication alone need not name it.

    Raises:
        NotFoundError: there is no such thing.
        UsageError: the publication is not named, and there is more than one for this actor.
    """
    try:
        return keeping.found(tx, key)
    except UsageError:
        own = [
            each.slug
            for each in publications.all_publications(tx)
            if any(actor.may(right, publication_id=each.id) for right in actor.permissions)
        ]
        if key.publication is not None or len(own) != 1:
            raise
        return keeping.found(tx, Key(key.slug, own[0]))


def compare(kind: Kind, before: Values, after: Values) -> tuple[Difference, ...]:
    """What differs, in the order of the kind's fields."""
    return tuple(
        Difference(each, before.get(each.name), after[each.name])
        for each in kind.fields
        if each.name in after and not _is_same(each, before.get(each.name), after[each.name])
    )


def _is_same(asked: Field, before: Value, after: Value) -> bool:
    if isinstance(before, Secret) and isinstance(after, Secret):
        return before == after  # what is shown of them tells nothing
    if asked.shape.is_set and isinstance(before, Sequence) and isinstance(after, Sequence):
        return set(before) == set(after)
    return plain(before) == plain(after)


def told(differences: Iterable[Difference]) -> dict[str, list[object]]:
    """A change as the audit has it: by field what was, and what is. Of secrets it says neither."""
    return {each.field.name: [plain(each.before), plain(each.after)] for each in differences}


def record(
    tx: Transaction,
    kind: Kind,
    what: str,
    row: HasId,
    *,
    actor: Actor,
    now: dt.datetime,
    **detail: object,
) -> None:
    """Write an act's one line in the audit: "add", "change", "retire"."""
    subject, act = f"{kind.word}:{row.id}", Act.on(kind.word, what)
    audit.record(tx, at=now, actor=actor.name, action=act, subject=subject, **detail)


def unknown(kind: Kind, key: Key) -> NotFoundError:
    """What is said where there is no such thing."""
    within = f" in {key.publication}" if key.publication else ""
    return NotFoundError(
        f"There is no {kind.word} {quoted(key.slug)}{within}; "
        f"the list of {kind.plural} shows all there are.",
        slug=key.slug,
    )


def _fixed(kind: Kind, differences: tuple[Difference, ...]) -> Problems:
    return {
        each.field.name: Problem(
            f"The {each.field.label} of {kind.one} cannot change; {each.field.then_do}."
        )
        for each in differences
        if each.field.is_fixed
    }
