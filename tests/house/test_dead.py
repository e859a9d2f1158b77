"""What nobody calls is not kept, and what only tests call is not either.

A name is used when the code of the house uses it: the module it stands in is told from the imports,
so that a `find` which nobody calls is not hidden by one that everybody does.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache

from tests.house import trees
from tests.house.names_used import Function, Module, all_uses, last_name, parse, read
from tests.house.test_tree import ROOT, sources

# Called by what no import tells.
CALLED_BY_NAME = {
    "syndicate.sample.moving.move": "by `sample.server`, which must start without a database",
    "syndicate.embedded.log_files._Files.handleError": "by `logging`, where a line is not written",
}
# What only tests and benches call.
WAYS_IN = {
    "syndicate.store.sending.ledger.counts_by_row": "what the counters of batches are held against",
    "syndicate.cli.whole": "every command at once, for those that ask each of them",
    "syndicate.collect.run.collect_due.limit": "a test's batches are small",
    "syndicate.embedded.child.wait_until.patience_s": "a test does not wait for minutes",
}
# Decorators that hand what they stand over to nobody.
PLAIN = {
    "cache",
    "contextmanager",
    "asynccontextmanager",
    "dataclass",
    "lru_cache",
    "total_ordering",
}
# Methods that a library calls, by the library's class.
HOOKS = {"BaseExtension", "BaseEntryExtension", "TypeDecorator", "BaseHTTPRequestHandler"}
HOOKS |= {"HttpToolsProtocol", "MetaPathFinder", "Dumper", "StrDumper", "_DatetimeDumper"}


@cache
def house() -> list[Module]:
    return [read(path) for path in sources("syndicate", "workers") if "versions" not in path.parts]


@cache
def used() -> frozenset[str]:
    found = all_uses(house())
    for path in (ROOT / "templates").rglob("*.*"):
        words = path.read_text().replace("(", " ").replace(".", " .").split()
        found |= {word for word in words if word.startswith(".")}
    return frozenset(found)


def is_handed_over(node: ast.stmt) -> bool:
    """Whether a decorator gives it to somebody: a route, a command, a task, a property."""
    for each in getattr(node, "decorator_list", []):
        call = each.func if isinstance(each, ast.Call) else each
        if last_name(call) not in PLAIN:
            return True
    return False


def dead_names(modules: list[Module], used: frozenset[str]) -> Iterator[str]:
    for module in modules:
        for name, node in module.defined.items():
            full = f"{module.name}.{name}"
            is_table = isinstance(node, ast.ClassDef) and "Table" in map(last_name, node.bases)
            is_command = full.startswith("syndicate.cli.") and module.name.endswith(f".{name}")
            if is_table or is_command or name.startswith("__") or is_handed_over(node):
                continue
            if full not in used:
                yield full


def dead_methods(modules: list[Module], used: frozenset[str]) -> Iterator[str]:
    for module in modules:
        for kind in (each for each in trees.walk(module.tree) if isinstance(each, ast.ClassDef)):
            if HOOKS & set(map(last_name, kind.bases)):
                continue
            for method in (each for each in kind.body if isinstance(each, Function)):
                if method.name.startswith("__") or is_handed_over(method):
                    continue
                if f".{method.name}" not in used:
                    yield f"{module.name}.{kind.name}.{method.name}"


def calls(modules: list[Module]) -> Mapping[str, list[ast.Call]]:
    """Every call by the last part of what is called; `partial(f, …)` is one of `f`."""
    found = defaultdict(list)
    for module in modules:
        for node in trees.walk(module.tree):
            if isinstance(node, ast.Call):
                found[last_name(node.func)].append(node)
                if last_name(node.func) == "partial" and node.args:
                    shifted = ast.Call(node.args[0], node.args[1:], node.keywords)
                    found[last_name(node.args[0])].append(shifted)
    return found


def values(modules: list[Module]) -> set[str]:
    """Names that are handed on without being called: whoever gets one may pass anything."""
    found = set()
    for module in modules:
        called = {id(node.func) for node in trees.walk(module.tree) if isinstance(node, ast.Call)}
        for node in trees.walk(module.tree):
            if isinstance(node, ast.Name | ast.Attribute) and id(node) not in called:
                found.add(node.id if isinstance(node, ast.Name) else node.attr)
    return found


def passes(call: ast.Call, name: str, place: int | None) -> bool:
    is_open = any(isinstance(each, ast.Starred) for each in call.args)
    is_named = any(each.arg in {name, None} for each in call.keywords)
    return is_open or is_named or (place is not None and len(call.args) > place)


def with_defaults(function: Function, *, is_method: bool) -> Iterator[tuple[str, int | None]]:
    """The parameters that a caller may leave out, with their place among the positional ones."""
    ordered = [*function.args.posonlyargs, *function.args.args]
    first = len(ordered) - len(function.args.defaults)
    for place, each in enumerate(ordered):
        if place >= first:
            yield each.arg, place - is_method
    for each, default in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True):
        if default is not None:
            yield each.arg, None


def dead_parameters(modules: list[Module]) -> Iterator[str]:
    called, handed_on = calls(modules), values(modules)
    for module in modules:
        for function, kind in functions(module):
            name = kind if kind and function.name == "__init__" else function.name
            if is_handed_over(function) or name in handed_on or not called.get(name):
                continue
            for each, place in with_defaults(function, is_method=kind is not None):
                if not any(passes(call, each, place) for call in called[name]):
                    yield f"{module.name}.{name}.{each}"


def functions(module: Module) -> Iterator[tuple[Function, str | None]]:
    """Functions of a module and methods of its classes, these with the name of the class."""
    for node in module.tree.body:
        if isinstance(node, Function):
            yield node, None
        elif isinstance(node, ast.ClassDef):
            yield from ((each, node.name) for each in node.body if isinstance(each, Function))


def test_no_name_and_no_parameter_is_dead_but_those_with_a_reason() -> None:
    dead = {
        *dead_names(house(), used()),
        *dead_methods(house(), used()),
        *dead_parameters(house()),
    }

    assert dead == {*CALLED_BY_NAME, *WAYS_IN}


def test_a_dead_name_is_found_beside_a_living_one_of_the_same_name() -> None:
    kept = parse("house.kept", "LIMIT = 3\ndef find(one, two=1, *, limit=LIMIT): return one\n")
    dead = parse("house.dead", "OLD = 3\ndef find(one): return find(one)\nclass Gone:\n    pass\n")
    face = parse(
        "house.face",
        "from house import kept\n@app.command()\ndef main():\n    return kept.find(1, limit=2)\n",
    )
    modules = [kept, dead, face]
    named = frozenset(all_uses(modules))

    assert list(dead_names(modules, named)) == [
        "house.dead.OLD",
        "house.dead.find",
        "house.dead.Gone",
    ]
    assert list(dead_parameters(modules)) == ["house.kept.find.two"]


def test_a_dead_method_is_found() -> None:
    code = "class Kept:\n    def used(self): ...\n    def unused(self): ...\nKept().used()\n"
    module = parse("house.kept", code)

    assert list(dead_methods([module], frozenset(all_uses([module])))) == ["house.kept.Kept.unused"]
