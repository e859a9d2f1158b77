"""Tokens of programs by one list of fields: made with a secret out of a file, changed, revoked.

    secret file ──> token ──> revoked: forgotten, and the console sessions that it opened
                      └─ another secret in the file: the old one opens nothing any more

A token's name takes the place of a slug. Names need not be unique: where several have one, each is
called by it and its number, "cms (7)".
"""

import datetime as dt
import re
from collections.abc import Sequence

from syndicate.errors import UsageError
from syndicate.newsroom import tokens as acting
from syndicate.newsroom.making import acts, granted, within
from syndicate.newsroom.making.acts import Changed, Given, Keeping, Key
from syndicate.newsroom.making.fields import Difference, Field, Kind, Shape, Values
from syndicate.newsroom.making.problems import Problem, Problems, refuse, taken
from syndicate.newsroom.making.secret_files import Secret
from syndicate.newsroom.making.shelves import Shelf
from syndicate.newsroom.verbs import verb
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import publications
from syndicate.store.platform import sessions, tokens
from syndicate.store.platform.tokens import Actor, ApiToken, Permission
from syndicate.vocabulary.acts import Act

_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)
KIND = Kind(
    "token",
    "tokens",
    (
        Field(
            "slug",
            "What it is called: whose it is, for lists and the audit.",
            is_required=True,
            is_early=True,
            example="cms",
            called="name",
        ),
        Field(
            "permissions",
            "What its holder may do: roles and permissions.",
            shape=Shape.PERMISSIONS,
            is_required=True,
            is_early=True,
            most=100,
            example=("editor",),
        ),
        Field(
            "publication",
            "The only publication that it opens, by its slug.",
            shape=Shape.ROW,
            of="publication",
            instead="all of them",
            is_early=True,
            example="courier",
        ),
        Field(
            "expires",
            "The last day on which it opens anything, in UTC.",
            shape=Shape.DATE,
            instead="never",
            is_early=True,
            example="2027-12-31",
        ),
        Field(
            "secret_file",
            "The file that holds its secret, such as `openssl rand -hex 32` prints.",
            shape=Shape.SECRET,
            is_required=True,
        ),
    ),
    is_within=False,
)


def name_of(tx: Transaction, row: ApiToken) -> str:
    """What a token is called: its name, with its number where that is not enough."""
    is_number = _NUMBER.fullmatch(row.name) or _numbered(tx, row.name) is not None
    is_plain = len(tokens.named(tx, row.name)) == 1 and not is_number
    return row.name if is_plain else _with_number(row)


def _with_number(row: ApiToken) -> str:
    return f"{row.name} ({row.id})"


def _numbered(tx: Transaction, said: str) -> ApiToken | None:
    """The token that is meant by its name and number, as `name_of` says them."""
    parts = acting.NUMBERED.fullmatch(said)
    row = tokens.find(tx, int(parts[2])) if parts is not None else None
    return row if parts is not None and row is not None and row.name == parts[1] else None


def _found(tx: Transaction, key: Key) -> ApiToken:
    if _NUMBER.fullmatch(key.slug):
        row = tokens.find(tx, int(key.slug))
        if row is None:
            raise acts.unknown(KIND, key)
        return row
    numbered = _numbered(tx, key.slug)
    if numbered is not None:
        return numbered
    found = tokens.named(tx, key.slug)
    if not found:
        raise acts.unknown(KIND, key)
    if len(found) > 1:
        raise UsageError(_which(key.slug, found))
    return found[0]


def _which(name: str, found: Sequence[ApiToken]) -> str:
    numbers = " or ".join(f"{name} ({each.id})" for each in found)
    return f"{len(found)} tokens are called {name}; name the one that is meant as {numbers}."


def _plain(tx: Transaction, row: ApiToken) -> Values:
    owner = publications.find(tx, row.publication_id) if row.publication_id is not None else None
    day = row.expires_at.astimezone(dt.UTC).date().isoformat() if row.expires_at else None
    return {
        "slug": name_of(tx, row),
        "permissions": granted.roles_first(row.scopes),
        "publication": owner.slug if owner is not None else None,
        "expires": day,
        "secret_file": Secret(row.token_hash, "the previous secret"),
    }


def _check(tx: Transaction, row: ApiToken | None, values: Values) -> Problems:
    found: dict[str, Problem] = {}
    within.owner(tx, values, found)
    slug, secret = values.get("slug"), values.get("secret_file")
    if isinstance(slug, str) and (row is None or slug != name_of(tx, row)):
        twins = tokens.named(tx, slug)
        fault = acting.like_a_number(slug)
        if fault is not None:
            found["slug"] = Problem(fault)
        elif len(twins) == 1 and twins[0] is not row:
            found["slug"] = taken(f"There is a token {slug} already; choose another name.")
        elif len(twins) > 1:
            found["slug"] = taken(_which(slug, twins))
    if isinstance(secret, Secret):
        twin = tokens.of_digest(tx, secret.digest)
        if twin is not None and twin is not row:
            found["secret_file"] = taken(
                f"The secret in that file opens the token {name_of(tx, twin)} already; give each "
                "token its own."
            )
    return found


