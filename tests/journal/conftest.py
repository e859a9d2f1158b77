"""A newsroom with one reader, and where its journal is."""

from pathlib import Path

import pytest

from syndicate.store.ground.session import transaction
from tests.newsletters.paper import reader
from tests.subscribers import desk


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the journal of readers is."""
    return tmp_path / "apart" / "readers.jsonl"


@pytest.fixture
def newsroom(database: str) -> None:  # noqa: ARG001 - the database must be there first
    """One reader of one newsletter."""
    with transaction() as tx:
        reader(tx, 1, desk.morning(tx).id)
