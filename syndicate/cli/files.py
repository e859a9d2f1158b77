"""Reading the files that a command is given."""

from pathlib import Path

from syndicate.errors import NotFoundError, UsageError


def bytes_of(file: Path) -> bytes:
    """What a file holds.

    Raises:
        NotFoundError: there is none.
        UsageError: it may not be read.
    """
    if not file.is_file():
        raise NotFoundError(f"There is no file {file}; name one that exists.")
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read ({error.strerror}).") from error
