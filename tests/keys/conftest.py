"""A newsroom with one reader, and the place of its journal."""

from tests.journal.conftest import newsroom, path

__all__ = ["newsroom", "path"]
