"""Where the real material lies, and the reason for a test to skip where it does not."""

import functools
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(os.environ.get("CORPUS", Path(__file__).parents[3] / "shared" / "corpus"))


def folder(name: str) -> Path:
    """A collection of the corpus; skips the test where there is none."""
    found = FOLDER / name
    if not found.is_dir():
        pytest.skip(f"the corpus of real {name} is not here; set CORPUS to its folder")
    return found


def case(name: str) -> Path:
    """The files of one reported case; skips the test where there are none."""
    found = FOLDER.parent / "cases" / name
    if not found.is_dir():
        pytest.skip(f"the reported case {name} is not here; set CORPUS to the folder beside it")
    return found


def half_of(raw: bytes) -> str:
    """The half of its collection, "a" or "b", that a file is in: each bar holds in both.

    It hangs on the bytes alone, so a file stays in its half whatever else is added or renamed. The
    rules for bounces were written with both in view; neither is a measure of what nobody has seen.
    """
    return "ab"[hashlib.sha256(raw).digest()[0] % 2]


@functools.cache
def _addresses(index: Path) -> dict[str, str]:
    listed: list[dict[str, Any]] = json.loads(index.read_text())
    return {each["file"]: each["url"] for each in listed}


def feeds() -> Iterator[tuple[str, str, bytes]]:
    """(file name, address, bytes) of every feed."""
    where = folder("feeds")
    index = where / "index.json"
    for file in sorted(where.glob("*.xml")):
        address = _addresses(index).get(file.name) if index.is_file() else None
        yield file.name, address or f"https://{file.stem}.example/feed", file.read_bytes()
