"""The code of the product as its grammar sees it, read once for the many guards that look at it."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def tree(path: Path) -> ast.Module:
    """A file's tree. Tests and benches, which two guards look at, are read each time."""
    if path.relative_to(ROOT).parts[0] in {"tests", "bench"}:
        return ast.parse(path.read_text("utf-8"))
    return _tree(path)


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Every node of a file of the product, as `ast.walk` gives them."""
    return tuple(ast.walk(tree(path)))


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))
