"""Tests ask the code as it runs: none puts another function in the place of one of ours.

What a test may set for a while are limits, which are written in capitals (how many, how long), and
what belongs to Python or a library.
"""

import ast
from collections.abc import Iterator

from tests.house import trees
from tests.house.test_tree import named, sources

ALLOWED = {
    "tests/mail/sending/test_lost_database.py: Contents.needed": (
        "the database goes away between two chunks: no server can be told that moment"
    ),
}
OURS = ("syndicate", "workers")


def ours(tree: ast.Module) -> set[str]:
    """Names under which a file knows what is ours."""
    return {
        alias.asname or alias.name.partition(".")[0]
        for node in trees.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if (getattr(node, "module", None) or alias.name).partition(".")[0] in OURS
    }


def patched(tree: ast.Module) -> Iterator[str]:
    """`module.name` of each function or class of ours that is put away for another."""
    names = ours(tree)
    for node in trees.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr not in {"setattr", "patch", "object"} or not node.args:
            continue
        said = [str(ast.literal_eval(each)) if isinstance(each, ast.Constant) else ast.unparse(each)
                for each in node.args[:2]]  # fmt: skip
        of_ours = said[0].partition(".")[0] in names | set(OURS)
        is_path = isinstance(node.args[0], ast.Constant)
        name = said[0] if is_path else ".".join(said)
        if of_ours and not name.rpartition(".")[2].isupper():
            yield name


def test_no_test_puts_another_function_in_the_place_of_ours() -> None:
    found = [
        place
        for path in sources("tests", "bench")
        for name in patched(trees.tree(path))
        if (place := f"{named(path)}: {name}") not in ALLOWED
    ]

    assert found == []


def test_a_patched_function_is_found_and_a_limit_is_not() -> None:
    code = (
        "import os\nfrom syndicate.mail import pace\nfrom unittest import mock\n"
        "monkeypatch.setattr(pace, 'wait', print)\nmonkeypatch.setattr(pace, 'MOST', 1)\n"
        "monkeypatch.setattr('syndicate.clock.now', print)\nmonkeypatch.setattr(os, 'access', 1)\n"
        "mock.patch('syndicate.fetch.fetch')\nmock.patch.object(pace.Pace, 'take')\n"
    )

    assert list(patched(ast.parse(code))) == [
        "pace.wait", "syndicate.clock.now", "syndicate.fetch.fetch", "pace.Pace.take",
    ]  # fmt: skip
