"""Which names of the house its own code uses, each by the module that it stands in."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.house import trees
from tests.house.test_tree import ROOT

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Module:
    """One file as the scan knows it.

    Attributes:
        name: dotted.
        defined: its own names, each with the statement that defines it.
        imported: local name to the dotted name that it stands for.
    """

    name: str
    tree: ast.Module
    defined: dict[str, ast.stmt] = field(default_factory=dict)
    imported: dict[str, str] = field(default_factory=dict)


def read(path: Path) -> Module:
    dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    return _of(dotted, trees.tree(path))


def parse(dotted: str, code: str) -> Module:
    return _of(dotted, ast.parse(code))


def _of(dotted: str, tree: ast.Module) -> Module:
    made = Module(dotted, tree)
    for node in made.tree.body:
        made.defined |= dict.fromkeys(_given(node), node)
    for each in trees.walk(made.tree):
        if isinstance(each, ast.ImportFrom):
            for alias in each.names:
                made.imported[alias.asname or alias.name] = f"{each.module}.{alias.name}"
        elif isinstance(each, ast.Import):
            for alias in each.names:
                local = alias.asname or alias.name.partition(".")[0]
                made.imported[local] = alias.name if alias.asname else local
    return made


def _given(node: ast.stmt) -> list[str]:
    """The names that a statement of a module defines."""
    if isinstance(node, Function | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else []
    if isinstance(node, ast.AnnAssign):
        targets = [node.target]
    names = [each for target in targets for each in trees.walk(target)]
    return [each.id for each in names if isinstance(each, ast.Name)]


def uses(module: Module) -> Iterator[str]:
    """Every name that a module uses, in full; what it reads of objects as `.name`."""
    own = {id(node): name for name, node in module.defined.items()}
    waiting: list[tuple[ast.AST, str | None]] = [(module.tree, None)]
    while waiting:
        node, inside = waiting.pop()
        yield from _said(module, node, inside)
        waiting += [(each, own.get(id(each), inside)) for each in ast.iter_child_nodes(node)]


def _said(module: Module, node: ast.AST, inside: str | None) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        # A setting of a program names a class as `workers.beat:SteadyScheduler`.
        yield node.value.rpartition("=")[2].replace(":", ".")
    if not isinstance(node, ast.Name | ast.Attribute) or not isinstance(node.ctx, ast.Load):
        return
    if isinstance(node, ast.Attribute):
        yield f".{node.attr}"
    first, _, rest = (_chain(node) or "").partition(".")
    if first in module.imported:
        yield ".".join(filter(None, [module.imported[first], rest]))
    elif first in module.defined and first != inside:
        yield f"{module.name}.{first}"


def _chain(node: ast.expr) -> str | None:
    """A chain of names as written, with `import_module("a.b")` as what it brings."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (before := _chain(node.value)) is not None:
        return f"{before}.{node.attr}"
    return None


def last_name(node: ast.expr) -> str:
    """What is called, without what it is called of: `add` of `table.add[int]`; "" of a call."""
    if isinstance(node, ast.Subscript):
        return last_name(node.value)
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def all_uses(modules: list[Module]) -> set[str]:
    """Every name used by some modules, and every part of it from the left."""
    found = set()
    for module in modules:
        for each in uses(module):
            parts = each.split(".")
            found |= {".".join(parts[:end]) for end in range(1, len(parts) + 1)}
            found |= {each} if each.startswith(".") else set()
    return found
