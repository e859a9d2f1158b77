"""Moments and counts that people read are written by `syndicate.phrases` alone.

A format of its own is how a page said "24 Nov 2026 08:00 UTC", a command "2026-11-24 08:00" and a
table "24 Nov 08:00" of one moment, and how one reader became "1 readers".
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import trees

ROOT = Path(__file__).resolve().parents[2]
# Who writes a moment in a format of its own, or a sentence with ISO in it, and for which program.
FOR_PROGRAMS = {
    "syndicate/articles/splitting.py": "the id of a tag: address",
    "syndicate/articles/to_rows.py": "the id of a tag: address",
    "syndicate/cli/demo/__init__.py": "a slot as a schedule has it",
    "syndicate/mail/sender/steering.py": "a selector in DNS",
    "syndicate/newsletters/offers.py": "a slot as its row has it",
    "syndicate/newsletters/schedule.py": "a slot as its row has it",
    "syndicate/newsletters/specimen.py": "a key of its own",
    "syndicate/newsletters/timetable.py": "the times of a schedule",
    "syndicate/sample/pages.py": "pages of the sample newsroom, which others would write",
    "syndicate/sample/readers.py": "a file that is imported",
    "syndicate/sample/server.py": "a log",
    "syndicate/setup/document.py": "a value of a TOML file",
    "syndicate/web/console/lists.py": "the name of a file",
    "syndicate/subscribers/import_rows.py": "the end of a proof, which is no sentence",
}
_FORMAT = re.compile(r"%-?[A-Za-z]")
# A number, and then a word by whether it is one.
_CHOICE = re.compile(r'\}\} \{\{ "[a-z ]+" if [\w.]+ (?:==|!=) 1 else')
_ISO = frozenset({"iso", "isoformat"})


def sources() -> Iterator[Path]:
    for top in ("syndicate", "workers"):
        yield from (
            path for path in sorted((ROOT / top).rglob("*.py")) if "versions" not in path.parts
        )


def moments(tree: ast.AST) -> Iterator[str]:
    """What writes a moment into a text by itself."""
    for node in trees.walk(tree):
        if isinstance(node, ast.FormattedValue):
            if node.format_spec is not None and _FORMAT.search(ast.unparse(node.format_spec)):
                yield ast.unparse(node)
            if isinstance(node.value, ast.Call) and _name(node.value) in _ISO:
                yield ast.unparse(node)
        if isinstance(node, ast.Call) and _name(node) == "strftime":
            yield ast.unparse(node)


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def counts(tree: ast.AST) -> Iterator[str]:
    """What chooses a word by whether there is one: `"story" if n == 1 else "stories"`."""
    for node in trees.walk(tree):
        if isinstance(node, ast.IfExp) and _is_of_one(node.test) and _is_text(node.body):
            yield ast.unparse(node)


def _is_of_one(test: ast.expr) -> bool:
    return (
        isinstance(test, ast.Compare)
        and isinstance(test.ops[0], ast.Eq | ast.NotEq)
        and isinstance(test.comparators[0], ast.Constant)
        and test.comparators[0].value == 1
    )


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def test_moments_for_people_are_written_in_one_way() -> None:
    found = {
        str(path.relative_to(ROOT)): told
        for path in sources()
        if (told := list(moments(trees.tree(path))))
    }

    assert {path: told for path, told in found.items() if path not in FOR_PROGRAMS} == {}
    assert set(FOR_PROGRAMS) <= set(found)


def test_counts_with_a_word_are_written_in_one_way() -> None:
    found = {
        str(path.relative_to(ROOT)): told
        for path in sources()
        if path.name != "phrases.py" and (told := list(counts(trees.tree(path))))
    }

    assert found == {}


def test_templates_count_in_the_same_way() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in sorted((ROOT / "templates").rglob("*"))
        if path.suffix in {".html", ".txt"}
        for line in path.read_text().splitlines()
        if _CHOICE.search(line)
    }

    assert found == set()


@pytest.mark.parametrize(
    "code",
    ['f"{at:%F %R}"', 'f"since {at:%d %b}"', 'at.strftime("%H:%M")', 'f"at {clock.iso(at)}"'],
)
def test_a_moment_of_its_own_is_found(code: str) -> None:
    assert list(moments(ast.parse(code)))


@pytest.mark.parametrize(
    "code", ['"story" if n == 1 else "stories"', 'f"{n} are" if n != 1 else "1 is"']
)
def test_a_count_of_its_own_is_found(code: str) -> None:
    assert list(counts(ast.parse(code)))


def test_shares_and_numbers_are_no_moments() -> None:
    assert list(moments(ast.parse('f"{share:.0%} {size:,} {name:<20}"'))) == []