def _make(tx: Transaction, values: Values, now: dt.datetime) -> ApiToken:
    secret = values["secret_file"]
    assert isinstance(secret, Secret)  # noqa: S101 - the field is needed
    return tokens.keep(
        tx, ApiToken(token_hash=secret.digest, created_at=now, **_columns(tx, values))
    )


def _write(tx: Transaction, row: ApiToken, values: Values, change: Changed) -> None:
    columns = _columns(tx, values)
    if not change.of("slug"):
        del columns["name"]
    if not change.of("expires"):
        del columns["expires_at"]
    secret = values["secret_file"]
    if change.of("secret_file") and isinstance(secret, Secret):
        columns |= {"token_hash": secret.digest, "secret_at": change.now}
        columns |= {"former_hash": None, "former_until": None}
        sessions.end_all_by(tx, row.id)
    tokens.change(tx, row, columns)


def _columns(tx: Transaction, values: Values) -> dict[str, object]:
    return {
        "name": values["slug"],
        "scopes": [each.value for each in _permissions(values)],
        "publication_id": _publication_id(tx, values),
        "expires_at": _ends_at(values),
    }


def _permissions(values: Values) -> list[Permission]:
    said = values["permissions"]
    assert isinstance(said, Sequence)  # noqa: S101 - the field is a list
    return sorted(acting.permitted([str(each) for each in said]))


def _publication_id(tx: Transaction, values: Values) -> int | None:
    return within.owner_of(tx, values).id if values["publication"] is not None else None


def _ends_at(values: Values) -> dt.datetime | None:
    """The end of the last day."""
    day = values["expires"]
    if day is None:
        return None
    return dt.datetime.combine(dt.date.fromisoformat(str(day)), dt.time(23, 59, 59), tzinfo=dt.UTC)


def _every(tx: Transaction, _publication: str | None) -> Sequence[ApiToken]:
    return tokens.all_tokens(tx)


def _key(tx: Transaction, row: ApiToken) -> Key:
    return Key(name_of(tx, row))


_TOKENS = Keeping(
    KIND, _found, _plain, _check, _make, _write, Permission.TOKENS, lambda row: row.publication_id
)


@verb(Permission.TOKENS)
def add(tx: Transaction, given: Given, *, actor: Actor, now: dt.datetime) -> ApiToken:
    """Make a token with a secret that is kept in a file.

    Raises:
        InvalidError, MissingError, TakenError: with a sentence for each field that is at fault.
        NotAllowedError: the actor may not do all that the token would let its holder do.
    """
    values = acts.new_values(tx, _TOKENS, given, actor=actor)
    _let_give(tx, values, now, actor)
    row = _make(tx, values, now)
    acting.record(tx, Act.TOKEN_ADD, row.id, actor, now, name=row.name)
    return row


@verb(Permission.TOKENS)
def change(
    tx: Transaction, key: Key, given: Given, *, actor: Actor, now: dt.datetime
) -> Sequence[Difference]:
    """Change what a token opens, for whom, until when, by which secret. Safe to run twice.

    Raises:
        NotFoundError: there is no such token.
        UsageError: several are called so.
        InvalidError, MissingError, TakenError: with a sentence for each field that is at fault.
        NotAllowedError: the actor may not do all that the token would let its holder do.
    """
    row = acts.held(tx, _TOKENS, key, actor=actor)
    if given.get("slug") == _with_number(row):  # that is what it is called already
        given = {name: value for name, value in given.items() if name != "slug"}
    values, differences = acts.other_values(tx, _TOKENS, row, given, actor=actor)
    if differences:
        changed = Changed(differences, now)
        _let_give(tx, values, now if changed.of("expires") else None, actor)
        _write(tx, row, values, changed)
        acting.record(tx, Act.TOKEN_CHANGE, row.id, actor, now, fields=acts.told(differences))
    return differences


@verb(Permission.TOKENS)
def end(tx: Transaction, key: Key, *, actor: Actor, now: dt.datetime) -> None:
    """Revoke a token immediately, and end the console sessions that it opened.

    Raises:
        NotFoundError: there is no such token.
        UsageError: several are called so.
    """
    row = acts.held(tx, _TOKENS, key, actor=actor)
    tokens.revoke(tx, row.id)
    acting.record(tx, Act.TOKEN_REVOKE, row.id, actor, now, name=row.name)


def _let_give(tx: Transaction, values: Values, now: dt.datetime | None, actor: Actor) -> None:
    """Let an actor go on who may do all that a token of these values lets its holder do."""
    ends_at = _ends_at(values)
    if now is not None and ends_at is not None and ends_at <= now:
        refuse({"expires": Problem(f"{values['expires']} is past; name a day that is to come.")})
    acting.let_give(_permissions(values), _publication_id(tx, values), actor)


SHELF = Shelf(
    _TOKENS,
    _every,
    _key,
    add,
    change,
    end,
    "The token no longer opens anything, and the console sessions that it opened have ended.",
    has_own_faces=True,
    is_optional=True,
)
