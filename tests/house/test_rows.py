"""Rows are written in the store alone: elsewhere no statement, and no row is changed in hand.

A state machine is turned where it is drawn. Whoever needs a new turn writes a function beside the
drawing, named after the arrow, and calls that.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from syndicate.store.maintenance import tables
from tests.house import trees
from tests.house.test_tree import named, sources

# Of an open transaction the other rooms may use this; the rest is the session's.
OPEN_TO_ALL = {"hint"}
COLUMNS = {column.name for table in tables.METADATA.tables.values() for column in table.columns}
# What has an attribute of a column's name and is no row.
NO_ROWS = {
    "bar.note": "the demo's progress bar",
    "request.state.actor": "who sent this request, in Starlette's own namespace",
    "setattr(state, name, kind())": "the web app's own namespace",
}


def outside() -> list[Path]:
    return [path for path in sources("syndicate", "workers") if "store" not in path.parts]


def transactions(tree: ast.AST) -> set[str]:
    """The names under which code has an open transaction in hand."""
    found = {"tx"}
    for node in trees.walk(tree):
        if isinstance(node, ast.arg) and "Transaction" in ast.unparse(node.annotation or node):
            found.add(node.arg)
        elif isinstance(node, ast.withitem) and "transaction(" in ast.unparse(node.context_expr):
            found |= {each.id for each in trees.walk(node) if isinstance(each, ast.Name)}
    return found - {"transaction"}


def statements_of_sessions(tree: ast.AST) -> Iterator[str]:
    """Uses of an open transaction that are the session's: `tx.add`, `tx.session` …"""
    names = transactions(tree)
    for node in trees.walk(tree):
        if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
            continue
        if node.value.id in names and node.attr not in OPEN_TO_ALL:
            yield f"{node.lineno}: {ast.unparse(node)}"


def changed_rows(tree: ast.AST) -> Iterator[str]:
    """Assignments to an attribute that is called as a column is, where rows are known at all."""
    code = ast.unparse(tree)
    if "syndicate.store" not in code:
        return
    no_columns = {"text"} if "lxml" in code else set()
    for node in trees.walk(tree):
        if isinstance(node, ast.Attribute):
            is_change = not isinstance(node.ctx, ast.Load) and node.attr in COLUMNS - no_columns
        else:
            is_change = isinstance(node, ast.Call) and ast.unparse(node.func) == "setattr"
        if not is_change or not isinstance(node, ast.Attribute | ast.Call):
            continue
        told = ast.unparse(node)
        if told not in NO_ROWS and not told.startswith("self."):
            yield f"{node.lineno}: {told}"


def test_no_row_is_written_outside_the_store() -> None:
    found = []
    for path in outside():
        tree = trees.tree(path)
        found += [f"{named(path)}:{it}" for it in statements_of_sessions(tree)]
        found += [f"{named(path)}:{it}" for it in changed_rows(tree)]

    assert found == []


def test_a_row_written_outside_the_store_is_found() -> None:
    code = (
        "from syndicate.store.composition import issues\n"
        "def end(tx, issue_id):\n"
        "    issue = issues.find(tx, issue_id)\n"
        "    issue.state, issue.note = 'held', None\n"
        "    issue.number += 1\n"
        "    setattr(issue, 'state', 'held')\n"
        "    del issue.note\n"
        "    tx.flush()\n"
        "def begin(work: Transaction):\n"
        "    work.session.refresh(1)\n"
        "def now():\n"
        "    with transaction() as mine:\n"
        "        mine.add(1)\n"
        "        mine.hint(1)\n"
    )
    tree = ast.parse(code)

    assert sorted(statements_of_sessions(tree)) == [
        "10: work.session",
        "13: mine.add",
        "8: tx.flush",
    ]
    assert sorted(changed_rows(tree)) == [
        "4: issue.note",
        "4: issue.state",
        "5: issue.number",
        "6: setattr(issue, 'state', 'held')",
        "7: issue.note",
    ]
