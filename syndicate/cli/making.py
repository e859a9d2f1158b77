"""Commands that make and change things of a newsroom, whatever their kind: one list of fields.

    making.offer(app, sections.SHELF)        # add, set, list, show, retire

Each field is an option. An option that is not given leaves its field as it is; an empty one takes
the value away.
"""

import inspect
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from syndicate import clock
from syndicate.cli.actors import actor
from syndicate.cli.files import bytes_of
from syndicate.cli.options import AsJson, print_json
from syndicate.cli.terminal import Table, Terminal
from syndicate.newsroom.making import within
from syndicate.newsroom.making.acts import Key
from syndicate.newsroom.making.fields import Difference, Field, Shape, Values, plain, shown
from syndicate.newsroom.making.shelves import Shelf
from syndicate.newsroom.publications import only
from syndicate.store.ground.session import transaction

_WORDS = {
    Shape.PICTURE: "FILE",
    Shape.OBJECT: "FILE",
    Shape.FLAG: "",
    Shape.WORDS: "TAG=TEXT",
    Shape.NUMBER: "NUMBER",
}
_IN_FILES = frozenset({Shape.PICTURE, Shape.OBJECT})
_WHICH = "Slug of the publication; needed where there are several."
_CELLS = 6  # columns of a list that fit a screen
_DICT = dict[str, Any]


def offer(made: typer.Typer, shelf: Shelf, *, but: Iterable[str] = ()) -> None:
    """Add a kind's commands to others that it has.

    Args:
        made: the commands so far.
        shelf: the kind.
        but: commands that it has of its own: "add".
    """
    kind = shelf.kind
    if shelf.add is not None and "add" not in but:
        made.command("add", help=f"Make {kind.one}.")(_add(shelf))
    if "set" not in but:
        made.command("set", help=f"Change {kind.one}; what is not given stays.")(_set(shelf))
    if "list" not in but:
        made.command("list", help=f"List the {kind.plural}.")(_list(shelf))
    if "show" not in but:
        made.command("show", help=f"Show {kind.one} with all its fields.")(_show(shelf))
    if shelf.end is not None and "retire" not in but:
        made.command("retire", help=shelf.ended)(_retire(shelf))


def _add(shelf: Shelf) -> Callable[..., None]:
    add = shelf.add
    assert add is not None  # noqa: S101 - `offer` has looked

    def command(slug: str, *, as_json: bool, **options: object) -> None:
        given = placed(shelf, {"slug": slug, **given_of(shelf, options)})
        shelf.try_out(given, actor=actor(), now=clock.now())
        with transaction() as tx:
            made = add(tx, given, actor=actor(), now=clock.now())
            row = shelf.as_json(tx, made)
        if as_json:
            print_json(row)
        else:
            sys.stdout.write(f"The {shelf.kind.word} {row['slug']} was added.\n")

    return signed(command, [_slug(shelf), *options_of(shelf, but=("slug",))])


def _set(shelf: Shelf) -> Callable[..., None]:
    def command(slug: str, *, as_json: bool, **options: object) -> None:
        key = _key(slug, options)
        given = given_of(shelf, options)
        with transaction() as tx:
            found = shelf.change(tx, key, given, actor=actor(), now=clock.now())
        if as_json:
            changed = [each.as_json() for each in found]
            print_json({"slug": given.get("slug", slug), "changed": changed})
            return
        for each in found:
            sys.stdout.write(f"{told(each)}\n")
        if not found:
            sys.stdout.write(
                f"Nothing changed: the {shelf.kind.word} {slug} was already like that.\n"
            )

    fields = [each for each in shelf.kind.fields if not each.is_fixed]
    return signed(command, [_slug(shelf), *_where(shelf), *map(_option, fields)])


def _list(shelf: Shelf) -> Callable[..., None]:
    def command(*, as_json: bool, **options: object) -> None:
        publication = options.get("publication")
        with transaction() as tx:
            found = shelf.every(tx, str(publication) if publication else None)
            rows = [shelf.as_json(tx, each) for each in found]
        if as_json:
            print_json({shelf.kind.plural: rows})
            return
        columns = _columns(shelf)
        table = Table(*(each.label for each in columns), box=None)
        for row in rows:
            table.add_row(*(_cell(row[each.name]) for each in columns))
        Terminal().print(table)

    return signed(command, _where(shelf))


def _show(shelf: Shelf) -> Callable[..., None]:
    def command(slug: str, *, as_json: bool, **options: object) -> None:
        with transaction() as tx:
            found = shelf.keeping.found(tx, _key(slug, options))
            values = shelf.plain(tx, found)
            row = shelf.as_json(tx, found)
        if as_json:
            print_json(row)
            return
        table = Table("", "", box=None, show_header=False)
        for each in shelf.kind.had_by(values):
            table.add_row(each.label, _or_instead(each, values))
        Terminal().print(table)

    return signed(command, [_slug(shelf), *_where(shelf)])


