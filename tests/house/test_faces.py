"""A face reads, calls a verb and shows: rows are written by the rooms, audit lines among them."""

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from tests.house import trees
from tests.house.test_tree import ROOT, named, sources

# What a face writes about who asks, and of nothing that anybody did; and the demo's own newsroom.
THEIRS = {
    "syndicate/cli/demo/own_sources.py: sources.add": "what the demo is told to collect from",
    "syndicate/web/api/access.py: tokens.actor_of_token": "when a token was last used",
    "syndicate/web/console/sign_in.py: tokens.actor_of_token": "when a token was last used",
    "syndicate/web/api/articles.py: idempotency.begin": "that a request is being answered",
    "syndicate/web/api/articles.py: idempotency.remember": "what a request was answered",
    "syndicate/web/api/articles.py: outbox.pass_on": "that a push is on its way",
    "syndicate/web/api/signed.py: tokens.use_once": "that a signature was used",
    "syndicate/web/console/sign_in.py: tokens.use_once": "that a link was used",
    "syndicate/web/console/access.py: tokens.end_session": "who signs out may do nothing else",
    "syndicate/web/feed_visits.py: consumers.note": "which app holds what",
}
_WRITING = re.compile(
    r"\b(?:insert|update|delete)\(|\btx\.(?:add|delete)\b"
    r"|\b(?:INSERT INTO|UPDATE|DELETE FROM) \w+"
)


@cache
def writers() -> frozenset[tuple[str, str]]:
    """(module, function) of the store that write rows, by themselves or by another beside them."""
    found = set()
    for path in sources("syndicate/store"):
        if "versions" in path.parts:
            continue
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        found |= {(module, name) for name in writing(trees.tree(path))}
    return frozenset(found)


def writing(tree: ast.Module) -> set[str]:
    """Functions of a module that write rows."""
    said = {
        target.id: ast.unparse(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    uses = {each.name: names(each) for each in tree.body if isinstance(each, ast.FunctionDef)}
    code = {
        each.name: "\n".join([ast.unparse(each), *(said.get(it, "") for it in names(each))])
        for each in tree.body
        if isinstance(each, ast.FunctionDef)
    }
    found = {name for name, text in code.items() if _WRITING.search(text)}
    while more := {name for name, others in uses.items() if others & found} - found:
        found |= more
    return found


def names(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def from_store(tree: ast.Module) -> dict[str, tuple[str, str]]:
    """(module, name) of the store by what a file calls it."""
    return {
        each.asname or each.name: (node.module, each.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("syndicate.store")
        and node.module is not None
        for each in node.names
    }


def written(tree: ast.Module) -> Iterator[str]:
    """Functions of the store that a file calls and that write rows: "audit.record"."""
    known = from_store(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = ".".join(known.get(node.value.id, ()))
            if (module, node.attr) in writers():
                yield f"{module.rpartition('.')[2]}.{node.attr}"
        elif isinstance(node, ast.Name) and known.get(node.id) in writers():
            yield ".".join(known[node.id]).removeprefix("syndicate.store.")


def test_a_face_writes_no_row() -> None:
    found = {
        f"{named(path)}: {it}"
        for path in sources("syndicate/cli", "syndicate/web")
        for it in written(trees.tree(path))
    }

    assert found == set(THEIRS)


@pytest.mark.parametrize(
    ("imported", "called", "told"),
    [
        ("platform import audit", "audit.record(tx)", ["audit.record"]),
        ("syndication import feeds as rows", "rows.mark_all_due(tx)", ["feeds.mark_all_due"]),
        ("platform.audit import record", "record(tx)", ["platform.audit.record"]),
        ("syndication import feeds", "feeds.by_slug(tx)", []),
        ("newsroom import newsletters", "newsletters.add(tx)", ["newsletters.add"]),
    ],
)
def test_a_row_that_a_face_writes_is_found(imported: str, called: str, told: list[str]) -> None:
    code = f"from syndicate.store.{imported}\n{called}\n"

    assert list(written(ast.parse(code))) == told
