"""Reading the files that a command is given."""

from pathlib import Path

from syndicate.errors import NotFoundError, UsageError


def text_of(file: Path) -> str:
    """The text of a file.

    Raises:
        NotFoundError: there is none.
        UsageError: it may not be read, or is not UTF-8.
    """
    try:
        return bytes_of(file).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8 text ({error.reason}); save it as UTF-8.") from error


def bytes_of(file: Path) -> bytes:
    """What a file holds.

    Raises:
        NotFoundError: there is none.
        UsageError: it may not be read.
    """
    if not file.is_file():
        raise NotFoundError(f"There is no file {file}; name one that is there.")
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read ({error.strerror}).") from error
