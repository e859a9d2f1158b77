"""What the tests of the all-in-one share: an ordinary user to run as, and short paths."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A data folder that does not exist yet, whose database is removed with it."""
    parent = Path(tempfile.mkdtemp(prefix="syndicate-test-"))
    yield parent / "data"
    pointer = parent / "data" / "postgres.path"
    if pointer.exists():
        shutil.rmtree(pointer.read_text().strip(), ignore_errors=True)
    shutil.rmtree(parent, ignore_errors=True)
