"""Each module begins with a sentence that tells it from all others."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

from tests.house import trees
from tests.house.test_tree import named, sources

FIRST_WORDS = 6
_END = re.compile(r"\n\s*\n|(?<=[.!?])(?:\s|$)")


def first_sentence(path: Path) -> str:
    """A module's first sentence in one line, or an empty string."""
    found = ast.get_docstring(trees.tree(path)) or ""
    return " ".join(_END.split(found, maxsplit=1)[0].split())


def beginning(sentence: str) -> str:
    """What a reader of a list of modules takes in of a sentence: its first words."""
    return " ".join(re.findall(r"[\w'/<>{}-]+", sentence.lower())[:FIRST_WORDS])


def twins(sentences: dict[str, str]) -> list[list[str]]:
    """Groups of modules whose first sentences begin with the same words."""
    groups: dict[str, list[str]] = defaultdict(list)
    for name, sentence in sentences.items():
        groups[beginning(sentence)].append(name)
    return [group for group in groups.values() if len(group) > 1]


@pytest.mark.parametrize(
    ("one", "other", "are_twins"),
    [
        ("What an issue is made of.", "What an issue is made of.", True),
        ("What an issue is made of, read first.", "What an issue is made of, shown.", True),
        ("What an editor does to one.", "What an Editor does: to one more.", True),
        ("What operators do to a feed.", "What operators do to a source.", False),
        ("/api/v1/feeds: what is there.", "/api/v1/mailings: what is there.", False),
        ("Short.", "Short and more.", False),
    ],
)
def test_twins_are_told_by_their_first_words(one: str, other: str, *, are_twins: bool) -> None:
    assert bool(twins({"one": one, "other": other})) is are_twins


def test_no_two_modules_begin_with_the_same_sentence() -> None:
    found = {
        named(path): first_sentence(path)
        for path in sources("syndicate", "workers")
        if "versions" not in path.parts
    }

    assert twins(found) == []
