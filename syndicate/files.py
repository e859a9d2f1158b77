"""Files that somebody names: whether they are there, and what they hold."""

from pathlib import Path

from syndicate.errors import UsageError


def is_there(file: Path) -> bool:
    """Whether there is a file; under a name that no file can have there is none."""
    try:
        return file.is_file()
    except (OSError, ValueError):
        return False


def held_by(file: Path, named: str, *, most_bytes: int | None = None) -> bytes:
    """What a file holds.

    Args:
        file: where it is.
        named: what whoever reads a refusal calls it.
        most_bytes: how much is read of it from its start; None for all, however large it is.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        with file.open("rb") as opened:
            return opened.read(most_bytes)
    except OSError as error:
        raise UsageError(f"{named} cannot be read ({error.strerror}).") from error
