"""Operators: the people who work here, added and changed by one list of fields, and retired.

    added ──> works here ──> retired: for good, since the audit names them

What somebody may do is a field too, said in words (`granted`), and is given and taken by the rule
of `newsroom.operators`: nobody gives what they do not have themselves.
"""

import datetime as dt
from collections.abc import Iterable, Sequence

from syndicate.errors import RefusedError
from syndicate.newsroom import operators as acting
from syndicate.newsroom import publications as brands
from syndicate.newsroom import roster
from syndicate.newsroom.making import acts, granted
from syndicate.newsroom.making.acts import Changed, Given, Keeping, Key
from syndicate.newsroom.making.fields import Difference, Field, Kind, Shape, Touched, Values
from syndicate.newsroom.making.problems import Problem, Problems, missing, quoted, taken
from syndicate.newsroom.making.shelves import Shelf
from syndicate.newsroom.roster import Held
from syndicate.newsroom.verbs import allow, verb
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import newsletters, publications
from syndicate.store.platform import operators, sessions
from syndicate.store.platform.operators import Operator
from syndicate.store.platform.tokens import Actor, Grant, Permission
from syndicate.vocabulary.acts import Act

_COLUMNS = ("name", "address", "languages", "zone")
KIND = Kind(
    "operator",
    "operators",
    (
        Field(
            "slug",
            "Their short name in commands and in the audit: small letters, digits and hyphens.",
            shape=Shape.SLUG,
            is_required=True,
            is_early=True,
            is_fixed=True,
            most=80,
            example="night",
        ),
        Field(
            "name",
            "As lists and mails show it: a person's, or that of a desk that shares one screen.",
            is_required=True,
            touches=(Touched.OPERATORS,),
            is_early=True,
            example="Night desk",
        ),
        Field(
            "address",
            "Where mail about this installation goes.",
            shape=Shape.MAIL,
            is_required=True,
            touches=(Touched.OPERATORS,),
            is_early=True,
            example="night@news.example",
        ),
        Field(
            "languages",
            "Languages that they read, the first one first.",
            shape=Shape.LANGUAGES,
            is_required=True,
            default=("en",),
            touches=(Touched.OPERATORS,),
            most=20,
            example=("en", "ar"),
            option="language",
        ),
        Field(
            "zone",
            "Their time zone in the console. With UTC it is the publication's.",
            shape=Shape.ZONE,
            default="UTC",
            touches=(Touched.OPERATORS,),
            example="Europe/London",
        ),
        Field(
            "grants",
            "What they may do, and where: a role or a permission alone, in a publication, or for a "
            "newsletter.",
            shape=Shape.GRANTS,
            touches=(Touched.OPERATORS,),
            most=500,
            example=("viewer everywhere", "editor in courier"),
            option="grant",
        ),
    ),
    is_within=False,
)


def _found(tx: Transaction, key: Key) -> Operator:
    return acting.named(tx, key.slug)


def _plain(tx: Transaction, row: Operator) -> Values:
    return {
        "slug": row.slug,
        "name": row.name,
        "address": row.address,
        "languages": tuple(row.languages),
        "zone": row.zone,
        "grants": granted.folded(_held(tx, row)[0]),
    }


def _held(tx: Transaction, row: Operator) -> tuple[list[Held], list[Held]]:
    """What an operator may do; and what they may for newsletters that have ended.

    That stays as it is, and is no part of what is said of them: another installation has no such
    newsletter.
    """
    ended = {each.slug for each in newsletters.every(tx) if each.ended_at is not None}
    every = roster.one(tx, row).grants
    there = [each for each in every if each.newsletter not in ended]
    return there, [each for each in every if each.newsletter in ended]


def _check(tx: Transaction, row: Operator | None, values: Values) -> Problems:
    found: dict[str, Problem] = {}
    slug = values.get("slug")
    twin = operators.by_slug(tx, slug) if row is None and isinstance(slug, str) else None
    if twin is not None:
        is_gone = twin.retired_at is not None
        found["slug"] = taken(
            f"There {'was' if is_gone else 'is'} an operator {slug} already; choose another slug."
        )
    strange = _strange_place(tx, _words(values))
    if strange is not None:
        found["grants"] = missing(strange)
    return found


def _strange_place(tx: Transaction, said: Iterable[str]) -> str | None:
    """What is said of the first place that there is not."""
    held = granted.spread(said)
    papers = {each.publication: None for each in held if each.publication is not None}
    letters = {each.newsletter: None for each in held if each.newsletter is not None}
    known = {each.slug for each in publications.all_publications(tx)}
    for paper in papers:
        if paper not in known:
            return brands.unknown(quoted(paper))
    every = newsletters.every(tx)
    there = [each.slug for each in every if each.ended_at is None]
    gone = {each.slug: each.name for each in every if each.ended_at is not None}
    for letter in letters:
        if letter in gone:
            return f"{gone[letter]} has ended; leave out what is granted for it."
        if letter not in there:
            return (
                f"There is no newsletter {quoted(letter)}; the list of newsletters shows all there "
                "are."
            )
    return None


