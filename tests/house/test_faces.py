"""A face reads, calls a verb and shows: rows are written by the rooms, audit lines among them."""

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache

import pytest

from tests.house import trees
from tests.house.test_tree import ROOT, named, sources

# What a face writes about who asks, and of nothing that anybody did; and the demo's own newsroom.
THEIRS = {
    "syndicate/cli/migrate.py: migrate.upgrade": "the schema itself",
    "syndicate/cli/demo/own_sources.py: sources.add": "what the demo is told to collect from",
    "syndicate/web/api/access.py: tokens.actor_of_token": "when a token was last used",
    "syndicate/web/console/sign_in.py: tokens.actor_of_token": "when a token was last used",
    "syndicate/web/api/articles.py: idempotency.begin": "that a request is being answered",
    "syndicate/web/api/articles.py: idempotency.remember": "what a request was answered",
    "syndicate/web/api/articles.py: outbox.pass_on": "that a push is on its way",
    "syndicate/web/api/signed.py: tokens.use_once": "that a signature was used",
    "syndicate/web/api/signed.py: push_keys.note_use": "when a key was last used",
    "syndicate/web/console/sign_in.py: tokens.use_once": "that a link was used",
    "syndicate/web/console/access.py: sessions.end": "who signs out may do nothing else",
    "syndicate/web/feed_visits.py: consumers.note": "which app holds what",
}
_WRITING = re.compile(
    r"\b\w*(?:insert|update|delete)\("
    r"|\btx\.(?:flush|(?:session\.)?(?:add|add_all|delete|merge))\b"
    r"|\b(?:INSERT INTO|UPDATE|DELETE FROM|MERGE INTO|TRUNCATE) \w+"
)


@cache
def writers() -> frozenset[str]:
    """Functions of the store that write rows, by themselves or by others that they call."""
    found: set[str] = set()
    uses: dict[str, set[str]] = {}
    for path in sources("syndicate/store"):
        if "versions" in path.parts:
            continue
        tree = trees.tree(path)
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        own = {each.name: f"{module}.{each.name}" for each in functions(tree)}
        known = from_store(tree) | own
        uses |= {own[each.name]: set(asked(each, known)) for each in functions(tree)}
        found |= {own[name] for name in writing(tree)}
    while more := {name for name, others in uses.items() if others & found} - found:
        found |= more
    return frozenset(found)


def writing(tree: ast.Module) -> set[str]:
    """Functions of a module that write rows by themselves, or by a statement of the module."""
    said = {
        target.id: ast.unparse(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    code = {
        each.name: "\n".join([ast.unparse(each), *(said.get(it, "") for it in names(each))])
        for each in functions(tree)
    }
    return {name for name, text in code.items() if _WRITING.search(text)}


def functions(tree: ast.Module) -> list[ast.FunctionDef]:
    return [each for each in tree.body if isinstance(each, ast.FunctionDef)]


def names(node: ast.AST) -> set[str]:
    return {each.id for each in trees.walk(node) if isinstance(each, ast.Name)}


def from_store(tree: ast.Module) -> dict[str, str]:
    """What a file calls a part of the store, and where that stands."""
    found: dict[str, str] = {}
    for each in trees.walk(tree):
        if isinstance(each, ast.ImportFrom) and (each.module or "").startswith("syndicate.store"):
            found |= {it.asname or it.name: f"{each.module}.{it.name}" for it in each.names}
        elif isinstance(each, ast.Import):
            found |= {it.asname: it.name for it in each.names if it.asname}
    return found


def asked(node: ast.AST, known: Mapping[str, str]) -> Iterator[str]:
    """Everything of the store that a piece of code names, in full."""
    for each in trees.walk(node):
        if isinstance(each, ast.Name | ast.Attribute):
            first, dot, rest = ast.unparse(each).partition(".")
            yield f"{known.get(first, first)}{dot}{rest}"


def written(tree: ast.Module) -> Iterator[str]:
    """Functions of the store that a file names and that write rows: "audit.record"."""
    for name in sorted(set(asked(tree, from_store(tree))) & writers()):
        yield ".".join(name.split(".")[-2:])


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
        ("platform.audit import record", "record(tx)", ["audit.record"]),
        ("editing import changes", "changes.change(tx)", ["changes.change"]),
        ("composition import issues", "issues.freeze(tx)", ["issues.freeze"]),
        ("syndication import feeds", "feeds.by_slug(tx)", []),
        ("newsroom import newsletters", "newsletters.add(tx)", ["newsletters.add"]),
    ],
)
def test_a_row_that_a_face_writes_is_found(imported: str, called: str, told: list[str]) -> None:
    code = f"from syndicate.store.{imported}\n{called}\n"

    assert list(written(ast.parse(code))) == told


@pytest.mark.parametrize(
    "code",
    [
        "import syndicate.store.platform.audit\nsyndicate.store.platform.audit.record(tx)",
        "import syndicate.store.platform.audit as trail\ntrail.record(tx)",
        "import syndicate.store.platform\nwrite = syndicate.store.platform.audit.record",
    ],
)
def test_a_row_that_a_face_writes_is_found_however_it_is_imported(code: str) -> None:
    assert list(written(ast.parse(code))) == ["audit.record"]
