"""docs/security.md tells what is there: every file and every test that it names can be opened."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text()
HEAD = "| what is promised | how it is held | how it is tried |"
# Other rooms add rows to these.
SECTIONS = {
    "Doors before authentication", "Signing in and permissions", "Pages and feeds", "Forms",
    "The hub", "Asking others", "Mail out", "Bells", "Mail in", "Keys", "Processes and logs",
    "Files in and out",
}  # fmt: skip
CELLS = 3
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
# A path of the tree: with a folder, or a file at the root.
FILE = re.compile(
    r"`((?:syndicate|workers|deploy|templates|tests|docs)/[\w./-]+|docker-compose\.yml)`"
)


def tables() -> dict[str, list[str]]:
    """The rows of each section's table, without its head."""
    parts = re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]
    found = {part.partition("\n")[0]: part for part in parts}
    return {
        name: part.partition(HEAD)[2].strip().splitlines()[1:]
        for name, part in found.items()
        if HEAD in part
    }


ROWS = [(section, row) for section, rows in tables().items() for row in rows]


def test_each_section_has_its_table() -> None:
    assert set(tables()) == SECTIONS
    assert [section for section, rows in tables().items() if not rows] == []


@pytest.mark.parametrize(("section", "row"), ROWS, ids=[row[2:60] for _, row in ROWS])
def test_each_promise_is_tried_by_a_test_that_is_there(section: str, row: str) -> None:
    cells = [cell.strip() for cell in row.strip().strip("|").split(" | ")]

    named = NAMED.findall(cells[-1])
    lost = [
        f"{file}::{name}"
        for file, name in named
        if not (ROOT / file).is_file()
        or not re.search(rf"^ *(?:async )?def {name}\(", (ROOT / file).read_text(), re.MULTILINE)
    ]

    assert len(cells) == CELLS, section
    assert named, "no test as `tests/….py::test_…`"
    assert lost == []


def test_every_file_that_is_named_is_there() -> None:
    named = set(FILE.findall(TEXT))

    assert {name for name in named if not (ROOT / name).exists()} == set()
    assert len(named) > len(SECTIONS)
