"""Every sentence of the product that tells somebody what to do: in code, help and pages.

A hint names a command, a page of the console, a path of the API or a setting.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from syndicate.cli import COMMANDS
from tests.house import trees
from tests.house.test_plain_words import documentation, helps

LEAST_WORDS = 3
_OURS = re.compile(rf"`(?:syndicate ([^`]+)|((?:{'|'.join(sorted(COMMANDS))}) [a-z-]+[^`]*))`")
_PLACEHOLDER = re.compile(r"\{.*?\}|\b[A-Z][A-Z]+(?::[A-Z]+)?\b")


@dataclass(frozen=True)
class Said:
    """A sentence, and where it is written; what code puts into it stands in braces."""

    place: str
    text: str

    def commands(self) -> Iterator[str]:
        """The commands that it names, without `syndicate`; what a reader puts in is `_`."""
        for whole, short in _OURS.findall(self.text):
            yield " ".join(_PLACEHOLDER.sub("_", whole or short).split())

    def without_commands(self) -> str:
        """What it says outside of code."""
        return re.sub(r"`[^`]*`", " ", self.text)


@cache
def all_said() -> tuple[Said, ...]:
    """Every sentence of code and pages."""
    return (*_code(), *_pages())


def _code() -> Iterator[Said]:
    for path in sorted((trees.ROOT / "syndicate").rglob("*.py")):
        if "versions" in path.parts:
            continue
        tree = trees.tree(path)
        silent = documentation(tree) - (helps(tree) if "cli" in path.parts else set())
        silent |= {
            id(part)
            for node in trees.walk(tree)
            if isinstance(node, ast.JoinedStr)
            for value in node.values
            for part in (value, *(ast.walk(value) if isinstance(value, ast.FormattedValue) else ()))
        }
        for node in trees.walk(tree):
            text = _text(node)
            if text is not None and id(node) not in silent and len(text.split()) >= LEAST_WORDS:
                yield Said(str(path.relative_to(trees.ROOT)), text)


def _text(node: ast.AST) -> str | None:
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
        )
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return str(node.value) if is_text and isinstance(node, ast.Constant) else None


def _pages() -> Iterator[Said]:
    for path in sorted((trees.ROOT / "templates").rglob("*")):
        if path.suffix in {".html", ".txt", ".js"}:
            yield Said(str(path.relative_to(trees.ROOT)), _page(path))


def _page(path: Path) -> str:
    """A page without tags and conditions; code stands in back quotes."""
    source = re.sub(r"\{%.*?%\}", "", path.read_text(), flags=re.DOTALL)
    source = re.sub(r"\{\{ _\(\"([^\"]*)\"\) \}\}", r"\1", source)
    source = re.sub(r"\{\{.*?\}\}", "{}", source, flags=re.DOTALL)
    return re.sub(r"<code[^>]*>(.*?)</code>", r"`\1`", source, flags=re.DOTALL)
