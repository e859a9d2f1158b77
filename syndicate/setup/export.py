"""Writing `newsroom.toml` of what is there: applied again it changes nothing.

No secret is ever written. A logo goes into a file of its own beside this one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import tomlkit
from tomlkit.items import AoT, Table

from syndicate.newsroom.making import reading
from syndicate.newsroom.making.fields import Field, Kind, Shape, Values, plain
from syndicate.newsroom.making.pictures import PictureFile
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
    for shelf in SHELVES:
        tables: AoT = tomlkit.aot()
        for row in shelf.every(tx, None):
            tables.append(_table(tx, shelf.kind, shelf.plain(tx, row), pictures))
        if len(tables):
            document.append(shelf.kind.plural, tables)
    return Exported(tomlkit.dumps(document), pictures)


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
    if asked.shape is Shape.WORDS:
        table = tomlkit.inline_table()
        table.update(value)
        return table
    is_long = isinstance(value, str) and "\n" in value
    return tomlkit.string(value, multiline=True) if is_long else tomlkit.item(value)
