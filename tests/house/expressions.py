"""Every regular expression of the code, found by reading the code, and how each is asked."""

import ast
import importlib
import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import syndicate
from syndicate import characters, settings
from syndicate.bounces.reading import reasons
from syndicate.bounces.reading import words as bounce_words
from syndicate.feeds import text
from syndicate.reading import encoding
from syndicate.subscribers import status_cells
from tests.house import trees

_PACKAGE = Path(syndicate.__file__).parent
_RULES = "bounces/reading/words"
_VERBS = frozenset(
    {"compile", "sub", "subn", "split", "match", "search", "fullmatch", "findall", "finditer"}
)
# Those put together when the program runs, by the module that does: a rule of data is read as its
# module reads it, and what comes out of our own words alone has no text of others in it.
_MADE: dict[str, Callable[[], list[re.Pattern[str]]]] = {
    "syndicate.characters": lambda: [characters._marks()],
    "syndicate.feeds.text": lambda: [text._ILLEGAL],
    "syndicate.reading.encoding": lambda: [encoding._ILLEGAL],
    "syndicate.bounces.reading.words": lambda: [pattern for _, pattern in bounce_words.rules()],
    "syndicate.render.marks": lambda: [re.compile("00ffx([0-9]+)x")],
    "syndicate.values": lambda: [
        re.compile(pattern)
        for field in settings.FIELDS.values()
        if (pattern := field.metadata["bounds"].pattern) is not None
    ],
    "syndicate.subscribers.status_cells": lambda: [status_cells._STRONG, status_cells._FILE],
}


@dataclass(frozen=True)
class Expression:
    """An expression, where it stands, and the verbs by which it is asked."""

    place: str
    pattern: re.Pattern[Any]
    verbs: frozenset[str]

    @property
    def is_joined(self) -> bool:
        """Whether it is made of phrases that are tried one by one."""
        return self.place.startswith(f"{_RULES}.py")

    def act(self, prefix: str, pump: str, suffix: str) -> Callable[[int], object]:
        """What asks it of a pump so many times, all of a text if it is asked so anywhere."""
        first = self.verbs <= {"match", "fullmatch", "search"}
        how = self.pattern.search if "search" in self.verbs else self.pattern.match
        if self.verbs == {"fullmatch"}:
            how = self.pattern.fullmatch

        def ask(count: int) -> object:
            text = self._read(f"{prefix}{pump * count}{suffix}")
            return how(text) if first else deque(self.pattern.finditer(text), maxlen=0)

        return ask

    def _read(self, text: str) -> str | bytes:
        if isinstance(self.pattern.pattern, bytes):
            return text.encode("latin-1", "replace")
        return reasons.simplified(text) if self.place.startswith(_RULES) else text


def everywhere() -> list[Expression]:
    """All expressions of the package, and each phrase of those that are put together of data.

    Raises:
        LookupError: one is put together when the program runs, and not listed here.
    """
    found: list[Expression] = []
    for path in sorted(_PACKAGE.rglob("*.py")):
        if "migrations" not in path.parts:
            found += _of(path)
    return list({(each.pattern, each.verbs): each for each in found}.values()) + list(_phrases())


def _phrases() -> Iterator[Expression]:
    """Each phrase of the rules for returned mails by itself."""
    lines = (_PACKAGE / f"{_RULES}.txt").read_text("utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        if line and line[0] not in "#[":
            pattern = re.compile(bounce_words.filled(line))
            yield Expression(f"{_RULES}.txt:{number}", pattern, frozenset({"search"}))


def _of(path: Path) -> Iterator[Expression]:
    tree = trees.tree(path)
    calls: list[Any] = [each for each in trees.walk(tree) if _of_re(each)]
    if not calls:
        return
    name = ".".join(path.relative_to(_PACKAGE.parent).with_suffix("").parts)
    module = importlib.import_module(name.removesuffix(".__init__"))
    names, asked = _names(tree), _asked(tree)
    for call in calls:
        place = f"{path.relative_to(_PACKAGE)}:{call.lineno}"
        verb = call.func.attr
        verbs = asked.get(names.get(id(call), ""), asked["of others"])
        for pattern in _patterns(module, call, place):
            yield Expression(place, pattern, frozenset({verb} if verb != "compile" else verbs))


def _patterns(module: ModuleType, call: ast.Call, place: str) -> list[re.Pattern[Any]]:
    """What a call of `re` compiles, with the names of its module."""
    is_compiled = isinstance(call.func, ast.Attribute) and call.func.attr == "compile"
    told: Any = call if is_compiled else call.args[0]
    try:
        found = eval(compile(ast.Expression(told), place, "eval"), dict(vars(module)))  # noqa: S307 - our own code
    except NameError:
        if module.__name__ in _MADE:
            return list(_MADE[module.__name__]())
        raise LookupError(f"{place}: list in tests/house/expressions.py what it makes") from None
    return [re.compile(found)]


def _of_re(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "re"
        and node.func.attr in _VERBS
    )


def _names(tree: ast.AST) -> dict[int, str]:
    """The name that each value of an assignment gets, by the value's node."""
    named: dict[int, str] = {}
    for node in trees.walk(tree):
        if isinstance(node, ast.Assign):
            target, value = node.targets[0], node.value
            pairs = [(target, value)]
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                pairs = list(zip(target.elts, value.elts, strict=True))
            named |= {id(said): name.id for name, said in pairs if isinstance(name, ast.Name)}
    return named


def _asked(tree: ast.AST) -> dict[str, set[str]]:
    """The verbs by which each name is asked in a module, and those of all that are no constants."""
    asked: dict[str, set[str]] = defaultdict(set)
    for node in trees.walk(tree):
        if (
            isinstance(node, ast.Attribute)
            and node.attr in _VERBS
            and isinstance(node.value, ast.Name)
            and node.value.id != "re"
        ):
            asked[node.value.id].add(node.attr)
            if node.value.id.islower():
                asked["of others"].add(node.attr)
    if not asked["of others"]:
        asked["of others"] = {"finditer"}
    return asked
