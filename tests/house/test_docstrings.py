"""What a docstring names is there: fields, parameters, and the modules of a room's map."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house import trees
from tests.house.names_used import Function
from tests.house.test_tree import named, sources

_SECTION = re.compile(r"^( *)(Args|Attributes):\n((?:\1 {4}.*\n|\n)+)", re.MULTILINE)
# A map: one module a line with what it is, or two such columns; a drawing names folders as `a/`.
_MAPPED = re.compile(r"^[ └├─│>]*([a-z_]+(?: ?\| ?[a-z_]+)*) {2,}\S", re.MULTILINE)
_SECOND = re.compile(r"\S {3,}([a-z_]+) {2,}\S")
_FOLDER = re.compile(r"\b([a-z_]+)/ ")
_QUOTED = re.compile(r"`([a-z_]+)`")
# Words in quotes that are no modules: a command, and two parameters.
_NO_MODULES = {"syndicate", "tx", "now"}


def listed(docstring: str, section: str) -> list[str]:
    """The names that a section explains; `one, two: …` explains both."""
    found: list[str] = []
    for indent, title, body in _SECTION.findall(docstring + "\n"):
        if title != section:
            continue
        for line in body.splitlines():
            names, colon, _ = line.partition(":")
            is_entry = line.startswith(f"{indent}    ") and not line.startswith(f"{indent}     ")
            if colon and is_entry:
                found += [name for each in names.split(",") if (name := each.strip(" *")) != "…"]
    return found


def parameters(function: Function) -> set[str]:
    args = function.args
    every = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
    return {each.arg for each in every if each is not None}


def fields(kind: ast.ClassDef) -> set[str]:
    """What objects of a class have, by its own code: fields, methods, what `__init__` sets."""
    found = set()
    for node in trees.walk(kind):
        if isinstance(node, Function):
            found.add(node.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            found.add(node.attr)
    for each in kind.body:
        targets = each.targets if isinstance(each, ast.Assign) else [getattr(each, "target", None)]
        found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return found


def unknown_names(tree: ast.Module) -> Iterator[str]:
    for node in trees.walk(tree):
        if isinstance(node, ast.ClassDef):
            explained, real = listed(ast.get_docstring(node) or "", "Attributes"), fields(node)
        elif isinstance(node, Function):
            explained, real = listed(ast.get_docstring(node) or "", "Args"), parameters(node)
        else:
            continue
        yield from (f"{node.name}: {name}" for name in explained if name not in real)


def mapped(docstring: str) -> set[str]:
    """The modules that a room's docstring names."""
    lines = [name for names in _MAPPED.findall(docstring) for name in names.split("|")]
    found = [*lines, *_SECOND.findall(docstring), *_FOLDER.findall(docstring)]
    return {name.strip() for name in [*found, *_QUOTED.findall(docstring)]} - _NO_MODULES


def modules(room: Path) -> set[str]:
    return {path.stem for path in room.iterdir() if path.suffix == ".py" or path.is_dir()}


def test_a_docstring_explains_fields_and_parameters_that_there_are() -> None:
    found = [
        f"{named(path)}: {name}"
        for path in sources("syndicate", "workers", "tests", "bench")
        for name in unknown_names(trees.tree(path))
    ]

    assert found == []


def test_the_map_of_a_room_names_its_modules() -> None:
    wrong: dict[str, set[str]] = {}
    for path in sources("syndicate"):
        if path.name == "__init__.py":
            told = mapped(ast.get_docstring(trees.tree(path)) or "")
            wrong |= {named(path): gone} if (gone := told - modules(path.parent)) else {}

    assert wrong == {}


def test_what_is_not_there_is_found() -> None:
    code = (
        'class Kept:\n    """A record.\n\n    Attributes:\n        one, three: what it is.\n'
        '            two: no field.\n    """\n\n    one: int\n\n'
        'def find(one):\n    """Find.\n\n    Args:\n        one: which.\n        two: gone.\n'
        '    """\n'
    )

    assert list(unknown_names(ast.parse(code))) == ["Kept: three", "find: two"]
    drawn = (
        "A room of `five`.\n\n    one     the first    two     the second\n"
        "      └─> three | four   more\n"
    )
    assert mapped(drawn + "a ─> six/ it") == {"one", "two", "three", "four", "five", "six"}
