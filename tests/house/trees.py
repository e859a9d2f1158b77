"""The code as its grammar sees it, read and walked once for the many guards that look at it."""

import ast
from collections.abc import Iterable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def nodes(path: Path) -> Iterable[ast.AST]:
    """Every node of a file, as `ast.walk` gives them."""
    return walk(tree(path))


def walk(node: ast.AST) -> Iterable[ast.AST]:
    """As `ast.walk`; a whole file is walked once."""
    return _walked(node) if isinstance(node, ast.Module) else ast.walk(node)


@cache
def _walked(module: ast.Module) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(module))
