"""What readers and operators read is plain English: the worst patterns are banned everywhere.

CONTRIBUTING says how such a sentence is written; what a sentence must say stays with its author.
"""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from syndicate.render.environment import environment
from tests.house import trees

ROOT = Path(__file__).resolve().parents[2]
# pattern → what a native editor writes instead
BANNED = {
    r"\bwhoever\b": "anyone who, or name them",
    r"\bany ?more\b": "no longer",
    r"\bmay have\b": "possibly, perhaps; can have",
    r"\bnobody (?:can tell|knows|could|has checked)\b": "unknown",
    r"\b(?:is|are) asked (?:no more|again|once|less)\b": "polled, tried, fetched",
    r"\b(?:ask|asks|asked|mailed|sent|come|comes) no more\b": "no longer",
    r"\blet go\b": "release",
    r"\blets? (?:it|them|mail|(?:embargoed )?articles?) (?:out|leave)\b": "publish, release",
    r"\bmail leaves\b": "mail is sent",
    r"\bthe (?:whole )?paper\b": "the publication, the newsletter",
    r"\b(?:take|takes|taken|take it) away\b": "delete",
    r"\bdialled\b": "connect to",
    r"\bput into a mail\b": "sent by email",
    r"\binstall anew\b": "reinstall",
    r"\bmay be given again\b": "repeatable",
    r"\bwritten down\b": "logged, recorded",
    r"\bstands? (?:in|under|beside|behind|twice)\b": "is in, is kept in",
    r"\bif that is meant\b": "leave it out",
}
# Sentences in which a banned pattern is the right word, each with its reason.
RIGHT = {
    "No mail leaves the machine": "the demo's mail stays where it is, as nowhere else",
}
# The past is left as it was written, and what cites others is theirs.
PAST = ("docs/decisions/",)
DOCUMENTS = [
    path
    for path in sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
    if not str(path.relative_to(ROOT)).startswith(PAST)
]
LEAST_WORDS = 3


def templates() -> Iterator[tuple[str, str]]:
    """The text of every page and mail, without tags and expressions, and what it translates."""
    jinja = environment("en")
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in {".html", ".txt"}:
            source = path.read_text()
            for _, _, message in jinja.extract_translations(source):  # type: ignore[attr-defined]
                yield str(path), str(message if isinstance(message, str) else message[0])
            text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", " ", source, flags=re.DOTALL)
            yield from ((str(path), line) for line in text.splitlines())


def catalogue() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "syndicate" / "locale").glob("*.po")):
        keys = re.findall(r'^msgid "(.*)"', path.read_text(), re.MULTILINE)
        yield from ((str(path), key) for key in keys)


def code() -> Iterator[tuple[str, str]]:
    """Every string of the code that is a sentence, and what `--help` says of each command."""
    for path in sorted((ROOT / "syndicate").rglob("*.py")):
        if "versions" not in path.parts:
            tree = trees.tree(path)
            silent = documentation(tree) - (helps(tree) if "cli" in path.parts else set())
            yield from ((str(path), said) for said in strings(tree, silent))


def strings(tree: ast.AST, silent: set[int]) -> Iterator[str]:
    for node in trees.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        if id(node) not in silent and len(node.value.split()) >= LEAST_WORDS:
            yield re.sub(r"-- [^\n]*", "", node.value)  # remarks in SQL are for colleagues


def documentation(tree: ast.AST) -> set[int]:
    """The strings that stand alone, which are docstrings and remarks."""
    return {id(node.value) for node in trees.walk(tree) if isinstance(node, ast.Expr)}


def helps(tree: ast.Module) -> set[int]:
    """The first strings of public functions, which the command line shows."""
    return {
        id(node.body[0].value)
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and isinstance(node.body[0], ast.Expr)
    }


def scripts() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "templates" / "static").glob("*.js")):
        yield from (
            (str(path), said) for said in re.findall(r'["`]([^"`\n]+)["`]', path.read_text())
        )


def documents() -> Iterator[tuple[str, str]]:
    """Every paragraph of what is written for operators and programs, on one line, without code."""
    for path in DOCUMENTS:
        text = re.sub(r"```.*?```|`[^`]*`", "", path.read_text(), flags=re.DOTALL)
        yield from ((str(path), " ".join(part.split())) for part in text.split("\n\n"))


READ: tuple[Callable[[], Iterator[tuple[str, str]]], ...] = (
    templates,
    catalogue,
    code,
    scripts,
    documents,
)


def faults(place: str, text: str) -> Iterator[str]:
    if any(right in text for right in RIGHT):
        return
    for pattern, instead in BANNED.items():
        if found := re.search(pattern, text, re.IGNORECASE):
            around = text[max(0, found.start() - 60) : found.end() + 40]
            yield f"{Path(place).relative_to(ROOT)}: “{around}” (instead: {instead})"


@pytest.mark.parametrize("read", READ, ids=lambda read: read.__name__)
def test_what_people_read_is_plain_english(read: Callable[[], Iterator[tuple[str, str]]]) -> None:
    assert [fault for place, text in read() for fault in faults(place, text)] == []


@pytest.mark.parametrize("right", RIGHT)
def test_every_exception_is_needed(right: str) -> None:
    assert any(right in text for read in READ for _, text in read())