def _make(tx: Transaction, values: Values, now: dt.datetime) -> Operator:
    row = Operator(slug=values["slug"], created_at=now, **_columns(values))
    operators.add(tx, row)
    return row


def _write(tx: Transaction, row: Operator, values: Values, _change: Changed) -> None:
    operators.change(tx, row, _columns(values))


def _columns(values: Values) -> dict[str, object]:
    return {name: values[name] for name in _COLUMNS} | {"languages": _list(values["languages"])}


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, Sequence) else []


def _words(values: Values) -> list[str]:
    return [str(each) for each in _list(values.get("grants"))]


def _every(tx: Transaction, _publication: str | None) -> Sequence[Operator]:
    return [each for each in operators.every(tx) if each.retired_at is None]


def _key(_tx: Transaction, row: Operator) -> Key:
    return Key(row.slug)


_OPERATORS = Keeping(
    KIND, _found, _plain, _check, _make, _write, Permission.OPERATORS, lambda _row: None
)


@verb(Permission.OPERATORS)
def add(tx: Transaction, given: Given, *, actor: Actor, now: dt.datetime) -> Operator:
    """Add an operator, who may do what is granted with it, and nothing unless something is.

    Raises:
        InvalidError, MissingError, TakenError: with a sentence for each field that is at fault.
        NotAllowedError: the actor may not do themselves all that is granted.
    """
    allow(actor, Permission.OPERATORS)
    values = acts.new_values(tx, _OPERATORS, given, actor=actor)
    row = _make(tx, values, now)
    acting.record(tx, Act.OPERATOR_ADD, row, actor, now)
    acting.hold_to(tx, row, granted.spread(_words(values)), actor=actor, now=now)
    return row


@verb(Permission.OPERATORS)
def change(
    tx: Transaction, key: Key, given: Given, *, actor: Actor, now: dt.datetime
) -> Sequence[Difference]:
    """Change what is known of an operator, and what they may do. Safe to run twice.

    Raises:
        NotFoundError: there is no such operator.
        InvalidError, MissingError: with a sentence for each field that is at fault.
        NotAllowedError: the actor may not do themselves what is given or taken.
        RefusedError: something is given to an operator who is retired.
    """
    row = acts.held(tx, _OPERATORS, key, actor=actor)
    values, differences = acts.other_values(tx, _OPERATORS, row, given, actor=actor)
    changed = Changed(differences, now)
    own = [each for each in differences if each.field.name in _COLUMNS]
    if own:
        _write(tx, row, values, changed)
        acting.record(tx, Act.OPERATOR_CHANGE, row, actor, now, fields=acts.told(own))
    if changed.of("grants"):
        wanted = [*granted.spread(_words(values)), *_held(tx, row)[1]]
        acting.hold_to(tx, row, wanted, actor=actor, now=now)
    return differences


@verb(Permission.OPERATORS)
def end(tx: Transaction, key: Key, *, actor: Actor, now: dt.datetime) -> bool:
    """Let an operator in no longer, and end their sessions at once. Safe to run twice.

    Returns:
        Whether anything changed.

    Raises:
        NotFoundError: there is no such operator.
        RefusedError: it is whoever asks, or the last one who may say what others may do.
    """
    row = acts.held(tx, _OPERATORS, key, actor=actor)
    if row.id == actor.operator_id:
        raise RefusedError("You cannot retire yourself; ask another operator.", slug=row.slug)
    if row.retired_at is not None:
        return False
    _keep_one(tx, row)
    operators.change(tx, row, {"retired_at": now})
    sessions.end_all_of(tx, row.id)
    acting.record(tx, Act.OPERATOR_RETIRE, row, actor, now)
    return True


def _keep_one(tx: Transaction, row: Operator) -> None:
    """Refuse to retire the last operator who may say what others may do."""
    staff = [each.id for each in _every(tx, None)]
    held = operators.grants_of(tx, staff)
    leading = {each for each in staff if Grant(Permission.OPERATORS) in held[each]}
    if leading == {row.id}:
        raise RefusedError(
            f"{row.slug} is the last operator with {Permission.OPERATORS.value}, who can say what "
            "others may do; grant it to another operator first.",
            slug=row.slug,
        )


SHELF = Shelf(
    _OPERATORS,
    _every,
    _key,
    add,
    change,
    end,
    "The operator is let in no longer, and their sessions have ended.",
    has_own_faces=True,
    is_optional=True,
)
