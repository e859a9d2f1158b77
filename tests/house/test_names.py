"""One word, one thing: no class name of the README's word list exists in two modules."""

import ast
import re
from collections import defaultdict
from pathlib import Path

from tests.house import trees

ROOT = Path(__file__).resolve().parents[2]
# The names of rows that other rooms are tempted to use for what they make of such a row.
NEAR_TO_THEM = {"Correction", "FeedDocument", "Story", "Pick", "Page", "Pages", "Entry", "Document"}
# Names that said too little to stand for two things, and do so no more.
ONCE_DOUBLED = {"Leased", "Pushed", "Due", "LeaseLostError", "Outcome", "Shown"}


def words() -> set[str]:
    """The README's words, as a class would be called."""
    table = (ROOT / "README.md").read_text().partition("## Words")[2].partition("\n## ")[0]
    found = re.findall(r"^\| ([a-z]+) \|", table, re.MULTILINE)
    return {word.capitalize() for word in found if word != "word"}


def test_a_word_of_the_readme_is_the_name_of_one_class() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for top in ("syndicate", "workers"):
        for path in (ROOT / top).rglob("*.py"):
            for node in trees.nodes(path):
                if isinstance(node, ast.ClassDef):
                    places[node.name].append(str(path.relative_to(ROOT)))
    kept = words() | NEAR_TO_THEM | ONCE_DOUBLED

    doubled = {name: at for name, at in places.items() if name in kept and len(at) > 1}

    assert doubled == {}
    assert {"Article", "Delivery", "Desk", "Feed"} <= words()
