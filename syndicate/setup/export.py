"""Writing `newsroom.toml` of what is there: applied again it changes nothing.

No secret is ever written: what cannot be made without one, a token, stands there as a comment.
A logo goes into a file of its own beside this one.
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Table

from syndicate.errors import InvalidError
from syndicate.newsroom.making import reading
from syndicate.newsroom.making.fields import Field, Kind, Shape, Values, plain
from syndicate.newsroom.making.pictures import PictureFile
from syndicate.setup import ordering
from syndicate.setup.kinds import SHELVES
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import logos

_HEAD = (
    "What this newsroom is made of. `syndicate setup newsroom.toml` makes it so;",
    "`--dry-run` says first what that would change.",
)


@dataclass(frozen=True)
class Exported:
    """A newsroom as files.

    Attributes:
        text: of the file itself.
        pictures: bytes of the files beside it, by name.
    """

    text: str
    pictures: Mapping[str, bytes] = field(default_factory=dict)


def export(tx: Transaction) -> Exported:
    """Everything that is there, as a file."""
    document = tomlkit.document()
    for line in _HEAD:
        document.add(tomlkit.comment(line))
    pictures: dict[str, bytes] = {}
    secret = ""
    for shelf in SHELVES:
        tables: AoT = tomlkit.aot()
        for values in _ordered(
            shelf.kind, [shelf.plain(tx, each) for each in shelf.every(tx, None)]
        ):
            tables.append(_table(tx, shelf.kind, values, pictures))
        if not len(tables):
            continue
        if any(each.shape is Shape.SECRET for each in shelf.kind.fields):
            secret += _as_comment(shelf.kind, tables)
        else:
            document.append(shelf.kind.plural, tables)
    return Exported(tomlkit.dumps(document) + secret, pictures)


def _ordered(kind: Kind, every: Sequence[Values]) -> Sequence[Values]:
    """Things as they stand, each after that of its kind which it names: so they are made."""
    above = [each.name for each in kind.fields if each.of == kind.word]
    known = {(each.get("publication"), each["slug"]): each for each in every}
    needs = {place: [(place[0], each[name]) for name in above] for place, each in known.items()}

    def circle(_places: Sequence[object]) -> InvalidError:
        return InvalidError(f"Some {kind.plural} stand below each other in a circle.")

    return [known[place] for place in ordering.in_order(needs, circle)]


def _as_comment(kind: Kind, tables: AoT) -> str:
    """What cannot be made without a secret, for whoever brings one."""
    document = tomlkit.document()
    document.append(kind.plural, tables)
    field = next(each for each in kind.fields if each.shape is Shape.SECRET)
    said = [
        "",
        f"The {kind.plural} are left as they are. To make one elsewhere, write a secret into a",
        f'file that its {field.name} names, and take "# " away.',
        "",
        *tomlkit.dumps(document).splitlines(),
    ]
    return "".join(f"# {line}".rstrip() + "\n" if line else "\n" for line in said)


def _table(tx: Transaction, kind: Kind, values: Values, pictures: dict[str, bytes]) -> Table:
    table = tomlkit.table()
    for each in kind.had_by(values):
        value = values[each.name]
        if each.shape is Shape.SECRET or plain(value) == plain(_default(kind, each)):
            continue
        if isinstance(value, PictureFile):
            name = f"{values['slug']}-{each.name}.{value.media_type.partition('/')[2]}"
            found = logos.body_of(tx, value.digest)
            pictures[name] = found[1] if found is not None else b""
            table.add(each.name, name)
        else:
            table.add(each.name, _item(each, plain(value)))
    return table


def _default(kind: Kind, asked: Field) -> Any:
    """What a new thing has where the file says nothing."""
    if asked.default is None or asked.is_required:
        return asked.nothing
    return reading.one(kind, asked, asked.default)


def _item(asked: Field, value: Any) -> Any:
    if value is None:
        return ""
    if asked.shape is Shape.OBJECT:
        return _object(value)
    if asked.shape is Shape.WORDS:
        table = tomlkit.inline_table()
        table.update(value)
        return table
    is_long = isinstance(value, str) and "\n" in value
    return tomlkit.string(value, multiline=True) if is_long else tomlkit.item(value)


def _object(value: Mapping[str, Any]) -> Any:
    """An object as a table of one line; as JSON where TOML has no word for what it holds."""
    table = tomlkit.inline_table()
    try:
        table.update(value)
        is_same = tomllib.loads(f"x = {table.as_string()}")["x"] == value
    except (TOMLKitError, ValueError):
        is_same = False
    return table if is_same else json.dumps(value, ensure_ascii=False)