def _retire(shelf: Shelf) -> Callable[..., None]:
    end = shelf.end
    assert end is not None  # noqa: S101 - `offer` has looked

    def command(slug: str, *, as_json: bool, **options: object) -> None:
        with transaction() as tx:
            end(tx, _key(slug, options), actor=actor(), now=clock.now())
        if as_json:
            print_json({"retired": slug})
        else:
            sys.stdout.write(f"{shelf.ended}\n")

    return signed(command, [_slug(shelf), *_where(shelf)])


def options_of(shelf: Shelf, *, but: Iterable[str] = ()) -> list[inspect.Parameter]:
    """Every field of a kind as an option, without those that a command asks for in another way."""
    return [_option(each) for each in shelf.kind.fields if each.name not in but]


def signed(command: Callable[..., None], parameters: list[inspect.Parameter]) -> Callable[..., Any]:
    """A command with the parameters of its kind, which Typer reads from its signature.

    Args:
        command: takes them by name, and `as_json`.
        parameters: without that one.
    """
    parameters = [*parameters, keyword("as_json", AsJson, default=False)]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {each.name: each.annotation for each in parameters}
    return command


def keyword(name: str, annotation: Any, default: object = None) -> inspect.Parameter:
    """A parameter of a command that is an option."""
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, kind, default=default, annotation=annotation)


def _slug(shelf: Shelf) -> inspect.Parameter:
    said = Annotated[str, typer.Argument(help=f"Slug of the {shelf.kind.word}.")]
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Parameter("slug", kind, annotation=said)


def _where(shelf: Shelf) -> list[inspect.Parameter]:
    if not shelf.kind.is_within:
        return []
    return [keyword("publication", Annotated[str | None, typer.Option(help=_WHICH)])]


def _option(asked: Field) -> inspect.Parameter:
    """A field as an option. A new slug is `--slug`; the one it has is the argument."""
    name = f"--{(asked.option or asked.name).replace('_', '-')}"
    need = f" If left empty: {asked.instead}." * bool(asked.instead)
    if asked.is_required and not asked.of_kinds:
        need = " Needed."
    several = " Repeatable." if _is_several(asked) else ""
    choices = f" One of {', '.join(asked.for_new)}." if asked.choices else ""
    said = f"{asked.in_full}{choices}{need}{several}"
    if asked is within.PUBLICATION:
        said = _WHICH
    target = f"new_{asked.name}" if asked.name == "slug" else asked.name
    if asked.shape is Shape.FLAG:
        flags = f"{name}/--no-{name.removeprefix('--')}"
        return keyword(target, Annotated[bool | None, typer.Option(flags, help=said)])
    metavar = _WORDS.get(asked.shape)
    kind: Any = list[str] | None if _is_several(asked) else str | None
    return keyword(target, Annotated[kind, typer.Option(name, help=said, metavar=metavar)])


def _is_several(asked: Field) -> bool:
    return asked.shape.is_list or asked.shape is Shape.WORDS


def given_of(shelf: Shelf, options: Mapping[str, object]) -> _DICT:
    """What was typed, by field; a picture or an object is the file that was named."""
    found: _DICT = {}
    for each in shelf.kind.fields:
        value = options.get("new_slug" if each.name == "slug" else each.name)
        if value is None or (isinstance(value, list) and not value):
            continue
        if each.shape in _IN_FILES and value:
            value = bytes_of(Path(str(value)))
        found[each.name] = value
    return found


def placed(shelf: Shelf, given: _DICT) -> _DICT:
    """What was typed, and the publication where there is only one that can be meant."""
    if not shelf.kind.is_within or given.get("publication"):
        return given
    with transaction() as tx:
        meant = only(tx)
    return given | ({"publication": meant} if meant else {})


def _key(slug: str, options: Mapping[str, object]) -> Key:
    publication = options.get("publication")
    return Key(slug, str(publication) if publication else None)


def told(difference: Difference) -> str:
    """A difference in one line: what it was, what it is, from when, and who sees it."""
    return (
        f"{difference.field.label}: {shown(difference.before)} -> {shown(difference.after)} "
        f"({difference.field.effect})"
    )


def _columns(shelf: Shelf) -> list[Field]:
    fields = sorted(shelf.kind.fields, key=lambda each: each.name != "slug")
    early = [each for each in fields if each.is_early and each.shape is not Shape.PROSE]
    return early[:_CELLS]


def _cell(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _or_instead(asked: Field, values: Values) -> str:
    value = values[asked.name]
    is_empty = plain(value) == plain(asked.nothing)
    return asked.instead if is_empty and asked.instead else "" if is_empty else shown(value)
